"""``vaxel prompts check``: are the recordings good enough?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import typer
from rich.text import Text

from ivr.cli.prompts_place import Format, Language, Organisations, at_place, lines_shown
from ivr.cli.saying import console, count
from ivr.flow.organisation import Organisation
from ivr.flow.problems import shown
from ivr.prompts.recorded_lines import Entry, State, Survey, Take
from media.judging import Quality, judge

_BAD = 1


def register(group: typer.Typer) -> None:
    """Add the command to ``vaxel prompts``."""
    group.command("check")(check)


def check(
    organisations: Organisations = None, *, language: Language = None, form: Format = "text"
) -> None:
    """Judge every recorded file: level, clipping, noise, silence, length, form.

    Ends with 1 when one of them should be made anew, or is not played.
    """
    place = at_place()
    screen = console()
    told: list[dict[str, Any]] = []
    files = bad = 0
    for organisation in place.chosen(organisations):
        found = place.survey(organisation)
        for entry, take in _with_files(found, language):
            files += 1
            quality, faults = _judged(entry, take)
            bad += bool(faults)
            told.append(_judged_json(organisation, entry, take, quality, faults))
            if form == "text":
                _tell_judged(entry, quality, faults)
        for file, reason in found.unused:
            bad += 1
            told.append({"organisation": organisation.id, "file": str(file), "faults": [reason]})
            if form == "text":
                screen.print(Text.assemble(f"{shown(file)}: ", (f"unused: {reason}", "yellow")))
    if form == "json":
        print(json.dumps(told))
    else:
        screen.print(
            f"{count(files, 'recording')} judged, {count(bad, 'file')} not as it should be"
        )
    if bad:
        raise typer.Exit(_BAD)


def _with_files(found: Survey, language: str | None) -> Iterator[tuple[Entry, Take]]:
    """Each recording once, with the text that its name says."""
    for entry in lines_shown(found.entries, language, None):
        if entry.take is not None and entry.take.key == entry.line.key:
            yield entry, entry.take


def _judged(entry: Entry, take: Take) -> tuple[Quality | None, list[str]]:
    try:
        quality = judge(take.file)
    except (ValueError, OSError) as error:
        return None, [f"{error}; record it anew"]
    faults = list(quality.faults(entry.line.sentence))
    if entry.state is State.STALE:
        faults.append(f"the text has changed since; it was: {take.said}")
    elif entry.state is State.NEW:
        faults.append("it is not played before “vaxel prompts adopt”")
    return quality, faults


def _judged_json(
    organisation: Organisation,
    entry: Entry,
    take: Take,
    quality: Quality | None,
    faults: list[str],
) -> dict[str, Any]:
    measured = {} if quality is None else {n: getattr(quality, n) for n in quality.__slots__}
    return {
        "organisation": organisation.id,
        "key": entry.line.key,
        "language": entry.line.language,
        "file": str(take.file),
        "state": entry.state.value,
        **measured,
        "faults": faults,
    }


def _tell_judged(entry: Entry, quality: Quality | None, faults: list[str]) -> None:
    screen = console()
    measured = (
        f"{quality.seconds:.1f} s, {quality.level_dbfs:.0f} dBFS, peak {quality.peak_dbfs:.0f} dBFS"
        if quality
        else "-"
    )
    name = f"{entry.line.key} ({entry.line.language})"
    screen.print(Text.assemble((name, "bold red" if faults else "green"), f"  {measured}"))
    for told in faults:
        screen.print(Text(f"    {told}"))
