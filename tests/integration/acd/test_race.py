"""Two controllers at once on the same queue: everybody is served once, by one."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from contextlib import suppress

import pytest

from acd.agents import Agents
from acd.distributor import Distributor
from acd.errors import StaleOffer
from acd.model import Agent, LeaveReason, Offer, RefusalReason
from store.events import Event, EventType
from store.stream import BEGINNING, EventStream, connect
from tests.integration.acd.conftest import SUPPORT, HandClock

pytestmark = pytest.mark.integration

CONTACTS = 2_000
AGENTS = 100
LANES = 8  # concurrent calls of one controller


def is_every(number: int, nth: int) -> bool:
    return number % nth == nth - 1


class Controller:
    """Joins its contacts, matches, and plays out whatever offer it gets hold of."""

    def __init__(self, acd: Distributor, agents: Agents, contacts: list[int]) -> None:
        self._acd = acd
        self._agents = agents
        self._contacts = iter(contacts)

    async def work(self) -> None:
        async with asyncio.TaskGroup() as lanes:
            for _ in range(LANES):
                lanes.create_task(self._lane())

    async def _lane(self) -> None:
        for number in self._contacts:
            await self._acd.join(f"c-{number}", SUPPORT)
            if is_every(number, 50):  # hangs up while somebody may be offering or ringing
                await self._acd.leave(f"c-{number}", LeaveReason.ABANDONED)
            await self.serve_one()

    async def serve_one(self) -> bool:
        offer = await self._acd.match(SUPPORT)
        if offer is None:
            return False
        with suppress(StaleOffer):  # its caller hung up in another lane
            await self._play(offer)
        return True

    async def _play(self, offer: Offer) -> None:
        if is_every(int(offer.id), 20):
            await self._acd.refused(offer, RefusalReason.NO_ANSWER)
            await self._agents.unpause(offer.agent)
            return
        await self._acd.answered(offer)
        await self._acd.ended(offer, 1)


async def test_two_controllers_serve_2000_contacts_exactly_once(
    redis_url: str, redis: object
) -> None:
    clock = HandClock()
    async with connect(redis_url) as first, connect(redis_url) as second:
        agents = Agents(first, "city", clock)
        for number in range(AGENTS):
            await agents.login(Agent(str(number), "Somebody", (SUPPORT.name,)), f"p{number}")
        controllers = [
            Controller(
                Distributor(client, "city", clock, name),
                Agents(client, "city", clock),
                list(range(half, CONTACTS, 2)),
            )
            for half, (name, client) in enumerate((("one", first), ("two", second)))
        ]
        async with asyncio.TaskGroup() as tasks:
            for controller in controllers:
                tasks.create_task(controller.work())
        while await controllers[0].serve_one():
            continue

        events = await EventStream(first, "city").read(BEGINNING, count=100_000)
        check_history(events)
        assert await first.hlen("vaxel:{city}:contacts") == 0
        assert await first.zcard("vaxel:{city}:ready") == AGENTS


def check_history(events: list[Event]) -> None:
    """Each contact comes and goes once; offers never overlap for a contact or an agent."""
    kinds: dict[str, Counter[EventType]] = defaultdict(Counter)
    offer_of_contact: dict[str, str] = {}
    offer_of_agent: dict[str, str] = {}
    offers = Counter[str]()
    for event in events:
        if not event.contact:
            continue
        kinds[event.contact][event.type] += 1
        if event.type is EventType.CALL_OFFERED:
            assert event.contact not in offer_of_contact
            assert event.agent not in offer_of_agent
            offer_of_contact[event.contact] = offer_of_agent[event.agent] = event.fields["offer"]
            offers[event.fields["offer"]] += 1
        elif event.type is EventType.CALL_ANSWERED:
            assert offer_of_contact[event.contact] == event.fields["offer"]
            assert offer_of_agent[event.agent] == event.fields["offer"]
        elif event.agent:  # refused, ended, or abandoned while it rang
            assert offer_of_contact.pop(event.contact) == offer_of_agent.pop(event.agent)

    assert len(kinds) == CONTACTS
    assert set(offers.values()) == {1}
    assert not offer_of_contact
    for counted in kinds.values():
        assert counted[EventType.CALL_QUEUED] == 1
        assert counted[EventType.CALL_ENDED] + counted[EventType.CALL_ABANDONED] == 1
        assert counted[EventType.CALL_ANSWERED] == counted[EventType.CALL_ENDED]
        assert (
            counted[EventType.CALL_OFFERED]
            >= counted[EventType.CALL_REFUSED] + counted[EventType.CALL_ANSWERED]
        )
    assert sum(counted[EventType.CALL_REFUSED] for counted in kinds.values()) > CONTACTS // 50
