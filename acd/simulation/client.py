"""A Redis client that waits for nothing but Redis.

The simulation's lanes run as tasks of one loop. What the lanes of one client ask within one turn
of the loop goes out in one write; in the next turn the replies are read, come what may. Between the
two the lanes of another client do their part, so that Redis and Python work at the same time. No
selector, no pool, no wake-up a reply: several times as fast as the product's client, which must
serve many connections.
"""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import hiredis
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import NoScriptError, ResponseError
from redis.typing import EncodableT

from acd.simulation.errors import RedisServerFailed

_CHUNK = 65_536


class LockStepRedis(Redis):
    """What :class:`acd.script.Scripts` needs of a client, on one blocking Unix socket."""

    def __init__(self, path: Path) -> None:
        """Connect.

        Raises:
            RedisServerFailed: Nobody listens.
        """
        super().__init__(unix_socket_path=str(path), decode_responses=True)  # its pool stays empty
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            raise RedisServerFailed(str(error)) from error
        self._reader = hiredis.Reader(encoding="utf-8", replyError=_refusal)
        self._asked: list[bytes] = []
        self._awaited: list[asyncio.Future[Any]] = []

    async def execute_command(self, *args: EncodableT, **options: object) -> Any:
        """Ask, and wait for the reply."""
        return await self.ask(*args)

    def ask(self, *args: EncodableT) -> asyncio.Future[Any]:
        """Ask, together with whoever else asks in this turn of the loop."""
        loop = asyncio.get_running_loop()
        if not self._asked:
            loop.call_soon(self._send)
        # "SCRIPT LOAD" is one word to redis-py and two to Redis. hiredis declares a tuple of one.
        words = (*str(args[0]).split(), *args[1:])
        self._asked.append(hiredis.pack_command(words))  # type: ignore[arg-type]
        reply: asyncio.Future[Any] = loop.create_future()
        self._awaited.append(reply)
        return reply

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Pipeline:
        """Several commands at once; a transaction is not to be had."""
        return _Together(self)

    def hang_up(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _send(self) -> None:
        asked, awaited = self._asked, self._awaited
        self._asked, self._awaited = [], []
        try:
            self._socket.sendall(b"".join(asked))
        except OSError as error:
            _fail(awaited, error)
            return
        asyncio.get_running_loop().call_soon(self._receive, awaited)

    def _receive(self, awaited: list[asyncio.Future[Any]]) -> None:
        try:
            for one in awaited:
                reply = self._reader.gets()
                while reply is False:
                    chunk = self._socket.recv(_CHUNK)
                    if not chunk:
                        raise ConnectionResetError("it ended")
                    self._reader.feed(chunk)
                    reply = self._reader.gets()
                if one.cancelled():
                    continue
                if isinstance(reply, ResponseError):
                    one.set_exception(reply)
                else:
                    one.set_result(reply)
        except OSError as error:
            _fail(awaited, error)


def _fail(awaited: list[asyncio.Future[Any]], error: OSError) -> None:
    for one in awaited:
        if not one.done():
            one.set_exception(RedisServerFailed(str(error)))


class _Together(Pipeline):
    def __init__(self, redis: LockStepRedis) -> None:
        super().__init__(redis.connection_pool, {}, transaction=False, shard_hint=None)
        self._redis = redis

    async def execute(self, raise_on_error: bool = True) -> list[Any]:
        commands, self.command_stack = self.command_stack, []
        asked = [self._redis.ask(*args) for args, _ in commands]
        await asyncio.wait(asked)
        faults = [fault for one in asked if (fault := one.exception()) is not None]
        if faults and raise_on_error:
            raise faults[0]
        return [one.exception() or one.result() for one in asked]


def _refusal(text: str) -> ResponseError:
    return NoScriptError(text) if text.startswith("NOSCRIPT") else ResponseError(text)
