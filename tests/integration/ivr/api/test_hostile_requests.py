"""Requests that are wrong, too large or meant to harm: each is one typed error, no more."""

from __future__ import annotations

import asyncio
import gzip
import re
from typing import Any

import pytest
from yarl import URL

from ivr.api import requests
from ivr.api.models import MOST
from ivr.api.requests import LONGEST_BODY
from ivr.api.route import PREFIX
from tests.integration.ivr.api.site import Site

pytestmark = pytest.mark.integration

JSON = {"Content-Type": "application/json"}
PAUSE = "/town/agents/4001/pause"
PRIORITY = "/town/calls/c-1/priority"


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("POST", PAUSE, b"", 422),
        ("POST", PAUSE, b"{", 422),
        ("POST", PAUSE, b"[]", 422),
        ("POST", PAUSE, b"\xff\xfe", 422),
        ("POST", PAUSE, b"[" * 10_000, 422),
        ("POST", PAUSE, b"{}", 422),
        ("POST", PAUSE, b'{"reason": 7}', 422),
        ("POST", PAUSE, b'{"reason": ""}', 422),
        ("POST", PAUSE, b'{"reason": "a b|c"}', 422),
        ("POST", PAUSE, b'{"reason": "fika"}', 422),
        ("POST", PAUSE, b'{"reason": "lunch", "by": "somebody"}', 422),
        ("POST", PAUSE, b'{"reason": "' + b"a" * LONGEST_BODY + b'"}', 413),
        ("POST", "/town/agents/4001/logout", b'{"at": 1}', 422),
        ("PUT", PRIORITY, b'{"credit_ms": -1}', 422),
        ("PUT", PRIORITY, b'{"credit_ms": 86400001}', 422),
        ("PUT", PRIORITY, b'{"credit_ms": 1e400}', 422),
        ("PUT", PRIORITY, b'{"credit_ms": "1"}', 422),
        ("PUT", PRIORITY, b'{"credit_ms": true}', 422),
        ("PUT", PRIORITY, b'{"credit_ms": 1.5}', 422),
        ("PUT", PRIORITY, b'{"credit_ms": null}', 422),
    ],
)
async def test_a_body_that_is_not_what_the_page_takes(
    site: Site, method: str, path: str, sent: bytes, status: int
) -> None:
    await site.log_in("4001")
    await site.wait_in("c-1")
    before = await site.get("/town/agents/4001"), await site.get("/town/calls/c-1")

    answer = await site.ask(method, path, data=sent, headers=JSON)

    assert answer.status == status, answer.body
    assert answer.code in {"api.request_invalid", "api.body_too_large"}
    assert len(answer.body["message"]) < 500
    assert (await site.get("/town/agents/4001"), await site.get("/town/calls/c-1")) == before


async def test_a_body_of_unknown_length_is_bounded_too(site: Site) -> None:
    async def without_end() -> Any:
        for _ in range(100):
            yield b" " * 4096

    answer = await site.ask("POST", PAUSE, data=without_end(), headers=JSON)
    assert (answer.status, answer.code) == (413, "api.body_too_large")


async def test_a_form_is_no_json(site: Site) -> None:
    answer = await site.ask("POST", PAUSE, data={"reason": "lunch"})
    assert (answer.status, answer.code) == (415, "api.not_json")


@pytest.mark.parametrize(
    "query",
    [
        "?limit=0",
        f"?limit={MOST + 1}",
        "?limit=many",
        "?limit=",
        "?limit=1&limit=2",
        "?size=1",
        "?after=" + "a" * 201,
    ],
)
async def test_a_query_that_the_page_does_not_take(site: Site, query: str) -> None:
    for what in ("queues", "agents", "calls"):
        answer = await site.ask("GET", f"/town/{what}{query}")
        assert (answer.status, answer.code) == (422, "api.request_invalid"), query


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "api.not_found"),
        ("GET", "/town", 404, "api.not_found"),
        ("GET", "/town/secrets", 404, "api.not_found"),
        ("DELETE", "/town/agents/4001", 405, "api.method_not_allowed"),
        ("GET", "/town/agents/4001/pause", 405, "api.method_not_allowed"),
    ],
)
async def test_a_page_that_does_not_exist(
    site: Site, method: str, path: str, status: int, code: str
) -> None:
    answer = await site.ask(method, path)
    assert (answer.status, answer.code) == (status, code)


async def test_redis_away_is_a_typed_503(site: Site) -> None:
    await site.redis.set("vaxel:{town}:agents", "no hash")
    answer = await site.ask("GET", "/town/agents")
    assert (answer.status, answer.code) == (503, "acd.unavailable")


async def test_a_name_in_the_path_reaches_redis_as_a_name_alone(site: Site) -> None:
    for name in ("*", "..", "a|b", "%7Btown%7D", "4001%0D%0AFLUSHALL", "å" * 200):
        url = f"{site.root}{PREFIX}/town/agents/{name}"
        token = {"Authorization": f"Bearer {site.tokens['viewer']}"}
        async with site.http.get(url, headers=token) as reply:
            assert reply.status == 404


# Below the requests: bytes on a connection --------------------------------------------------------


END = b"\r\n\r\n"


async def exchange(site: Site, sent: bytes) -> bytes:
    """The answer to these bytes."""
    host, port = site.root.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head, _, body = sent.replace(b"TOKEN", site.tokens["supervisor"].encode()).partition(END)
    writer.write(head + END)
    await writer.drain()
    await site.get("/organisations")  # by now what was sent is read
    writer.write(body)
    try:
        async with asyncio.timeout(15):
            head = await reader.readuntil(END)
            length = re.search(rb"(?i)content-length: (\d+)", head)
            return head + await reader.readexactly(int(length[1]) if length else 0)
    finally:
        writer.close()


POST = (
    b"POST /api/v1/town/agents/4001/pause HTTP/1.1\r\nHost: x\r\n"
    b"Authorization: Bearer TOKEN\r\nContent-Type: application/json\r\n"
)


async def test_a_body_that_is_not_what_its_headers_say_is_the_askers_fault(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    await site.log_in("4001")
    sent = b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello"
    answer = await exchange(site, POST + sent)
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"api.body_broken" in answer
    assert [record for record in caplog.records if record.exc_info] == []
    assert (await site.get("/town/agents/4001"))["state"] == "ready"


async def test_who_leaves_in_the_middle_of_a_body_leaves_no_trace(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    await site.log_in("4001")
    host, port = site.root.removeprefix("http://").split(":")
    for _ in range(5):
        _, writer = await asyncio.open_connection(host, int(port))
        head = POST + b"Content-Length: 50\r\n\r\n{"
        writer.write(head.replace(b"TOKEN", site.tokens["supervisor"].encode()))
        await writer.drain()
        await site.get("/town/agents/4001")  # by now the other one is read too
        writer.transport.abort()
    await site.get("/town/agents/4001")
    assert [record for record in caplog.records if record.exc_info] == []
    assert site.runner.server is not None
    async with asyncio.timeout(10):
        while len(site.runner.server.connections) > 1:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.01)


async def test_a_small_body_that_grows_is_bounded_as_any(site: Site) -> None:
    packed = gzip.compress(b'{"reason": "' + b"a" * 50_000_000 + b'"}')
    head = f"Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    answer = await exchange(site, POST + head.encode() + packed)
    assert b"api.body_too_large" in answer


async def test_a_body_that_does_not_come_is_a_typed_408(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "_BODY_SECONDS", 0.1)

    async def slowly() -> Any:
        yield b"{"
        await asyncio.sleep(2)

    answer = await site.ask("POST", PAUSE, data=slowly(), headers=JSON)
    assert (answer.status, answer.code) == (408, "api.request_slow")


async def test_what_is_asked_has_no_body(site: Site) -> None:
    for sent in (b"{", b"x" * 20_000):
        assert (await site.ask("GET", "/town/queues", data=sent)).status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/town/agents/{}/pause"),
        ("POST", "/town/agents/{}/listen"),
        ("PUT", "/town/calls/{}/priority"),
        ("POST", "/town/calls/{}/move"),
        ("DELETE", "/town/callbacks/{}"),
        ("PUT", "/town/announcements/{}"),
        ("GET", "/town/queues/{}"),
        ("GET", "/{}/queues"),
    ],
)
@pytest.mark.parametrize(
    "name",
    [
        "x" * 4000,
        "%0D%0A-ERR%20no",
        "a%00b",
        "..%2F..%2Fsecrets",
        "%EF%BC%94%EF%BC%90%EF%BC%90%EF%BC%91",
        "%D9%A4%D9%A0%D9%A0%D9%A1",
        "%ff%fe",
        "{town}",
        "a|b",
        "*",
    ],
)
async def test_a_hostile_name_is_nobody_anywhere(
    site: Site, method: str, path: str, name: str
) -> None:
    await site.log_in("4001")
    before = await site.get("/town/agents"), await site.get("/town/calls")
    bodies = {
        "pause": {"reason": "lunch"},
        "listen": {"phone": "phone4002"},
        "priority": {"credit_ms": 1},
        "move": {"queue": "fees"},
        "announcements": {"for_ms": 3_600_000},
    }
    body = next((sent for word, sent in bodies.items() if word in path), None)
    url = URL(site.root + PREFIX + path.replace("{}", name), encoded=True)
    headers = {"Authorization": f"Bearer {site.tokens['admin']}"}
    async with site.http.request(method, url, headers=headers, json=body) as reply:
        told = await reply.json()
        assert reply.status in (404, 409), told
        assert told["code"] in {
            "api.not_found",
            "acd.not_logged_in",
            "api.not_talking",
            "acd.contact_unknown",
            "acd.callback_unknown",
        }
        assert len(told["message"]) < 300
    assert (await site.get("/town/agents"), await site.get("/town/calls")) == before


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PATCH", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", ["/town/queues", "/town/agents/4001/pause", "/town/events"])
async def test_other_methods_are_refused_with_those_that_there_are(
    site: Site, method: str, path: str
) -> None:
    token = {"Authorization": f"Bearer {site.tokens['admin']}"}
    async with site.http.request(method, site.root + PREFIX + path, headers=token) as reply:
        assert reply.status == 405
        assert reply.headers["Allow"] in {"GET", "POST"}
        assert method == "HEAD" or (await reply.json())["code"] == "api.method_not_allowed"
