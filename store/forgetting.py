"""Takes callers' numbers out of an organisation's events, and leaves every figure as it is.

An entry of a Redis stream cannot be changed, and one that is removed would be missed by whoever
has not read it yet. So the stream is copied within Redis, each entry under its own id, and the
copy, which lacks the numbers, takes the stream's place: consumers read on where they are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from store.stream import BEGINNING, replying, stream_key

_AT_ONCE: Final = 1_000  # some milliseconds, in which Redis serves nobody else
_LOG_SECONDS: Final = 120.0
_LOOK_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Mentions:
    """Where callers stand in a stream.

    Attributes:
        count: Events that name one of them.
        last_id: Id of the last of these, ``BEGINNING`` where there is none.
    """

    count: int
    last_id: str


async def mentions(redis: Redis, org: str, callers: Collection[str]) -> Mentions:
    """Where callers stand in an organisation's events.

    Args:
        redis: A client made by :func:`store.stream.connect`.
        org: The organisation.
        callers: Numbers, in every spelling in which they may have been delivered.

    Raises:
        StreamUnavailable: Redis cannot be used.
    """
    return await _walk(redis, [stream_key(org)], callers)


async def forget(redis: Redis, org: str, callers: Collection[str]) -> Mentions:
    """Take callers out of an organisation's events. One process at a time may do it.

    Args:
        redis: As for :func:`mentions`.
        org: As for :func:`mentions`.
        callers: As for :func:`mentions`.

    Returns:
        Where they stood.

    Raises:
        StreamUnavailable: Redis cannot be used; the stream is as it was, or as it shall be.
    """
    found = await mentions(redis, org, callers)
    if not found.count:
        return found
    copy = f"{stream_key(org)}:copy"
    async with replying():
        await redis.delete(copy)  # of one who was killed
    return await _walk(redis, [stream_key(org), copy], callers)


async def _walk(redis: Redis, keys: list[str], callers: Collection[str]) -> Mentions:
    script = redis.register_script(_text())
    after, over, count, last_id = BEGINNING, 0, 0, BEGINNING
    while not over:
        async with replying():
            reply: Any = await script(keys, [after, _AT_ONCE, *sorted(callers)])
        after, over, more, last = reply
        count, last_id = count + more, last or last_id
    return Mentions(count, last_id)


async def organisations(redis: Redis) -> list[str]:
    """All that have events, also those that are no longer served.

    Raises:
        StreamUnavailable: Redis cannot be used.
    """
    async with replying():
        keys = [key async for key in redis.scan_iter(match=stream_key("*"))]
    prefix, suffix = stream_key("*").split("*")
    return sorted(
        key.removeprefix(prefix).removesuffix(suffix) for key in keys if key.endswith(suffix)
    )


async def shorten_log(
    redis: Redis, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> bool:
    """Have Redis write its append-only file anew, without what is no longer in its memory.

    Returns:
        Whether nothing older is left in that file; ``False`` also where Redis does not let us.
    """
    try:
        async with asyncio.timeout(_LOG_SECONDS):
            facts = await _persistence(redis)
            while facts["aof_rewrite_in_progress"] or facts["aof_rewrite_scheduled"]:
                await sleep(_LOOK_SECONDS)  # begun before: it may hold what is older
                facts = await _persistence(redis)
            if not facts["aof_enabled"]:
                return True
            before = facts["aof_rewrites"]
            await redis.bgrewriteaof()
            while facts["aof_rewrites"] == before or facts["aof_rewrite_in_progress"]:
                await sleep(_LOOK_SECONDS)
                facts = await _persistence(redis)
    except (RedisError, TimeoutError):
        return False
    return bool(facts["aof_last_bgrewrite_status"] == "ok")


async def _persistence(redis: Redis) -> dict[str, Any]:
    facts: dict[str, Any] = await redis.info("persistence")
    return facts


@cache
def _text() -> str:
    return (files("store") / "scripts" / "forget_callers.lua").read_text(encoding="utf-8")
