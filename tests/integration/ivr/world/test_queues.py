"""What a tree asks of queues, and callbacks that it asks for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio import Redis

from acd.agents import Agents
from acd.clock import system_clock
from acd.model.callback import CallbackSource, CallbackState
from ivr.calls.dialplan import DONE
from ivr.flow.call import QueueAway, QueueOutcome, QueueRequest
from ivr.flow.memory_world import NOTHING_WAITS
from ivr.flow.world import WAITS, CallbackWish, QueueFigure
from ivr.office import Office
from store.stream import BEGINNING, EventStream, connect
from tests.integration.ivr.fake_office import an_office
from tests.integration.ivr.world.conftest import ALVA, E164, ORGANISATION, calling, session

pytestmark = pytest.mark.integration


async def test_a_queue_tells_how_it_stands(office: Office, redis: Redis) -> None:
    await Agents(redis, "demo", system_clock).login(ALVA, "agent1")
    for contact in ("a", "b"):
        await office.distributor.join(contact, office.rides.queues["support"])
    assert await calling(office, session()).world.queue_figures("support") == {
        QueueFigure.WAITING: 2,
        QueueFigure.LONGEST_WAIT: 0,
        QueueFigure.AGENTS: 1,
        QueueFigure.READY: 1,
    }, "the wait is unknown: no contact has been handled"
    empty = await calling(office, session()).world.queue_figures("operator")
    assert empty == NOTHING_WAITS


async def test_a_queue_tells_the_wait_where_it_is_known(office: Office, redis: Redis) -> None:
    await Agents(redis, "demo", system_clock).login(ALVA, "agent1")
    queue = office.rides.queues["support"]
    await office.distributor.join("a", queue)
    world = calling(office, session()).world
    await redis.hset("vaxel:{demo}:pace", mapping={"service|support": "90000|0|4"})
    await office.distributor.join("b", queue)
    assert await office.distributor.match(queue) is not None
    assert not WAITS & (await world.queue_figures("support")).keys()
    await redis.hset("vaxel:{demo}:pace", mapping={"service|support": "90000|0|50"})
    figures = await world.queue_figures("support")
    # Two more contacts of 90 s: from 48 s to 5 min 59 s.
    assert (figures[QueueFigure.WAIT_LOW], figures[QueueFigure.WAIT_HIGH]) == (0, 6)


async def test_without_redis_a_queue_is_away(office: Office, tmp_path: Path) -> None:
    async with connect(f"unix://{tmp_path / 'nobody'}") as nowhere:
        lost = an_office(nowhere, ORGANISATION)
        world = calling(lost, session()).world
        with pytest.raises(QueueAway):
            await world.queue_figures("support")
        assert await world.announcement("storm") is None
        assert not await world.switch_announcement("storm", 60)


async def test_a_full_queue_takes_nobody_else_and_keeps_who_is_in_it(office: Office) -> None:
    await office.distributor.join("a", office.rides.queues["support"])
    request = QueueRequest("support", "sv", max_length=1)
    assert await calling(office, session()).queue(request) is QueueOutcome.FULL
    assert await office.distributor.held("vaxel-1.1") is None
    # whose controller died stands in it already; nobody is logged in
    assert await calling(office, session(), "a").queue(request) is QueueOutcome.NOBODY
    roomy = replace(request, max_length=2)
    assert await calling(office, session(), "b").queue(roomy) is QueueOutcome.NOBODY


WISH = CallbackWish("support", "sv", {"main": "fees"})


async def test_a_caller_is_called_back_without_having_waited(office: Office, redis: Redis) -> None:
    line = session("11")  # the number is right; as soon as it is their turn
    assert await calling(office, line).world.call_back(WISH)
    (kept,) = await office.callbacks.open()
    assert (kept.contact, kept.number, kept.queue) == ("vaxel-1.1", E164, "support")
    assert (kept.source, kept.answers) == (CallbackSource.QUEUE, {"main": "fees"})
    assert kept.state is CallbackState.SCHEDULED, "while they are on the phone nobody calls"
    assert kept.due_ms > system_clock()
    assert line.variables[DONE] == "1"
    assert any("Vi ringer dig när" in said for said in line.played)
    (requested,) = await EventStream(redis, "demo").read(BEGINNING)
    assert "due" not in requested.fields, "no time was chosen"


async def test_a_caller_whose_number_cannot_be_called_goes_on(office: Office) -> None:
    line = session()
    assert not await calling(office, line, caller="").world.call_back(WISH)
    assert await office.callbacks.open() == ()
    assert not any("plats i kön" in said for said in line.played), "they have none"
    assert DONE not in line.variables


async def test_a_caller_who_will_be_called_already_is_told_so(office: Office) -> None:
    assert await calling(office, session("11")).world.call_back(WISH)
    line = session()
    assert not await calling(office, line, "vaxel-2.2").world.call_back(WISH)
    assert any("redan på tur" in said for said in line.played)
