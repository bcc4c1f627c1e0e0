"""Every page by every role, and by those who may not ask at all."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime

import pytest

from ivr.api.route import PREFIX
from ivr.api.tokens import Role
from tests.integration.ivr.api.site import Site

pytestmark = pytest.mark.integration

READING = ["queues", "queues/support", "agents", "agents/4001", "calls", "calls/c-1"]
ACTS = [
    ("POST", "agents/4001/pause", {"reason": "lunch"}),
    ("POST", "agents/4001/unpause", None),
    ("POST", "agents/4001/logout", None),
    ("POST", "agents/4001/result", {"result": "resolved"}),
    ("PUT", "calls/c-1/priority", {"credit_ms": 1000}),
    ("POST", "calls/c-1/move", {"queue": "fees"}),
    ("DELETE", "callbacks/c-1", None),
]


async def there(site: Site) -> None:
    await site.log_in("4001")
    await site.wait_in("c-1")


@pytest.mark.parametrize("role", ["viewer", "supervisor", "admin", "every"])
@pytest.mark.parametrize("path", READING)
async def test_every_role_may_read(site: Site, path: str, role: str) -> None:
    await there(site)
    assert (await site.ask("GET", f"/town/{path}", role)).status == 200


@pytest.mark.parametrize(("method", "path", "body"), ACTS)
async def test_a_viewer_may_not_act_and_nothing_changes(
    site: Site, method: str, path: str, body: object
) -> None:
    await there(site)
    before = await site.get("/town/agents/4001"), await site.get("/town/calls/c-1")

    answer = await site.ask(method, f"/town/{path}", "viewer", json=body)

    assert (answer.status, answer.code) == (403, "api.role_too_low")
    assert (await site.get("/town/agents/4001"), await site.get("/town/calls/c-1")) == before


@pytest.mark.parametrize("role", ["supervisor", "admin", "every"])
@pytest.mark.parametrize(("method", "path", "body"), ACTS)
async def test_a_supervisor_and_whoever_is_more_may_act(
    site: Site, method: str, path: str, body: object, role: str
) -> None:
    await there(site)
    answer = await site.ask(method, f"/town/{path}", role, json=body)
    # There is no such callback, and nobody whose result it is; that this is told shows that the act
    # was allowed.
    refused = 404 if method == "DELETE" else 409 if path.endswith("result") else 200
    assert answer.status == refused


@pytest.mark.parametrize("role", ["viewer", "supervisor", "admin"])
@pytest.mark.parametrize(
    ("method", "path", "body"), [*(("GET", path, None) for path in READING), *ACTS]
)
async def test_another_organisation_is_not_there(
    site: Site, method: str, path: str, body: object, role: str
) -> None:
    await site.offices["village"].distributor.upkeep.renew()
    missing = await site.ask(method, f"/nowhere/{path}", role, json=body)
    others = await site.ask(method, f"/village/{path}", role, json=body)
    if role == "viewer" and method != "GET":
        assert others.status == missing.status == 403
        return
    assert others.status == missing.status == 404
    told = str(missing.body).replace("nowhere", "village")
    assert str(others.body) == told  # whether it exists is not told


async def test_without_a_token_nothing_but_the_document_is_told(site: Site) -> None:
    pages = [("GET", path, None) for path in [*READING, "events"]]
    for method, path, body in [*pages, *ACTS]:
        answer = await site.ask(method, f"/town/{path}", "", json=body)
        assert (answer.status, answer.code) == (401, "api.token_refused")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert (await site.ask("GET", "/organisations", "")).status == 401
    async with site.http.get(f"{site.root}{PREFIX}/openapi.json") as reply:
        assert reply.status == 200


@pytest.mark.parametrize(
    "brought",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer vaxel",
        "Bearer vaxel.supervisor.",
        "Bearer vaxel.supervisor.secret",
        "Bearer vaxel..secret",
        "Bearer vaxel.ingen.hemlighet",
        "Basic dmF4ZWw6dmF4ZWw=",
        "Bearer " + "a" * 8000,
        "Bearer vaxel.supervisor." + "å" * 100,
    ],
)
async def test_what_is_no_token_is_refused_and_counted(site: Site, brought: str) -> None:
    before = site.doorkeeper.refused
    answer = await site.ask("GET", "/organisations", "", headers={"Authorization": brought})
    assert (answer.status, answer.code) == (401, "api.token_refused")
    assert site.doorkeeper.refused == before + 1


async def test_a_secret_works_with_its_own_name_and_word_alone(site: Site) -> None:
    _, _, secret = site.tokens["supervisor"].split(".")
    for brought in (
        f"Bearer vaxel.admin.{secret}",
        f"Bearer other.supervisor.{secret}",
        f"Basic {site.tokens['supervisor']}",
        f"Bearer {site.tokens['supervisor']}x",
        f"Bearer {site.tokens['supervisor'][:-1]}",
    ):
        answer = await site.ask("GET", "/organisations", "", headers={"Authorization": brought})
        assert answer.status == 401, brought
    right = {"Authorization": f"bearer {site.tokens['supervisor']}"}
    assert (await site.ask("GET", "/organisations", "", headers=right)).status == 200


async def test_a_token_works_from_when_it_is_made_until_it_is_revoked(site: Site) -> None:
    site.tokens["new"] = site.file.make("new", Role.VIEWER, ("town",), datetime.now(UTC))
    assert (await site.ask("GET", "/town/queues", "new")).status == 200
    site.file.revoke("new")
    assert (await site.ask("GET", "/town/queues", "new")).code == "api.token_refused"


async def test_nobody_works_while_others_may_read_the_file(site: Site) -> None:
    path = site.file._path
    path.chmod(0o644)
    assert (await site.ask("GET", "/town/queues")).status == 401
    path.chmod(0o600)
    assert (await site.ask("GET", "/town/queues")).status == 200


async def test_a_flood_of_wrong_tokens_costs_redis_nothing(site: Site) -> None:
    await site.redis.ping()
    before = (await site.redis.info("stats"))["total_commands_processed"]

    async def guess() -> int:
        wrong = {"Authorization": f"Bearer vaxel.admin.{os.urandom(16).hex()}"}
        return (await site.ask("GET", "/town/calls", "", headers=wrong)).status

    assert set(await asyncio.gather(*(guess() for _ in range(500)))) == {401}
    after = (await site.redis.info("stats"))["total_commands_processed"]
    assert after - before == 1  # the question itself
