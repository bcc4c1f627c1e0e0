"""The estimate against the waits that follow, in virtual time, by the very scripts.

Calls arrive at random and talk for exponential times, as the theory of queues has it. Whoever has
to wait is estimated at joining; what is compared is what the estimate claims: that eight waits in
ten lie in the range, and that the expected wait is right on average.

Waits of one busy spell are alike, so that a thousand calls tell about as much as a hundred
independent ones: a share of 0.8 is then known to ± 0.04, a mean to ± 10 %, and each bound below
lies about twice that away. The seeds are fixed; the same run always ends in the same way.
"""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass, field

import pytest

from acd.model.offer import Offer
from acd.model.queue import Queue
from acd.model.waiting import Estimate
from tests.integration.acd.conftest import START_MS, House

pytestmark = pytest.mark.integration

ONE = Queue("one", wrapup_seconds=0)
TWO = Queue("two", wrapup_seconds=0)
LEARNT = 100  # calls until the shares and means have settled


@dataclass(frozen=True)
class Load:
    """Calls of a queue.

    Attributes:
        every: Seconds between two arrivals, on average.
        talk: Seconds of a conversation with its after-call work, on average.
    """

    every: float
    talk: float


@dataclass
class Day:
    """A queue's calls from arrival to end, one event after the other.

    Attributes:
        told: (queue, estimate, wait in ms) of those who had to wait and were estimated.
    """

    house: House
    loads: dict[Queue, Load]
    seed: int
    told: list[tuple[Queue, Estimate, int]] = field(default_factory=list)

    async def run(self, calls: int) -> None:
        """So many calls arrive; all of them are served."""
        chance = random.Random(self.seed)
        queues = {queue.name: queue for queue in self.loads}
        coming: list[tuple[int, int, Queue | Offer]] = []
        number, arrivals = 0, 0
        joined: dict[str, tuple[int, Estimate | None]] = {}
        for queue, load in self.loads.items():
            first = START_MS + round(chance.expovariate(1 / load.every) * 1000)
            heapq.heappush(coming, (first, number, queue))
            number += 1
        while coming:
            now, _, what = heapq.heappop(coming)
            self.house.clock.now_ms = now
            if isinstance(what, Queue):
                contact = f"c-{number}"
                await self.house.acd.join(contact, what)
                place = await self.house.acd.place(contact)
                assert place is not None
                joined[contact] = now, None if place.ready else place.estimate
                offer = await self.house.acd.match(what) if place.ready else None
                arrivals += 1
                if arrivals < calls:
                    after = now + round(chance.expovariate(1 / self.loads[what].every) * 1000)
                    heapq.heappush(coming, (after, number, what))
            else:
                await self.house.acd.ended(what, 0)
                offer = await self.house.acd.match_agent(what.agent)
            if offer is not None:
                await self.house.acd.answered(offer)
                queue = queues[offer.queue]
                came, estimate = joined.pop(offer.contact)
                if estimate is not None and arrivals > LEARNT:
                    self.told.append((queue, estimate, now - came))
                talk = chance.expovariate(1 / self.loads[queue].talk)
                heapq.heappush(coming, (now + round(talk * 1000), number + 1, offer))
            number += 2

    def of(self, queue: Queue) -> Truth:
        """How true the estimates of a queue were."""
        told = [(estimate, wait) for name, estimate, wait in self.told if name == queue]
        return Truth(
            len(told),
            sum(wait < estimate.low_ms for estimate, wait in told) / len(told),
            sum(wait > estimate.high_ms for estimate, wait in told) / len(told),
            sum(wait for _, wait in told) / len(told),
            sum(estimate.expected_ms for estimate, _ in told) / len(told),
        )


@dataclass(frozen=True)
class Truth:
    """Estimates and what came of them: shares, and means in milliseconds."""

    number: int
    shorter: float
    longer: float
    waited: float
    expected: float

    @property
    def inside(self) -> float:
        return 1 - self.shorter - self.longer

    @property
    def bias(self) -> float:
        """By how much of the mean wait the expected one is too long."""
        return self.expected / self.waited - 1


async def test_eight_waits_in_ten_lie_in_the_range_and_the_mean_is_right(house: House) -> None:
    for agent in range(6):
        await house.log_in(str(agent), ONE)
    day = Day(house, {ONE: Load(every=31, talk=180)}, seed=7)  # 97 % busy
    await day.run(1000)
    truth = day.of(ONE)
    assert truth.number > 500
    assert truth.inside == pytest.approx(0.8, abs=0.08)
    assert truth.bias == pytest.approx(0, abs=0.2)


async def test_shared_agents_count_by_their_share(house: House) -> None:
    for agent in range(6):
        await house.log_in(str(agent), ONE, TWO)
    day = Day(house, {ONE: Load(every=45, talk=180), TWO: Load(every=90, talk=160)}, seed=8)
    await day.run(1200)
    for queue in (ONE, TWO):
        truth = day.of(queue)
        assert truth.number > 200
        # Long or short, the other line is taken to be as usual: a little is told too much of a
        # line that is shorter than usual when one joins it.
        assert truth.bias == pytest.approx(0.1, abs=0.25)
        assert truth.inside == pytest.approx(0.8, abs=0.12)
    # The same agents taken for whole promise the callers of the smaller queue less than half.
    capacity = int((await house.redis.hgetall("vaxel:{city}:pace"))["capacity|two"]) / 1_000_000
    assert day.of(TWO).expected * capacity / 6 < 0.5 * day.of(TWO).waited
