"""Supervisors come into conversations, and what is kept of it."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from acd.errors import AcdUnavailable
from acd.model.agent import Agent, AgentState
from acd.model.waiting import LeaveReason
from ivr.calls.dialplan import DONE
from ivr.flow.supervision import Right
from ivr.supervision.audit import PRESENCE, Presence
from ivr.supervision.orders import ORDER, Order
from store.events import Event, EventType
from store.stream import EventStream, StreamUnavailable
from tests.integration.ivr.fake_line import FakeSession
from tests.integration.ivr.supervision.conftest import (
    CONNECTED,
    ENVIRONMENT,
    LOGIN,
    Bench,
    TalkingSession,
    said,
    spied,
)
from wire.agi.session import AgiSession

pytestmark = pytest.mark.integration


async def test_a_presence_is_told_from_its_beginning_to_its_end(bench: Bench) -> None:
    await bench.talk()
    session = await bench.call(f"{LOGIN}4001#1")

    assert spied(session) == [("ChanSpy", "a-1", "quEdx(*)")]
    joined, left = await bench.told()
    assert (joined.type, left.type) == (
        EventType.SUPERVISOR_JOINED,
        EventType.SUPERVISOR_LEFT,
    )
    who = {"by": "4900", "phone": "agent2"}
    for event in (joined, left):
        assert (event.contact, event.agent, event.queue) == ("c-1", "4001", "support")
    assert dict(joined.fields) == who | {"mode": "listen"}
    assert dict(left.fields) == who | {"duration": "0"}
    assert session.variables[PRESENCE] == ""


async def test_an_agent_who_talks_to_nobody_is_not_heard(bench: Bench) -> None:
    session = await bench.call(f"{LOGIN}4001#1")
    assert (spied(session), await bench.told()) == ([], [])
    assert said(session, "not_talking")


async def test_who_is_not_connected_yet_is_not_heard(bench: Bench) -> None:
    await bench.talk()
    bench.ami.listed = CONNECTED[:1]
    session = await bench.call(f"{LOGIN}4001#1")
    assert (spied(session), await bench.told()) == ([], [])
    assert said(session, "not_talking")


async def test_an_agent_of_nobody_is_unknown(bench: Bench) -> None:
    session = await bench.call(f"{LOGIN}4111#1")
    assert said(session, "unknown_agent")
    assert spied(session) == []


async def test_nobody_comes_in_while_it_cannot_be_written_down(bench: Bench) -> None:
    await bench.talk()
    bench.office = replace(bench.office, stream=cast(EventStream, NoStream()))
    session = FakeSession(environment=ENVIRONMENT, keys=f"{LOGIN}4001#1")
    with pytest.raises(StreamUnavailable):
        await bench.desk().serve(cast(AgiSession, session))
    assert spied(session) == []
    assert DONE not in session.variables, "the dialplan tells the supervisor"


class NoStream:
    """Stands in for the events while Redis is away."""

    async def append(self, _event: Event) -> str:
        raise StreamUnavailable("away")


async def test_the_end_is_told_of_a_presence_that_a_dead_controller_left(bench: Bench) -> None:
    left = Presence("demo", "4900", "agent2", "4001", "c-1", "support", bench.now_ms - 5_000)
    session = await bench.call("", {PRESENCE: left.noted})
    (event,) = await bench.told()
    assert (event.type, event.fields["duration"]) == (EventType.SUPERVISOR_LEFT, "5000")
    assert session.played == []
    assert session.variables[PRESENCE] == ""


async def test_a_phone_that_was_rung_comes_into_the_conversation_that_was_meant(
    bench: Bench,
) -> None:
    await bench.talk()
    offer = await bench.office.distributor.conversation("4001")
    assert offer is not None
    order = Order.about("demo", "wallboard", offer, Right.WHISPER)
    session = await bench.call("", {ORDER: order.noted})
    assert spied(session) == [("ChanSpy", "a-1", "quEwx(*)")]
    joined, _ = await bench.told()
    assert dict(joined.fields) == {"by": "wallboard", "phone": "agent2", "mode": "whisper"}


async def test_a_phone_that_is_picked_up_too_late_comes_into_no_other_conversation(
    bench: Bench,
) -> None:
    await bench.talk("c-2")
    order = Order("demo", "wallboard", "4001", "c-1", Right.LISTEN)
    session = await bench.call("", {ORDER: order.noted})
    assert (spied(session), await bench.told()) == ([], [])
    assert said(session, "not_talking")


async def test_a_conversation_that_is_taken_over_ends_for_the_agent(bench: Bench) -> None:
    await bench.talk()
    bench.ami.listed = (
        *CONNECTED,
        {"Channel": "PJSIP/agent2-00000009", "Uniqueid": "vaxel-9.0", "BridgeId": "b"},
    )
    session = TalkingSession(bench.ami, f"{LOGIN}4001#4")
    await bench.desk().serve(cast(AgiSession, session))

    assert session.executed == [("Bridge", "PJSIP/caller-00000001", "x")]
    assert ("Hangup", {"Channel": "a-1", "Cause": "16"}) in bench.ami.asked
    joined, left = await bench.told()
    assert (joined.fields["mode"], joined.contact, left.contact) == ("take_over", "c-1", "c-1")
    ended = await bench.happened(EventType.CALL_ENDED)
    assert (ended.contact, ended.agent) == ("c-1", "4001")
    assert (await bench.office.agents.status("4001")).state is AgentState.WRAPUP


async def test_an_agent_whose_caller_was_taken_over_while_redis_was_away_is_free_when_it_is_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_contact: str, _reason: LeaveReason) -> None:
        raise AcdUnavailable("away")

    await bench.talk()
    bench.ami.listed = (
        *CONNECTED,
        {"Channel": "PJSIP/agent2-00000009", "Uniqueid": "vaxel-9.0", "BridgeId": "b"},
    )
    with monkeypatch.context() as outage:
        outage.setattr(bench.office.distributor, "leave", away)
        session = TalkingSession(bench.ami, f"{LOGIN}4001#4")
        await bench.desk().serve(cast(AgiSession, session))
    assert (await bench.office.agents.status("4001")).state is AgentState.TALKING
    await bench.office.stranded._tell()
    assert (await bench.office.agents.status("4001")).state is AgentState.WRAPUP


async def test_a_caller_who_cannot_be_taken_over_stays_with_the_agent(bench: Bench) -> None:
    await bench.talk()  # Asterisk never tells of the supervisor in a bridge
    session = await bench.call(f"{LOGIN}4001#4")
    assert [step[0] for step in session.executed] == ["Bridge"]
    assert (await bench.office.agents.status("4001")).state is AgentState.TALKING
    assert "Hangup" not in {name for name, _ in bench.ami.asked}


async def test_an_agent_is_paused_by_phone_after_the_call(bench: Bench) -> None:
    await bench.talk()
    session = await bench.call(f"{LOGIN}4001#53")
    (acted,) = await bench.told()
    assert dict(acted.fields) == {"act": "pause", "by": "4900", "reason": "meeting"}
    assert said(session, "after_call")


async def test_an_agent_is_logged_out_by_phone(bench: Bench) -> None:
    await bench.office.agents.login(Agent("4001", "Alva", ("support",)), "agent1")
    session = await bench.call(f"{LOGIN}4001#6")
    (acted,) = await bench.told()
    assert dict(acted.fields) == {"act": "logout", "by": "4900"}
    assert said(session, "logged_out")
    assert (await bench.office.agents.status("4001")).state is AgentState.LOGGED_OUT
    again = await bench.call(f"{LOGIN}4001#6")
    assert said(again, "not_logged_in")
