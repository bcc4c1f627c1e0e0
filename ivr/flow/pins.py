"""PINs that callers give: the port behind the ``pin`` node, and its keeper in memory."""

from __future__ import annotations

import hmac
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Protocol

from ivr.flow.sensitive import Sensitive

_MOST_CALLERS = 10_000


class Verdict(StrEnum):
    """What came of one PIN."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"  # too many wrong ones: even the right one is refused for a while


class Pins(Protocol):
    """Who knows the PINs of an organisation; they stand in no file of the language."""

    async def check(self, name: str, caller: str, given: Sensitive | None) -> Verdict:
        """Judge one PIN.

        Args:
            name: Which PIN, as the tree names it.
            caller: Whose tries are counted, ``""`` for all whose number is withheld. Personal.
            given: The keys; ``None`` asks only whether the caller is locked out (else ``WRONG``,
                which is not counted).
        """


class KnownPins:
    """Keeps PINs and counts wrong ones for each caller; what it counts ends with the process.

    A caller's number can be forged, so the lock slows one caller's guessing down and no more: a
    PIN that guards much has many digits. Callers of withheld number share one count.
    """

    def __init__(
        self,
        pins: Mapping[str, str],
        *,
        wrong: int = 5,
        lock_seconds: float = 900,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nobody is locked out.

        Args:
            pins: By name.
            wrong: So many wrong ones lock a caller out.
            lock_seconds: For so long; after so long without a wrong one none is remembered.
            clock_s: Monotonic seconds.
        """
        self._pins = pins
        self._wrong = wrong
        self._lock_s = lock_seconds
        self._clock_s = clock_s
        self._counted: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()

    async def check(self, name: str, caller: str, given: Sensitive | None) -> Verdict:
        """Judge one PIN; the time that it takes tells nothing of the right one."""
        count, last = self._counted.get((name, caller), (0, 0.0))
        if self._clock_s() - last >= self._lock_s:
            count = 0
        if count >= self._wrong:
            return Verdict.LOCKED
        if given is None:
            return Verdict.WRONG
        expected = self._pins.get(name, "")
        if hmac.compare_digest(str(given.reveal()).encode(), expected.encode()) and expected:
            self._counted.pop((name, caller), None)
            return Verdict.RIGHT
        self._count(name, caller, count + 1)
        return Verdict.LOCKED if count + 1 >= self._wrong else Verdict.WRONG

    def _count(self, name: str, caller: str, count: int) -> None:
        self._counted[name, caller] = count, self._clock_s()
        self._counted.move_to_end((name, caller))
        if len(self._counted) > _MOST_CALLERS:
            self._counted.popitem(last=False)


NO_PINS = KnownPins({})
"""Where none is known every PIN is wrong."""
