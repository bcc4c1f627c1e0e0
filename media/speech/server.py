"""The speech server: WebSockets for Asterisk, two pages for whoever looks after it.

* ``/aeap``: one WebSocket a speech object of Asterisk (:mod:`media.speech.session`).
* ``/livez`` answers 200 as long as the event loop turns.
* ``/stats`` tells what it does, as JSON; it names the languages as soon as their models are loaded.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import Any, Final

from aiohttp import WSCloseCode, WSMsgType, web

from media.speech.errors import AddressUnusable, ProtocolFault
from media.speech.pool import Pool
from media.speech.session import Session

log = logging.getLogger(__name__)

PROTOCOL: Final = "speech_to_text"
"""What Asterisk calls it in the WebSocket's handshake."""

MAX_FRAME_BYTES: Final = 1 << 16

_OUTBOX = 64
_HEARTBEAT_SECONDS = 30.0
_SHUTDOWN_SECONDS = 2.0


def bound(host: str, port: int) -> socket.socket:
    """Take an address: who cannot have it need not load any model.

    Args:
        host: Loopback, unless Asterisk is on another machine.
        port: 0 takes a free one.

    Raises:
        AddressUnusable: It is somebody else's.
    """
    taken = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((host, port))
    except OSError as error:
        taken.close()
        raise AddressUnusable(host, port, error.strerror or str(error)) from error
    return taken


async def serve(pool: Pool, address: socket.socket, stop: asyncio.Event) -> None:
    """Serve until ``stop`` is set.

    Args:
        pool: Entered.
        address: From :func:`bound`.
        stop: Ends the server.
    """
    conversations = _Conversations(pool)
    app = web.Application()
    app.router.add_get("/aeap", conversations.hold)
    app.router.add_get("/livez", _alive)
    app.router.add_get("/stats", lambda _: stats(pool))
    app.on_shutdown.append(conversations.close)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.SockSite(runner, address).start()
        log.info(
            "speech server listens",
            extra={"port": address.getsockname()[1]},
        )
        await stop.wait()
    finally:
        await runner.cleanup()


async def _alive(_: web.Request) -> web.Response:
    return web.json_response({"status": "alive"})


async def stats(pool: Pool) -> web.Response:
    """What the pool does; counters by engine, and the engines by language."""
    engines = pool.engines if pool.workers else {}
    none = dict.fromkeys(engines.values(), 0)
    return web.json_response(
        {
            "streams": len(pool.streams),
            "workers": pool.workers,
            "busy_workers": pool.busy,
            "refused": pool.refused,
            "errors": pool.errors,
            "workers_lost": pool.lost,
            "decoded_seconds": none | {name: round(s, 1) for name, s in pool.decoded.items()},
            "recognitions": none | pool.recognitions,
            "languages": dict(sorted(engines.items())),
        }
    )


class _Conversations:
    """The WebSockets that are open."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._open: set[web.WebSocketResponse] = set()

    async def hold(self, request: web.Request) -> web.StreamResponse:
        """Converse on one WebSocket until either side ends it."""
        wire = web.WebSocketResponse(
            protocols=(PROTOCOL,),
            max_msg_size=MAX_FRAME_BYTES,
            heartbeat=_HEARTBEAT_SECONDS,
            compress=False,
            timeout=_SHUTDOWN_SECONDS,
        )
        await wire.prepare(request)
        self._open.add(wire)
        try:
            await self._converse(wire, request)
        finally:
            self._open.discard(wire)
        return wire

    async def close(self, _: Any) -> None:
        """End them all: Asterisk's callers go on with the keys."""
        await asyncio.gather(*(wire.close(code=WSCloseCode.GOING_AWAY) for wire in self._open))

    async def _converse(self, wire: web.WebSocketResponse, request: web.Request) -> None:
        outbox: asyncio.Queue[str | None] = asyncio.Queue(_OUTBOX)

        def say(text: str) -> None:
            try:
                outbox.put_nowait(text)
            except asyncio.QueueFull:
                log.warning("speech conversation broken off", extra={"error": "it reads nothing"})
                if request.transport is not None:
                    request.transport.abort()

        session = Session(self._pool.stream, say, asyncio.get_running_loop().call_later)
        sender = asyncio.create_task(_send(wire, outbox))
        try:
            async for message in wire:
                if message.type is WSMsgType.BINARY:
                    await session.audio(message.data)
                elif message.type is WSMsgType.TEXT and not await session.text(message.data):
                    await outbox.put(None)  # the reason is to arrive before the end
                    await asyncio.wait({sender}, timeout=_SHUTDOWN_SECONDS)
                    break
        except ProtocolFault as fault:
            log.warning("speech conversation broken off", extra={"error": str(fault)})
            await wire.close(code=WSCloseCode.PROTOCOL_ERROR)
        finally:
            session.close()
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)


async def _send(wire: web.WebSocketResponse, outbox: asyncio.Queue[str | None]) -> None:
    while (text := await outbox.get()) is not None:
        await wire.send_str(text)
