"""Announcements that are switched on for everybody: a storm, an outage, a closed bridge.

What is on stands in Redis and ends there by itself. Who switched, and when, is an event in the
same step: there is no switch without its trace.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from redis.asyncio import Redis

from store.events import Event, EventType
from store.stream import STREAM_LIMIT, StreamUnavailable, replying, stream_key

logger = logging.getLogger(__name__)

_PATIENCE_S: Final = 2.0
"""A caller waits no longer for it."""


@dataclass(frozen=True, slots=True)
class SwitchedOn:
    """An announcement that is on.

    Attributes:
        words: Its own words by language, where it was given some.
        ends_ms: Epoch; until then.
    """

    words: Mapping[str, str]
    ends_ms: int


class Announcements:
    """Those of one organisation."""

    def __init__(self, redis: Redis, org: str, clock: Callable[[], int]) -> None:
        """Bind; nothing is asked of Redis yet.

        Args:
            redis: A client made by :func:`store.stream.connect`.
            org: The organisation's name.
            clock: Epoch milliseconds.
        """
        self._redis = redis
        self._org = org
        self._clock = clock

    async def on(self, name: str, seconds: float = _PATIENCE_S) -> SwitchedOn | None:
        """What is on under a name.

        Args:
            name: Of the organisation's file.
            seconds: So long Redis may take.

        Raises:
            StreamUnavailable: It takes longer, or refuses.
        """
        async with replying(seconds):
            kept: Any = await self._redis.get(self._key(name))
        if kept is None:
            return None
        told = json.loads(kept)
        switched = SwitchedOn(told["words"], told["ends"])
        return switched if self._clock() < switched.ends_ms else None

    async def switch_on(
        self,
        name: str,
        seconds: float,
        words: Mapping[str, str],
        *,
        who: str = "",
        contact: str = "",
    ) -> None:
        """Switch one on, or on anew.

        Args:
            name: Of the organisation's file.
            seconds: For how long.
            words: Own words by language; the file's where there are none.
            who: The user who did it, or ``""``.
            contact: The call by which it was done, or ``""``.

        Raises:
            StreamUnavailable: Redis does not answer; whether it is done is unknown.
        """
        length_ms = round(seconds * 1000)
        ends = self._clock() + length_ms
        event = self._event(name, "on", who, contact, until=str(ends))
        async with replying(), self._redis.pipeline(transaction=True) as pipe:
            pipe.set(
                self._key(name), json.dumps({"words": dict(words), "ends": ends}), px=length_ms
            )
            pipe.xadd(stream_key(self._org), event, maxlen=STREAM_LIMIT, approximate=True)
            await pipe.execute()

    async def switch_off(self, name: str, *, who: str = "", contact: str = "") -> None:
        """Switch one off. Harmless when it is off.

        Raises:
            StreamUnavailable: As :meth:`switch_on`.
        """
        event = self._event(name, "off", who, contact)
        async with replying(), self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(self._key(name))
            pipe.xadd(stream_key(self._org), event, maxlen=STREAM_LIMIT, approximate=True)
            await pipe.execute()

    def _event(self, name: str, turn: str, who: str, contact: str, **more: str) -> Any:
        fields = {"name": name, "turn": turn, **({"who": who} if who else {}), **more}
        kind = EventType.ANNOUNCEMENT_SWITCHED
        return Event(kind, self._clock(), self._org, contact, fields=fields).to_wire()

    def _key(self, name: str) -> str:
        return f"vaxel:{{{self._org}}}:announcement:{name}"


async def words_of(announcements: Announcements, name: str) -> Mapping[str, str] | None:
    """The words of what is on, for a caller; off counts what cannot be asked."""
    try:
        switched = await announcements.on(name)
    except StreamUnavailable as away:
        logger.warning("an announcement could not be looked up", extra={"fault": str(away)})
        return None
    return None if switched is None else switched.words
