"""Searching in transcripts, on every database."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from recorder.transcripts import folded, matching
from store.database import Database
from store.models import Recording, RecordingKind, Transcript, TranscriptState, instant

pytestmark = pytest.mark.integration

SAID = {
    "r1": ("Jag har en fråga om barnomsorgsavgiften.", "Vilken månad gäller det?"),
    "r2": ("100 % rätt", "_ingen_ fråga"),
}


async def filled(database: Database) -> Database:
    async with database.writing() as session:
        for name, sides in SAID.items():
            session.add(
                Recording(
                    id=name,
                    org="town",
                    contact="c",
                    kind=RecordingKind.CONVERSATION,
                    started_at=instant(0),
                    duration_ms=1,
                    path="x",
                    sha256="",
                    size=1,
                )
            )
            await session.flush()
            for leg, text in zip(("caller", "agent"), sides, strict=True):
                done = TranscriptState.DONE
                session.add(
                    Transcript(recording=name, leg=leg, state=done, text=text, folded=folded(text))
                )
    return database


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("FRÅGA", ["r1", "r2"]),
        ("fraga avgift", ["r1"]),  # a part of a compound, in any order
        ("avgift månad", []),  # not on one side
        ("100 %", ["r2"]),  # signs of the query language are only signs
        ("_", ["r2"]),
        ("%", ["r2"]),
        ("   ", []),
        ("'; DROP TABLE transcripts; --", []),
    ],
)
async def test_every_word_is_found_on_one_side(
    database: Database, text: str, found: list[str]
) -> None:
    await filled(database)
    async with database.reading() as session:
        assert sorted(await session.scalars(matching(text))) == found


async def test_a_transcript_goes_with_its_recording(database: Database) -> None:
    await filled(database)
    async with database.writing() as session:
        await session.execute(delete(Recording).where(Recording.id == "r1"))
    async with database.reading() as session:
        left = await session.scalars(select(Transcript.recording))
        assert set(left) == {"r2"}
