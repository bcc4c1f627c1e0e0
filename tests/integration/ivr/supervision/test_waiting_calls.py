"""Supervisors move and prioritise waiting calls by phone."""

from __future__ import annotations

import pytest

from acd.model.agent import Agent
from acd.model.queue import Queue
from ivr.flow.supervision import Right
from tests.integration.ivr.supervision.conftest import LOGIN, SUPPORT, Bench, said, spoken

pytestmark = pytest.mark.integration


async def test_a_waiting_call_is_moved_by_phone_and_it_is_told_by_whom(bench: Bench) -> None:
    await bench.wait("c-1")
    session = await bench.call(f"{LOGIN}4001#72#")
    assert await bench.place("c-1") == ("operator", 0)
    [acted] = await bench.told()
    assert (acted.contact, acted.queue) == ("c-1", "support")
    assert dict(acted.fields) == {"act": "move", "by": "4900", "to": "operator"}
    assert said(session, "waiting.call", number=1, queue="support", minutes=0)
    assert said(session, "waiting.moved")


async def test_the_next_waiting_call_gets_another_place_by_phone(bench: Bench) -> None:
    for contact in ("c-1", "c-2", "c-3"):
        await bench.wait(contact)
    session = await bench.call(f"{LOGIN}4001#8#15#*#")
    assert [await bench.place(c) for c in ("c-1", "c-2", "c-3")] == [
        ("support", 0),
        ("support", 15),
        ("support", 0),
    ]
    [acted] = await bench.told()
    assert (acted.contact, dict(acted.fields)) == (
        "c-2",
        {"act": "prioritise", "by": "4900", "credit": "900000"},
    )
    assert said(session, "waiting.prioritised")


@pytest.mark.parametrize(
    ("keys", "refusal"),
    [("72#", "other_rules"), ("79#", "unknown"), ("89999#", "unknown"), ("82*2#", "unknown")],
)
async def test_what_cannot_become_of_a_waiting_call_is_told_and_asked_anew(
    bench: Bench, keys: str, refusal: str
) -> None:
    bench.unlike()
    await bench.wait("c-1")
    session = await bench.call(f"{LOGIN}4001#{keys}")
    assert said(session, f"waiting.{refusal}")
    assert (await bench.place("c-1"), await bench.told()) == (("support", 0), [])
    asked = spoken("waiting.call", number=1, queue="support", minutes=0)
    assert session.played.count(asked) == 2


async def test_a_call_that_is_answered_meanwhile_is_left_where_it_is(bench: Bench) -> None:
    await bench.wait("c-1")
    await bench.office.agents.login(Agent("4001", "Alva", ("support",)), "agent1")
    assert await bench.office.distributor.match(SUPPORT) is not None
    session = await bench.call(f"{LOGIN}4001#72#")
    assert said(session, "waiting.not_now")
    assert (await bench.place("c-1"))[0] == "support"
    assert await bench.told() == []


@pytest.mark.parametrize(("key", "act"), [("7", "move"), ("8", "prioritise")])
async def test_who_has_no_right_to_waiting_calls_is_refused(
    bench: Bench, key: str, act: str
) -> None:
    bench.led_by(Right.LISTEN)
    await bench.wait("c-1")
    session = await bench.call(f"{LOGIN}4001#{key}")
    [refused] = await bench.told()
    assert (refused.fields["act"], refused.fields["reason"]) == (act, "right")
    assert said(session, "not_allowed")
    assert not said(session, "waiting.call", number=1, queue="support", minutes=0)


async def test_where_nobody_waits_that_is_told(bench: Bench) -> None:
    await bench.office.distributor.join("elsewhere", Queue("invoices"))
    session = await bench.call(f"{LOGIN}4001#7")
    assert said(session, "waiting.none")
