"""Decisions of a whole city on one Redis: 10,000 agents with 5 skills each, 200 queues, n waiting.

Each agent serves 3 queues and has 5 skills of 12, languages and subjects, each on some level. Each
contact requires one of a dozen combinations, as call trees of such a city would, and relaxes in two
steps: a dozen lines a queue and more. All agents are busy and n contacts wait, the state in which
lines are long.

One decision gives an agent who is ready the longest waiting contact whom they can serve
(``match_agent``). Before it the agent becomes ready (``unpause``), which is what keeping an agent
in all of their lines costs; it is noted beside. Fifty become ready at a time: where everybody has
somebody waiting, nobody stays ready for long.

Times are those that the main thread of Redis has had the processor, as Linux counts them
(``schedstat``): neither the client counts nor whoever else wants the processor, which on a shared
machine decides over the 99th percentile of any clock on the wall. They hold what one decision costs
beyond its script, too: the bars of one alone are for a round trip by itself, reading and writing
the socket included; those of many for decisions in batches.

There is no peer: no open engine of queues keeps them outside of its own process. The bars are what
the platform has to hold with 100,000 waiting, and that a decision takes hardly longer then than
with 10,000, where each line has somebody too: O(log n).
"""

from __future__ import annotations

import asyncio
import random
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from redis.asyncio import Redis

from acd.keys import Keys
from acd.script import Call, Scripts
from acd.skills import Requirement, steps_to_wire
from store.stream import connect, stream_key
from tests.integration.conftest import start_redis
from tests.load.bench import CannotMeasure
from tests.load.ratios import Ratio
from tests.load.skills.picture import draw

QUEUES = [f"queue-{number}" for number in range(200)]
AGENTS = 10_000
SERVED = 3
SKILLS = [
    *(f"language.{tag}" for tag in ("sv", "da", "en", "fi", "ar", "so")),
    *(f"subject.{name}" for name in ("fees", "permits", "care", "school", "roads", "water")),
]
KNOWN = 5
WAITING = (100, 1_000, 10_000, 100_000)
NOTED = 10_000
DECISIONS = 1_000
BATCH = 50
ORG = "city"
CONTROLLER = "contact-centre-1-4711-5f0c29"
NOW_MS = 1_795_464_430_000

LONGEST_US = 2_000
LEAST_DECISIONS = 5_000
MOST_BYTES = 1_024


@dataclass(frozen=True, slots=True)
class Figures:
    """Microseconds of the server's processor in one round.

    Attributes:
        p99_us: Of a decision by itself.
        processor_us: Of a decision in a batch, the mean.
        ready_us: Of an agent's becoming ready, likewise.
    """

    p99_us: float
    processor_us: float
    ready_us: float


def measure(rounds: int) -> list[Ratio]:
    """The time and the memory that it takes."""
    if shutil.which("redis-server") is None:
        raise CannotMeasure("redis-server is missing; `make up` installs it")
    with tempfile.TemporaryDirectory() as folder:
        process, url = start_redis(Path(folder))
        try:
            return asyncio.run(_measure(url, process.pid, rounds))
        finally:
            process.terminate()
            process.wait()


async def _measure(url: str, server: int, rounds: int) -> list[Ratio]:
    figures: dict[int, list[Figures]] = defaultdict(list)
    async with connect(url) as redis:
        city = City(redis, server)
        await city.open()
        for waiting in WAITING:
            before, known = await city.memory(), city.waiting
            await city.queue_up_to(waiting)
            size = (await city.memory() - before) / (waiting - known)
            for _ in range(rounds + 1):  # the first warms up
                figures[waiting].append(await city.decide(min(DECISIONS, waiting // 2)))
            print(f"  {waiting:,} wait: {figures[waiting][-1]}", file=sys.stderr, flush=True)

    def of(name: str, waiting: int = WAITING[-1]) -> float:
        return float(median(getattr(one, name) for one in figures[waiting][1:]))

    def each(name: str) -> str:
        figures = (f"{of(name, waiting):.0f}" for waiting in WAITING)
        return f"{', '.join(figures)} µs with {WAITING[0]} to {WAITING[-1]:,}"

    spent = of("processor_us")
    growth = spent / of("processor_us", NOTED)
    curves = {
        "p99 of a decision by itself": [of("p99_us", waiting) for waiting in WAITING],
        "a decision in a batch": [of("processor_us", waiting) for waiting in WAITING],
        "becoming ready": [of("ready_us", waiting) for waiting in WAITING],
    }
    print(f"  drawn: {draw(WAITING, curves)}", file=sys.stderr, flush=True)
    becoming = f"becoming ready before it: {of('ready_us'):.0f} µs"
    name = f"skills, {WAITING[-1]:,} wait"
    return [
        Ratio(f"{name}: p99 of a decision, µs", of("p99_us"), LONGEST_US, each("p99_us"), True),
        Ratio(f"{name}: decisions/s of one core", 1e6 / spent, LEAST_DECISIONS, becoming),
        Ratio(f"{name}: time / with {NOTED:,}", growth, 2, each("processor_us"), True),
        Ratio(f"{name}: bytes each", size, MOST_BYTES, at_most=True),
    ]


class City:
    """The organisation, its agents and whoever waits."""

    def __init__(self, redis: Redis, server: int) -> None:
        self._redis = redis
        self._used = Path(f"/proc/{server}/task/{server}/schedstat")
        self._scripts = Scripts(redis, Keys(ORG))
        self._chance = random.Random(20)  # the same city each time
        self._bullseyes = [self._bullseye() for _ in range(12)]
        self.waiting = 0

    async def open(self) -> None:
        """Everybody is logged in and busy; the scripts are known."""
        calls: list[Call] = []
        for agent in range(AGENTS):
            queues = self._chance.sample(QUEUES, SERVED)
            skills = ",".join(
                f'"{skill}":{self._chance.randint(3, 10)}'
                for skill in self._chance.sample(SKILLS, KNOWN)
            )
            calls.append(
                ("login", NOW_MS, str(agent), f"p{agent}", f"{{{skills}}}", "{}", 1, 0, *queues)
            )
            calls.append(("pause", NOW_MS, str(agent), "lunch", ""))
        await self._run(calls)

    async def queue_up_to(self, waiting: int) -> None:
        """As many wait."""
        calls: list[Call] = []
        for number in range(self.waiting, waiting):
            queue, steps = self._chance.choice(QUEUES), self._chance.choice(self._bullseyes)
            contact = f"vaxel-{NOW_MS // 1000}.{number}"
            calls.append(
                ("join", NOW_MS + number, contact, queue, CONTROLLER, 20_000, 10_000, 0, 0, *steps)
            )
        self.waiting = waiting
        await self._run(calls)

    async def decide(self, decisions: int) -> Figures:
        """So many agents are ready again and given a contact; then all is put back."""
        now = NOW_MS + WAITING[-1]
        agents = [str(agent) for agent in self._chance.sample(range(AGENTS), decisions)]
        half = decisions // 2
        batch = min(BATCH, half)
        ready_us = processor_us = 0.0
        each: list[float] = []
        offers: list[Any] = []
        for begin in range(0, decisions, batch):
            some = agents[begin : begin + batch]
            began = self._processor_us()
            await self._run([("unpause", now, agent, "") for agent in some])
            ready_us += (self._processor_us() - began) / decisions
            calls: list[Call] = [("match_agent", now, agent, CONTROLLER) for agent in some]
            began = self._processor_us()
            if begin < half:
                offers += await self._run(calls)
                processor_us += (self._processor_us() - began) / half
                continue
            for call in calls:
                began = self._processor_us()
                offers += await self._run([call])
                each.append(self._processor_us() - began)

        back: list[Call] = []
        for agent, offer in zip(agents, offers, strict=True):
            if offer is not None:
                back.append(("refused", now, offer[1], offer[0], offer[3], "expired", 1))
            back.append(("pause", now, agent, "lunch", ""))
        await self._run(back)
        return Figures(quantiles(each, n=100)[98], processor_us, ready_us)

    async def memory(self) -> int:
        """Bytes that Redis uses for all but the events."""
        await self._redis.xtrim(stream_key(ORG), maxlen=0, approximate=False)
        return int((await self._redis.info("memory"))["used_memory"])

    def _processor_us(self) -> float:
        return int(self._used.read_text(encoding="ascii").split()[0]) / 1000

    async def _run(self, calls: Sequence[Call]) -> list[Any]:
        replies: list[Any] = []
        for begin in range(0, len(calls), BATCH):
            replies += await self._scripts.run_all(calls[begin : begin + BATCH])
        return replies

    def _bullseye(self) -> tuple[str | int, ...]:
        language, subject = self._chance.choice(SKILLS[:6]), self._chance.choice(SKILLS[6:])
        level = self._chance.randint(4, 8)
        return steps_to_wire(
            [
                Requirement(0, {language: 3, subject: level}),
                Requirement(60_000, {language: 3}),
                Requirement(180_000),
            ]
        )
