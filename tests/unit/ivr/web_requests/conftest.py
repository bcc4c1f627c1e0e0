"""A real web service that does what servers do at their worst, and how it is asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from ivr.flow.hosts import Host
from ivr.flow.world import WebRequest
from ivr.world.web_request import WebServices

LIMIT_S = 0.4
SLACK_S = 0.5
"""A machine under load is late; a request that ignored its limit would be later by far."""

LOOPBACK = "127.0.0.1"
SECRETS = {"case-system": "Bearer q1w2e3", "tickets": "t-4711-t", "two-lines": "hunter2\nX-Evil: 1"}


class Service:
    """A web service on loopback.

    Attributes:
        seen: What was asked, in order.
        sent: Bytes of bodies that it could send.
        port: Where it listens.
        hanging: Somebody waits in vain.
        over: Nobody shall wait any more.
    """

    def __init__(self) -> None:
        self.seen: list[web.BaseRequest] = []
        self.bodies: list[bytes] = []
        self.sent = 0
        self.port = 0
        self.hanging = asyncio.Event()
        self.over = asyncio.Event()
        self.ways: dict[str, Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]] = {
            "/good": self._good,
            "/hangs": self._hangs,
            "/for-ever": self._for_ever,
            "/away": self._away,
            "/moved": self._moved,
            "/gigabyte": self._gigabyte,
            "/html": self._html,
            "/broken": self._broken,
            "/drips": self._drips,
            "/drips-headers": self._drips_headers,
            "/long-header": self._long_header,
            "/nothing": self._nothing,
        }

    def url(self, path: str, host: str = LOOPBACK) -> str:
        return f"http://{host}:{self.port}{path}"

    async def serve(self, request: web.BaseRequest) -> web.StreamResponse:
        self.seen.append(request)
        self.bodies.append(await request.read())
        return await self.ways[request.path](request)

    async def _good(self, request: web.BaseRequest) -> web.StreamResponse:
        return web.json_response({"status": "open"})

    async def _hangs(self, request: web.BaseRequest) -> web.StreamResponse:
        self.hanging.set()
        await self.over.wait()
        return web.Response()

    async def _for_ever(self, request: web.BaseRequest) -> web.StreamResponse:
        raise web.HTTPFound("/for-ever")

    async def _away(self, request: web.BaseRequest) -> web.StreamResponse:
        raise web.HTTPFound("http://example.org/")

    async def _moved(self, request: web.BaseRequest) -> web.StreamResponse:
        raise web.HTTPFound("/good")

    async def _gigabyte(self, request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(1024):
            await response.write(bytes(1024 * 1024))
            self.sent += 1024 * 1024
        return response

    async def _html(self, request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(text="<h1>Hello</h1>", content_type="text/html")

    async def _broken(self, request: web.BaseRequest) -> web.StreamResponse:
        raise web.HTTPInternalServerError

    async def _drips(self, request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.02)

    async def _drips_headers(self, request: web.BaseRequest) -> web.StreamResponse:
        assert request.transport is not None
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000:
            request.transport.write(bytes([byte]))
            await asyncio.sleep(0.02)
        raise AssertionError

    async def _long_header(self, request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(headers={"X-Long": "x" * 100_000})

    async def _nothing(self, request: web.BaseRequest) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    it = Service()
    server = web.Server(it.serve)
    runner = web.ServerRunner(server, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, LOOPBACK, 0)
    await site.start()
    it.port = runner.addresses[0][1]
    yield it
    it.over.set()
    await runner.cleanup()


class Clock:
    """Monotonic seconds, moved by hand."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def services(*hosts: str, clock: Clock | None = None) -> WebServices:
    return WebServices([Host.parse(host) for host in hosts], SECRETS.get, clock or Clock())


def asking(url: str, **more: object) -> WebRequest:
    return WebRequest(**({"method": "GET", "url": url, "seconds": LIMIT_S} | more))  # type: ignore[arg-type]


@asynccontextmanager
async def within_the_limit() -> AsyncIterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < LIMIT_S + SLACK_S
