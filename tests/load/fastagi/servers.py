"""One FastAGI server a process, all serving the same five-command call on uvloop.

python -m tests.load.fastagi.servers NAME PORT     (says "ready" when it listens)
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import cast

import uvloop

from wire.agi.server import BACKLOG, FastAgiServer
from wire.agi.session import AgiSession

HOST = "127.0.0.1"
LINES = (
    b"ANSWER\n",
    b'STREAM FILE "welcome" ""\n',
    b'GET DATA "menu" 5000 4\n',
    b'SET VARIABLE "CHOICE" "1234"\n',
    b"HANGUP\n",
)


class Limit(asyncio.Protocol):
    """As fast as Python on uvloop can be: says the next line to whatever ends in a line feed."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.lines = iter(LINES)

    def data_received(self, data: bytes) -> None:
        if not data.endswith(b"\n"):
            return
        line = next(self.lines, None)
        if line is None:
            self.transport.close()
        else:
            self.transport.write(line)


async def serve_limit(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Limit, HOST, port, backlog=BACKLOG)
    print("ready", flush=True)
    await server.serve_forever()


async def serve_panoramisk(port: int) -> None:
    from panoramisk import fast_agi  # noqa: PLC0415 - only this candidate's process pays for it

    async def call(request: fast_agi.Request) -> None:
        await request.send_command("ANSWER")
        await request.send_command('STREAM FILE "welcome" ""')
        digits = await request.send_command('GET DATA "menu" 5000 4')
        await request.send_command(f'SET VARIABLE "CHOICE" "{digits["result"][0]}"')
        await request.send_command("HANGUP")

    application = fast_agi.Application(loop=asyncio.get_running_loop())
    application.add_route("bench", call)
    server = await asyncio.start_server(application.handler, HOST, port, backlog=BACKLOG)
    print("ready", flush=True)
    await server.serve_forever()


async def serve_vaxel(port: int) -> None:
    async def call(session: AgiSession) -> None:
        await session.answer()
        await session.stream_file("welcome")
        digits = await session.get_data("menu", count=4, wait_s=5)
        await session.set_variable("CHOICE", digits)
        await session.hangup()

    async with FastAgiServer({"bench": call}, host=HOST, port=port):
        print("ready", flush=True)
        await asyncio.Event().wait()


SERVERS: dict[str, Callable[[int], Awaitable[None]]] = {
    "limit": serve_limit,
    "panoramisk": serve_panoramisk,
    "vaxel": serve_vaxel,
}

if __name__ == "__main__":
    uvloop.run(SERVERS[sys.argv[1]](int(sys.argv[2])))  # type: ignore[arg-type]  # coroutines all
