"""What comes back of a web request, in its time, and when it is tried again."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

import pytest
from aiohttp import web

from ivr.flow.world import WebFailed
from ivr.world.circuit_breaker import FAILURES, REST_S
from ivr.world.web_request import MOST_BYTES
from tests.unit.ivr.web_requests.conftest import (
    LOOPBACK,
    Clock,
    Service,
    asking,
    services,
    within_the_limit,
)

pytestmark = pytest.mark.unit


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


async def test_a_port_where_nobody_listens_fails_at_once() -> None:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port = probe.getsockname()[1]
    request = asking(f"http://{LOOPBACK}:{port}/", method="POST")
    with pytest.raises(WebFailed, match=r"(?i)refused|connect"):
        await services(f"{LOOPBACK}:{port}").fetch(request)
