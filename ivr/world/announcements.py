"""Announcements that are switched on for everybody: a storm, an outage, a closed bridge.

What is on stands in Redis and ends there by itself, a sound that was recorded for it too: at most
a minute, so that every controller on every machine has it. Who switched, and when, is an event in
the same step: there is no switch without its trace.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, StringConstraints
from redis.asyncio import Redis

from ivr.flow.texts import MAX_CHARACTERS
from ivr.flow.world import LONGEST_ANNOUNCEMENT_S
from media.wav import RATE_HZ, SAMPLE_BYTES
from store.events import Event, EventType
from store.stream import STREAM_LIMIT, replying, stream_key

MOST_BYTES: Final = LONGEST_ANNOUNCEMENT_S * RATE_HZ * SAMPLE_BYTES + 1000
"""Of a sound: a WAV file of the longest that may be, its header included."""

SHORTEST_S: Final = 60
LONGEST_S: Final = 31 * 24 * 3600
"""One that is switched on by command or by a program is on for so long."""

_PATIENCE_S: Final = 2.0
"""A caller waits no longer for it."""


def one_line(text: str) -> str:
    """A text without line ends and whatever else cannot be printed."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


Words = Annotated[
    str,
    BeforeValidator(lambda text: one_line(text) if isinstance(text, str) else text),
    StringConstraints(min_length=1, max_length=MAX_CHARACTERS),
]
"""What is said in one language, in one line, as programs send it."""


@dataclass(frozen=True, slots=True)
class SwitchedOn:
    """An announcement that is on.

    Attributes:
        words: Its own words by language, where it was given some.
        ends_ms: Epoch; until then.
        sound: The hash of what somebody has spoken by telephone, ``""`` for nothing.
    """

    words: Mapping[str, str]
    ends_ms: int
    sound: str = ""


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
        switched = SwitchedOn(told["words"], told["ends"], told.get("sound", ""))
        return switched if self._clock() < switched.ends_ms else None

    async def sound(self, name: str) -> bytes:
        """What was recorded for one that is on; empty where there is nothing any more.

        Raises:
            StreamUnavailable: As :meth:`on`.
        """
        async with replying(_PATIENCE_S):
            kept: Any = await self._redis.get(self._sound_key(name))
        return base64.b64decode(kept or b"")

    async def switch_on(
        self,
        name: str,
        seconds: float,
        words: Mapping[str, str],
        *,
        sound: bytes = b"",
        who: str = "",
        contact: str = "",
    ) -> None:
        """Switch one on, or on anew.

        Args:
            name: Of the organisation's file.
            seconds: For how long.
            words: Own words by language; the file's where there are none.
            sound: What was recorded to be heard in every language, a WAV file; none when empty.
            who: The user who did it, or ``""``.
            contact: The call by which it was done, or ``""``.

        Raises:
            StreamUnavailable: Redis does not answer; whether it is done is unknown.
        """
        length_ms = round(seconds * 1000)
        ends = self._clock() + length_ms
        recorded = {"recorded": "yes"} if sound else {}
        event = self._event(name, "on", who, contact, until=str(ends), **recorded)
        kept = {"words": dict(words), "ends": ends, "sound": digest_of(sound)}
        async with replying(), self._redis.pipeline(transaction=True) as pipe:
            pipe.set(self._key(name), json.dumps(kept), px=length_ms)
            if sound:
                pipe.set(self._sound_key(name), base64.b64encode(sound), px=length_ms)
            else:
                pipe.delete(self._sound_key(name))
            pipe.xadd(stream_key(self._org), event, maxlen=STREAM_LIMIT, approximate=True)
            await pipe.execute()

    async def switch_off(self, name: str, *, who: str = "", contact: str = "") -> None:
        """Switch one off. Harmless when it is off.

        Raises:
            StreamUnavailable: As :meth:`switch_on`.
        """
        event = self._event(name, "off", who, contact)
        async with replying(), self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(self._key(name), self._sound_key(name))
            pipe.xadd(stream_key(self._org), event, maxlen=STREAM_LIMIT, approximate=True)
            await pipe.execute()

    def _event(self, name: str, turn: str, who: str, contact: str, **more: str) -> Any:
        fields = {"name": name, "turn": turn, **({"who": who} if who else {}), **more}
        kind = EventType.ANNOUNCEMENT_SWITCHED
        return Event(kind, self._clock(), self._org, contact, fields=fields).to_wire()

    def _key(self, name: str) -> str:
        return f"vaxel:{{{self._org}}}:announcement:{name}"

    def _sound_key(self, name: str) -> str:
        return f"vaxel:{{{self._org}}}:announced-sound:{name}"


def digest_of(sound: bytes) -> str:
    """By what a sound is known, ``""`` for none."""
    return hashlib.sha256(sound).hexdigest()[:32] if sound else ""
