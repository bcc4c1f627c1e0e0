"""The PINs that call trees ask callers for, and in Redis how often each caller was wrong.

All controllers share the count, and it outlives them: each try is judged and counted in one step
there, so that nobody gains a try by calling twice at once. A caller's number stands there under a
keyed hash only (:mod:`ivr.world.hidden_numbers`), and what is counted ends by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from redis.asyncio import Redis

from ivr.flow.pins import WRONG_TRIES, Verdict, is_right
from ivr.flow.sensitive import Sensitive
from ivr.world.hidden_numbers import HiddenNumbers
from store.stream import StreamUnavailable, replying

logger = logging.getLogger(__name__)

_PATIENCE_S: Final = 2.0
"""A caller waits for it in silence."""

_LOCK_MS: Final = 900_000


class CountedPins:
    """The PINs of one organisation (:class:`ivr.flow.pins.Pins`).

    A caller's number can be forged, so the lock slows one caller's guessing down and no more: a
    PIN that guards much has many digits. Callers of withheld number share one count.
    """

    def __init__(
        self,
        redis: Redis,
        org: str,
        pins: Mapping[str, str],
        numbers: HiddenNumbers,
        clock: Callable[[], int],
        *,
        wrong: int = WRONG_TRIES,
        lock_ms: int = _LOCK_MS,
    ) -> None:
        """Bind; nothing is asked of Redis yet.

        Args:
            redis: A client made by :func:`store.stream.connect`.
            org: The organisation's name.
            pins: By name.
            numbers: Hides callers' numbers.
            clock: Epoch milliseconds.
            wrong: So many wrong ones lock a caller out.
            lock_ms: For so long; after so long without a wrong one none is remembered.
        """
        self._org = org
        self._pins = pins
        self._numbers = numbers
        self._clock = clock
        self._wrong = wrong
        self._lock_ms = lock_ms
        self._try = redis.register_script(_text())

    async def check(self, name: str, caller: str, given: Sensitive | None) -> Verdict:
        """Judge one PIN; ``AWAY`` while Redis is, whatever is given."""
        seen = ""
        if given is not None:
            right = is_right(given, self._pins.get(name, ""))
            seen = (Verdict.RIGHT if right else Verdict.WRONG).value
        hidden = self._numbers.hidden(caller, "pin", name)
        try:
            async with replying(_PATIENCE_S):
                reply: Any = await self._try(
                    keys=[f"vaxel:{{{self._org}}}:tries:{hidden}"],
                    args=[self._clock(), seen, self._wrong, self._lock_ms],
                )
        except StreamUnavailable as away:
            logger.warning("tries at a PIN could not be counted", extra={"fault": str(away)})
            return Verdict.AWAY
        return Verdict(reply)


@cache
def _text() -> str:
    return (files("ivr.world") / "try_pin.lua").read_text(encoding="utf-8")
