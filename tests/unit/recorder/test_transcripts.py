"""Searching and reading what was written down."""

from __future__ import annotations

import pytest

from recorder.transcripts import Turn, awaiting, folded, passages, turns
from store.models import Recording, RecordingKind, Transcript, TranscriptState

pytestmark = pytest.mark.unit


def side(leg: str, *words: tuple[str, int, int]) -> Transcript:
    said = [[text, start_ms, end_ms, 0.9] for text, start_ms, end_ms in words]
    return Transcript(recording="r", leg=leg, words=said, state=TranscriptState.DONE)


CALLER = side("caller", ("my", 0, 200), ("invoice", 200, 700), ("thanks", 5000, 5400))
AGENT = side("agent", ("which", 900, 1200), ("one", 1200, 1500))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Försäkring", "forsakring"),
        ("Rødgrød", "rodgrod"),
        ("ÆBLE", "aeble"),
        ("STRASSE straße", "strasse strasse"),
        ("é e\N{COMBINING ACUTE ACCENT}", "e e"),
    ],
)
def test_capitals_and_accents_do_not_matter(text: str, plain: str) -> None:
    assert folded(text) == plain


def test_both_sides_are_one_talk_in_the_order_of_time() -> None:
    assert turns([AGENT, CALLER]) == [
        Turn(0, "caller", "my invoice"),
        Turn(900, "agent", "which one"),
        Turn(5000, "caller", "thanks"),
    ]


def test_a_longer_silence_begins_a_new_line() -> None:
    alone = side("caller", ("a", 0, 100), ("b", 1599, 1700), ("c", 3200, 3300))
    assert [turn.text for turn in turns([alone])] == ["a b", "c"]


def test_a_side_that_is_not_written_down_says_nothing() -> None:
    assert turns([Transcript(recording="r", leg="agent", words=None)]) == []


def test_passages_are_the_turns_with_the_word() -> None:
    assert passages([CALLER, AGENT], "INVOICE") == [Turn(0, "caller", "my invoice")]


@pytest.mark.parametrize(
    ("kind", "legs"),
    [(RecordingKind.CONVERSATION, ["caller", "agent"]), (RecordingKind.VOICEMAIL, ["caller"])],
)
def test_each_side_of_a_new_recording_waits(kind: RecordingKind, legs: list[str]) -> None:
    rows = awaiting(Recording(id="r", kind=kind, language="en"))
    assert [(row.recording, row.leg, row.language) for row in rows] == [
        ("r", leg, "en") for leg in legs
    ]
    assert {row.state for row in rows} == {TranscriptState.PENDING}
