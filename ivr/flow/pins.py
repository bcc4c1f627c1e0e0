"""PINs that callers give: the port behind the ``pin`` node, and its keeper in memory."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Protocol

from ivr.flow.sensitive import Sensitive

WRONG_TRIES: Final = 5
"""So many wrong PINs lock a caller out."""


class Verdict(StrEnum):
    """What came of one PIN."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"  # too many wrong ones: even the right one is refused for a while
    AWAY = "away"  # tries cannot be counted now, so none is let through


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


def is_right(given: Sensitive, expected: str) -> bool:
    """Whether a PIN is the expected one, of which the time that it takes tells nothing.

    Args:
        given: The keys.
        expected: The right PIN; an empty one is never right.
    """
    same = hmac.compare_digest(str(given.reveal()).encode(), expected.encode())
    return same and bool(expected)


class KnownPins:
    """Keeps PINs and counts wrong ones for calls without a telephone; it locks for ever."""

    def __init__(self, pins: Mapping[str, str], *, wrong: int = WRONG_TRIES) -> None:
        """Nobody is locked out.

        Args:
            pins: By name.
            wrong: So many wrong ones lock a caller out.
        """
        self._pins = pins
        self._wrong = wrong
        self._counted: Counter[tuple[str, str]] = Counter()

    async def check(self, name: str, caller: str, given: Sensitive | None) -> Verdict:
        """Judge one PIN."""
        tries = (name, caller)
        if given is not None and self._counted[tries] < self._wrong:
            if is_right(given, self._pins.get(name, "")):
                del self._counted[tries]
                return Verdict.RIGHT
            self._counted[tries] += 1
        return Verdict.LOCKED if self._counted[tries] >= self._wrong else Verdict.WRONG


NO_PINS = KnownPins({})
"""Where none is known every PIN is wrong."""
