"""The recordings that people have made of an organisation's texts, and which of them are played.

A recording lies beside the trees, in ``ORG/recordings/LANGUAGE/KEY.wav`` (or another form), and
beside it ``KEY.txt`` holds the sentence that is spoken in it; ``vaxel prompts adopt`` writes
that. A recording is played only while the two agree: once the text has changed it is *stale*, and
without the note nobody knows. A wrong recording is worse than a synthetic voice, so in both cases
the voice speaks. As it is the sentence that a recording belongs to, one recording also serves every
other text of the organisation that says the same.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from ivr.flow.prompts import Line
from media.manner import Sentence
from media.recorded import SUFFIXES

FOLDER: Final = "recordings"
NOTE: Final = ".txt"


class State(StrEnum):
    """How a text is spoken, and what is to be done about it."""

    RECORDED = "recorded"  # a person is heard
    NEW = "new"  # a recording lies there, nobody has said yet what is spoken in it
    STALE = "stale"  # a recording lies there, and the text has changed since
    MISSING = "missing"  # other texts of this language are recorded, this one is not
    SYNTHETIC = "synthetic"  # so is every text of this language
    EXPRESSION = "expression"  # what is said depends on the call: it cannot be recorded


@dataclass(frozen=True, slots=True)
class Take:
    """A recording as it lies there.

    Attributes:
        key: Of the text that its name says.
        language: Of its folder.
        file: The sound.
        said: The sentence that is noted beside it; ``None`` without a note.
    """

    key: str
    language: str
    file: Path
    said: str | None

    @property
    def note(self) -> Path:
        """Where the sentence is noted."""
        return self.file.with_suffix(NOTE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A text, how it is spoken, and the recording that goes with it, if there is one."""

    line: Line
    state: State
    take: Take | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """An organisation's texts and recordings.

    Attributes:
        entries: Every text in each language.
        unused: Files that are of no use, each with the reason.
    """

    entries: tuple[Entry, ...]
    unused: tuple[tuple[Path, str], ...]

    @property
    def played(self) -> Mapping[Sentence, Path]:
        """The recording of each sentence that has one."""
        return {
            (entry.line.sentence, entry.line.language): entry.take.file
            for entry in self.entries
            if entry.state is State.RECORDED and entry.take is not None
        }


def survey(lines: Iterable[Line], folder: Path) -> Survey:
    """Compare an organisation's texts with its folder of recordings, which need not exist."""
    lines = list(lines)
    takes: dict[tuple[str, str], Take] = {}
    unused: list[tuple[Path, str]] = []
    for file, take in _files(folder):
        if take is None:
            unused.append((file, "it is neither a recording nor the note of one"))
        elif (take.key, take.language) in takes:
            earlier = takes[take.key, take.language].file.name
            unused.append((file, f"{earlier} goes before it"))
        else:
            takes[take.key, take.language] = take
    spoken = {(line.key, line.language): line.sentence for line in lines}
    for (key, language), take in takes.items():
        if (key, language) not in spoken:
            unused.append((take.file, f"no text has this key in this language ({language})"))
        elif not spoken[key, language]:
            unused.append((take.file, "what is said there depends on the call"))
    by_sentence = _by_sentence(lines, takes)
    languages = {language for _, language in by_sentence}
    entries = (_entry(line, takes, by_sentence, languages) for line in lines)
    return Survey(tuple(entries), tuple(sorted(unused)))


def adopt(entry: Entry) -> None:
    """Note that the entry's recording says its sentence as it is now; from now on it is played.

    Raises:
        ValueError: It has no recording.
        OSError: The note cannot be written.
    """
    if entry.take is None or not entry.line.sentence:
        raise ValueError(f"There is no recording of {entry.line.key} ({entry.line.language}).")
    entry.take.note.write_text(f"{entry.line.sentence}\n", encoding="utf-8")


def _entry(
    line: Line,
    takes: Mapping[tuple[str, str], Take],
    by_sentence: Mapping[Sentence, Take],
    languages: set[str],
) -> Entry:
    if not line.sentence:
        return Entry(line, State.EXPRESSION)
    if (played := by_sentence.get((line.sentence, line.language))) is not None:
        return Entry(line, State.RECORDED, played)
    if (take := takes.get((line.key, line.language))) is not None:
        return Entry(line, State.NEW if take.said is None else State.STALE, take)
    return Entry(line, State.MISSING if line.language in languages else State.SYNTHETIC)


def _by_sentence(
    lines: Iterable[Line], takes: Mapping[tuple[str, str], Take]
) -> Mapping[Sentence, Take]:
    """The first recording of each sentence that says it, by its note."""
    found: dict[Sentence, Take] = {}
    for line in lines:
        take = takes.get((line.key, line.language))
        if line.sentence and take is not None and take.said == _even(line.sentence):
            found.setdefault((line.sentence, line.language), take)
    return found


def _files(folder: Path) -> Iterator[tuple[Path, Take | None]]:
    """Every file of a folder of recordings; the better form of a recording first."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name[0] != "."]
    sounds = [path for path in files if path.suffix.lower() in SUFFIXES]
    named = {path.with_suffix("") for path in sounds}
    for path in sorted(sounds, key=lambda path: (path.parent, SUFFIXES.index(path.suffix.lower()))):
        inside = path.relative_to(folder).with_suffix("")
        if len(inside.parts) == 1:
            yield path, None
            continue
        key = unicodedata.normalize("NFC", Path(*inside.parts[1:]).as_posix())
        yield path, Take(key, inside.parts[0], path, _noted(path))
    for path in files:
        if path not in sounds and not (path.suffix == NOTE and path.with_suffix("") in named):
            yield path, None


def _noted(sound: Path) -> str | None:
    note = sound.with_suffix(NOTE)
    try:
        return _even(note.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None


def _even(sentence: str) -> str:
    return unicodedata.normalize("NFC", " ".join(sentence.split()))
