"""Runs the Lua scripts: one call, one round trip, errors in the room's own words."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError, ResponseError

from acd.errors import (
    AcdError,
    AcdUnavailable,
    AgentBusy,
    AgentNotReady,
    CallbackOpen,
    CallbackUnknown,
    ContactBusy,
    ContactConsulting,
    ContactElsewhere,
    ContactOffered,
    ContactUnknown,
    NoLastContact,
    NotLoggedIn,
    NotWaiting,
    NoWrapup,
    OfferAnswered,
    OfferNotAnswered,
    PhoneBusy,
    ResultOwed,
    StaleOffer,
    TooManyLines,
    WrapupAtLimit,
)
from acd.keys import Keys
from acd.linking import linked
from store.stream import REPLY_SECONDS

Reply = Any
"""What a script replies; its own head says in which shape."""

Call = tuple[str | int, ...]
"""Name of a script and its arguments, time first."""

_REFUSALS: dict[str, Callable[[str], AcdError]] = {
    "AGENTBUSY": AgentBusy,
    "AGENTNOTREADY": AgentNotReady,
    "ANSWERED": OfferAnswered,
    "CALLBACKOPEN": CallbackOpen,
    "CALLBACKUNKNOWN": CallbackUnknown,
    "CONSULTING": ContactConsulting,
    "CONTACTBUSY": ContactBusy,
    "CONTACTELSEWHERE": ContactElsewhere,
    "CONTACTOFFERED": ContactOffered,
    "CONTACTUNKNOWN": ContactUnknown,
    "NOLASTCONTACT": NoLastContact,
    "NOTANSWERED": OfferNotAnswered,
    "NOTLOGGEDIN": NotLoggedIn,
    "NOTWAITING": NotWaiting,
    "NOWRAPUP": NoWrapup,
    "PHONEBUSY": PhoneBusy,
    "RESULTOWED": ResultOwed,
    "STALEOFFER": StaleOffer,
    "TOOMANYLINES": TooManyLines,
    "WRAPUPLIMIT": WrapupAtLimit,
}


@dataclass(frozen=True, slots=True)
class Script:
    """A script's text with what it shares in front, and the hash that Redis knows it by."""

    text: str
    sha: str


SHARED = (
    *("keys", "telling", "indexes", "contacts", "pace", "strategies", "agents", "offers"),
    *("lines", "places", "phones", "conversations", "callbacks", "ends"),
)
"""The files of ``acd/scripts/shared``, each behind those that it uses."""


@cache
def load(name: str) -> Script:
    """The script ``acd/scripts/<name>.lua``."""
    text = linked("".join(_read(f"shared/{part}") for part in SHARED), _read(name))
    # Not a secret: Redis names scripts by SHA-1.
    return Script(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


def _read(name: str) -> str:
    return (files("acd") / "scripts" / f"{name}.lua").read_text(encoding="utf-8")


def _in_our_words(fault: RedisError | TimeoutError) -> AcdError:
    if isinstance(fault, TimeoutError):
        return AcdUnavailable("no reply in time")
    code, _, subject = str(fault).partition(" ")
    if isinstance(fault, ResponseError) and code in _REFUSALS:
        return _REFUSALS[code](subject)
    return AcdUnavailable(str(fault))


class Scripts:
    """The scripts on one organisation's keys."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys.all

    async def run(self, name: str, *arguments: str | int) -> Reply:
        """Run one script.

        Args:
            name: Its file's name without ``.lua``.
            arguments: As its head says, time first.

        Raises:
            AcdError: The script refused, or Redis is away.
        """
        script = load(name)
        try:
            async with asyncio.timeout(REPLY_SECONDS):
                try:
                    return await self._evaluate(script, arguments)
                except NoScriptError:  # a Redis that was restarted, or is met for the first time
                    await self._redis.script_load(script.text)
                    return await self._evaluate(script, arguments)
        except (RedisError, TimeoutError) as fault:
            raise _in_our_words(fault) from fault

    async def run_all(self, calls: Sequence[Call]) -> list[Reply]:
        """Run several scripts in one round trip, in order.

        Each is a transition of its own: others may come between, and one that fails does not
        undo those before.

        Raises:
            AcdError: Redis is away, or the first refusal met.
        """
        try:
            async with asyncio.timeout(REPLY_SECONDS):
                try:
                    return await self._pipeline(calls)
                except NoScriptError:
                    # Those that Redis knew have run and run again: run together what may be.
                    for name in {str(name) for name, *_ in calls}:
                        await self._redis.script_load(load(name).text)
                    return await self._pipeline(calls)
        except (RedisError, TimeoutError) as fault:
            raise _in_our_words(fault) from fault

    async def _pipeline(self, calls: Sequence[Call]) -> list[Reply]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for name, *arguments in calls:
                pipe.evalsha(load(str(name)).sha, len(self._keys), *self._keys, *arguments)
            return list(await pipe.execute())

    async def _evaluate(self, script: Script, arguments: Sequence[str | int]) -> Reply:
        return await self._redis.evalsha(script.sha, len(self._keys), *self._keys, *arguments)
