"""The clock that is handed to everything in the ACD; its scripts never read one."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Gives the time, epoch milliseconds. Scripts never read a clock; it is always handed to them."""


def system_clock() -> int:
    """The machine's time, epoch milliseconds."""
    return time.time_ns() // 1_000_000
