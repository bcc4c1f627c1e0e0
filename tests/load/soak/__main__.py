"""Soak the queues and hold every figure against what was done.

    python -m tests.load.soak [--seconds 600] [--queues 2000] [--calls 200] [--controllers 3]

Exit code 1: a figure differs, or something went wrong; 2: Redis did not hold out.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import psutil
import uvloop
from redis.asyncio import Redis

from acd.errors import AcdUnavailable
from store.database import open_database
from store.stream import StreamUnavailable, connect
from tests.integration.conftest import start_redis
from tests.load.soak.city import City, desks
from tests.load.soak.counted import Counting

RESTART_SECONDS = 30.0
"""The consumers are ended and started again so often."""


async def soak(asked: argparse.Namespace, folder: Path, url: str) -> int:
    """Run it; how many figures differ or things went wrong."""
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(connect(url))
        database = await open_database(f"sqlite+aiosqlite:///{folder / 'vaxel.db'}")
        stack.push_async_callback(database.close)
        crew = max(asked.calls, -(-asked.queues // 10))
        open_desks = await stack.enter_async_context(desks(url, asked.controllers))
        city = City(open_desks, asked.queues, crew, asked.seed)
        counting = Counting(redis, database, tuple(queue.name for queue in city.queues))
        await counting.start_anew()
        stack.push_async_callback(counting.end)
        await city.log_in()
        before = await _memory(redis)
        telling = asyncio.create_task(_look(counting, city))
        began = time.monotonic()
        await city.live(asked.calls, asked.seconds)
        lasted = time.monotonic() - began
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
        await counting.catch_up()
        left = int(await redis.hlen("vaxel:{city}:contacts"))
        ledger, wrong = city.ledger, len(city.ledger.faults) + left
        print(
            f"{asked.queues:,} queues, up to {ledger.most_at_once} calls at once for "
            f"{lasted:.0f} s, {crew} agents, {asked.controllers} controllers, consumers started "
            f"{counting.starts} times; {ledger.joined.total():,} calls "
            f"({ledger.joined.total() / lasted:.0f} a second); Redis but its events "
            f"{before:.1f} MB before and {await _memory(redis):.1f} MB after; "
            f"this process {psutil.Process().memory_info().rss / 1e6:.0f} MB\n"
        )
        print("| figure | done | counted | queues that differ |\n| --- | ---: | ---: | ---: |")
        async for name, done, counted, differ in counting.differences(ledger):
            print(f"| {name} | {done:,} | {counted:,} | {differ} |")
            wrong += differ
        print(f"\n{left} contacts left in Redis; {len(ledger.faults)} faults")
        for fault in ledger.faults[:10]:
            print(f"  {fault}")
    return wrong


async def _look(counting: Counting, city: City) -> None:
    """Start the consumers again now and then, and tell that all goes on."""
    while True:
        await asyncio.sleep(RESTART_SECONDS)
        await counting.start_anew()
        done = city.ledger.joined.total(), city.ledger.at_once, len(city.ledger.faults)
        print("  {:,} calls, {} now, {} faults".format(*done), file=sys.stderr, flush=True)


async def _memory(redis: Redis) -> float:
    """Megabytes of Redis's data but the events."""
    total = 0
    async for key in redis.scan_iter("vaxel:*"):
        total += await redis.memory_usage(key, samples=0) or 0
    return total / 1e6


def main() -> int:
    """Set up, run, judge."""
    parser = argparse.ArgumentParser(description="Soak the queues; compare every figure.")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--queues", type=int, default=2_000)
    parser.add_argument("--calls", type=int, default=200, help="at once")
    parser.add_argument("--controllers", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vx-soak-", dir="/tmp") as folder:
        process, url = start_redis(Path(folder), "--appendonly", "yes")
        try:
            return 1 if uvloop.run(soak(asked, Path(folder), url)) else 0
        except* (AcdUnavailable, StreamUnavailable) as away:
            # whether it was done is unknown, so that no figure can be held against it
            print(f"Redis did not answer in time; soak a quieter machine: {away.exceptions[0]}")
        finally:
            process.terminate()
            process.wait()
    return 2


if __name__ == "__main__":
    sys.exit(main())
