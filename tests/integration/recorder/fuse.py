"""Kills a process, as far as the code in it can tell, at a chosen step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Killed(BaseException):
    """Nothing in the recorder may catch this, as nothing catches SIGKILL."""


class Fuse:
    """Kills at the ``n``-th passing of any of the armed calls."""

    def __init__(self, passes: int) -> None:
        self.passes = passes
        self.blown = False

    def burn(self) -> None:
        self.passes -= 1
        if self.passes < 0 and not self.blown:
            self.blown = True
            raise Killed


def armed(fuse: Fuse, original: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
    def sync(*args: object, **named: object) -> Any:
        if not after:
            fuse.burn()
        result = original(*args, **named)
        if after:
            fuse.burn()
        return result

    return sync


def armed_async(fuse: Fuse, original: Callable[..., Any]) -> Callable[..., Any]:
    async def both(*args: object, **named: object) -> Any:
        fuse.burn()
        result = await original(*args, **named)
        fuse.burn()
        return result

    return both
