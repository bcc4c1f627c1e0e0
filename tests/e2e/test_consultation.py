"""An agent asks a colleague while the caller hears music, and leaves the caller to them, or not."""

from __future__ import annotations

import pytest

from store.events import EventType
from tests.e2e.conftest import AGENT
from tests.e2e.rig.handover import (
    AFTERWARDS,
    COLLEAGUE,
    FRONT,
    NUMBER,
    UNKNOWN,
    talk,
    told_of,
)
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import wait_until_hears_music
from tests.e2e.rig.phones import AgentHandset, Ears, Handset
from tests.e2e.rig.platform import Platform, eventually

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(120),
]


@pytest.fixture
def queues() -> tuple[str, ...]:
    return (FRONT,)


async def test_a_colleague_is_asked_and_takes_the_caller_over(
    *,
    platform: Platform,
    caller: Handset,
    agent: AgentHandset,
    colleague: AgentHandset,
    ears: Ears,
    journal: Journal,
) -> None:
    line = await caller.call(NUMBER)
    first = await agent.pick_up()
    await talk(line, first)
    await first.press("*3")
    await wait_until_hears_music(line)
    await first.press(f"{COLLEAGUE}#")
    second = await colleague.pick_up()
    await journal.wait(EventType.CALL_CONSULT_ANSWERED, agent=COLLEAGUE)
    await talk(second, first)
    await first.hang_up()
    taken = await journal.wait(EventType.CALL_TAKEN_OVER, agent=COLLEAGUE)
    await journal.wait(EventType.AGENT_READY, agent=AGENT)
    await talk(line, second)
    await second.hang_up()
    await ears.hear(line, AFTERWARDS)

    await journal.wait(EventType.CONTACT_ENDED, contact=taken.contact)
    assert journal.all(EventType.CALL_HELD, agent=AGENT)
    assert journal.all(EventType.CALL_RESUMED, agent=AGENT)
    told = told_of(journal.events, taken.contact)
    assert [(e.type.value.removeprefix("call."), e.agent) for e in told] == [
        ("queued", ""),
        ("offered", AGENT),
        ("answered", AGENT),
        ("consulted", COLLEAGUE),
        ("consult_answered", COLLEAGUE),
        ("transferred", AGENT),
        ("ended", AGENT),
        ("taken_over", COLLEAGUE),
        ("ended", COLLEAGUE),
    ]
    recordings = [
        (await journal.wait(EventType.RECORDING_STORED, contact=taken.contact, count=n)).agent
        for n in (1, 2)
    ]
    assert sorted(recordings) == [AGENT, COLLEAGUE]

    async def is_told() -> bool:
        rows = platform.rows(
            "select agent, outcome, talked_ms from queue_visits where contact = ?", taken.contact
        )
        return [(r["agent"], r["outcome"], r["talked_ms"] >= 1000) for r in rows] == [
            (AGENT, "answered", True),
            (COLLEAGUE, "taken_over", True),
        ]

    await eventually(is_told)


async def test_three_talk_together_and_the_caller_stays_with_the_second(
    *,
    caller: Handset,
    agent: AgentHandset,
    colleague: AgentHandset,
    ears: Ears,
    journal: Journal,
) -> None:
    line = await caller.call(NUMBER)
    first = await agent.pick_up()
    await talk(line, first)
    await first.press(f"*3{COLLEAGUE}#")
    second = await colleague.pick_up()
    await talk(second, first)
    await first.press("*4")
    await journal.wait(EventType.CALL_JOINED, agent=COLLEAGUE)
    await talk(line, first, second)
    await talk(second, line, first)
    await talk(first, line, second)
    await first.hang_up()
    await journal.wait(EventType.CALL_TAKEN_OVER, agent=COLLEAGUE)
    await talk(line, second)
    await second.hang_up()
    await ears.hear(line, AFTERWARDS)


async def test_whoever_is_asked_may_not_be_there_or_go_and_the_caller_stays(
    *,
    caller: Handset,
    agent: AgentHandset,
    colleague: AgentHandset,
    ears: Ears,
    journal: Journal,
) -> None:
    line = await caller.call(NUMBER)
    first = await agent.pick_up()
    await talk(line, first)
    await first.press("*34999#")
    await ears.hear(first, UNKNOWN)
    await talk(line, first)
    await first.press(f"*3{COLLEAGUE}#")
    second = await colleague.pick_up()
    await talk(second, first)
    await second.hang_up()
    await journal.wait(EventType.CALL_CONSULT_ENDED, agent=COLLEAGUE)
    await journal.wait(EventType.AGENT_READY, agent=COLLEAGUE)
    await talk(line, first)
    await first.press(f"*3{COLLEAGUE}#")
    await colleague.ring()
    await first.press("*1")
    await journal.wait(EventType.CALL_CONSULT_ENDED, agent=COLLEAGUE, count=2)
    await talk(line, first)

    await first.press(f"*3{COLLEAGUE}#")
    await colleague.ring()
    await first.hang_up()  # and leaves it ringing; nobody picks up
    await journal.wait(EventType.CALL_TRANSFERRED, to="queue", to_queue=FRONT)
    again = await agent.pick_up()
    await talk(line, again)
    await again.hang_up()
    await ears.hear(line, AFTERWARDS)


async def test_both_talk_on_when_the_controller_dies_and_both_are_free_when_they_have_hung_up(
    *,
    platform: Platform,
    caller: Handset,
    agent: AgentHandset,
    colleague: AgentHandset,
    journal: Journal,
) -> None:
    line = await caller.call(NUMBER)
    first = await agent.pick_up()
    await talk(line, first)
    await first.press(f"*3{COLLEAGUE}#")
    second = await colleague.pick_up()
    asked = await journal.wait(EventType.CALL_CONSULT_ANSWERED, agent=COLLEAGUE)
    platform.controller().kill()
    await talk(second, first)
    await platform.until_ready()
    await talk(second, first)
    await first.hang_up()
    await talk(line, second)  # Asterisk has joined them
    await second.hang_up()
    await line.wait_closed()

    await journal.wait(EventType.AGENT_READY, agent=COLLEAGUE)
    await journal.wait(EventType.AGENT_READY, agent=AGENT)
    await journal.wait(EventType.CONTACT_ENDED, contact=asked.contact)
    told = told_of(journal.events, asked.contact)
    assert [(e.type.value.removeprefix("call."), e.agent) for e in told] == [
        ("queued", ""),
        ("offered", AGENT),
        ("answered", AGENT),
        ("consulted", COLLEAGUE),
        ("consult_answered", COLLEAGUE),
        ("consult_ended", COLLEAGUE),
        ("ended", AGENT),
    ]
    assert len(journal.all(EventType.CONTACT_ENDED, contact=asked.contact)) == 1

    again = await caller.call(NUMBER)  # neither is stuck
    rung = await agent.pick_up()
    await talk(again, rung)
    await rung.press(f"*3{COLLEAGUE}#")
    await colleague.pick_up()
