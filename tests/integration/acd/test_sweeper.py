"""The upkeep of an organisation: rounds with a hand-moved clock, and the loop around them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from pathlib import Path

import pytest

from acd.model.agent import AgentState
from acd.model.queue import Queue
from acd.sweeper import Sweeper
from store.stream import connect
from tests.integration.acd.conftest import FEES, SUPPORT, House
from tests.integration.conftest import start_redis

pytestmark = pytest.mark.integration


class FakeAsterisk:
    """Knows which contacts have a channel; ``None`` while it cannot be asked."""

    def __init__(self) -> None:
        self.live: Collection[str] | None = ()
        self.asked = 0

    async def live_contacts(self) -> Collection[str] | None:
        self.asked += 1
        return self.live


@pytest.fixture
def asterisk() -> FakeAsterisk:
    return FakeAsterisk()


def queues() -> Collection[Queue]:
    return (FEES, SUPPORT)


@pytest.fixture
def sweeper(house: House, asterisk: FakeAsterisk) -> Sweeper:
    return Sweeper(house.acd.upkeep, queues, asterisk.live_contacts)


async def test_a_round_brings_together_all_who_can_be(house: House, sweeper: Sweeper) -> None:
    for number in range(5):
        await house.acd.join(f"c-{number}", FEES)
        await house.acd.join(f"s-{number}", SUPPORT)
        await house.log_in(f"1{number}", FEES)
    for number in range(3):
        await house.log_in(f"2{number}", SUPPORT)
    await sweeper.round()
    snapshot = await house.acd.snapshot(queues())
    assert snapshot.agents[AgentState.RESERVED] == 8
    assert snapshot.agents[AgentState.READY] == 0


async def test_a_round_renews_the_lease(house: House, sweeper: Sweeper) -> None:
    await house.acd.join("c-1", FEES)
    for _ in range(5):
        house.clock.forward(9)
        await sweeper.round()
    assert (await house.other.upkeep.sweep()).adrift == ()


async def test_the_pause_after_a_round_ends_when_something_is_due(
    house: House, sweeper: Sweeper
) -> None:
    assert await sweeper.round() == pytest.approx(10 / 3)
    offer = await house.offer()
    await house.acd.answered(offer)
    await house.acd.ended(offer, 1)
    house.clock.forward(8.5)
    assert await sweeper.round() == pytest.approx(1.5)
    house.clock.forward(1.5)
    await sweeper.round()
    assert await house.agent_state() is AgentState.READY


async def test_an_agent_whose_wrapup_is_over_gets_the_next_contact_in_the_same_round(
    house: House, sweeper: Sweeper
) -> None:
    offer = await house.offer()
    await house.acd.answered(offer)
    await house.acd.ended(offer, 1)
    await house.acd.join("c-2", FEES)
    house.clock.forward(10)
    await sweeper.round()
    following = await house.acd.current_offer("c-2")
    assert following is not None
    assert following.agent == "4001"


async def test_conversations_without_controller_end_when_asterisk_knows_them_no_more(
    house: House, sweeper: Sweeper, asterisk: FakeAsterisk
) -> None:
    offer = await house.offer()
    await house.acd.answered(offer)
    await house.other.join("d-1", FEES)
    await sweeper.round()
    assert asterisk.asked == 0, "nobody is adrift"

    heir = Sweeper(house.controller("three").upkeep, queues, asterisk.live_contacts)
    house.clock.forward(10)
    for live in (["c-1"], None):
        asterisk.live = live
        await heir.round()
        assert await house.agent_state() is AgentState.TALKING
    asterisk.live = []
    await heir.round()
    assert await house.agent_state() is AgentState.WRAPUP


async def test_the_loop_survives_redis_and_says_so_once(
    tmp_path: Path, asterisk: FakeAsterisk, acd_log: asyncio.Queue[str]
) -> None:
    redis, url = start_redis(tmp_path)
    async with connect(url) as client:
        house = House(client)
        sweeper = Sweeper(house.acd.upkeep, queues, asterisk.live_contacts)
        running = asyncio.create_task(sweeper.run())
        try:
            await house.acd.upkeep.renew()
            redis.kill()
            redis.wait()
            sweeper.poke()
            assert await acd_log.get() == "WARNING"
            redis, _ = start_redis(tmp_path)
            await house.acd.join("c-1", FEES)
            await house.log_in("4001")
            assert await acd_log.get() == "INFO"
            sweeper.poke()
            while await house.acd.current_offer("c-1") is None:
                continue
            assert acd_log.empty()
        finally:
            running.cancel()
            await asyncio.wait([running])
            redis.terminate()
            redis.wait()


@pytest.mark.parametrize("order", [(FEES, SUPPORT), (SUPPORT, FEES)])
async def test_an_agent_whose_wrapup_is_over_gets_who_waits_longest_over_all_their_queues(
    house: House, order: tuple[Queue, Queue]
) -> None:
    await house.log_in("4001", FEES, SUPPORT)
    await house.acd.join("c-1", FEES)
    offer = await house.acd.match(FEES)
    assert offer is not None
    await house.acd.answered(offer)
    await house.acd.ended(offer, 1_000)
    await house.acd.join("waits-longest", SUPPORT)
    house.clock.forward(1)
    await house.acd.join("came-later", FEES)
    house.clock.forward(FEES.wrapup_seconds)
    (made,) = (await house.acd.upkeep.tick(order)).offers
    assert made.contact == "waits-longest"
