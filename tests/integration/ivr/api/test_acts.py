"""What supervisors do: one step each, told by name, refused in the ACD's own words."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from acd.model.agent import AgentState
from acd.model.callback import CallbackRules, MissReason
from acd.model.offer import RefusalReason
from store.events import Event, EventType
from store.stream import BEGINNING
from tests.integration.ivr.api.site import SUPPORT, Answer, Site

pytestmark = pytest.mark.integration

NUMBER = "+46701740605"
PAUSE = "/town/agents/4001/pause"
UNPAUSE = "/town/agents/4001/unpause"
LOGOUT = "/town/agents/4001/logout"
RESULT = "/town/agents/4001/result"


async def acts(site: Site) -> list[Event]:
    events = await site.town.stream.read(BEGINNING)
    return [event for event in events if event.type is EventType.SUPERVISOR_ACTED]


async def last(site: Site, count: int) -> list[EventType]:
    events = await site.town.stream.read(BEGINNING)
    return [event.type for event in events[-count:]]


async def talk(site: Site, contact: str = "c-1") -> None:
    """Agent 4001 talks to a caller."""
    await site.log_in("4001")
    await site.wait_in(contact)
    offer = await site.town.distributor.match(SUPPORT)
    assert offer is not None
    await site.town.distributor.answered(offer)


async def prioritise(site: Site, contact: str, credit_ms: int) -> Answer:
    return await site.ask("PUT", f"/town/calls/{contact}/priority", json={"credit_ms": credit_ms})


async def test_an_agent_is_paused_and_it_is_told_by_whom(site: Site) -> None:
    await site.log_in("4001")

    answer = await site.ask("POST", PAUSE, json={"reason": "lunch"})

    assert (answer.status, answer.body["state"], answer.body["reason"]) == (200, "paused", "lunch")
    [act] = await acts(site)
    assert (act.agent, dict(act.fields)) == (
        "4001",
        {"act": "pause", "by": "supervisor", "reason": "lunch"},
    )
    assert await last(site, 2) == [EventType.SUPERVISOR_ACTED, EventType.AGENT_PAUSED]


async def test_an_agent_who_talks_is_paused_after_the_call(site: Site) -> None:
    await talk(site)
    answer = await site.ask("POST", PAUSE, json={"reason": "lunch"})
    assert answer.body["state"] == "talking"
    assert len(await acts(site)) == 1

    offer = await site.town.distributor.current_offer("c-1")
    assert offer is not None
    await site.town.distributor.ended(offer, 1000)
    assert (await site.get("/town/agents/4001"))["state"] == "paused"


async def test_an_agent_who_is_made_ready_is_given_who_waits(site: Site) -> None:
    await site.log_in("4001")
    await site.town.agents.pause("4001", "lunch")
    await site.wait_in("c-1")

    answer = await site.ask("POST", UNPAUSE)

    assert (answer.status, answer.body["state"]) == (200, "ready")
    assert (await site.get("/town/calls/c-1"))["agent"] == "4001"
    assert [act.fields["act"] for act in await acts(site)] == ["unpause"]


async def test_an_agent_is_logged_out_and_is_offered_nobody(site: Site) -> None:
    await site.log_in("4001")

    answer = await site.ask("POST", LOGOUT)

    assert (answer.status, answer.body["state"], answer.body["since_ms"]) == (
        200,
        "logged_out",
        None,
    )
    assert await last(site, 2) == [EventType.SUPERVISOR_ACTED, EventType.AGENT_LOGGED_OUT]
    await site.wait_in("c-1")
    assert await site.town.distributor.match(SUPPORT) is None


@pytest.mark.parametrize(
    ("path", "body"), [(PAUSE, {"reason": "lunch"}), (UNPAUSE, None), (LOGOUT, None)]
)
async def test_an_agent_who_is_not_logged_in_cannot_be_acted_on(
    site: Site, path: str, body: object
) -> None:
    answer = await site.ask("POST", path, json=body)
    assert (answer.status, answer.code) == (409, "acd.not_logged_in")
    assert await site.town.stream.last_id() == BEGINNING


async def test_what_agents_do_themselves_is_no_act_of_a_supervisor(site: Site) -> None:
    await site.log_in("4001")
    await site.town.agents.pause("4001", "lunch")
    await site.town.agents.unpause("4001")
    await site.town.agents.logout("4001")
    assert await acts(site) == []


async def test_a_call_of_more_priority_is_answered_first_and_keeps_its_arrival(site: Site) -> None:
    await site.wait_in("c-1")
    await site.wait_in("c-2")
    arrived = (await site.get("/town/calls/c-2"))["arrived_ms"]

    answer = await prioritise(site, "c-2", 60_000)

    assert (answer.body["priority_ms"], answer.body["arrived_ms"]) == (60_000, arrived)
    place = await site.town.distributor.place("c-2")
    assert place is not None
    assert place.position == 1
    [act] = await acts(site)
    assert (act.contact, act.queue) == ("c-2", "support")
    assert dict(act.fields) == {"act": "prioritise", "by": "supervisor", "credit": "60000"}
    await site.log_in("4001")
    offer = await site.town.distributor.match(SUPPORT)
    assert offer is not None
    assert offer.contact == "c-2"


async def test_a_priority_is_set_not_added_and_can_be_taken_back(site: Site) -> None:
    await site.wait_in("c-1")
    for credit in (60_000, 60_000, 0):
        assert (await prioritise(site, "c-1", credit)).body["priority_ms"] == credit


async def test_a_call_that_is_rung_for_comes_back_to_the_new_place(site: Site) -> None:
    await site.log_in("4001")
    await site.wait_in("c-1")
    offer = await site.town.distributor.match(SUPPORT)
    assert offer is not None
    await site.wait_in("c-2")
    await prioritise(site, "c-2", 30_000)
    assert (await prioritise(site, "c-1", 60_000)).body["state"] == "reserved"

    await site.town.distributor.refused(offer, RefusalReason.BUSY)

    place = await site.town.distributor.place("c-1")
    assert place is not None
    assert place.position == 1


async def test_a_call_that_talks_has_no_place_to_change(site: Site) -> None:
    await talk(site)
    before = await site.get("/town/calls/c-1")
    answer = await prioritise(site, "c-1", 60_000)
    assert (answer.status, answer.code) == (409, "acd.not_waiting")
    assert await site.get("/town/calls/c-1") == before
    assert await acts(site) == []


async def test_a_call_that_is_not_there_is_a_typed_404(site: Site) -> None:
    answer = await prioritise(site, "c-1", 60_000)
    assert (answer.status, answer.code) == (404, "acd.contact_unknown")


async def move(site: Site, contact: str = "c-1", queue: str = "fees") -> Answer:
    return await site.ask("POST", f"/town/calls/{contact}/move", json={"queue": queue})


async def test_a_waiting_call_is_moved_keeps_its_place_and_is_given_who_is_ready(
    site: Site,
) -> None:
    await site.wait_in("c-1")
    arrived = (await site.get("/town/calls/c-1"))["arrived_ms"]
    await site.log_in("4002", "fees")

    answer = await move(site)

    call = answer.body
    assert (answer.status, call["queue"], call["id"]) == (200, "fees", "c-1")
    assert call["arrived_ms"] - call["priority_ms"] == arrived
    assert (await site.get("/town/calls/c-1"))["agent"] == "4002"
    assert await last(site, 4) == [
        EventType.SUPERVISOR_ACTED,
        EventType.CALL_LEFT,
        EventType.CALL_QUEUED,
        EventType.CALL_OFFERED,
    ]
    [act] = await acts(site)
    assert (act.contact, act.queue, dict(act.fields)) == (
        "c-1",
        "support",
        {"act": "move", "by": "supervisor", "to": "fees"},
    )


async def test_a_call_that_cannot_be_moved_stays_as_it_is(site: Site) -> None:
    assert (await move(site)).code == "acd.contact_unknown"
    await talk(site)
    await site.wait_in("c-2")
    assert (await move(site, "c-2", "taxes")).code == "api.request_invalid"
    before = (await site.get("/town/calls"))["items"]
    refused = await move(site)
    assert (refused.status, refused.code) == (409, "acd.not_waiting")
    assert (await move(site, "c-2", "support")).status == 200  # is there already
    assert (await site.get("/town/calls"))["items"] == before
    assert await acts(site) == []


async def test_a_call_is_not_moved_where_it_would_be_recorded_by_another_rule(site: Site) -> None:
    await site.wait_in("c-1")
    answer = await move(site, queue="secret")
    assert (answer.status, answer.code) == (409, "api.recording_differs")
    assert (await site.get("/town/calls/c-1"))["queue"] == "support"


async def test_a_callback_is_cancelled(site: Site) -> None:
    await site.wait_in("c-1")
    callbacks = site.town.callbacks
    await callbacks.keep_place("c-1", NUMBER, language="sv", answers={}, rules=CallbackRules())

    answer = await site.ask("DELETE", "/town/callbacks/c-1")

    assert (answer.status, answer.body) == (200, {"gone": True})
    assert await callbacks.open() == ()
    [act] = await acts(site)
    assert (act.contact, dict(act.fields)) == ("c-1", {"act": "cancel", "by": "supervisor"})
    assert (await site.ask("DELETE", "/town/callbacks/c-1")).code == "acd.callback_unknown"


async def test_a_callback_whose_phone_rings_is_the_last_attempt(site: Site) -> None:
    await site.log_in("4001")
    await site.town.distributor.upkeep.renew()
    rules = CallbackRules(parting_ms=0)
    await site.town.callbacks.add(
        NUMBER, SUPPORT, language="sv", answers={}, rules=rules, contact="c-1"
    )
    offer = await site.town.distributor.match(SUPPORT)
    assert offer is not None
    await site.town.callbacks.dialled(offer)

    answer = await site.ask("DELETE", "/town/callbacks/c-1")

    assert answer.body == {"gone": False}
    assert await site.town.callbacks.missed(offer, MissReason.NO_ANSWER) is None
    assert (await site.town.agents.status("4001")).state is AgentState.READY


async def test_a_waiting_call_is_no_callback_to_cancel(site: Site) -> None:
    await site.wait_in("c-1")
    answer = await site.ask("DELETE", "/town/callbacks/c-1")
    assert (answer.status, answer.code) == (404, "acd.callback_unknown")
    assert (await site.get("/town/calls/c-1"))["state"] == "waiting"


# At once ------------------------------------------------------------------------------------------


async def test_acts_that_race_are_each_done_or_refused_and_each_that_is_done_is_told(
    site: Site,
) -> None:
    await site.log_in("4001")
    asked = [(PAUSE, {"reason": "lunch"}), (UNPAUSE, None), (LOGOUT, None)] * 20
    answers = await asyncio.gather(
        *(
            site.ask("POST", path, "supervisor" if number % 2 else "every", json=body)
            for number, (path, body) in enumerate(asked)
        )
    )
    done = [answer for answer in answers if answer.status == 200]
    assert {answer.code for answer in answers if answer not in done} == {"acd.not_logged_in"}
    assert len(await acts(site)) == len(done)
    assert (await site.get("/town/agents/4001"))["state"] == "logged_out"


async def test_a_call_that_is_moved_to_two_queues_at_once_is_in_one(site: Site) -> None:
    await site.wait_in("c-1")
    answers = await asyncio.gather(
        *(move(site, queue=queue) for _ in range(10) for queue in ("fees", "support"))
    )
    refused = {answer.code for answer in answers if answer.status != 200}
    assert refused <= {"acd.contact_elsewhere"}
    (call,) = (await site.get("/town/calls"))["items"]
    events = await site.town.stream.read(BEGINNING)
    queued = [event.queue for event in events if event.type is EventType.CALL_QUEUED]
    left = [event.queue for event in events if event.type is EventType.CALL_LEFT]
    assert [*left, call["queue"]] == queued
    assert len(await acts(site)) == len(left)
    waiting = {one["name"]: one["waiting"] for one in (await site.get("/town/queues"))["items"]}
    assert (waiting["fees"] + waiting["support"], waiting[call["queue"]]) == (1, 1)


# Results -----------------------------------------------------------------------------------------


async def test_a_screen_gives_the_result_of_an_agents_last_contact(site: Site) -> None:
    await talk(site)

    answer = await site.ask("POST", RESULT, json={"result": "resolved", "contact": "c-1"})

    assert (answer.status, answer.body["state"]) == (200, "talking")
    last = answer.body["last"]
    assert (last["contact"], last["queue"], last["result"], last["owed"]) == (
        "c-1",
        "support",
        "resolved",
        False,
    )
    assert await last_types(site) == [EventType.SUPERVISOR_ACTED, EventType.CONTACT_RESULT_GIVEN]
    assert [act.fields for act in await acts(site)] == [{"act": "result", "by": "supervisor"}]


async def last_types(site: Site) -> list[EventType]:
    return await last(site, 2)


async def test_an_agent_whose_result_was_awaited_is_given_who_waits(site: Site) -> None:
    await site.log_in("4001")
    await site.wait_in("c-1", replace(SUPPORT, wrapup_seconds=0, result_within_seconds=60))
    offer = await site.town.distributor.match(SUPPORT)
    assert offer is not None
    await site.town.distributor.answered(offer)
    await site.town.distributor.ended(offer, 1)
    await site.wait_in("c-2")
    owing = await site.get("/town/agents/4001")
    assert (owing["state"], owing["last"]["owed"]) == ("wrapup", True)
    assert owing["until_ms"] == owing["since_ms"] + 60_000

    await site.ask("POST", RESULT, json={"result": "passed_on"})

    assert (await site.get("/town/calls/c-2"))["agent"] == "4001"


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"result": "pased_on"}, 422, "api.request_invalid"),
        ({"result": ""}, 422, "api.request_invalid"),
        ({}, 422, "api.request_invalid"),
        ({"result": "resolved", "contact": "c-9"}, 409, "acd.no_last_contact"),
        ({"result": "resolved", "contact": 5}, 422, "api.request_invalid"),
    ],
)
async def test_a_result_that_cannot_be_changes_nothing(
    site: Site, sent: dict[str, object], status: int, code: str
) -> None:
    await talk(site)
    count = len(await site.town.stream.read(BEGINNING))
    answer = await site.ask("POST", RESULT, json=sent)
    assert (answer.status, answer.code) == (status, code)
    assert len(await site.town.stream.read(BEGINNING)) == count


async def test_an_agent_without_a_contact_has_no_result(site: Site) -> None:
    answer = await site.ask("POST", RESULT, json={"result": "resolved"})
    assert (answer.status, answer.code) == (409, "acd.not_logged_in")
    await site.log_in("4001")
    answer = await site.ask("POST", RESULT, json={"result": "resolved"})
    assert (answer.status, answer.code) == (409, "acd.no_last_contact")
    assert (await site.get("/town/agents/4001"))["last"] is None
