"""What recordings say: rows that wait to be written down, searching, reading."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, false, select

from store.models import Recording, RecordingKind, Transcript, TranscriptState

LEGS: Final = ("caller", "agent")
"""The sides of a recording, in the order of its channels."""

_PAUSE_MS: Final = 1_500
"""Who is silent for so long begins a new line."""

_PLAIN: Final = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d"})


def awaiting(recording: Recording) -> list[Transcript]:
    """The rows of a new recording's sides, for the transaction that adds the recording."""
    legs = LEGS[:1] if recording.kind is RecordingKind.VOICEMAIL else LEGS
    return [
        Transcript(
            recording=recording.id,
            leg=leg,
            language=recording.language,
            state=TranscriptState.PENDING,
        )
        for leg in legs
    ]


def folded(text: str) -> str:
    """``text`` as it is searched for, without capitals and accents: ``forsakring``."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return plain.translate(_PLAIN)


def matching(text: str) -> Select[str]:
    """Ids of the recordings in which one side says every word of ``text``, in any order.

    A word may be part of a longer one: Swedish and Danish write compounds as one. No word matches
    nothing.
    """
    words = folded(text).split()
    found = select(Transcript.recording).distinct()
    for word in words:
        found = found.where(Transcript.folded.contains(word, autoescape=True))
    return found if words else found.where(false())


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side says without a longer pause or the other's words between.

    Attributes:
        at_ms: Where it begins, from the recording's start.
        leg: Who.
        text: The words.
    """

    at_ms: int
    leg: str
    text: str


def turns(transcripts: Iterable[Transcript]) -> list[Turn]:
    """The sides of a recording as one talk, in the order of time."""
    words = sorted(
        (start_ms, end_ms, transcript.leg, text)
        for transcript in transcripts
        for text, start_ms, end_ms, _ in transcript.words or ()
    )
    found: list[Turn] = []
    over_ms = 0
    for start_ms, end_ms, leg, text in words:
        last = found[-1] if found else None
        if last is not None and last.leg == leg and start_ms - over_ms < _PAUSE_MS:
            found[-1] = Turn(last.at_ms, leg, f"{last.text} {text}")
        else:
            found.append(Turn(start_ms, leg, text))
        over_ms = end_ms
    return found


def passages(transcripts: Iterable[Transcript], text: str) -> list[Turn]:
    """Those turns in which a word of ``text`` is said."""
    wanted = folded(text).split()
    return [
        turn for turn in turns(transcripts) if any(word in folded(turn.text) for word in wanted)
    ]
