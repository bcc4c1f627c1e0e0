"""More callers than agents can serve, in virtual time: who gets how much of them, and who waits.

Callers of each kind come at equal distances and every talk takes as long, so that what comes out is
what a fluid model says. While the lines grow, agents of several queues keep the weighted waits
equal: the wait of kind i grows by c / weight i a second, with c as large as what is left over, and
so a share of 1 - c / weight i of its callers is served.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import pytest

from acd.model.agent import Agent
from acd.model.offer import Offer
from acd.model.queue import Queue
from acd.model.waiting import LeaveReason
from acd.skills import Requirement
from tests.integration.acd.conftest import START_MS, House

pytestmark = pytest.mark.integration

TALK_S = 90
TEAM = 2
HOUR_S = 3600  # the first is left out of what is counted
LATER = 2  # hours that follow
END_S = (1 + LATER) * HOUR_S


@dataclass(frozen=True)
class Kind:
    """Callers of one kind, one every so many seconds, served by everybody who has the skill."""

    weight: int = 1
    every_s: int = 60
    credit_s: int = 0
    patience_s: int = 0
    skill: str = ""

    def queue(self, number: int) -> Queue:
        return Queue(f"q{number}", wrapup_seconds=0, weight=self.weight)


class Day:
    """So many callers of each kind were answered, and so long each of them had waited (s)."""

    def __init__(self, house: House, kinds: Sequence[Kind]) -> None:
        self._house = house
        self._kinds = {f"q{number}": kind for number, kind in enumerate(kinds)}
        self._queues = [kind.queue(number) for number, kind in enumerate(kinds)]
        self._order = count()
        self._steps: list[tuple[int, int, Queue | Offer | str]] = []
        self._since: dict[str, int] = {}
        self.waits: dict[str, list[tuple[int, int]]] = defaultdict(list)

    def _then(self, at_s: int, whom: Queue | Offer | str) -> None:
        """The next of a queue comes, a talk is over, somebody hangs up."""
        heapq.heappush(self._steps, (at_s, next(self._order), whom))

    async def run(self) -> None:
        await self._house.acd.upkeep.adopt(self._queues)
        names = tuple(queue.name for queue in self._queues)
        for number in range(TEAM):
            skills = {"language.da": 5} if number == 0 else {}
            await self._house.agents.login(Agent(str(number), "", names, skills), f"p{number}")
        for number, queue in enumerate(self._queues):
            self._then(7 * number, queue)
        while True:
            now, _, whom = heapq.heappop(self._steps)
            if now > END_S:
                return
            self._house.clock.now_ms = START_MS + 1000 * now
            if isinstance(whom, Queue):
                await self._comes(whom, now)
            elif isinstance(whom, Offer):
                await self._house.acd.ended(whom, TALK_S * 1000)
                await self._talk(await self._house.acd.match_agent(whom.agent), now)
            elif whom in self._since:
                del self._since[whom]
                await self._house.acd.leave(whom, LeaveReason.ABANDONED)

    async def _comes(self, queue: Queue, now: int) -> None:
        kind, contact = self._kinds[queue.name], f"{queue.name}-{now}"
        self._then(now + kind.every_s, queue)
        self._since[contact] = now
        require = [Requirement(0, {kind.skill: 3})] if kind.skill else []
        acd = self._house.acd
        await acd.join(contact, queue, credit_ms=1000 * kind.credit_s, require=require)
        if kind.patience_s:
            self._then(now + kind.patience_s, contact)
        await self._talk(await acd.match(queue), now)

    async def _talk(self, offer: Offer | None, now: int) -> None:
        if offer is not None:
            await self._house.acd.answered(offer)
            self.waits[offer.queue].append((now, now - self._since.pop(offer.contact)))
            self._then(now + TALK_S, offer)

    def longest(self, number: int) -> int:
        return max(wait for _, wait in self.waits[f"q{number}"])

    def last(self, number: int) -> int:
        return self.waits[f"q{number}"][-1][1]

    def served(self, number: int) -> int:
        return sum(at >= HOUR_S for at, _ in self.waits[f"q{number}"])


@pytest.mark.parametrize("weights", [(1, 1), (3, 1), (2, 3, 4)])
async def test_under_overload_agents_divide_their_time_by_the_weights(
    house: House, weights: tuple[int, ...]
) -> None:
    kinds = [Kind(weight, every_s=30 * len(weights)) for weight in weights]
    day = Day(house, kinds)
    await day.run()

    left_over = 1 / 30 - TEAM / TALK_S  # callers a second whom nobody serves
    growth = left_over / sum(1 / (kind.every_s * kind.weight) for kind in kinds)
    for number, kind in enumerate(kinds):
        share = 1 - growth / kind.weight
        expected = LATER * HOUR_S / kind.every_s * share
        assert day.served(number) == pytest.approx(expected, abs=2)
        assert day.last(number) * kind.weight == pytest.approx(growth * END_S, rel=0.05)


async def test_a_priority_puts_others_back_by_its_credit_and_no_more(house: House) -> None:
    day = Day(house, [Kind(), Kind(credit_s=600)])
    await day.run()
    assert day.last(0) - day.last(1) == pytest.approx(600, abs=TALK_S)
    assert day.served(0) == pytest.approx(day.served(1), abs=1)


async def test_who_weighs_least_is_served_beside_urgent_callers_without_end(house: House) -> None:
    """The urgent alone are more than can be served; what bounds their wait bounds the others'."""
    urgent, patient = Kind(weight=10, every_s=20, patience_s=120), Kind(every_s=600)
    day = Day(house, [urgent, patient])
    await day.run()
    longest = urgent.weight * urgent.patience_s
    assert longest / 2 < day.longest(1) <= longest + TALK_S
    assert day.served(1) == pytest.approx(LATER * HOUR_S / 600, abs=1)


async def test_who_needs_a_rare_agent_waits_no_longer_than_others(house: House) -> None:
    rare = Kind(every_s=100, skill="language.da")
    day = Day(house, [Kind(every_s=50), rare])
    await day.run()
    assert day.longest(1) <= day.longest(0) + TALK_S
    assert day.served(1) > 45
