"""A scripted Asterisk manager on loopback, in the test's own process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

Action = dict[str, str]
Script = Callable[[Action], bytes | None]

GREETING = b"Asterisk Call Manager/11.0.0\r\n"


def block(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


def event(name: str, **headers: object) -> bytes:
    return block(f"Event: {name}", *(f"{key}: {value}" for key, value in headers.items()))


def numbered(count: int, *, call: str = "1.1") -> bytes:
    """Events ``X`` of one call, with ``N`` from 0."""
    return b"".join(event("X", Linkedid=call, N=number) for number in range(count))


def success(action: Action, *lines: str) -> bytes:
    return block("Response: Success", f"ActionID: {action['ActionID']}", *lines)


def error(action: Action, message: str) -> bytes:
    return block("Response: Error", f"ActionID: {action['ActionID']}", f"Message: {message}")


class Peer:
    """One accepted connection, as Asterisk sees it."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.actions: list[Action] = []
        self.ended = asyncio.Event()
        self._writer = writer

    @property
    def names(self) -> list[str]:
        return [action["Action"] for action in self.actions]

    def write(self, data: bytes) -> None:
        self._writer.write(data)

    async def drain(self) -> None:
        await self._writer.drain()

    def close(self) -> None:
        self._writer.close()

    def abort(self) -> None:
        self._writer.transport.abort()


class FakeAsterisk:
    """Answers every action with success unless ``script`` has its name.

    A script returns the bytes to send, or ``None`` to stay silent.
    """

    def __init__(self, *, greeting: bytes = GREETING) -> None:
        self.peers: list[Peer] = []
        self.script: dict[str, Script] = {}
        self.port = 0
        self._greeting = greeting
        self._news = asyncio.Condition()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for peer in self.peers:
            peer.abort()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something that this side has seen makes the condition true."""
        async with self._news, asyncio.timeout(5):
            await self._news.wait_for(condition)

    async def peer(self, number: int = 1) -> Peer:
        """The connection of this number, from 1."""
        await self.until(lambda: len(self.peers) >= number)
        return self.peers[number - 1]

    async def received(self, name: str, *, times: int = 1) -> Peer:
        """The newest connection, once an action of this name has come so often in all."""
        await self.until(
            lambda: [n for peer in self.peers for n in peer.names].count(name) >= times
        )
        return self.peers[-1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(writer)
        writer.write(self._greeting)
        await self._tell(lambda: self.peers.append(peer))
        try:
            while True:
                text = (await reader.readuntil(b"\r\n\r\n")).decode()
                action = dict(line.split(": ", 1) for line in text.strip().split("\r\n"))
                script = self.script.get(action["Action"], success)
                if (answer := script(action)) is not None:
                    writer.write(answer)
                await self._tell(lambda action=action: peer.actions.append(action))  # type: ignore[misc]  # the default binds it early
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            await self._tell(peer.ended.set)

    async def _tell(self, change: Callable[[], None]) -> None:
        async with self._news:
            change()
            self._news.notify_all()
