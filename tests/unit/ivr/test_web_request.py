"""Web requests against a real server that does what servers do at their worst."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import web

from ivr.circuit_breaker import FAILURES, REST_S
from ivr.flow.hosts import Host, reachable
from ivr.flow.world import WebFailed, WebRequest
from ivr.web_request import MOST_BYTES, WebServices

pytestmark = pytest.mark.unit

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


async def test_an_answer_comes_back_and_what_was_sent_arrived(service: Service) -> None:
    allowed = services(f"{LOOPBACK}:{service.port}")
    request = asking(
        service.url("/good?q=%26a"), method="POST", headers={"X-Case": "7"}, body=b'{"a": 1}'
    )
    assert await allowed.fetch(request) == b'{"status": "open"}'
    (seen,) = service.seen
    assert (seen.method, seen.path_qs, seen.headers["X-Case"]) == ("POST", "/good?q=%26a", "7")
    assert service.bodies == [b'{"a": 1}']
    assert seen.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/hangs", "did not answer within"),
        ("/for-ever", "redirects more than"),
        ("/away", "is not listed"),
        ("/gigabyte", "longer than 256 KiB"),
        ("/broken", "answers 500"),
        ("/drips", "did not answer within"),
        ("/drips-headers", "did not answer within"),
        ("/long-header", "Error"),
        ("/nothing", "Disconnected"),
    ],
)
async def test_whatever_a_service_does_it_fails_within_the_time(
    service: Service, path: str, reason: str
) -> None:
    async with within_the_limit():
        with pytest.raises(WebFailed, match=reason) as failed:
            await services(f"{LOOPBACK}:{service.port}").fetch(asking(service.url(path)))
    assert path not in str(failed.value), "an address may hold what a caller keyed"


async def test_of_a_gigabyte_no_more_is_read_than_the_bound_and_what_is_under_way(
    service: Service,
) -> None:
    with pytest.raises(WebFailed):
        await services(f"{LOOPBACK}:{service.port}").fetch(asking(service.url("/gigabyte")))
    assert service.sent < 64 * MOST_BYTES


async def test_html_is_handed_on_as_it_is_for_the_node_to_refuse(service: Service) -> None:
    body = await services(f"{LOOPBACK}:{service.port}").fetch(asking(service.url("/html")))
    assert body.startswith(b"<h1>")


async def test_a_body_that_nobody_wants_is_not_waited_for(service: Service) -> None:
    allowed = services(f"{LOOPBACK}:{service.port}")
    assert await allowed.fetch(asking(service.url("/drips"), answer=False)) == b""


async def test_a_redirect_within_the_host_is_followed_by_get(service: Service) -> None:
    allowed = services(f"{LOOPBACK}:{service.port}")
    request = asking(service.url("/moved"), method="POST", body=b"{}", headers={"X-Key": "k"})
    assert await allowed.fetch(request) == b'{"status": "open"}'
    assert [(seen.method, seen.path) for seen in service.seen] == [
        ("POST", "/moved"),
        ("GET", "/good"),
    ]
    assert service.bodies[1] == b""
    assert service.seen[1].headers["X-Key"] == "k"


async def test_another_host_is_not_told_the_headers(service: Service) -> None:
    other = f"localhost:{service.port}"

    async def moved(request: web.BaseRequest) -> web.StreamResponse:
        raise web.HTTPTemporaryRedirect(f"http://{other}/good")

    service.ways["/moved"] = moved
    allowed = services(f"{LOOPBACK}:{service.port}", other)
    await allowed.fetch(asking(service.url("/moved"), headers={"Authorization": "Bearer x"}))
    assert "Authorization" in service.seen[0].headers
    assert "Authorization" not in service.seen[1].headers


async def test_a_secret_is_sent_as_the_header_that_names_it(service: Service) -> None:
    allowed = services(f"{LOOPBACK}:{service.port}")
    secrets = {"Authorization": "case-system", "X-Key": "tickets"}
    await allowed.fetch(asking(service.url("/moved"), headers={"X-Case": "7"}, secrets=secrets))
    for seen in service.seen:  # also where the same host redirects to
        assert seen.headers["Authorization"] == SECRETS["case-system"]
        assert (seen.headers["X-Key"], seen.headers["X-Case"]) == (SECRETS["tickets"], "7")
    assert len(service.seen) == 2


async def test_a_secret_without_a_value_is_told_by_its_name_and_nothing_is_asked(
    service: Service,
) -> None:
    allowed = services(f"{LOOPBACK}:{service.port}")
    secrets = {"Authorization": "case-system", "X-Key": "unknown"}
    with pytest.raises(WebFailed, match="the secret unknown has no value") as failed:
        await allowed.fetch(asking(service.url("/good"), secrets=secrets))
    assert SECRETS["case-system"] not in str(failed.value)
    assert service.seen == []


@pytest.mark.parametrize("header", ["Authorization", "Accept", "content-type"])
async def test_no_secret_goes_to_another_host(service: Service, header: str) -> None:
    other = f"localhost:{service.port}"

    async def moved(request: web.BaseRequest) -> web.StreamResponse:
        raise web.HTTPTemporaryRedirect(f"http://{other}/good")

    service.ways["/moved"] = moved
    allowed = services(f"{LOOPBACK}:{service.port}", other)
    await allowed.fetch(asking(service.url("/moved"), secrets={header: "case-system"}))
    first, second = (str(dict(seen.headers)) for seen in service.seen)
    assert SECRETS["case-system"] in first
    assert SECRETS["case-system"] not in second


async def test_no_failure_tells_a_secret(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    allowed = services(f"{LOOPBACK}:{service.port}")
    for way, name in (("/broken", "case-system"), ("/hangs", "tickets"), ("/good", "two-lines")):
        request = asking(service.url(way), secrets={"X-Key": name})
        with pytest.raises(WebFailed) as failed:
            await allowed.fetch(request)
        shown = f"{failed.value!r} {request!r} {failed.value.__cause__!r} {caplog.text}"
        assert not [value for value in SECRETS.values() if value[:7] in shown]


@pytest.mark.parametrize(("method", "tries"), [("GET", 3), ("POST", 1)])
async def test_what_may_be_done_twice_is_tried_again(
    service: Service, method: str, tries: int
) -> None:
    allowed = services(f"{LOOPBACK}:{service.port}")
    with pytest.raises(WebFailed):
        await allowed.fetch(asking(service.url("/broken"), method=method, retries=2, seconds=3))
    assert len(service.seen) == tries


async def test_a_service_that_fails_again_and_again_is_left_alone_then_tried_once(
    service: Service,
) -> None:
    clock = Clock()
    allowed = services(f"{LOOPBACK}:{service.port}", clock=clock)

    async def fails(match: str) -> None:
        with pytest.raises(WebFailed, match=match):
            await allowed.fetch(asking(service.url("/broken")))

    for _ in range(FAILURES):
        await fails("answers 500")
    await fails("left alone")
    assert len(service.seen) == FAILURES
    clock.now_s += REST_S
    await fails("answers 500")
    await fails("left alone")
    clock.now_s += REST_S
    assert await allowed.fetch(asking(service.url("/good")))
    await fails("answers 500")
    assert await allowed.fetch(asking(service.url("/good")))


async def test_an_attempt_that_a_hang_up_ends_does_not_hold_the_breaker(service: Service) -> None:
    clock = Clock()
    allowed = services(f"{LOOPBACK}:{service.port}", clock=clock)
    for _ in range(FAILURES):
        with pytest.raises(WebFailed):
            await allowed.fetch(asking(service.url("/broken")))
    clock.now_s += REST_S
    trying = asyncio.create_task(allowed.fetch(asking(service.url("/hangs"), seconds=30)))
    await service.hanging.wait()
    trying.cancel()
    with suppress(asyncio.CancelledError):
        await trying
    assert await allowed.fetch(asking(service.url("/good")))


@pytest.mark.parametrize("listed", ["", "127.0.0.2", "localhost"])
async def test_a_host_that_is_not_listed_is_never_connected_to(
    service: Service, listed: str
) -> None:
    hosts = [f"{listed}:{service.port}"] if listed else []
    with pytest.raises(WebFailed, match="not listed"):
        await services(*hosts).fetch(asking(service.url("/good")))
    assert service.seen == []


async def test_a_port_that_is_not_listed_is_never_connected_to(service: Service) -> None:
    with pytest.raises(WebFailed, match="not listed"):
        await services(LOOPBACK).fetch(asking(service.url("/good")))


async def test_a_listed_name_may_not_lead_to_a_private_address_unless_that_is_listed(
    service: Service,
) -> None:
    name = f"localhost:{service.port}"
    with pytest.raises(WebFailed, match=r"no address|Error"):
        await services(name).fetch(asking(service.url("/good", "localhost")))
    assert service.seen == []
    assert await services(name, "127.0.0.0/8").fetch(asking(service.url("/good", "localhost")))


@pytest.mark.parametrize(
    "url",
    [
        "http://user:secret@api.example.se/",
        "ftp://api.example.se/",
        "http://api.example.se:0/",
        "http://api.example.se:99999/",
        "http:///x",
        "http://[::1/",
        "//api.example.se/",
        "",
    ],
)
async def test_what_is_no_plain_address_is_refused(url: str) -> None:
    with pytest.raises(WebFailed):
        await services("api.example.se").fetch(asking(url))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - refused
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "nonsense",
    ],
)
def test_an_address_that_is_not_public_is_out_of_reach(address: str) -> None:
    assert not reachable([Host.parse("api.example.se")], address)


@pytest.mark.parametrize("address", ["193.0.6.139", "2001:67c:2e8:22::c100:68b"])
def test_a_public_address_is_within_reach(address: str) -> None:
    assert reachable([], address)


def test_a_listed_network_is_within_reach_and_its_neighbour_is_not() -> None:
    hosts = [Host.parse("10.20.0.0/16"), Host.parse("[fd00::1]:8443")]
    assert reachable(hosts, "10.20.3.4")
    assert reachable(hosts, "::ffff:10.20.3.4")
    assert reachable(hosts, "fd00::1")
    assert not reachable(hosts, "10.21.0.1")
    assert not reachable(hosts, "fd00::2")


async def test_a_port_where_nobody_listens_fails_at_once() -> None:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port = probe.getsockname()[1]
    request = asking(f"http://{LOOPBACK}:{port}/", method="POST")
    with pytest.raises(WebFailed, match=r"(?i)refused|connect"):
        await services(f"{LOOPBACK}:{port}").fetch(request)
