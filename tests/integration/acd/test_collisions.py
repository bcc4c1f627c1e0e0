"""Agents become ready and callers hang up at the same moments, told by several controllers at once.

A caller's hang-up meets the agent who is just being found, an answer is noted by two controllers
(``DialEnd`` reaches them all), and an agent is asked for by whoever hears that they are free. Only
Redis decides; what each controller was told must agree with the events, and both with the sums.

``make load`` plays 10,000 of these moments, ``make test`` fewer: set by ``VAXEL_COLLISIONS``.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, suppress

import pytest
from redis.asyncio import Redis

from acd.agents import Agents
from acd.distributor import Distributor
from acd.errors import StaleOffer
from acd.model.agent import Agent, AgentState
from acd.model.offer import Offer
from acd.model.waiting import LeaveReason
from store.events import EventType
from store.stream import BEGINNING, EventStream, connect
from tests.integration.acd.conftest import SUPPORT, HandClock
from tests.integration.acd.replay import Replay

pytestmark = pytest.mark.integration

MOMENTS = int(os.environ.get("VAXEL_COLLISIONS", "1000"))
AT_ONCE = 40  # moments that one controller has in hand
PAGE = 10_000

Moment = Callable[[str, Distributor, Distributor], Awaitable[None]]


class Crossroads:
    """Controllers that are told of the same moments; what each of them made of it.

    Attributes:
        answers: Who was told that the answer to a contact was news, one agent for each time.
        hung_up: Contacts whose hang-up found them in the queue.
    """

    def __init__(self, controllers: list[Distributor], agents: Agents) -> None:
        self._controllers = controllers
        self._agents = agents
        self.answers: dict[str, list[str]] = {}
        self.hung_up = Counter[str]()

    async def becomes_ready(self, agent: str, hears: Distributor, also: Distributor) -> None:
        """Two controllers hear of it; whichever gets a contact, two note the answer.

        Both may get one: when the first has hung up before the second asks.
        """
        await self._agents.unpause(agent)
        found = await asyncio.gather(hears.match_agent(agent), also.match_agent(agent))
        for offer in filter(None, found):
            await asyncio.gather(*(self._answers(one, offer) for one in self._controllers[:2]))
            with suppress(StaleOffer):  # the caller was quicker
                await hears.ended(offer, 1)

    async def _answers(self, controller: Distributor, offer: Offer) -> None:
        with suppress(StaleOffer):
            if await controller.answered(offer):
                self.answers.setdefault(offer.contact, []).append(offer.agent)

    async def hangs_up(self, contact: str, hears: Distributor, also: Distributor) -> None:
        """Both hear of it; the agent who is let go gets the next."""
        for freed in await asyncio.gather(
            *(one.leave(contact, LeaveReason.ABANDONED) for one in (hears, also))
        ):
            self.hung_up[contact] += freed is not None
            for agent in freed or ():
                if (offer := await hears.match_agent(agent)) is not None:
                    await self._answers(also, offer)
                    with suppress(StaleOffer):
                        await also.ended(offer, 1)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("clients", [2, 5])
async def test_ready_agents_and_hang_ups_meet_and_everybody_is_served_once(
    clients: int, redis_url: str, redis: Redis
) -> None:
    clock, chance = HandClock(), random.Random(clients)
    callers = MOMENTS // 2
    crew = MOMENTS - callers
    async with AsyncExitStack() as stack:
        links = [await stack.enter_async_context(connect(redis_url)) for _ in range(clients)]
        agents = Agents(redis, "city", clock)
        controllers = [
            Distributor(link, "city", clock, f"controller-{number}")
            for number, link in enumerate(links)
        ]
        for number in range(crew):
            await agents.login(Agent(str(number), "Somebody", (SUPPORT.name,)), f"p{number}")
            await agents.pause(str(number), "lunch")
        for number in range(callers):
            await controllers[number % clients].join(f"c-{number}", SUPPORT)

        crossroads = Crossroads(controllers, agents)
        ready: Moment = crossroads.becomes_ready
        moments = [(ready, str(number)) for number in range(crew)]
        moments += [(crossroads.hangs_up, f"c-{number}") for number in range(callers)]
        chance.shuffle(moments)
        coming = iter(moments)

        async def lane(whose: Iterator[tuple[Distributor, Distributor]]) -> None:
            for moment, name in coming:
                await moment(name, *next(whose))

        def pairs(own: Distributor, seed: int) -> Iterator[tuple[Distributor, Distributor]]:
            draw = random.Random(seed)
            while True:
                yield own, draw.choice([one for one in controllers if one is not own])

        async with asyncio.TaskGroup() as group:
            for seed, own in enumerate(controllers):
                for _ in range(AT_ONCE):
                    group.create_task(lane(pairs(own, seed)))

    counted, answered_by = await _history(redis)
    assert counted[EventType.CALL_QUEUED] == callers
    assert counted[EventType.CALL_ENDED] + counted[EventType.CALL_ABANDONED] == callers
    assert counted[EventType.CALL_ANSWERED] == counted[EventType.CALL_ENDED] == len(answered_by)
    assert counted[EventType.CALL_ENDED] > callers // 10 < counted[EventType.CALL_ABANDONED]
    assert crossroads.answers == {contact: [agent] for contact, agent in answered_by.items()}
    assert set(crossroads.hung_up.values()) <= {0, 1}
    snapshot = await Distributor(redis, "city", clock, "last").snapshot([SUPPORT])
    assert snapshot.agents[AgentState.READY] == crew
    assert snapshot.queues[SUPPORT.name].waiting == await redis.hlen("vaxel:{city}:contacts") == 0


async def _history(redis: Redis) -> tuple[Counter[EventType], dict[str, str]]:
    """How often each kind happened, and who answered whom; each event was possible."""
    counted, answered_by = Counter[EventType](), dict[str, str]()
    stream, replay = EventStream(redis, "city"), Replay()
    while events := await stream.read(replay.last_id, count=PAGE):
        for event in events:
            replay.take(event)
            counted[event.type] += 1
            if event.type is EventType.CALL_ANSWERED:
                assert event.contact not in answered_by
                answered_by[event.contact] = event.agent
    assert replay.last_id != BEGINNING
    assert not replay.contacts
    return counted, answered_by
