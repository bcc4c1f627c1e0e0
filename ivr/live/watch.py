"""When to look at the call trees again: a file was saved, or somebody said so by SIGHUP.

Saves that follow each other are one: a look begins when nothing was saved for a moment, and at the
latest after a second. What is still being written then is looked at again a second later. A folder
that cannot be watched, such as some that lie on another machine, is looked at every few seconds
instead, and so is one that can: no save is missed for good.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Final, TypeAlias

from watchfiles import awatch

from ivr.live.model import Reloaded

logger = logging.getLogger(__name__)

QUIET_S: Final = 0.2
LONGEST_S: Final = 1.0
AGAIN_S: Final = 1.0
LOOK_S: Final = 10.0

Look: TypeAlias = Callable[[], Awaitable[Reloaded]]


async def watch(
    root: Path,
    look: Look,
    *,
    saves: Callable[[Path], AsyncIterator[object]] | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Look whenever something below ``root`` was saved, until cancelled.

    Args:
        root: The folder.
        look: What to do.
        saves: Tells of saves and, as a sign of life, every few seconds of nothing.
        sleep: Waits seconds.
    """

    async def look_until_settled() -> None:
        while not await _safely(look):
            await sleep(AGAIN_S)

    await look_until_settled()
    watched = True
    while True:
        try:
            async for _ in (saves or _saves)(root):
                watched = True
                await look_until_settled()
        except (OSError, RuntimeError) as fault:  # as watchfiles calls its own
            if watched:
                logger.warning(
                    "Saved call trees are noticed late: their folder cannot be watched",
                    extra={"fault": str(fault)},
                )
            watched = False
        await look_until_settled()
        await sleep(LOOK_S)


async def on_hang_up(look: Look) -> None:
    """Look at each SIGHUP, until cancelled; after that it does nothing."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, asked.set)
    try:
        while True:
            await asked.wait()
            asked.clear()
            await _safely(look)
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # it would end the process


async def _safely(look: Look) -> bool:
    """Look; whether all files stood still."""
    try:
        return (await look()).settled
    except Exception:  # a slip of ours must end neither the calls nor the watching
        logger.exception("The call trees could not be looked at; calls get them as they were")
        return True


def _saves(root: Path) -> AsyncIterator[object]:
    return awatch(
        root,
        watch_filter=None,  # a link that leads elsewhere now may have any name
        step=round(QUIET_S * 1000),
        debounce=round(LONGEST_S * 1000),
        rust_timeout=round(LOOK_S * 1000),
        yield_on_timeout=True,
        ignore_permission_denied=True,
    )
