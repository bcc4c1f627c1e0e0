"""Who watches over supervisors sees what they have done, and nobody else does."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest

from store.projection import ContactProjection
from store.stream import EventStream
from tests.day import DayStream
from tests.integration.following import caught_up
from tests.integration.ivr.api.site import RECORD, Site
from tests.supervised_day import ACTS, AT, BOARD, DISA, ORG, afternoon

pytestmark = pytest.mark.integration

PAGE = f"/{ORG}/audit"


async def noted(site: Site) -> None:
    stream = DayStream(afternoon())
    await caught_up(stream, ContactProjection(site.database, stream, ORG))


async def told(site: Site, query: str = "") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await site.get(PAGE + query, "admin"))["items"]
    return items


async def test_every_act_is_told_with_who_whom_how_and_how_long(site: Site) -> None:
    await noted(site)
    items = await told(site)
    assert sorted((one["at_ms"] - AT) // 1000 for one in items) == [act[0] for act in ACTS]
    [whisper] = [one for one in items if one["act"] == "whisper"]
    assert whisper == {
        "at_ms": AT + 15_000,
        "supervisor": DISA,
        "via": "phone",
        "phone": "agent2",
        "act": "whisper",
        "outcome": "done",
        "reason": "",
        "agent": "4001",
        "contact": "c1",
        "queue": "fees",
        "lasted_ms": 4000,
        "to_queue": "",
        "credit_ms": None,
    }
    assert [one["act"] for one in items if one["outcome"] == "refused"] == ["", "listen"]


@pytest.mark.parametrize(
    ("query", "seconds"),
    [
        (f"?supervisor={BOARD}", [12, 21, 31, 33]),
        ("?agent=4002", [21]),
        (f"?from_ms={AT + 20_000}&until_ms={AT + 32_000}", [20, 21, 31]),
        (f"?supervisor={DISA}&agent=4002", []),
    ],
)
async def test_supervisor_agent_and_time_choose(site: Site, query: str, seconds: list[int]) -> None:
    await noted(site)
    assert [(one["at_ms"] - AT) // 1000 for one in await told(site, query)] == seconds


async def test_pages_follow_each_other_to_the_end(site: Site) -> None:
    await noted(site)
    whole, pages, after = await told(site), [], ""
    while after is not None:
        page = await site.get(f"{PAGE}?limit=4&after={after}", "admin")
        pages.append(page["items"])
        after = page["next"]
    assert [len(page) for page in pages] == [4, 4, 2]
    assert [one for page in pages for one in page] == whole


@pytest.mark.parametrize("role", ["viewer", "supervisor"])
async def test_those_who_are_watched_over_do_not_see_it(site: Site, role: str) -> None:
    answer = await site.ask("GET", PAGE, role)
    assert (answer.status, answer.code) == (HTTPStatus.FORBIDDEN, "api.role_too_low")


async def test_another_organisation_sees_nothing_of_it(site: Site) -> None:
    await noted(site)
    assert (await site.get("/village/audit", "every"))["items"] == []
    assert (await site.ask("GET", "/village/audit", "admin")).status == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    "query",
    [
        "?after=x",
        "?limit=0",
        "?from_ms=-1",
        "?until_ms=1e30",
        "?agent=%00",  # which PostgreSQL could not be asked for
        "?supervisor=a%00b",
    ],
)
async def test_what_is_no_question_is_refused(site: Site, query: str) -> None:
    assert (await site.ask("GET", PAGE + query, "admin")).status == HTTPStatus.UNPROCESSABLE_ENTITY


async def test_a_database_that_is_away_is_told_as_such(site: Site) -> None:
    await site.database.close()
    (site.folder / RECORD).rename(site.folder / "away.db")
    (site.folder / RECORD).mkdir()
    answer = await site.ask("GET", PAGE, "admin")
    assert (answer.status, answer.code) == (HTTPStatus.SERVICE_UNAVAILABLE, "database_away")


async def test_what_the_api_does_is_in_the_log_from_the_real_stream(site: Site) -> None:
    await site.log_in("4001")
    await site.wait_in("c-1")
    for method, path, body in [
        ("PUT", "/town/calls/c-1/priority", {"credit_ms": 60_000}),
        ("POST", "/town/calls/c-1/move", {"queue": "fees"}),
        ("POST", "/town/agents/4001/pause", {"reason": "lunch"}),
        ("POST", "/town/agents/4001/unpause", None),
        ("POST", "/town/agents/4001/logout", None),
    ]:
        assert (await site.ask(method, path, json=body)).status == HTTPStatus.OK
    stream = EventStream(site.redis, "town")
    await caught_up(stream, ContactProjection(site.database, stream, "town"))
    assert [(one["act"], one["supervisor"], one["via"]) for one in await told(site)] == [
        (act, "supervisor", "api") for act in ("prioritise", "move", "pause", "unpause", "logout")
    ]
