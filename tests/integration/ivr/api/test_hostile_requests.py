"""Requests that are wrong, too large or meant to harm: each is one typed error, no more."""

from __future__ import annotations

from typing import Any

import pytest

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
