"""An act for which a token's role is too low is in the audit log, and no loop can fill that."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from ivr.api.refused_acts import MOST
from ivr.api.tokens import Role
from store.events import Event, EventType
from store.projection import ContactProjection
from store.stream import BEGINNING, EventStream
from tests.integration.following import caught_up
from tests.integration.ivr.api.site import Site
from tests.integration.ivr.api.test_roles import ACTS

pytestmark = pytest.mark.integration

PAUSE = "/town/agents/4001/pause"
HOUR_S = 3600


async def refusals(site: Site, org: str = "town") -> list[Event]:
    events = await site.offices[org].stream.read(BEGINNING)
    return [event for event in events if event.type is EventType.SUPERVISOR_REFUSED]


async def ask(site: Site, path: str = PAUSE, role: str = "viewer", method: str = "POST") -> None:
    answer = await site.ask(method, path, role, json={"reason": "lunch"})
    assert (answer.status, answer.code) == (403, "api.role_too_low")


async def audit(site: Site) -> list[dict[str, Any]]:
    stream = EventStream(site.redis, "town")
    await caught_up(stream, ContactProjection(site.database, stream, "town"))
    items: list[dict[str, Any]] = (await site.get("/town/audit", "admin"))["items"]
    return items


async def test_each_act_is_told_with_who_wanted_it_and_whom_it_was_about(site: Site) -> None:
    await site.wait_in("c-1")
    modes = ("listen", "whisper", "barge", "take_over")
    for method, path in [
        *((method, path) for method, path, _ in ACTS),
        *(("POST", f"agents/4001/{mode}") for mode in modes),
    ]:
        await ask(site, f"/town/{path}", method=method)
    rows = [
        (one["supervisor"], one["via"], one["outcome"], one["reason"]) for one in await audit(site)
    ]
    assert rows == [("viewer", "api", "refused", "role")] * (len(ACTS) + len(modes))
    told = [(one.fields["act"], one.agent, one.contact, one.queue) for one in await refusals(site)]
    assert told == [
        ("pause", "4001", "", ""),
        ("unpause", "4001", "", ""),
        ("logout", "4001", "", ""),
        ("result", "4001", "", ""),
        ("prioritise", "", "c-1", "support"),
        ("move", "", "c-1", "support"),
        ("cancel", "", "c-1", "support"),
        *((mode, "4001", "", "") for mode in modes),
    ]


async def test_a_loop_is_one_row_an_hour_and_each_request_is_counted(site: Site) -> None:
    await asyncio.gather(*(ask(site) for _ in range(100)))
    assert len(await refusals(site)) == 1
    site.clock.forward(HOUR_S - 1)
    await ask(site)
    assert len(await refusals(site)) == 1
    site.clock.forward(1)
    await ask(site)
    assert len(await refusals(site)) == 2
    assert site.refused_acts.refused == 102


async def test_a_clock_that_is_set_back_keeps_no_refusal_for_longer(site: Site) -> None:
    await ask(site)
    site.clock.forward(-HOUR_S)
    await ask(site)
    assert len(await refusals(site)) == 2


async def test_a_loop_over_names_is_bounded_and_writes_none_that_is_unknown(site: Site) -> None:
    for number in range(MOST * 2):
        await ask(site, f"/town/agents/{number}%0d+46701740605/pause")
        await ask(site, f"/town/calls/{'x' * (number + 1)}/move")
    told = [(one.fields["act"], one.agent, one.contact) for one in await refusals(site)]
    assert told == [("pause", "", ""), ("move", "", "")]
    for number in range(MOST * 2):
        await site.wait_in(f"c-{number}")
        await ask(site, f"/town/calls/c-{number}/move")
    assert len(await refusals(site)) == MOST


async def test_each_token_has_a_bound_of_its_own(site: Site) -> None:
    site.tokens["other"] = site.file.make("other", Role.VIEWER, ("town",), datetime.now(UTC))
    for role in ("viewer", "other", "viewer"):
        await ask(site, role=role)
    assert [one.fields["by"] for one in await refusals(site)] == ["viewer", "other"]


async def test_nobody_writes_in_the_log_of_an_organisation_that_they_do_not_see(site: Site) -> None:
    await ask(site, "/village/agents/4001/pause")
    await ask(site, "/nowhere/agents/4001/pause")
    assert await refusals(site, "village") == []
    assert site.refused_acts.refused == 2


async def test_what_is_no_act_of_a_supervisor_is_counted_alone(site: Site) -> None:
    await ask(site, "/town/audit", "supervisor", method="GET")
    await ask(site, "/town/announcements/storm", "supervisor", method="DELETE")
    assert await refusals(site) == []
    assert site.refused_acts.refused == 2


async def test_what_could_not_be_told_is_told_the_next_time(site: Site) -> None:
    await site.redis.set("events:{town}", "no stream")
    answer = await site.ask("POST", PAUSE, "viewer", json={"reason": "lunch"})
    assert (answer.status, answer.code) == (503, "store.stream_unavailable")
    await site.redis.delete("events:{town}")
    await ask(site)
    assert len(await refusals(site)) == 1
