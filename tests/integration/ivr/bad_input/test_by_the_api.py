"""What programs do wrong by the API: each is told, and changes nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from ivr.api.tokens import Role
from tests.integration.ivr.api.site import SUPPORT, Site, opened
from tests.integration.ivr.bad_input.untouched import everything

pytestmark = pytest.mark.integration


async def logged_out(_site: Site) -> None:
    """Nobody is there."""


async def talking(site: Site) -> None:
    """Agent 4001 talks to c-1."""
    await site.log_in("4001")
    await site.wait_in("c-1")
    offer = await site.town.distributor.match(SUPPORT)
    assert offer is not None
    await site.town.distributor.answered(offer)


async def waiting(site: Site) -> None:
    """c-1 waits."""
    await site.wait_in("c-1")


async def rung(site: Site) -> None:
    """Agent 4001 is rung for c-1."""
    await site.log_in("4001")
    await site.wait_in("c-1")
    assert await site.town.distributor.match(SUPPORT) is not None


AGENT, CALL = "/town/agents/4001", "/town/calls/c-1"
Refusal = tuple[int, str]
API: dict[str, tuple[Callable[[Site], Awaitable[None]], str, str, Any, Refusal]] = {
    "a pause of nobody": (
        logged_out,
        "POST",
        f"{AGENT}/pause",
        {"reason": "lunch"},
        (409, "acd.not_logged_in"),
    ),
    "a pause of an unknown agent": (
        logged_out,
        "POST",
        "/town/agents/4999/pause",
        {"reason": "lunch"},
        (409, "acd.not_logged_in"),
    ),
    "an unknown pause": (
        talking,
        "POST",
        f"{AGENT}/pause",
        {"reason": "tea"},
        (422, "api.request_invalid"),
    ),
    "ready who is not there": (
        logged_out,
        "POST",
        f"{AGENT}/unpause",
        None,
        (409, "acd.not_logged_in"),
    ),
    "a log-out of nobody": (
        logged_out,
        "POST",
        f"{AGENT}/logout",
        None,
        (409, "acd.not_logged_in"),
    ),
    "a result of nobody": (
        logged_out,
        "POST",
        f"{AGENT}/result",
        {"result": "resolved"},
        (409, "acd.not_logged_in"),
    ),
    "a result of another contact": (
        talking,
        "POST",
        f"{AGENT}/result",
        {"result": "resolved", "contact": "c-9"},
        (409, "acd.no_last_contact"),
    ),
    "an unknown result": (
        talking,
        "POST",
        f"{AGENT}/result",
        {"result": "tea"},
        (422, "api.request_invalid"),
    ),
    "another place for one who talks": (
        talking,
        "PUT",
        f"{CALL}/priority",
        {"credit_ms": 1},
        (409, "acd.not_waiting"),
    ),
    "another place for nobody": (
        waiting,
        "PUT",
        "/town/calls/c-9/priority",
        {"credit_ms": 1},
        (404, "acd.contact_unknown"),
    ),
    "a move of one who talks": (
        talking,
        "POST",
        f"{CALL}/move",
        {"queue": "fees"},
        (409, "acd.not_waiting"),
    ),
    "a move of one who is rung for": (
        rung,
        "POST",
        f"{CALL}/move",
        {"queue": "fees"},
        (409, "acd.contact_offered"),
    ),
    "a move to nowhere": (
        waiting,
        "POST",
        f"{CALL}/move",
        {"queue": "tea"},
        (422, "api.request_invalid"),
    ),
    "a callback that is a call": (
        waiting,
        "DELETE",
        "/town/callbacks/c-1",
        None,
        (404, "acd.callback_unknown"),
    ),
    "no JSON": (talking, "POST", f"{AGENT}/pause", "lunch", (422, "api.request_invalid")),
    "another method": (talking, "GET", f"{AGENT}/pause", None, (405, "api.method_not_allowed")),
}


@pytest.fixture
async def site(redis: Redis, tmp_path: Path) -> Any:
    async with opened(redis, tmp_path) as it:
        yield it


@pytest.mark.parametrize("slip", API)
async def test_a_request_in_the_wrong_state_is_refused_in_json_and_changes_nothing(
    site: Site, slip: str
) -> None:
    prepare, method, path, sent, refusal = API[slip]
    await prepare(site)
    before = await everything(site.redis)
    answer = await site.ask(method, path, json=sent)
    assert (answer.status, answer.code) == refusal
    assert answer.body["message"].endswith(".")
    assert await everything(site.redis) == before


@pytest.mark.parametrize(
    "token", ["none", "revoked", "made anew", "of another organisation", "viewer"]
)
async def test_a_stale_token_changes_nothing(site: Site, token: str) -> None:
    await talking(site)
    file, now = site.file, datetime.now(UTC)
    site.tokens["stale"] = file.make("stale", Role.SUPERVISOR, ("town",), now)
    match token:
        case "none":
            site.tokens["stale"] = "nothing"
        case "revoked":
            file.revoke("stale")
        case "made anew":
            file.revoke("stale")
            file.make("stale", Role.SUPERVISOR, ("town",), now)
        case "of another organisation":
            site.tokens["stale"] = file.make("village", Role.SUPERVISOR, ("village",), now)
        case "viewer":
            site.tokens["stale"] = site.tokens["viewer"]
    log = ("events:{town}",)  # where the role was too low that stands in the audit log
    before = await everything(site.redis, but=log)
    for path, sent in (
        ("pause", {"reason": "lunch"}),
        ("logout", None),
        ("result", {"result": "resolved"}),
    ):
        answer = await site.ask("POST", f"{AGENT}/{path}", "stale", json=sent)
        assert answer.status in (401, 403, 404)
        assert answer.code in ("api.token_refused", "api.role_too_low", "api.not_found")
    assert await everything(site.redis, but=log) == before
