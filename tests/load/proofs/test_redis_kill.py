"""Redis is killed under sixty calls and with callbacks in hand, and the supervisor starts it again.

Redis writes its log before it replies, so that a process that is killed has forgotten nothing that
anybody was told. Only a machine that loses its power may lose the last second of it
(``appendfsync everysec``).
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from redis.exceptions import RedisError

from acd.callbacks import Callbacks
from acd.clock import system_clock
from acd.model.callback import CallbackRules
from acd.model.queue import Queue
from store.events import EventType
from store.stream import stream_key
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.platform import ORG
from tests.e2e.rig.short_calls import QUEUE
from tests.load.proofs.crowd import TALKING, WAITING, Crowd, crowd

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

CALLBACKS = 20
LATER_MS = 3_600_000
HANG_UP = 3
"""So many agents and so many callers hang up while Redis is away."""


@pytest.mark.parametrize("away_s", [0.0, 3.0])
async def test_a_killed_redis_has_forgotten_nothing_and_no_call_is_lost(away_s: float) -> None:
    async with crowd() as house:
        platform, redis = house.platform, house.platform.redis
        callbacks = Callbacks(redis, ORG, system_clock)
        for number in range(CALLBACKS):
            await callbacks.add(
                f"+4670174{number:04}",
                Queue(QUEUE),
                language="sv",
                answers={},
                rules=CallbackRules(),
                due_ms=system_clock() + LATER_MS,
            )
        await house.fill()
        line, promised = await house.in_line(), await callbacks.open()
        assert len(promised) == CALLBACKS
        before, events = await house.records(), await _events(house)

        loop = asyncio.get_running_loop()
        killed = loop.time()
        async with platform.without("redis"):
            gone = [talk.handset for talk in house.talks[:HANG_UP]] + house.waiting[:HANG_UP]
            await asyncio.gather(*(one.hang_up() for one in gone))
            await asyncio.sleep(away_s)

        async def is_back() -> bool:
            try:
                await redis.exists(stream_key(ORG))
            except RedisError:
                return False
            return True

        await eventually(is_back, why="Redis answers again")
        print(f"\nRedis back after {loop.time() - killed:.1f} s")
        after = await house.records()
        assert (await _events(house))[: len(events)] == events
        assert await callbacks.open() == promised
        missing = before.keys() - after.keys()
        assert len(missing) <= 2 * HANG_UP
        stays = [contact for contact in line[HANG_UP:] if contact in after]
        assert len(stays) == WAITING - HANG_UP
        assert [after[contact]["effective"] for contact in stays] == [
            before[contact]["effective"] for contact in stays
        ]

        for talk in house.talks[HANG_UP:]:
            await talk.handset.hang_up()
        await house.serve_all()
        await house.each_ended_once()
        await house.until_all_are_ready()
        ends = (EventType.CALL_ENDED, EventType.CALL_LEFT, EventType.CALL_ABANDONED)
        print(house.ends(*ends, EventType.CONTACT_ENDED))
        assert sum(len(house.journal.all(kind)) for kind in ends) == TALKING + WAITING
        assert len(house.journal.all(EventType.CALL_ENDED)) >= TALKING + WAITING - HANG_UP
        assert set(house.offered_since(TALKING)) >= set(stays)
        assert await callbacks.open() == promised

        def is_recorded() -> bool:
            (row,) = platform.rows("SELECT count(*) AS n, count(ended_at) AS ended FROM contacts")
            return row == {"n": TALKING + WAITING + CALLBACKS, "ended": TALKING + WAITING}

        await eventually(is_recorded, why="the record has every contact, each call with its end")


async def _events(house: Crowd) -> list[Any]:
    return await house.platform.redis.xrange(stream_key(ORG)) or []
