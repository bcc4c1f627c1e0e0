"""Controllers at once on the same queue: everybody is served once, by one."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from contextlib import AsyncExitStack, suppress

import pytest

from acd.agents import Agents
from acd.callbacks import Callbacks
from acd.distributor import Distributor
from acd.errors import CallbackUnknown, ContactOffered, NotWaiting, StaleOffer
from acd.model.agent import Agent
from acd.model.callback import CallbackRules, CallbackState, MissReason
from acd.model.offer import Offer, RefusalReason
from acd.model.waiting import LeaveReason
from store.events import Event, EventType
from store.stream import BEGINNING, EventStream, connect
from tests.integration.acd.conftest import SUPPORT, HandClock
from tests.integration.acd.replay import Replay

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


PEOPLE = 600
CREW = 30
RULES = CallbackRules(tries=3, every_ms=0, parting_ms=0)


class Caller(Controller):
    """As a controller; half of its contacts are called back, by whichever finds an agent."""

    def __init__(
        self, acd: Distributor, agents: Agents, contacts: list[int], callbacks: Callbacks
    ) -> None:
        super().__init__(acd, agents, contacts)
        self._callbacks = callbacks

    async def _lane(self) -> None:
        for number in self._contacts:
            if number % 4 == 3:
                await self._callbacks.add(
                    f"+467{number:08}", SUPPORT, language="sv", answers={}, rules=RULES
                )
            else:
                await self._acd.join(f"c-{number}", SUPPORT)
            if number % 4 == 1:
                await self._keep_place(f"c-{number}", f"+467{number:08}")
            await self.serve_one()

    async def _keep_place(self, contact: str, number: str) -> None:
        with suppress(ContactOffered, NotWaiting, CallbackUnknown):  # an agent was quicker
            await self._callbacks.keep_place(
                contact, number, language="sv", answers={}, rules=RULES
            )
            if is_every(int(number), 20):
                await self._callbacks.cancel(contact)

    async def serve_one(self) -> bool:
        await self._acd.upkeep.sweep()  # what was missed is due at once
        return await super().serve_one()

    async def _play(self, offer: Offer) -> None:
        callback = await self._callbacks.get(offer.contact)
        if callback is None or callback.state is not CallbackState.RESERVED:  # on the line
            return await super()._play(offer)
        assert offer.controller == self._acd.controller
        attempt = await self._callbacks.dialled(offer)
        if is_every(int(offer.id) + attempt, 5):
            await self._callbacks.missed(offer, MissReason.NO_ANSWER)
            return None
        await self._callbacks.reached(offer)
        if is_every(int(offer.id), 7):  # nobody picks up in time; the caller is on the line
            await self._acd.refused(offer, RefusalReason.EXPIRED)
            return None
        await self._acd.answered(offer)
        await self._acd.ended(offer, 1)
        return None


async def test_four_controllers_call_back_among_calls_exactly_once(
    redis_url: str, redis: object
) -> None:
    clock = HandClock()
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(connect(redis_url)) for _ in range(4)]
        agents = Agents(clients[0], "city", clock)
        for number in range(CREW):
            await agents.login(Agent(str(number), "Somebody", (SUPPORT.name,)), f"p{number}")
        controllers = [
            Caller(
                Distributor(client, "city", clock, f"controller-{quarter}"),
                Agents(client, "city", clock),
                list(range(quarter, PEOPLE, 4)),
                Callbacks(client, "city", clock),
            )
            for quarter, client in enumerate(clients)
        ]
        async with asyncio.TaskGroup() as tasks:
            for controller in controllers:
                tasks.create_task(controller.work())
        while await controllers[0].serve_one():
            continue

        replay = Replay()
        outcomes = Counter[str]()
        for event in await EventStream(clients[0], "city").read(BEGINNING, count=100_000):
            replay.take(event)
            outcomes[event.fields.get("outcome", event.type)] += 1
        assert not replay.contacts
        called_back = outcomes["talked"] + outcomes["given_up"] + outcomes["cancelled"]
        assert outcomes[EventType.CALLBACK_REQUESTED] == called_back
        assert outcomes[EventType.CALL_ENDED] == PEOPLE - called_back
        assert called_back >= PEOPLE // 4
        assert outcomes[EventType.CALLBACK_MISSED] > PEOPLE // 50
        assert await clients[0].zcard("vaxel:{city}:ready") == CREW
        assert await clients[0].hlen("vaxel:{city}:contacts") == 0
