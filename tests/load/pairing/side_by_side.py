"""Pairs a second: the distributor's whole transition beside a bare pop-pop-write script.

All run on the same private Redis, in turn within each round. The bare script does less than a
product must (see ``bare.lua``); what ours does beyond it is two records, the agent's state, the
reservation's due time, the event in the stream and the message to the contact's owner.

The peer is that script as redis-py runs it when nothing is said: ``register_script`` on a client
with its defaults. With several calls in hand ours must reach 0.8 of it. One at a time a round trip
is so short on a Unix socket (70 µs) that the 20 µs which our transition takes longer inside Redis
show: 0.6. Beside the same script on *our* client, which is leaner, they show more, and in a
pipeline of a hundred there is nothing else: some 15 commands against six. Those two bars only guard
against decay.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

from redis.asyncio import Redis

from acd.clock import system_clock
from acd.distributor import Distributor
from acd.keys import Keys
from acd.model.queue import Queue
from acd.script import Scripts
from store.stream import connect
from tests.integration.conftest import start_redis
from tests.load.bench import CannotMeasure
from tests.load.ratios import Ratio, of_rounds

PAIRS = 2_000
QUEUE = Queue("support")
BATCH = 100
BARE = (Path(__file__).parent / "bare.lua").read_text(encoding="utf-8")

Pair = Callable[[], Awaitable[object]]


def measure(rounds: int) -> list[Ratio]:
    """Ratios to the bare script: one at a time, 16 at once, and by the hundred."""
    if shutil.which("redis-server") is None:
        raise CannotMeasure("redis-server is missing; `make up` installs it")
    with tempfile.TemporaryDirectory() as folder:
        process, url = start_redis(Path(folder))
        try:
            return asyncio.run(_measure(url, rounds))
        finally:
            process.terminate()
            process.wait()


async def _measure(url: str, rounds: int) -> list[Ratio]:
    figures: dict[str, list[float]] = defaultdict(list)
    async with connect(url) as lean, Redis.from_url(url) as plain:
        for number in range(rounds + 1):  # the first warms up
            for width in (1, 16):
                figures[f"peer {width}"].append(await _at_once(await _peer(plain), width))
                figures[f"bare {width}"].append(await _at_once((await _bare(lean))[0], width))
                figures[f"ours {width}"].append(await _at_once((await _ours(lean))[0], width))
            figures["bare pipe"].append(await _pipelined((await _bare(lean))[1]))
            figures["ours pipe"].append(await _pipelined((await _ours(lean))[1]))
            print(f"  round {number} of {rounds}", file=sys.stderr, flush=True)

    def ratio(name: str, ours: str, theirs: str, bar: float) -> Ratio:
        mine, others = figures[ours][1:], figures[theirs][1:]
        note = f"{median(mine):,.0f} and {median(others):,.0f} pairs/s"
        return Ratio(f"pairing, {name}", of_rounds(mine, others), bar, note)

    return [
        ratio("one at a time / bare script on redis-py as it comes", "ours 1", "peer 1", 0.6),
        ratio("16 at once / bare script on redis-py as it comes", "ours 16", "peer 16", 0.8),
        ratio("one at a time / bare script on our client", "ours 1", "bare 1", 0.4),
        ratio(f"{BATCH} in a pipeline / bare script, likewise", "ours pipe", "bare pipe", 0.25),
    ]


async def _at_once(one: Pair, width: int) -> float:
    async def lane() -> None:
        for _ in range(PAIRS // width):
            if await one() is None:
                raise AssertionError("nobody left to pair")

    begun = time.perf_counter()
    await asyncio.gather(*(lane() for _ in range(width)))
    return (PAIRS // width) * width / (time.perf_counter() - begun)


async def _pipelined(many: Pair) -> float:
    begun = time.perf_counter()
    for _ in range(PAIRS // BATCH):
        await many()
    return PAIRS / (time.perf_counter() - begun)


async def _peer(redis: Redis) -> Pair:
    """A full house for the bare script; how to pair one, as redis-py's manual would have it."""
    await _fill(redis)
    script = redis.register_script(BARE)

    async def one() -> object:
        return await script(keys=["waiting", "idle", "pair:"], args=[system_clock()])

    return one


async def _fill(redis: Redis) -> None:
    await redis.flushdb()
    await redis.zadd("waiting", {f"c-{number}": number for number in range(PAIRS)})
    await redis.zadd("idle", {f"{number}": number for number in range(PAIRS)})


async def _bare(redis: Redis) -> tuple[Pair, Pair]:
    """As :func:`_peer`, on our client; and how to pair many in one round trip."""
    await _fill(redis)
    sha = await redis.script_load(BARE)
    keys = ("waiting", "idle", "pair:")

    async def one() -> object:
        return await redis.evalsha(sha, 3, *keys, system_clock())

    async def many() -> object:
        async with redis.pipeline(transaction=False) as pipe:
            for _ in range(BATCH):
                pipe.evalsha(sha, 3, *keys, system_clock())
            return await pipe.execute()

    return one, many


async def _ours(redis: Redis) -> tuple[Pair, Pair]:
    """As :func:`_bare`, by the distributor."""
    await redis.flushdb()
    distributor = Distributor(redis, "city", system_clock, "bench")
    scripts = Scripts(redis, Keys("city"))
    now = system_clock()
    await scripts.run_all(
        [("join", now, f"c-{n}", QUEUE.name, "bench", 20_000, 10_000, 0, 0) for n in range(PAIRS)]
    )
    await scripts.run_all(
        [("login", now, str(n), f"p{n}", "{}", "{}", 1, 0, QUEUE.name) for n in range(PAIRS)]
    )
    await distributor.match(QUEUE)  # the script is known from here on
    await distributor.join("c-last", QUEUE)
    await scripts.run("login", now, "last", "p-last", "{}", "{}", 1, 0, QUEUE.name)

    async def one() -> object:
        return await distributor.match(QUEUE)

    async def many() -> object:
        return await scripts.run_all([("match", system_clock(), QUEUE.name, "bench")] * BATCH)

    return one, many
