"""Conversations of another node are heard by a ticket."""

from __future__ import annotations

from typing import cast

import pytest

from acd.model.waiting import LeaveReason
from ivr.agents.destinations import Destinations
from ivr.calls.dialplan import DONE
from ivr.supervision.tickets import TICKET
from tests.integration.ivr.fake_line import FakeSession
from tests.integration.ivr.supervision.conftest import DEMO, ENVIRONMENT, LOGIN, Bench, said, spied
from wire.agi.session import AgiSession

pytestmark = pytest.mark.integration


def node(name: str, other: str) -> Destinations:
    return Destinations(name, {other: "127.0.0.1"})


async def ticketed(bench: Bench, status: str = "ANSWER", keys: str = f"{LOGIN}4001#1") -> str:
    """A supervisor at the node ``west`` wants to hear a conversation of this one: what it dials."""

    async def dial(session: FakeSession) -> str:
        session.variables["DIALSTATUS"] = status
        return status

    bench.nodes = node("west", "")
    session = FakeSession(dial, environment=ENVIRONMENT, keys=keys)
    await bench.desk().serve(cast(AgiSession, session))
    bench.nodes = node("", "west")
    assert spied(session) == []
    assert said(session, "not_talking") is False
    (called,) = session.rung
    fault = DEMO.texts.technical_fault.utterance("sv", {}).text
    assert (f"sv: {fault}" in session.played) is (status != "ANSWER")
    return called


async def test_a_conversation_of_another_node_is_heard_by_a_ticket_that_holds_once(
    bench: Bench,
) -> None:
    await bench.talk()
    called = await ticketed(bench)
    assert called.startswith("PJSIP/order-")
    assert called.endswith("@node-")
    number = called.removeprefix("PJSIP/order-").removesuffix("@node-")

    session = await bench.call("", {TICKET: number})
    assert spied(session) == [("ChanSpy", "a-1", "quEdx(*)")]
    joined, _ = await bench.told()
    assert dict(joined.fields) == {"by": "4900", "phone": "agent2", "mode": "listen"}

    again = await bench.call(f"{LOGIN}4001#1", {TICKET: number})
    assert (spied(again), again.played) == ([], [])
    assert DONE not in again.variables, "the dialplan refuses it"


async def test_a_ticket_lets_into_no_later_conversation(bench: Bench) -> None:
    await bench.talk()
    called = await ticketed(bench)
    number = called.removeprefix("PJSIP/order-").removesuffix("@node-")
    await bench.office.distributor.leave("c-1", LeaveReason.FAILED)
    session = await bench.call("", {TICKET: number})
    assert (spied(session), said(session, "not_talking")) == ([], True)


async def test_a_supervisor_is_told_that_the_other_node_is_away(bench: Bench) -> None:
    await bench.talk()
    await ticketed(bench, "CHANUNAVAIL")
