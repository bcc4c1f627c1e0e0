"""Whether anything has changed."""

from __future__ import annotations

from typing import Any

from redis.asyncio import Redis


async def everything(redis: Redis, *, but: tuple[str, ...] = ()) -> dict[str, Any]:
    """All that Redis holds, by key."""
    kept: dict[str, Any] = {}
    async for key in redis.scan_iter():
        if not key.endswith(but or "-"):
            kept[key] = await redis.dump(key)
    return kept
