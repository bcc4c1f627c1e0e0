"""Agents who are rung at once, in the figures: each ring, each refusal and each second once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from redis.asyncio import Redis
from sqlalchemy import select

from acd.model.offer import RefusalReason
from acd.model.queue import Queue
from monitoring.counting import Known, count
from monitoring.kinds import Counter
from monitoring.metrics import agents, queues
from monitoring.totals import Totals
from store.database import Database
from store.doing import AgentState
from store.models import AgentPeriod, QueueVisit
from store.projection import ContactProjection
from store.stream import BEGINNING
from tests.integration.acd.conftest import FEES, House

pytestmark = pytest.mark.integration

QUEUE: Queue = replace(FEES, wrapup_seconds=0, ring_at_once=3)
TEAM = ("4001", "4002", "4003")


async def test_each_ring_refusal_and_second_is_counted_once(
    redis: Redis, database: Database
) -> None:
    house = House(redis)
    await house.acd.upkeep.adopt([QUEUE])
    for agent in TEAM:
        await house.log_in(agent)
    house.clock.forward(10)
    await house.acd.join("c-1", QUEUE)
    offer = await house.acd.match(QUEUE)
    assert offer is not None
    house.clock.forward(2)
    await house.acd.refused(offer.views[0], RefusalReason.BUSY)
    house.clock.forward(3)
    answered = house.clock()
    house.clock.forward(1)  # noted later than it was
    await house.acd.answered(offer.views[1], answered)
    house.clock.forward(59)
    await house.acd.ended(offer.views[1], 60_000)
    house.clock.forward(20)
    await house.agents.logout("4001")
    await house.agents.logout("4002")
    await house.agents.logout("4003")

    totals = Totals()
    events = await house.stream.read(BEGINNING)
    for event in events:
        count(totals, event, Known(queues=("fees",)))

    def told(counter: Counter, *labels: str) -> float:
        return totals.counters[counter.name].get(("city", *labels), 0)

    assert told(agents.AGENT_OFFERS, "fees") == 3
    assert told(agents.AGENT_OFFERS_REFUSED, "fees", "busy") == 1
    assert told(queues.CALLS_ANSWERED, "fees") == 1
    spent = {state: told(agents.AGENT_STATE_SECONDS, state.value) for state in AgentState}
    assert {state: ms / 1000 for state, ms in spent.items() if ms} == {
        AgentState.READY: 10 * 3 + 80 + 20,  # before; 4003 after the ring, 4002 after the call
        AgentState.RESERVED: 2 + 5 + 5,
        AgentState.PAUSED: 83,
        AgentState.TALKING: 60,
    }

    projection = ContactProjection(database, house.stream, house.org)
    await projection.take_in(await projection.position(), events)
    async with database.reading() as session:
        periods = await session.scalars(select(AgentPeriod).order_by(AgentPeriod.id))
        rung = {
            one.agent: (one.contact, round((one.ended_at - one.began_at).total_seconds()))
            for one in periods
            if one.state is AgentState.RESERVED and one.ended_at is not None
        }
        (visit,) = await session.scalars(select(QueueVisit))
        talked = visit.agent, visit.waited_ms, visit.talked_ms
    assert rung == {"4001": ("c-1", 2), "4002": ("c-1", 5), "4003": ("c-1", 5)}
    assert talked == ("4002", 5_000, 60_000)
