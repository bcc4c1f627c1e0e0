"""What the API tells of queues, agents and calls, and to whom."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from redis.asyncio.connection import AbstractConnection

from acd.clock import system_clock
from acd.model.callback import CallbackRules
from ivr.api.models import MOST
from tests.integration.ivr.api.site import SUPPORT, Site

pytestmark = pytest.mark.integration

NUMBER = "+46701740605"


async def keep_place(site: Site, contact: str) -> None:
    await site.wait_in(contact)
    await site.town.callbacks.keep_place(
        contact, NUMBER, language="sv", answers={}, rules=CallbackRules()
    )


async def test_a_token_is_told_of_its_organisations_alone(site: Site) -> None:
    [town] = (await site.get("/organisations"))["items"]
    assert (town["id"], town["name"], town["languages"]) == ("town", "Town Hall", ["sv", "en"])
    assert town["pauses"] == ["lunch"]
    every = (await site.get("/organisations", "every"))["items"]
    assert [one["id"] for one in every] == ["town", "village"]


async def test_queues_tell_who_waits_and_who_could_answer(site: Site) -> None:
    await site.log_in("4001")
    await site.wait_in("c-1")
    await site.wait_in("c-2")
    await site.town.distributor.match(SUPPORT)

    fees, _, _, support = (await site.get("/town/queues"))["items"]

    assert (fees["name"], fees["waiting"], fees["ready"], fees["logged_in"]) == ("fees", 0, 0, 0)
    assert (support["waiting"], support["ready"], support["logged_in"]) == (2, 0, 1)
    assert support["longest_wait_ms"] >= 0
    assert support["estimate"] is None
    assert fees["estimate"] is None
    alone = await site.get("/town/queues/support")
    assert alone | {"longest_wait_ms": 0} == support | {"longest_wait_ms": 0}


async def test_a_queue_with_an_agent_who_is_ready_promises_no_wait(site: Site) -> None:
    await site.log_in("4001")
    support = await site.get("/town/queues/support")
    assert support["estimate"] == {"low_ms": 0, "expected_ms": 0, "high_ms": 0}


async def test_agents_are_told_with_what_they_do_also_the_logged_out(site: Site) -> None:
    await site.log_in("4001")
    await site.town.agents.pause("4001", "lunch")

    alva, bo = (await site.get("/town/agents", "viewer"))["items"]

    assert (alva["id"], alva["name"], alva["state"], alva["reason"]) == (
        "4001",
        "Alva",
        "paused",
        "lunch",
    )
    assert (alva["phone"], alva["queues"]) == ("phone4001", ["support"])
    assert abs(alva["since_ms"] - system_clock()) < 60_000
    assert (bo["state"], bo["since_ms"], bo["phone"], bo["queues"]) == ("logged_out", None, "", [])
    assert await site.get("/town/agents/4001") == alva


async def test_an_agent_who_stands_in_no_file_any_more_is_found_while_logged_in(site: Site) -> None:
    await site.log_in("4711")
    assert (await site.get("/town/agents/4711"))["name"] == ""
    await site.town.agents.logout("4711")
    assert (await site.ask("GET", "/town/agents/4711")).status == 404


async def test_calls_tell_who_waits_who_is_rung_for_and_who_talks(site: Site) -> None:
    await site.log_in("4001")
    await site.wait_in("c-1")
    offer = await site.town.distributor.match(SUPPORT)
    assert offer is not None
    await site.wait_in("c-2")

    first, second = (await site.get("/town/calls"))["items"]
    assert (first["id"], first["state"], first["agent"]) == ("c-1", "reserved", "4001")
    assert (second["id"], second["state"], second["agent"]) == ("c-2", "waiting", "")
    assert (second["queue"], second["callback"], second["priority_ms"]) == ("support", False, 0)

    await site.town.distributor.answered(offer)
    talking = await site.get("/town/calls/c-1")
    assert (talking["state"], talking["agent"]) == ("talking", "4001")
    assert talking["answered_ms"] >= talking["arrived_ms"]


async def test_a_number_to_call_back_is_shown_whole_to_who_may_act_on_it_alone(site: Site) -> None:
    await keep_place(site, "c-1")
    for role, shown in {"viewer": "…605", "supervisor": NUMBER, "admin": NUMBER}.items():
        [kept] = (await site.get("/town/calls", role))["items"]
        assert (kept["number"], kept["callback"], kept["state"]) == (shown, True, "scheduled")
        assert (await site.get("/town/calls/c-1", role))["number"] == shown


@pytest.mark.parametrize("what", ["queues", "agents", "calls"])
async def test_a_list_is_read_page_by_page_each_thing_once(site: Site, what: str) -> None:
    for contact in ("c-3", "c-1", "c-2"):
        await site.wait_in(contact)
    whole = [item.get("id") or item["name"] for item in (await site.get(f"/town/{what}"))["items"]]
    assert len(whole) >= 2

    found, after = [], ""
    while True:
        page = await site.get(f"/town/{what}?limit=1&after={after}")
        assert len(page["items"]) <= 1
        found += [item.get("id") or item["name"] for item in page["items"]]
        if page["next"] is None:
            break
        after = page["next"].replace("|", "%7C")
    assert found == whole


async def test_ten_thousand_agents_are_no_single_answer(site: Site) -> None:
    town = site.town.organisation
    many = {f"{number:05}": town.agents["4001"] for number in range(10_000)}
    large = town.model_copy(update={"agents": many})
    site.offices["town"] = replace(site.town, organisation=large)

    page = await site.get(f"/town/agents?limit={MOST}")

    assert (len(page["items"]), page["next"]) == (MOST, f"{MOST - 1:05}")
    assert (await site.ask("GET", f"/town/agents?limit={MOST + 1}")).code == "api.request_invalid"


@pytest.mark.parametrize("path", ["queues/nowhere", "agents/9999", "calls/c-9", "calls/%00|%0A"])
async def test_what_is_not_there_is_a_typed_404(site: Site, path: str) -> None:
    answer = await site.ask("GET", f"/town/{path}")
    assert (answer.status, answer.code) == (404, "api.not_found")


async def test_each_page_asks_redis_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = ("queues", "queues/support", "agents", "agents/4001", "calls", "calls/c-1")
    await site.wait_in("c-1")
    for path in paths:
        await site.get(f"/town/{path}")  # Redis knows the scripts
    sent: list[object] = []
    send = AbstractConnection.send_packed_command

    async def noted(self: AbstractConnection, command: Any, *rest: Any, **others: Any) -> None:
        sent.append(command)
        await send(self, command, *rest, **others)

    monkeypatch.setattr(AbstractConnection, "send_packed_command", noted)
    for path in paths:
        sent.clear()
        await site.get(f"/town/{path}")
        assert len(sent) == 1, path
