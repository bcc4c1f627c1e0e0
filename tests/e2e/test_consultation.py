"""An agent asks a colleague while the caller hears music, and leaves the caller to them, or not."""

from __future__ import annotations

import pytest

from acd.agents import Agents
from acd.clock import system_clock
from acd.model.agent import Agent
from ivr.agents.remote_agents import remote_phone
from store.events import EventType
from tests.e2e.conftest import AGENT
from tests.e2e.rig.conversations import conversation, talk, told_of
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.handover import (
    AFTERWARDS,
    COLLEAGUE,
    FRONT,
    UNKNOWN,
)
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import wait_until_hears_music
from tests.e2e.rig.phones import AgentHandset, Cast, Ears, Handset
from tests.e2e.rig.platform import ORG, Platform
from tests.e2e.rig.reach import ASKED, REMOTE_AGENT, REMOTE_NUMBER

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
    line, first = await conversation(caller, agent)
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
        rows = platform.rows("select * from queue_visits where contact = ?", taken.contact)
        return [(r["agent"], r["outcome"], r["talked_ms"] >= 1000) for r in rows] == [
            (AGENT, "answered", True),
            (COLLEAGUE, "taken_over", True),
        ] and [
            (r["consultations"], r["holds"], r["handed_to"], r["handed_target"], r["received"])
            for r in rows
        ] == [(1, 1, "agent", COLLEAGUE, None), (None, None, None, None, "agent")]

    await eventually(is_told)


async def test_three_talk_together_and_the_caller_stays_with_the_second(
    *,
    caller: Handset,
    agent: AgentHandset,
    colleague: AgentHandset,
    ears: Ears,
    journal: Journal,
) -> None:
    line, first = await conversation(caller, agent)
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
    line, first = await conversation(caller, agent)
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


async def test_an_agent_outside_is_asked_by_a_key_and_takes_the_caller_over(
    *,
    platform: Platform,
    cast: Cast,
    caller: Handset,
    agent: AgentHandset,
    ears: Ears,
    journal: Journal,
) -> None:
    agents = Agents(platform.redis, ORG, system_clock)
    await agents.login(Agent(REMOTE_AGENT, "", ("always",)), remote_phone(REMOTE_AGENT))
    mobile = await cast.reachable(REMOTE_NUMBER)
    line, first = await conversation(caller, agent)
    await first.press(f"*3{REMOTE_AGENT}#")
    mailbox = await mobile.pick_up()
    await ears.hear(mailbox, ASKED)
    assert journal.all(EventType.CALL_CONSULT_ANSWERED) == []
    await mailbox.wait_closed()  # nobody has pressed a key
    await journal.wait(EventType.CALL_CONSULT_ENDED, agent=REMOTE_AGENT)
    await talk(line, first)

    await first.press(f"*3{REMOTE_AGENT}#")
    await ears.hear(await mobile.pick_up(), ASKED)
    await first.press("*1")  # back to the caller, who does not wait for a mailbox
    await journal.wait(EventType.CALL_CONSULT_ENDED, agent=REMOTE_AGENT, count=2)
    await talk(line, first)

    await journal.wait(EventType.AGENT_READY, agent=REMOTE_AGENT, count=3)
    await first.press(f"*3{REMOTE_AGENT}#")
    second = await mobile.pick_up()
    await ears.hear(second, ASKED)
    await second.press("1")
    await journal.wait(EventType.CALL_CONSULT_ANSWERED, agent=REMOTE_AGENT)
    await talk(second, first)
    await first.hang_up()
    taken = await journal.wait(EventType.CALL_TAKEN_OVER, agent=REMOTE_AGENT)
    await talk(line, second)
    await second.hang_up()
    await ears.hear(line, AFTERWARDS)
    recordings = [
        (await journal.wait(EventType.RECORDING_STORED, contact=taken.contact, count=n)).agent
        for n in (1, 2)
    ]
    assert sorted(recordings) == [AGENT, REMOTE_AGENT]
    await agents.logout(REMOTE_AGENT)


async def test_both_talk_on_when_the_controller_dies_and_both_are_free_when_they_have_hung_up(
    *,
    platform: Platform,
    caller: Handset,
    agent: AgentHandset,
    colleague: AgentHandset,
    journal: Journal,
) -> None:
    line, first = await conversation(caller, agent)
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

    _, rung = await conversation(caller, agent)  # neither is stuck
    await rung.press(f"*3{COLLEAGUE}#")
    await colleague.pick_up()
