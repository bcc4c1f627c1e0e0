"""Asterisk's side of a FastAGI connection, said line by line by a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Self, TypeVar

from wire.agi.server import FastAgiServer
from wire.agi.session import AgiSession

GREETING = (
    b"agi_network: yes\n"
    b"agi_network_script: inbound\n"
    b"agi_request: agi://127.0.0.1:14573/inbound\n"
    b"agi_channel: PJSIP/caller-0000002a\n"
    b"agi_language: sv\n"
    b"agi_type: PJSIP\n"
    b"agi_uniqueid: vaxel-1763925160.42\n"
    b"agi_version: 22.10.1\n"
    b"agi_callerid: 0850810001\n"
    b"agi_calleridname: Zo\xc3\xab \xc3\x85berg\n"
    b"agi_callingpres: 0\n"
    b"agi_callingani2: 0\n"
    b"agi_callington: 0\n"
    b"agi_callingtns: 0\n"
    b"agi_dnid: 8001\n"
    b"agi_rdnis: unknown\n"
    b"agi_context: vaxel-in\n"
    b"agi_extension: 8001\n"
    b"agi_priority: 2\n"
    b"agi_enhanced: 0.0\n"
    b"agi_accountcode: \n"
    b"agi_threadid: 139689736754944\n"
    b"agi_arg_1: \n"
    b"agi_arg_2: two\n"
    b"\n"
)

ENDLESS_PATIENCE_S = 30.0
"""No test waits so long; a hung one is then a failure and not a hang."""


T = TypeVar("T")


class FakeAsterisk:
    """One connection to the server under test."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connect(cls, port: int) -> Self:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    @classmethod
    async def call(cls, port: int) -> Self:
        peer = await cls.connect(port)
        peer.say(GREETING)
        return peer

    def say(self, data: bytes) -> None:
        self.writer.write(data)

    async def hear(self) -> bytes:
        """The next command line, ``b""`` when the server closed the connection."""
        async with asyncio.timeout(ENDLESS_PATIENCE_S):
            try:
                return await self.reader.readline()
            except ConnectionError:
                return b""

    async def exchange(self, *answers: bytes) -> list[bytes]:
        """Give each answer to the next command; the commands heard."""
        heard = []
        for answer in answers:
            heard.append(await self.hear())
            self.say(answer)
        return heard

    def leave(self) -> None:
        self.writer.close()


@asynccontextmanager
async def calling(
    script: Callable[[AgiSession], Coroutine[None, None, T]], *, command_limit_s: float = 10.0
) -> AsyncIterator[tuple[FakeAsterisk, asyncio.Future[T]]]:
    """A call whose handler is ``script``; yields Asterisk's side and the script's outcome."""
    outcome: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    async def handler(session: AgiSession) -> None:
        try:
            result = await script(session)
        except Exception as error:  # whatever it raised is what the test looks at
            outcome.set_exception(error)
        else:
            outcome.set_result(result)

    async with FastAgiServer({"inbound": handler}, command_limit_s=command_limit_s) as server:
        peer = await FakeAsterisk.call(server.port)
        try:
            yield peer, outcome
        finally:
            peer.leave()
