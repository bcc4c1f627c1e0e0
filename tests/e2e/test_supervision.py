"""Supervisors in agents' conversations, with three telephones: who hears whom, and what is kept."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import aiohttp
import pytest
import pytest_asyncio

from acd.agents import Agents
from acd.clock import system_clock
from ivr.softphone import RATE_HZ, CallNotAnswered, Line
from store.events import EventType
from tests.e2e.conftest import AGENT
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import hears_prompt, tone_share
from tests.e2e.rig.phones import BEGINNING, ENTER_REASON, AgentHandset, Cast, Ears, Handset
from tests.e2e.rig.platform import ORG, Platform
from tests.e2e.rig.recordings import sides
from tests.e2e.rig.supervised import (
    ABSENT,
    LISTENER,
    PRIVATE,
    PRIVATE_NUMBER,
    SPARE,
    SPARE_KEY,
    SUPERVISOR,
    WATCHED,
    WATCHED_NUMBER,
)
from tests.e2e.rig.supervision import (
    AFTER_CALL,
    CODE,
    JOINED,
    MENU,
    MOVE_TO,
    MOVED,
    NOT_ALLOWED,
    OVER,
    PRIVACY,
    choose,
    speak,
    wait_until_hears_just,
)

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(180),
]

CALLER, AGENTS, SUPERVISORS = 440.0, 1000.0, 1700.0
"""What each says all the time, as a tone of so many Hz."""

PROGRAM = "wallboard"
"""Name of its token."""


@pytest.fixture
def queues() -> tuple[str, ...]:
    return WATCHED, PRIVATE


Reach = Callable[[str], Awaitable[Line]]


@pytest_asyncio.fixture(loop_scope="session")
async def reach(cast: Cast, platform: Platform, ears: Ears) -> Reach:
    """Somebody dials the supervisors' code on ``agent2`` and comes to the menu of the agent."""

    async def reach(who: str) -> Line:
        leader = await (await cast.agent(2)).call(CODE)
        await choose(leader, ears, platform.secrets.pins, who, AGENT)
        return leader

    return reach


@pytest_asyncio.fixture(loop_scope="session")
async def talking(journal: Journal, caller: Handset, agent: AgentHandset) -> tuple[Line, Line]:
    """The lines of a caller and an agent whose conversation is recorded."""
    return await talk(caller, agent, WATCHED_NUMBER)


async def talk(caller: Handset, agent: AgentHandset, number: str) -> tuple[Line, Line]:
    """Caller and agent talk without a pause."""
    line = await caller.call(number)
    theirs = await agent.pick_up()
    speak(line, CALLER)
    speak(theirs, AGENTS)
    return line, theirs


@pytest_asyncio.fixture(loop_scope="session")
async def silent_yet(journal: Journal, caller: Handset, agent: AgentHandset) -> tuple[Line, Line]:
    """The same two, who have not said anything yet."""
    line = await caller.call(WATCHED_NUMBER)
    theirs = await agent.pick_up()
    await journal.wait(EventType.CALL_ANSWERED)
    return line, theirs


async def test_a_supervisor_listens_whispers_and_barges_in_until_the_caller_hangs_up(
    talking: tuple[Line, Line], reach: Reach, ears: Ears, journal: Journal, platform: Platform
) -> None:
    line, theirs = talking
    leader = await reach(SUPERVISOR)
    await leader.press("1")
    joined = await journal.wait(EventType.SUPERVISOR_JOINED, mode="listen")
    speak(leader, SUPERVISORS)

    async def hear(caller_hears: set[float], agent_hears: set[float]) -> None:
        await asyncio.gather(
            wait_until_hears_just(line, caller_hears),
            wait_until_hears_just(theirs, agent_hears),
            wait_until_hears_just(leader, {CALLER, AGENTS}),
        )

    await hear({AGENTS}, {CALLER})
    await leader.press("5")
    await journal.wait(EventType.SUPERVISOR_SWITCHED, mode="whisper")
    await hear({AGENTS}, {CALLER, SUPERVISORS})
    await leader.press("6")
    await journal.wait(EventType.SUPERVISOR_SWITCHED, mode="barge")
    await hear({AGENTS, SUPERVISORS}, {CALLER, SUPERVISORS})
    since = len(leader.heard)
    await leader.press("*")
    left = await journal.wait(EventType.SUPERVISOR_LEFT)
    await ears.hear(leader, MENU, first=BEGINNING, since=since)
    await leader.press("1")
    await journal.wait(EventType.SUPERVISOR_JOINED, count=2)
    await hear({AGENTS}, {CALLER})

    await line.hang_up()
    await journal.wait(EventType.SUPERVISOR_LEFT, count=2)
    await ears.hear(leader, OVER)
    answered = await journal.wait(EventType.CALL_ANSWERED)
    assert (joined.contact, joined.agent, joined.queue) == (answered.contact, AGENT, WATCHED)
    assert dict(joined.fields) == {"mode": "listen", "by": SUPERVISOR, "phone": "agent2"}
    assert left.fields["duration"] == str(left.at - joined.at)

    await journal.wait(EventType.RECORDING_STORED, contact=answered.contact)
    query = "SELECT * FROM recordings WHERE contact = ?"
    (row,) = platform.rows(query, answered.contact)
    for side, hz in zip(sides(platform, row), (CALLER, AGENTS), strict=True):
        assert tone_share(side, hz) > 0.9, "a recording holds the two whose conversation it is"


async def test_a_supervisor_takes_the_caller_over_and_the_agent_is_free(
    talking: tuple[Line, Line], reach: Reach, journal: Journal
) -> None:
    line, theirs = talking
    leader = await reach(SUPERVISOR)
    await theirs.hold()
    await journal.wait(EventType.CALL_HELD, agent=AGENT)
    await leader.press("4")
    joined = await journal.wait(EventType.SUPERVISOR_JOINED, mode="take_over")
    await theirs.wait_closed()
    ended = await journal.wait(EventType.CALL_ENDED, agent=AGENT)
    await journal.wait(EventType.AGENT_READY, agent=AGENT)
    speak(leader, SUPERVISORS)
    await asyncio.gather(
        wait_until_hears_just(line, {SUPERVISORS}), wait_until_hears_just(leader, {CALLER})
    )
    assert (joined.contact, joined.agent) == (ended.contact, AGENT)

    await leader.hang_up()
    left = await journal.wait(EventType.SUPERVISOR_LEFT)
    # The tree leads whoever has talked to the same queue once more: with another agent, as always.
    again = await journal.wait(EventType.CALL_QUEUED, count=2)
    assert again.contact == joined.contact
    assert left.at - joined.at == int(left.fields["duration"])
    assert len(journal.all(EventType.CALL_ENDED)) == 1


async def test_a_phone_that_a_program_has_rung_comes_in_and_stays_without_the_controller(
    silent_yet: tuple[Line, Line], cast: Cast, platform: Platform, ears: Ears, journal: Journal
) -> None:
    line, theirs = silent_yet
    phone = await cast.agent(2)
    assert await ask(platform, f"/demo/agents/{AGENT}/barge", phone=phone.name) == HTTPStatus.OK
    leader = await phone.pick_up()
    joined = await journal.wait(EventType.SUPERVISOR_JOINED, by=PROGRAM, mode="barge")
    await ears.hear(theirs, JOINED)
    assert not hears_prompt(line.heard, await ears.sound(JOINED)), "the agent alone is told"
    assert not hears_prompt(leader.heard, await ears.sound(JOINED))
    speak(line, CALLER)
    speak(theirs, AGENTS)
    speak(leader, SUPERVISORS)

    async def all_hear() -> None:
        await asyncio.gather(
            wait_until_hears_just(line, {AGENTS, SUPERVISORS}),
            wait_until_hears_just(theirs, {CALLER, SUPERVISORS}),
            wait_until_hears_just(leader, {CALLER, AGENTS}),
        )

    await all_hear()
    async with platform.without_controller():
        await all_hear()
    await line.hang_up()
    left = await journal.wait(EventType.SUPERVISOR_LEFT, by=PROGRAM, contact=joined.contact)
    assert left.fields["duration"] == str(left.at - joined.at)
    await leader.wait_closed()

    async def is_kept() -> bool:
        query = "SELECT * FROM supervisor_acts WHERE contact = ?"
        return [
            (row["supervisor"], row["via"], row["act"], row["agent"], bool(row["ended_at"]))
            for row in platform.rows(query, joined.contact)
        ] == [(PROGRAM, "api", "barge", AGENT, True)]

    await eventually(is_kept)


async def ask(platform: Platform, path: str, **body: str) -> int:
    """The status of what the API answers to a supervisor's program."""
    _, said = await platform.vaxel("tokens", "make", PROGRAM, "--role", "supervisor", "--org", ORG)
    found = re.search(rf"vaxel\.{PROGRAM}\.\S+", said)
    assert found is not None, said
    http = platform.settings.http
    headers = {"Authorization": f"Bearer {found[0]}"}
    async with (
        aiohttp.ClientSession(f"http://{http.host}:{http.port}", headers=headers) as session,
        session.post(f"/api/v1{path}", json=body) as answer,
    ):
        return answer.status


async def test_what_a_supervisor_may_not_is_refused_and_what_they_may_comes_after_the_call(
    caller: Handset, agent: AgentHandset, reach: Reach, ears: Ears, journal: Journal
) -> None:
    line, _ = await talk(caller, agent, PRIVATE_NUMBER)
    leader = await reach(LISTENER)
    await leader.press("2")
    await ears.hear(leader, NOT_ALLOWED)
    await ears.hear(leader, MENU, first=BEGINNING, since=len(leader.heard) - RATE_HZ // 2)
    since = len(leader.heard)
    await leader.press("1")
    await ears.hear(leader, PRIVACY, since=since)
    await ears.hear(leader, MENU, first=BEGINNING, since=since)
    await leader.press("5")
    await ears.hear(leader, ENTER_REASON, first=BEGINNING)
    await leader.press("3")
    await ears.hear(leader, AFTER_CALL)
    await leader.hang_up()
    await line.hang_up()

    await journal.wait(EventType.AGENT_PAUSED, agent=AGENT, reason="meeting")
    answered = await journal.wait(EventType.CALL_ANSWERED)
    who = {"by": LISTENER, "phone": "agent2"}
    refusals = [
        (event.contact, event.queue, dict(event.fields))
        for event in journal.all(EventType.SUPERVISOR_REFUSED, agent=AGENT)
    ]
    assert refusals == [
        ("", "", who | {"act": "whisper", "reason": "right"}),
        (answered.contact, PRIVATE, who | {"act": "listen", "reason": "queue"}),
    ]
    acted = await journal.wait(EventType.SUPERVISOR_ACTED, agent=AGENT)
    assert dict(acted.fields) == {"act": "pause", "by": LISTENER, "reason": "meeting"}
    assert journal.all(EventType.SUPERVISOR_JOINED) == []


async def test_a_waiting_call_is_moved_from_the_phone_and_that_is_in_the_audit_log(
    *,
    caller: Handset,
    agent: AgentHandset,
    cast: Cast,
    ears: Ears,
    journal: Journal,
    platform: Platform,
) -> None:
    await Agents(platform.redis, ORG, system_clock).pause(AGENT, "meeting")
    line = await caller.call(WATCHED_NUMBER)
    waits = await journal.wait(EventType.CALL_QUEUED)
    leader = await (await cast.agent(2)).call(CODE)
    await choose(leader, ears, platform.secrets.pins, SUPERVISOR, ABSENT)
    await leader.press("7")
    await ears.hear(leader, MOVE_TO, first=BEGINNING)
    await leader.press(f"{SPARE_KEY}#")
    await ears.hear(leader, MOVED)
    await leader.hang_up()
    await agent.sit_down(AGENT, platform.redis, (SPARE,))
    theirs = await agent.pick_up()
    speak(line, CALLER)
    speak(theirs, AGENTS)
    await asyncio.gather(
        wait_until_hears_just(line, {AGENTS}), wait_until_hears_just(theirs, {CALLER})
    )
    await line.hang_up()
    assert (await journal.wait(EventType.CALL_ANSWERED, queue=SPARE)).contact == waits.contact

    async def is_kept() -> bool:
        query = "SELECT * FROM supervisor_acts WHERE contact = ?"
        return [
            (row["supervisor"], row["via"], row["act"], row["queue"], row["to_queue"])
            for row in platform.rows(query, waits.contact)
        ] == [(SUPERVISOR, "phone", "move", WATCHED, SPARE)]

    await eventually(is_kept)


async def test_a_callers_telephone_does_not_come_to_the_supervisors_code(caller: Handset) -> None:
    line = await caller.dial(CODE)
    with pytest.raises(CallNotAnswered):
        await line.wait_up()
