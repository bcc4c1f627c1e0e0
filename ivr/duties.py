"""Duties: what goes on beside everything else, for as long as that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import TypeAlias

Duties: TypeAlias = Iterable[Coroutine[None, None, None]]


@asynccontextmanager
async def together(duties: Duties) -> AsyncIterator[Callable[[Duties], None]]:
    """Run duties beside the block; they end with it, and one that fails ends it.

    Yields:
        What begins more of them.
    """
    async with asyncio.TaskGroup() as group:
        tasks: list[asyncio.Task[None]] = []

        def begin(more: Duties) -> None:
            tasks.extend(group.create_task(duty) for duty in more)

        begin(duties)
        yield begin
        for task in tasks:
            task.cancel()
