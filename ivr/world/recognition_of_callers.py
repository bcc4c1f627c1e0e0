"""What is kept of callers' numbers between calls: that they called, a language, their last agent.

The language is kept of those who agreed. Who talked to a caller last is kept only where a call tree
asks for it (``prefer: {agent: last}``), of the conversations that it leads to: nobody is written
down for a use that does not exist.

In Redis, under a keyed hash of the number (:mod:`ivr.world.hidden_numbers`). Each entry ends by
itself, and ``vaxel recordings erase`` removes it before.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from typing import Any, Final

from redis.asyncio import Redis

from ivr.flow.world import Remembered
from ivr.world.hidden_numbers import HiddenNumbers
from store.stream import StreamUnavailable, replying

logger = logging.getLogger(__name__)

_PATIENCE_S: Final = 2.0
"""A caller waits no longer for what only helps them."""

_DAY_MS: Final = 86_400_000
_SEEN, _LANGUAGE, _AGENT = "seen", "language", "agent"


class CallerMemory:
    """The callers of one organisation."""

    def __init__(self, redis: Redis, org: str, secret: str, regions: Sequence[str]) -> None:
        """Bind; nothing is asked of Redis yet.

        Args:
            redis: A client made by :func:`store.stream.connect`.
            org: The organisation's name.
            secret: Of the installation.
            regions: The first is the country of numbers that are written without one.
        """
        self._redis = redis
        self._org = org
        self._numbers = HiddenNumbers(org, secret, regions)

    async def recall(self, number: str, keep_days: int) -> Remembered:
        """What is kept of a number; from now on it has called before. Nothing while Redis is away.

        Args:
            number: As delivered.
            keep_days: So long it is kept from now on.
        """
        key = self._key(number)
        try:
            async with replying(_PATIENCE_S), self._redis.pipeline(transaction=True) as pipe:
                pipe.hgetall(key)
                pipe.hset(key, _SEEN, "1")
                pipe.pexpire(key, keep_days * _DAY_MS)
                kept: Any = (await pipe.execute())[0]
        except StreamUnavailable as away:
            logger.warning("a caller could not be recognised", extra={"fault": str(away)})
            return Remembered()
        return Remembered(known=_SEEN in kept, language=kept.get(_LANGUAGE, ""))

    async def remember_language(self, number: str, language: str, keep_days: int) -> bool:
        """Keep the language of a caller who agrees to that; whether it is kept."""
        key = self._key(number)
        try:
            async with replying(_PATIENCE_S), self._redis.pipeline(transaction=True) as pipe:
                pipe.hset(key, mapping={_SEEN: "1", _LANGUAGE: language})
                pipe.pexpire(key, keep_days * _DAY_MS)
                await pipe.execute()
        except StreamUnavailable as away:
            logger.warning("a language could not be kept", extra={"fault": str(away)})
            return False
        return True

    async def last_agent(self, number: str) -> str:
        """Who talked to a caller last, ``""`` where nothing is kept, or while Redis is away."""
        try:
            async with replying(_PATIENCE_S):
                return str(await self._redis.hget(self._key(number), _AGENT) or "")
        except StreamUnavailable as away:
            logger.warning("a caller's last agent is not known", extra={"fault": str(away)})
            return ""

    async def keep_agent(self, number: str, agent: str, keep_days: int) -> None:
        """Keep who talks to a caller, for so long; of a withheld number nothing."""
        if not any(character.isdecimal() for character in number):
            return
        key = self._key(number)
        try:
            async with replying(_PATIENCE_S), self._redis.pipeline(transaction=True) as pipe:
                pipe.hset(key, _AGENT, agent)
                pipe.pexpire(key, keep_days * _DAY_MS)
                await pipe.execute()
        except StreamUnavailable as away:
            logger.warning("a caller's agent could not be kept", extra={"fault": str(away)})

    async def count(self, numbers: Collection[str]) -> int:
        """How many entries there are of a person.

        Args:
            numbers: Theirs, in every spelling.

        Raises:
            StreamUnavailable: Redis does not answer.
        """
        async with replying():
            return int(await self._redis.exists(*self._keys(numbers)))

    async def forget(self, numbers: Collection[str]) -> None:
        """Remove them.

        Raises:
            StreamUnavailable: As :meth:`count`.
        """
        async with replying():
            await self._redis.delete(*self._keys(numbers))

    def _keys(self, numbers: Collection[str]) -> list[str]:
        return sorted({self._key(number) for number in numbers})

    def _key(self, number: str) -> str:
        return f"vaxel:{{{self._org}}}:caller:{self._numbers.hidden(number)}"
