"""Which ready agent is first, queue by queue, and which of an agent's queues."""

from __future__ import annotations

import asyncio
import math
from collections import Counter, deque
from collections.abc import Iterable

import pytest

from acd.errors import AcdUnavailable
from acd.keys import Keys
from acd.model.agent import Agent, PhoneState
from acd.model.offer import Offer, RefusalReason
from acd.model.queue import Queue, Strategy
from acd.model.waiting import LeaveReason
from acd.script import Scripts
from acd.skills import Requirement
from acd.sweeper import Sweeper
from acd.upkeep import Tick, Upkeep
from tests.integration.acd.conftest import FEES, SUPPORT, House

pytestmark = pytest.mark.integration

STRATEGIES = "vaxel:{city}:strategies"


def working_by(strategy: Strategy, *, weight: int = 1) -> Queue:
    return Queue("fees", wrapup_seconds=0, strategy=strategy, weight=weight)


async def offered(house: House, queue: Queue, contact: str) -> Offer:
    await house.acd.join(contact, queue)
    offer = await house.acd.match(queue)
    assert offer is not None
    return offer


async def talk(house: House, queue: Queue, contact: str, seconds: float) -> str:
    """The agent who has a conversation of so many seconds."""
    offer = await offered(house, queue, contact)
    await house.acd.answered(offer)
    house.clock.forward(seconds)
    await house.acd.ended(offer, round(seconds * 1000))
    return offer.agent


async def test_fewest_calls_are_counted_by_queue_and_since_the_login(house: House) -> None:
    queue = working_by(Strategy.FEWEST_CALLS)
    await house.acd.upkeep.adopt([queue])
    await house.log_in("4001", FEES, SUPPORT)
    house.clock.forward(1)
    assert [await talk(house, queue, f"c-{n}", 60) for n in range(2)] == ["4001", "4001"]
    await talk(house, SUPPORT, "c-3", 60)
    await house.log_in("4002", FEES)
    # 4002 has idled for less, 4001 has answered more.
    house.clock.forward(1)
    assert [await talk(house, queue, f"d-{n}", 60) for n in range(3)] == ["4002", "4002", "4001"]
    await house.log_in("4001", FEES)  # afresh
    assert await talk(house, queue, "e-1", 60) == "4001"


async def test_round_robin_goes_on_behind_whoever_did_not_answer(house: House) -> None:
    queue = working_by(Strategy.ROUND_ROBIN)
    await house.acd.upkeep.adopt([queue])
    for agent in ("4001", "4002", "4003"):
        await house.log_in(agent)
        house.clock.forward(1)
    rung = []
    await house.acd.join("c-1", queue)
    for _ in range(5):
        offer = await house.acd.match(queue)
        assert offer is not None
        rung.append(offer.agent)
        house.clock.forward(1)
        # Ready at the old place: the longest idle would be rung again and again.
        await house.acd.refused(offer, RefusalReason.EXPIRED)
    assert rung == ["4001", "4002", "4003", "4001", "4002"]


async def test_the_least_occupied_is_whoever_was_busy_for_the_least_share_of_the_time(
    house: House,
) -> None:
    queue = working_by(Strategy.LEAST_OCCUPIED)
    await house.acd.upkeep.adopt([queue])
    await house.log_in("4001")
    house.clock.forward(1000)
    assert await talk(house, queue, "c-1", 100) == "4001"  # 100 of 1,100 s
    await house.log_in("4002")
    house.clock.forward(100)
    assert await talk(house, queue, "c-2", 10) == "4002"  # 10 of 110 s
    assert await talk(house, queue, "c-3", 10) == "4001"  # 110 of 1,220 s, is idle for less
    agents = [await house.redis.hget("vaxel:{city}:agents", agent) for agent in ("4001", "4002")]
    assert ['"occupancy":90' in str(agent) for agent in agents] == [True, True]


async def test_the_best_of_what_is_required_is_first_and_of_equals_the_longest_idle(
    house: House,
) -> None:
    queue = working_by(Strategy.BEST_SKILL)
    await house.acd.upkeep.adopt([queue])
    for agent, skills in {
        "4001": {"sv": 5, "tax": 5},
        "4002": {"sv": 9, "tax": 2},
        "4003": {"sv": 5, "tax": 6},
        "4004": {"sv": 5, "tax": 6},
    }.items():
        await house.agents.login(Agent(agent, "Somebody", ("fees",), skills), f"phone{agent}")
        house.clock.forward(1)

    async def chosen(contact: str, **skills: int) -> list[str]:
        await house.acd.join(contact, queue, require=[Requirement(0, skills)])
        made = []
        while (offer := await house.acd.match(queue)) is not None:
            made.append(offer)
            await house.acd.refused(offer, RefusalReason.BUSY)
        for offer in made:
            await house.agents.unpause(offer.agent)
            house.clock.forward(1)
        await house.acd.leave(contact, LeaveReason.ABANDONED)
        return [offer.agent for offer in made]

    assert await chosen("c-1", sv=5) == ["4002", "4001", "4003", "4004"]
    # The same line again, after the idle times have changed.
    assert await chosen("c-2", sv=5) == ["4002", "4001", "4003", "4004"]
    assert await chosen("c-3", sv=5, tax=1) == ["4002", "4003", "4004", "4001"]
    assert await chosen("c-4", tax=5) == ["4003", "4004", "4001"]
    # Where nothing is required, all are as good.
    assert await chosen("c-5") == ["4002", "4003", "4004", "4001"]


async def weighted(house: House, weights: dict[str, int], *skilled: str) -> Queue:
    queue = working_by(Strategy.WEIGHTED_RANDOM)
    await house.acd.upkeep.adopt([queue])
    for agent, weight in weights.items():
        skills = {"sv": 5} if agent in skilled else {}
        person = Agent(agent, "Somebody", ("fees",), skills, weight=weight)
        await house.agents.login(person, f"phone{agent}")
    return queue


async def test_the_weighted_are_drawn_as_often_as_their_weights_say(house: House) -> None:
    weights = {"4001": 1, "4002": 3, "4003": 6}
    queue = await weighted(house, weights)
    await house.acd.join("c-1", queue)
    draws, pairs, drawn = 1_200, Counter[tuple[str, str]](), ["4001"]
    for _ in range(draws):
        offer = await house.acd.match(queue)
        assert offer is not None
        pairs[drawn[-1], offer.agent] += 1
        drawn.append(offer.agent)
        await house.acd.refused(offer, RefusalReason.EXPIRED)
    # Of each draw after each other, so that one tells nothing of the next.
    total = sum(weights.values())
    expected = {
        (one, other): draws * weights[one] * weights[other] / total**2
        for one in weights
        for other in weights
    }
    chi_square = sum((pairs[pair] - mean) ** 2 / mean for pair, mean in expected.items())
    assert chi_square < 20.09  # 99 of 100 with 8 degrees of freedom; the draws are the same always


async def test_a_draw_is_fair_among_whoever_happens_to_be_ready(house: House) -> None:
    weights = {"4001": 1, "4002": 2, "4003": 3, "4004": 5, "4005": 8}
    skilled = ("4001", "4003", "4005")
    queue = await weighted(house, weights, *skilled)
    ready, busy = set(weights), deque[Offer]()
    foretold, variance = dict.fromkeys(weights, 0.0), dict.fromkeys(weights, 0.0)
    drawn = Counter[str]()
    for number in range(1_200):
        # Every third contact may have three of the agents only, in a line of their own.
        require = [Requirement(0, {"sv": 1})] if number % 3 == 0 else []
        able = ready & set(skilled) if require else ready
        await house.acd.join(f"c-{number}", queue, require=require)
        offer = await house.acd.match(queue)
        assert offer is not None
        among = sum(weights[agent] for agent in able)
        for agent in able:
            chance = weights[agent] / among
            foretold[agent] += chance
            variance[agent] += chance * (1 - chance)
        drawn[offer.agent] += 1
        ready.remove(offer.agent)
        busy.append(offer)
        while len(busy) > number % 2 + 1 or not ready & set(skilled):
            over = busy.popleft()
            await house.acd.leave(over.contact, LeaveReason.ABANDONED)
            ready.add(over.agent)
    assert all(
        abs(drawn[agent] - foretold[agent]) < 3 * math.sqrt(variance[agent]) for agent in weights
    )


@pytest.mark.parametrize("strategy", Strategy)
async def test_who_has_missed_an_offer_stands_last(house: House, strategy: Strategy) -> None:
    queue = working_by(strategy)
    await house.acd.upkeep.adopt([queue])
    for agent in ("4001", "4002", "4003"):
        person = Agent(agent, "Somebody", ("fees",), {"sv": 10 - int(agent) % 10})
        await house.agents.login(person, f"phone{agent}")
        house.clock.forward(1)
    await house.acd.join("c-1", queue, require=[Requirement(0, {"sv": 1})])
    rung = []
    for _ in range(6):
        offer = await house.acd.match(queue)
        assert offer is not None
        rung.append(offer.agent)
        house.clock.forward(1)
        await house.acd.refused(offer, RefusalReason.NO_ANSWER, missed_offers=3)
    assert len(set(rung[:3])) == len(set(rung[3:])) == 3


async def test_a_strategy_that_changes_puts_those_who_are_ready_in_order_at_once(
    house: House,
) -> None:
    await house.log_in("4001", FEES, SUPPORT)
    house.clock.forward(1)
    await house.log_in("4002", FEES)
    queue = working_by(Strategy.FEWEST_CALLS)
    assert await talk(house, queue, "c-1", 5) == "4001"
    assert await talk(house, queue, "c-2", 5) == "4002"
    assert await talk(house, queue, "c-3", 5) == "4001"
    house.clock.forward(1)
    # Who has answered least is 4002; the longest idle, 4001.
    await house.agents.pause("4002", "lunch")
    await house.agents.unpause("4002")
    assert set(await house.acd.upkeep.adopt([queue])) == {"4001", "4002"}
    before = await house.everything()
    assert await house.other.upkeep.adopt([queue, SUPPORT]) == ()
    assert await house.everything() == before
    assert (await offered(house, queue, "d-1")).agent == "4002"
    await house.acd.leave("d-1", LeaveReason.ABANDONED)
    for strategy in Strategy:
        await house.acd.upkeep.adopt([working_by(strategy)])
    assert set(await house.acd.upkeep.adopt([FEES])) == {"4001", "4002"}
    assert not await house.redis.exists(STRATEGIES)
    assert (await offered(house, FEES, "d-2")).agent == "4001"


async def test_nothing_is_kept_of_a_queue_that_is_gone_once_nobody_is_in_it(house: House) -> None:
    drawn = working_by(Strategy.WEIGHTED_RANDOM)
    await house.acd.upkeep.adopt([drawn])
    for agent in ("4001", "4002"):
        await house.log_in(agent)
    offer = await offered(house, drawn, "c-1")
    await house.acd.answered(offer)
    await house.acd.ended(offer, 1)
    await house.agents.unpause(offer.agent)
    before = await house.everything()
    await house.acd.upkeep.adopt([SUPPORT])
    assert await house.everything() == before
    for agent in ("4001", "4002"):
        await house.agents.logout(agent)
    await house.acd.upkeep.adopt([SUPPORT])
    kept = await house.everything()
    assert not {key for key in kept if key.endswith((":strategies", ":pace"))}


async def test_an_agent_takes_the_queue_that_weighs_more_unless_the_other_waits_long_enough(
    house: House,
) -> None:
    urgent = Queue("urgent", weight=3)
    await house.acd.upkeep.adopt([FEES, urgent])
    await house.acd.join("c-1", FEES)
    house.clock.forward(20)
    await house.acd.join("u-1", urgent)
    house.clock.forward(10)
    await house.acd.join("u-2", urgent)
    house.clock.forward(1)  # 31 s against three times 11 s and three times 1 s
    taken = []
    for agent in ("4001", "4002", "4003"):
        await house.log_in(agent, FEES, urgent)
        offer = await house.acd.match_agent(agent)
        assert offer is not None
        taken.append(offer.contact)
    assert taken == ["u-1", "c-1", "u-2"]


async def test_time_pairs_whoever_is_left_by_the_weights_of_their_queues(house: House) -> None:
    urgent = Queue("urgent", weight=100)
    await house.acd.upkeep.adopt([urgent])
    sv = [Requirement(0, {"sv": 1})]
    await house.acd.join("c-1", FEES)
    house.clock.forward(1)
    await house.acd.join("c-2", FEES, require=sv)
    house.clock.forward(8)
    await house.acd.join("u-1", urgent, require=sv)
    house.clock.forward(1)
    able = Agent("4001", "Somebody", ("fees", "urgent"), {"sv": 3})
    await house.agents.login(able, "phone1")
    (offer,) = (await house.acd.upkeep.tick([FEES, urgent])).offers
    assert offer.contact == "u-1"
    await house.acd.leave("u-1", LeaveReason.ABANDONED)
    await house.acd.upkeep.adopt([Queue("urgent")])
    (offer,) = (await house.acd.upkeep.tick([FEES, urgent])).offers
    assert offer.contact == "c-1"


async def test_a_phone_that_comes_back_leads_its_agent_to_the_place_by_the_strategy(
    house: House,
) -> None:
    queue = working_by(Strategy.ROUND_ROBIN)
    await house.acd.upkeep.adopt([queue])
    for agent in ("4001", "4002"):
        await house.log_in(agent)
        house.clock.forward(1)
    await house.agents.phones_are({"phone4001": PhoneState.IN_USE})
    assert await house.acd.upkeep.adopt([working_by(Strategy.FEWEST_CALLS)]) == ("4002",)
    await house.acd.upkeep.adopt([queue])
    assert await house.agents.phones_are({"phone4001": PhoneState.WELL}) == ("4001",)
    assert (await offered(house, queue, "c-1")).agent == "4001"


async def none_alive() -> None:
    return None


async def test_what_the_file_says_anew_is_told_at_the_next_round(house: House) -> None:
    queues = [working_by(Strategy.ROUND_ROBIN, weight=4), SUPPORT]
    sweeper = Sweeper(house.acd.upkeep, lambda: queues, none_alive)
    await sweeper.round()
    assert await house.redis.hgetall(STRATEGIES) == {"fees": "round_robin|4|1"}
    queues[0] = working_by(Strategy.LEAST_OCCUPIED)
    await sweeper.round()
    assert await house.redis.hgetall(STRATEGIES) == {"fees": "least_occupied|1|1"}
    await house.redis.delete(STRATEGIES)
    await sweeper.round()  # nothing is new, nothing has failed
    assert not await house.redis.exists(STRATEGIES)


class Unsteady(Upkeep):
    """Finds Redis away at times."""

    away = False
    told = 0

    async def adopt(self, queues: Iterable[Queue]) -> tuple[str, ...]:
        self.told += 1
        return await super().adopt(queues)

    async def tick(self, queues: Iterable[Queue]) -> Tick:
        if self.away:
            self.away = False
            raise AcdUnavailable("no reply in time")
        return await super().tick(queues)


async def test_a_redis_that_was_away_is_told_again(
    house: House, acd_log: asyncio.Queue[str]
) -> None:
    upkeep = Unsteady(Scripts(house.redis, Keys(house.org)), house.org, house.clock, "three")
    sweeper = Sweeper(upkeep, lambda: [working_by(Strategy.ROUND_ROBIN)], none_alive)
    await sweeper.round()
    await house.redis.delete(STRATEGIES)  # it has lost what was not on disk
    upkeep.away = True
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        running = group.create_task(sweeper.run())
        assert [await acd_log.get(), await acd_log.get()] == ["WARNING", "INFO"]
        running.cancel()
    assert upkeep.told == 2
    assert await house.redis.hgetall(STRATEGIES) == {"fees": "round_robin|1|1"}


@pytest.mark.parametrize("weight", [0, 101])
def test_a_weight_lies_between_1_and_100(weight: int) -> None:
    with pytest.raises(ValueError, match="weight from 1 to 100"):
        Queue("fees", weight=weight)
    with pytest.raises(ValueError, match="weight from 1 to 100"):
        Agent("4001", "Somebody", ("fees",), weight=weight)
