"""From the hang-up of an agent's phone to its next ring, by Växel's queue and by app_queue.

One platform, one Asterisk, one phone; each block fills one of the two queues with callers and lets
the agent serve them one after the other: answer, talk for a moment, hang up. A sample begins with
the BYE that the agent's phone sends and ends with the INVITE that it gets. There is no wrap-up time
on either side, and blocks alternate.

Beside it, what app_queue is best at: a caller who comes while the agent is free, from the caller's
INVITE to the agent's. There it need not wait for its timer; Växel has a call tree to walk. This is
told and has no bar.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from statistics import median, quantiles

from acd.agents import Agents
from acd.clock import system_clock
from acd.distributor import Distributor
from acd.model.agent import Agent
from ivr.softphone import Line, Phone, Softphones
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.platform import ORG, Platform
from tests.e2e.rig.short_calls import QUEUE
from tests.load.proofs.crowd import STRAIGHT, crowded_trees
from tests.load.ratios import CannotMeasure, Ratio
from tests.load.ringing.peer import NUMBER, PHONE, Peer

BLOCKS = 3
"""Of each side in one round."""

SAMPLES = 24
"""Of one block: three rounds have 216 of each side."""

COMING = 8
"""Callers of one block who come while the agent is free."""

TALK_S = 0.2, 1.2
"""Between these, evenly: app_queue looks once a second, and no moment of it shall be preferred."""

AGENT = "4001"

Side = str
OURS, THEIRS = "Växel", "app_queue"


def measure(rounds: int) -> list[Ratio]:
    """Ratios of median and 99th percentile.

    Raises:
        CannotMeasure: The platform did not start, or a call was not served.
    """
    freed, coming = asyncio.run(_measure(rounds))
    told = "; ".join(f"{side} {_told(freed[side])}" for side in (OURS, THEIRS))
    best = "; ".join(f"{side} {_told(coming[side])}" for side in (OURS, THEIRS))
    name = "agent free to phone rings, Växel / app_queue"
    return [
        Ratio(
            f"{name}, median",
            median(freed[OURS]) / median(freed[THEIRS]),
            1.0,
            f"{told}; a caller comes to a free agent: {best}",
            at_most=True,
        ),
        Ratio(f"{name}, p99", _p99(freed[OURS]) / _p99(freed[THEIRS]), 1.0, told, at_most=True),
    ]


def _p99(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=100, method="inclusive")[98]


def _told(seconds: Sequence[float]) -> str:
    return (
        f"{1000 * median(seconds):.0f} ms, p99 {1000 * _p99(seconds):.0f}, "
        f"best {1000 * min(seconds):.0f} ({len(seconds)})"
    )


async def _measure(rounds: int) -> tuple[dict[Side, list[float]], dict[Side, list[float]]]:
    platform = Platform(partial(crowded_trees, wrapup_s=0))
    freed: dict[Side, list[float]] = defaultdict(list)
    coming: dict[Side, list[float]] = defaultdict(list)
    try:
        await platform.start()
        async with Softphones() as softphones:
            bench = await _Bench.ready(platform, softphones)
            for number in range(rounds):
                for _ in range(BLOCKS):
                    for side in (OURS, THEIRS):
                        freed[side] += await bench.serve(side)
                        coming[side] += await bench.come(side)
                told = ", ".join(f"{side} {_told(freed[side])}" for side in freed)
                print(f"  round {number + 1} of {rounds}: {told}", file=sys.stderr, flush=True)
    except (AssertionError, TimeoutError) as failure:
        raise CannotMeasure(f"{failure!r}") from failure
    finally:
        await platform.stop()
        platform.remove()
    return freed, coming


class _Bench:
    """The agent's phone, the callers', and both queues."""

    def __init__(self, platform: Platform, agent: Phone, caller: Phone) -> None:
        self._platform = platform
        self._agent = agent
        self._caller = caller
        self._peer = Peer(platform)
        self._chance = random.Random(7)
        self._agents = Agents(platform.redis, ORG, system_clock)
        self._queues = Distributor(platform.redis, ORG, system_clock, "bench")
        self._numbers = {OURS: STRAIGHT, THEIRS: NUMBER}
        self._begin: dict[Side, Callable[[], Awaitable[object]]] = {
            OURS: self._unpause,
            THEIRS: self._peer.unpause,
        }
        self._end: dict[Side, Callable[[], Awaitable[object]]] = {
            OURS: lambda: self._agents.pause(AGENT, "break"),
            THEIRS: self._peer.pause,
        }

    @classmethod
    async def ready(cls, platform: Platform, softphones: Softphones) -> _Bench:
        """The agent is known to both queues, and available to none."""
        passwords = platform.secrets.phones
        agent = await softphones.phone(PHONE, passwords[PHONE], platform.server)
        caller = await softphones.phone(
            "caller", passwords["caller"], platform.server, register=False
        )
        bench = cls(platform, agent, caller)
        await bench._agents.login(Agent(AGENT, "bench", (QUEUE,)), PHONE)
        await bench._agents.pause(AGENT, "break")
        await bench._peer.set_up()
        return bench

    async def serve(self, side: Side) -> list[float]:
        """Callers wait, and the agent takes one after the other; seconds to each next ring."""
        callers = [await self._caller.call(self._numbers[side]) for _ in range(SAMPLES + 1)]
        await self._until_waiting(side, len(callers))
        await self._begin[side]()
        loop, free, seconds = asyncio.get_running_loop(), 0.0, list[float]()
        for number in range(len(callers)):
            line = await self._agent.ring(20)
            if number:
                seconds.append(loop.time() - free)
            free = await self._talk(line)
        await self._end[side]()
        await asyncio.gather(*(caller.wait_closed() for caller in callers))
        return seconds

    async def come(self, side: Side) -> list[float]:
        """Callers come one by one while the agent is free; seconds from INVITE to INVITE."""
        loop, seconds = asyncio.get_running_loop(), list[float]()
        await self._begin[side]()
        for _ in range(COMING):
            await asyncio.sleep(0.3)
            came = loop.time()
            caller = await self._caller.dial(self._numbers[side])
            line = await self._agent.ring(20)
            seconds.append(loop.time() - came)
            await self._talk(line)
            await caller.wait_closed()
        await self._end[side]()
        return seconds

    async def _talk(self, line: Line) -> float:
        """Answer and hang up; when that was."""
        await line.answer()
        await asyncio.sleep(self._chance.uniform(*TALK_S))
        free = asyncio.get_running_loop().time()
        await line.hang_up()
        return free

    async def _unpause(self) -> None:
        await self._agents.unpause(AGENT)
        await self._queues.match_agent(AGENT)

    async def _until_waiting(self, side: Side, callers: int) -> None:
        if side == THEIRS:
            await self._peer.wait_for(callers)
            return

        async def there() -> bool:
            return (await self._queues.figures(QUEUE)).waiting == callers

        await eventually(there, seconds=30, why=f"{callers} callers wait in Växel's queue")
