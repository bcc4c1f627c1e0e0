"""Who is taken for a supervisor, and what each of them may."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.errors import AgentLocked, WrongPin
from ivr.calls.dialplan import DONE
from ivr.flow.supervision import Right
from ivr.supervision.rights import MODES, RIGHTS, spy_options
from store.events import EventType
from tests.integration.ivr.supervision.conftest import LOGIN, PIN, WRONG, Bench, said, spied

pytestmark = pytest.mark.integration


async def test_three_wrong_pins_lock_and_the_lock_outlives_the_controller(bench: Bench) -> None:
    for _ in range(2):
        await bench.call(f"4900#{WRONG}#")
    await bench.call(f"4900#{WRONG}#")
    await bench.talk()

    session = await bench.call(f"{LOGIN}4001#1")

    assert spied(session) == []
    told = [(one.type, one.fields["reason"], "until" in one.fields) for one in await bench.told()]
    refused = EventType.SUPERVISOR_REFUSED
    assert told == [
        (refused, "wrong_pin", False),
        (refused, "wrong_pin", False),
        (refused, "wrong_pin", True),
        (refused, "locked", True),
    ]
    assert {one.fields["by"] for one in await bench.told()} == {"4900"}
    assert {one.fields["phone"] for one in await bench.told()} == {"agent2"}


async def test_who_is_agent_and_supervisor_has_one_count_of_wrong_pins(bench: Bench) -> None:
    for _ in range(2):
        with pytest.raises(WrongPin):
            await bench.office.agents.check_pin("4900", WRONG, PIN)
    with pytest.raises(AgentLocked):
        await bench.office.agents.check_pin("4900", WRONG, PIN, supervising="agent2")
    with pytest.raises(AgentLocked):
        await bench.office.agents.check_pin("4900", PIN, PIN)


async def test_an_agents_own_number_and_pin_lead_nobody(bench: Bench) -> None:
    session = await bench.call("4001#123456#4001#1" * 3)
    assert spied(session) == []
    assert not said(session, "enter_agent")


async def test_where_nobody_is_a_supervisor_every_number_is_wrong(bench: Bench) -> None:
    organisation = bench.office.organisation.model_copy(update={"supervisors": {}})
    bench.office = replace(bench.office, organisation=organisation)
    session = await bench.call(f"{LOGIN}4001#1")
    assert said(session, "enter_supervisor")
    assert not said(session, "enter_agent")
    assert session.variables[DONE] == "1"


@pytest.mark.parametrize("right", MODES)
@pytest.mark.parametrize("may", MODES)
async def test_each_way_needs_its_own_right(bench: Bench, may: Right, right: Right) -> None:
    bench.led_by(may)
    await bench.talk()
    key = next(key for key, meant in RIGHTS.items() if meant is right)

    session = await bench.call(f"{LOGIN}4001#{key}")

    options = [step[2] for step in spied(session)]
    assert options == ([spy_options(right, switching=False)] if may is right else [])
    (event, *_) = await bench.told()
    if may is right:
        assert event.type is EventType.SUPERVISOR_JOINED
    else:
        assert dict(event.fields) | {"agent": event.agent} == {
            "reason": "right",
            "act": right.value,
            "by": "4900",
            "phone": "agent2",
            "agent": "4001",
        }
        assert said(session, "not_allowed")


async def test_a_private_queue_is_heard_by_nobody(bench: Bench) -> None:
    bench.led_by(*Right, when="never")
    await bench.talk()
    session = await bench.call(f"{LOGIN}4001#1")
    assert spied(session) == []
    assert said(session, "private")
    (refused,) = await bench.told()
    assert (refused.contact, refused.fields["reason"], refused.fields["act"]) == (
        "c-1",
        "queue",
        "listen",
    )


async def test_a_queue_that_stands_in_no_file_any_more_is_private(bench: Bench) -> None:
    await bench.talk()
    organisation = bench.office.organisation
    bench.office = replace(
        bench.office, organisation=organisation.model_copy(update={"queues": {}})
    )
    session = await bench.call(f"{LOGIN}4001#1")
    assert spied(session) == []
    assert said(session, "private")
