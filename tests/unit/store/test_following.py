"""How a consumer comes through outages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import pytest

from store.errors import DatabaseAway
from store.events import Event, EventType
from store.following import Gaps, follow
from store.stream import Gap, StreamUnavailable

pytestmark = pytest.mark.unit

EVENTS = [Event(EventType.CONTACT_STARTED, n, "a", f"c{n}", id=f"{n}-0") for n in range(1, 8)]


class FlakyStream:
    """Fails as often as told, then gives the events and at their end cancels the reader."""

    def __init__(self, failures: int) -> None:
        self.failures = failures

    async def read(self, after_id: str, count: int = 0, block_ms: int = 0) -> list[Event]:
        if self.failures:
            self.failures -= 1
            raise StreamUnavailable("no answer")
        behind = [one for one in EVENTS if int(one.id[:-2]) > int(after_id[:-2])]
        if not behind:
            raise asyncio.CancelledError
        return behind[:count]

    async def last_id(self) -> str:
        return EVENTS[-1].id

    async def gap_after(self, after_id: str) -> Gap | None:
        return None


class Memory:
    """A consumer whose store may fail after it has taken events in."""

    name = "memory"

    def __init__(self, failures: int = 0) -> None:
        self.taken: list[str] = []
        self.gaps = Gaps()
        self.failures = failures

    async def position(self) -> str:
        return self.taken[-1] if self.taken else "0-0"

    async def take_in(self, after: str, events: Sequence[Event]) -> str:
        self.taken += [one.id for one in events]
        if self.failures:
            self.failures -= 1
            raise DatabaseAway("the answer to the commit was lost")
        return self.taken[-1]


async def through(stream: FlakyStream, memory: Memory, gather: float = 0.0) -> list[float]:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    with pytest.raises(asyncio.CancelledError):
        await follow(stream, memory, batch=3, gather=gather, sleep=sleep)
    assert memory.taken == [one.id for one in EVENTS]
    return pauses


async def test_an_outage_is_waited_for_with_growing_pauses_up_to_a_limit() -> None:
    pauses = await through(FlakyStream(failures=9), Memory())
    assert pauses == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0]


async def test_an_outage_is_logged_once_and_its_end_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="store.following"):
        await through(FlakyStream(failures=5), Memory())
    assert caplog.messages == ["consumer waits for its stores", "consumer goes on"]


async def test_a_commit_whose_answer_was_lost_is_not_taken_in_again() -> None:
    assert await through(FlakyStream(failures=0), Memory(failures=2)) == [0.25, 0.5]


async def test_a_mistake_of_a_consumer_is_an_error_that_ends_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Mistaken(Memory):
        async def take_in(self, after: str, events: Sequence[Event]) -> str:
            if self.failures:
                self.failures -= 1
                raise KeyError("a field that nobody thought of")
            return await super().take_in(after, events)

    await through(FlakyStream(failures=0), Mistaken(failures=3))
    assert [(one.levelname, one.getMessage()) for one in caplog.records] == [
        ("ERROR", "consumer stands still")
    ]


async def test_events_are_gathered_behind_a_batch_that_was_not_full_only() -> None:
    assert await through(FlakyStream(failures=0), Memory(), gather=0.5) == [0.5]
