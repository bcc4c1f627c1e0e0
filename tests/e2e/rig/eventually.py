"""Waiting for what another process changes without telling us."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

LOOK_SECONDS = 0.05


async def eventually(
    check: Callable[[], bool | Awaitable[bool]], *, seconds: float = 15, why: str = ""
) -> None:
    """Look until ``check`` says yes, for what another process changes without telling us.

    Raises:
        AssertionError: It never did.
    """
    try:
        async with asyncio.timeout(seconds):
            while True:
                answer = check()
                if answer if isinstance(answer, bool) else await answer:
                    return
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise AssertionError(f"not so within {seconds:g} s: {why or check}") from None
