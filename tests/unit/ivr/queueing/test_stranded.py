"""What is told late, when Redis was away at the end of a call."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from acd.distributor import Distributor
from acd.errors import AcdUnavailable, StaleOffer
from acd.model.offer import Offer
from acd.model.waiting import LeaveReason
from ivr.queueing import stranded
from ivr.queueing.stranded import Stranded, Talk
from store.events import Event, EventType
from store.stream import EventStream

pytestmark = pytest.mark.unit

PATIENCE_MS = 11_000
OFFER = Offer("7", "c-1", "fees", "4001", "agent1", "node.one", 9_000)
ENDED = Event(EventType.CONTACT_ENDED, 1_000, "demo", "c-1", fields={"reason": "lost"})


class Redis:
    """An organisation's queues and stream, as far as they are told something."""

    controller = "node.one"

    def __init__(self) -> None:
        self.away = False
        self.stale = False
        self.told: list[object] = []
        self.asked = asyncio.Event()

    async def answered(self, offer: Offer, at_ms: int) -> bool:
        self._be_there()
        if self.stale:
            raise StaleOffer("stale")
        self.told.append(("answered", offer.contact, at_ms))
        return True

    async def answered_late(self, _offer: Offer, _at_ms: int) -> None:
        """The contact is gone."""

    async def ended(self, offer: Offer, talked_ms: int) -> None:
        self._be_there()
        if self.stale:
            raise StaleOffer("stale")
        self.told.append(("ended", offer.contact, talked_ms))

    async def current_offer(self, _contact: str) -> Offer | None:
        return None

    async def match_agent(self, agent: str) -> None:
        self.told.append(("free", agent))

    async def leave(self, contact: str, reason: LeaveReason) -> str | None:
        self._be_there()
        if ("ended", contact, 5_000) not in self.told:
            self.told.append((contact, reason))
        return None

    async def holds(self, event: Event) -> bool:
        return event in self.told

    async def append(self, event: Event) -> str:
        self.told.append(event)
        return "1-0"

    def _be_there(self) -> None:
        self.asked.set()
        if self.away:
            raise AcdUnavailable("away")


class Day:
    """A controller whose clock is moved by hand."""

    def __init__(self) -> None:
        self.now = 1_000
        self.redis = Redis()
        self.stranded = Stranded(
            cast(Distributor, self.redis), cast(EventStream, self.redis), lambda: self.now
        )


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> Day:
    monkeypatch.setattr(stranded, "RETRY_S", 0)
    return Day()


async def rounds(day: Day, count: int = 5) -> None:
    tidying = asyncio.create_task(day.stranded.tidy())
    for _ in range(4 * count):
        await asyncio.sleep(0)
    tidying.cancel()
    await asyncio.gather(tidying, return_exceptions=True)


async def test_a_call_that_is_over_leaves_the_queue_and_has_its_end_once(day: Day) -> None:
    day.stranded.add("c-1", ENDED)
    assert day.stranded.contacts == {"c-1"}
    await rounds(day)
    assert day.redis.told == [("c-1", LeaveReason.FAILED), ENDED]
    assert not day.stranded.contacts


async def test_nothing_is_forgotten_while_redis_is_still_away(day: Day) -> None:
    day.redis.away = True
    day.stranded.add("c-1", ENDED)
    await rounds(day)
    assert day.redis.asked.is_set()
    assert not day.redis.told
    day.redis.away = False
    await rounds(day)
    assert day.redis.told[-1] is ENDED


async def test_a_caller_who_may_come_back_keeps_the_place_until_the_dialplan_gives_up(
    day: Day,
) -> None:
    day.stranded.add("c-1", ENDED, returns_ms=PATIENCE_MS)
    day.now += PATIENCE_MS - 1
    await rounds(day)
    assert not day.redis.told
    day.now += 1
    await rounds(day)
    assert day.redis.told == [("c-1", LeaveReason.FAILED), ENDED]


async def test_who_is_back_is_left_alone(day: Day) -> None:
    day.stranded.add("c-1", ENDED, returns_ms=PATIENCE_MS)
    day.stranded.is_back("c-1")
    day.now += PATIENCE_MS
    await rounds(day)
    assert not day.redis.told


async def test_a_conversation_is_as_long_as_it_was_and_not_as_redis_was_away(day: Day) -> None:
    day.stranded.talked(Talk(OFFER, answered_ms=900, talked_ms=5_000))
    day.stranded.add("c-1", ENDED)
    day.now += 60_000
    await rounds(day)
    assert day.redis.told == [
        ("answered", "c-1", 900),
        ("ended", "c-1", 5_000),
        ("free", "4001"),
        ENDED,
    ]


async def test_of_a_conversation_alone_nothing_else_is_told(day: Day) -> None:
    day.stranded.talked(Talk(OFFER, answered_ms=900, talked_ms=5_000))
    await rounds(day)
    assert ENDED not in day.redis.told
    assert not day.stranded.contacts


async def test_what_was_done_and_only_not_confirmed_is_not_done_again(day: Day) -> None:
    day.redis.stale = True
    day.redis.told.append(ENDED)
    day.stranded.talked(Talk(OFFER, answered_ms=900, talked_ms=5_000))
    day.stranded.add("c-1", ENDED)
    await rounds(day)
    assert day.redis.told.count(ENDED) == 1
    assert not day.stranded.contacts
