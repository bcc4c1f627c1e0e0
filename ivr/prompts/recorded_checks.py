"""What ``vaxel check`` tells of recordings, at the texts that they are of.

Nothing here keeps trees from being used: where a recording is not played, the voice speaks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from ivr.flow.document import Document
from ivr.flow.load import Catalogue, Checked
from ivr.flow.organisation import Organisation
from ivr.flow.problems import Problem, Severity, in_order, once, shown
from ivr.flow.reading import Home
from ivr.flow.vocabulary import LANGUAGES
from ivr.prompts.prompting import recordings_of
from ivr.prompts.recorded_lines import FOLDER, Entry, State

_LONGEST: Final = 60
_NOT_PLAYED: Final = (State.STALE, State.NEW)


def with_recordings(checked: Checked) -> Checked:
    """A check of call trees and, where these are right, of the recordings beside them.

    An organisation without a folder of recordings costs nothing.
    """
    catalogue = checked.catalogue
    if catalogue is None:
        return checked
    found = [problem for home in checked.homes for problem in _of_home(home, catalogue)]
    return replace(checked, problems=in_order(once([*checked.problems, *found])))


def _of_home(home: Home, catalogue: Catalogue) -> Iterator[Problem]:
    organisation = home.organisation
    if organisation is None or not (catalogue.folders[organisation.id] / FOLDER).is_dir():
        return
    by_key: dict[str, list[Entry]] = {}
    for entry in recordings_of(organisation, catalogue).entries:
        by_key.setdefault(entry.line.key, []).append(entry)
    documents = {document.file.stem: document for document, _ in home.trees}
    for entries in by_key.values():
        recorded = next((one for one in entries if one.state is State.RECORDED), None)
        for entry in entries:
            if entry.state in _NOT_PLAYED or (
                recorded and entry.state in (State.MISSING, State.SYNTHETIC)
            ):
                yield _told(entry, recorded, organisation, home.document, documents)


def _told(
    entry: Entry,
    recorded: Entry | None,
    organisation: Organisation,
    own: Document,
    trees: Mapping[str, Document],
) -> Problem:
    line, take = entry.line, entry.take
    document = trees[line.tree] if line.tree else own
    language = LANGUAGES[line.language]
    adopt = f"“vaxel prompts adopt {organisation.id} {line.key}”"
    if entry.state is State.STALE and take is not None:
        message = (
            f"the recording {shown(take.file)} is of other words (“{_short(take.said or '')}”), "
            "so that the voice speaks"
        )
        advice, code = f"record it anew, then {adopt}", "recording_stale"
    elif entry.state is State.NEW and take is not None:
        message = f"nobody has said what is spoken in {shown(take.file)}, so that the voice speaks"
        advice, code = f"listen to it, then {adopt}", "recording_new"
    else:
        heard = LANGUAGES[recorded.line.language] if recorded else ""
        message = f"a person says this in {heard}, in {language} the voice speaks"
        advice, code = f"record it as {FOLDER}/{line.language}/{line.key}.wav", "recording_missing"
    return document.problem(
        document.value_place(line.path), message, advice, Severity.WARNING, code
    )


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= _LONGEST else f"{sentence[: _LONGEST - 1]}…"
