"""Recordings beside the trees: which are played, and what is told of the others."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from ivr.flow.prompts import Line
from ivr.prompts.recorded_lines import Entry, State, Survey, adopt, survey

pytestmark = pytest.mark.unit

HELLO = Line("main.welcome.say", "sv", "Hej.", "Hej.", "Hej.")
BYE = Line("main.end.hang_up", "sv", "Hej då.", "Hej då.", "Hej då.")
AGAIN = Line("office.welcome.say", "sv", "Hej.", "Hej.", "Hej.")
PLACE = Line("texts.queue.position", "sv", "Plats {{ position }}.", "", "Plats .")
ENGLISH = Line("main.welcome.say", "en", "Hello.", "Hello.", "Hello.")
INNER = Line("main.pay/åsna.say", "sv", "Betala.", "Betala.", "Betala.")
LINES = (HELLO, BYE, AGAIN, PLACE, ENGLISH, INNER)


def put(folder: Path, name: str, said: str | None = None) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"sound")
    if said is not None:
        file.with_suffix(".txt").write_text(said, encoding="utf-8")
    return file


def states(found: Survey) -> dict[Line, State]:
    return {entry.line: entry.state for entry in found.entries}


def entry_of(found: Survey, line: Line) -> Entry:
    return next(entry for entry in found.entries if entry.line == line)


def test_without_recordings_the_voice_says_all(tmp_path: Path) -> None:
    found = survey(LINES, tmp_path / "none")
    assert set(states(found).values()) == {State.SYNTHETIC, State.EXPRESSION}
    assert found.played == {}
    assert found.unused == ()


def test_a_recording_is_played_for_every_text_that_says_the_same(tmp_path: Path) -> None:
    file = put(tmp_path, "sv/main.welcome.say.wav", "Hej.\n")
    found = survey(LINES, tmp_path)
    assert found.played == {("Hej.", "sv"): file}
    assert states(found) == {
        HELLO: State.RECORDED,
        AGAIN: State.RECORDED,
        BYE: State.MISSING,
        INNER: State.MISSING,
        PLACE: State.EXPRESSION,
        ENGLISH: State.SYNTHETIC,
    }


@pytest.mark.parametrize(
    ("said", "state"), [(None, State.NEW), ("Hej hej.", State.STALE), ("", State.STALE)]
)
def test_a_recording_that_may_say_something_else_is_not_played_until_it_is_adopted(
    tmp_path: Path, said: str | None, state: State
) -> None:
    file = put(tmp_path, "sv/main.welcome.say.mp3", said)
    found = survey(LINES, tmp_path)
    assert states(found)[HELLO] is state
    assert found.played == {}
    adopt(entry_of(found, HELLO))
    assert survey(LINES, tmp_path).played == {("Hej.", "sv"): file}


def test_a_text_of_a_sub_tree_lies_in_a_folder_however_its_letters_are_stored(
    tmp_path: Path,
) -> None:
    name = unicodedata.normalize("NFD", "sv/main.pay/åsna.say.flac")
    file = put(tmp_path, name, unicodedata.normalize("NFD", " Betala.\r\n"))
    assert survey(LINES, tmp_path).played == {("Betala.", "sv"): file}


def test_what_is_of_no_use_is_told_with_the_reason(tmp_path: Path) -> None:
    put(tmp_path, "sv/main.welcome.say.wav", "Hej.")
    put(tmp_path, "sv/main.welcome.say.mp3")
    put(tmp_path, "sv/main.gone.say.wav", "Borta.")
    put(tmp_path, "da/main.welcome.say.wav")
    put(tmp_path, "sv/texts.queue.position.wav")
    put(tmp_path, "sv/main.end.hang_up.txt")
    put(tmp_path, "stray.wav")
    put(tmp_path, "sv/.DS_Store")
    unused = {str(file.relative_to(tmp_path)): why for file, why in survey(LINES, tmp_path).unused}
    assert unused == {
        "sv/main.welcome.say.mp3": "main.welcome.say.wav goes before it",
        "sv/main.gone.say.wav": "no text has this key in this language (sv)",
        "da/main.welcome.say.wav": "no text has this key in this language (da)",
        "sv/texts.queue.position.wav": "what is said there depends on the call",
        "sv/main.end.hang_up.txt": "it is neither a recording nor the note of one",
        "stray.wav": "it is neither a recording nor the note of one",
    }


def test_a_text_without_a_recording_cannot_be_adopted(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"main.welcome.say \(sv\)"):
        adopt(entry_of(survey(LINES, tmp_path), HELLO))
