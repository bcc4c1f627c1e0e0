"""A house on two Asterisks: callers of one, agents of the other, and a controller that dies."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from acd.agents import Agents
from acd.clock import system_clock
from acd.model.agent import AgentState
from ivr.agents.destinations import endpoint_of
from ivr.softphone import RATE_HZ, CallNotAnswered, Line, Phone, Softphones, TransferRefused
from media.tones import tone
from store.events import Event, EventType
from tests.e2e.conftest import AGENT, RESULTS, until_nothing_is_left
from tests.e2e.rig import together
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import (
    is_silent,
    tone_share,
    tone_span,
    wait_until_hears_music,
    wait_until_hears_tone,
)
from tests.e2e.rig.phones import (
    BEGINNING,
    CALLER_NUMBER,
    RECEPTION,
    AgentHandset,
    Cast,
    Ears,
    Handset,
)
from tests.e2e.rig.platform import NODES, ORG, Platform
from tests.e2e.rig.policies import NUMBERS
from tests.e2e.rig.privacy import personal_lines
from tests.e2e.rig.reception import walk_to_queue
from tests.e2e.rig.recordings import sides
from tests.e2e.rig.supervised import SUPERVISOR
from tests.e2e.rig.supervision import CODE, MENU, choose, speak, wait_until_hears_just

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(180),
]

QUEUE = "always"
AT_A = "4002"
BEFORE, PAUSED, AFTER = (440, 1000), (620, 1240), (770, 1500)
"""What the caller and the agent say in each part of a conversation, as tones of so many Hz."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def other(
    platform: Platform, everybody: Cast, request: pytest.FixtureRequest
) -> AsyncIterator[Platform]:
    """A second node. The telephone ``agent1`` is not at the first one meanwhile."""
    here = await everybody.agent(1)
    it = Platform(first=platform)
    try:
        await it.start()
        await here.phone.unregister()
        yield it
        await here.phone.register()
        assert not list(personal_lines(it)), "no log tells who called"
    finally:
        if request.session.testsfailed:
            folder = RESULTS / "second-node"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            it.keep_evidence(folder)
        try:
            await it.stop()
        finally:
            it.remove()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def everybody_there(softphones: Softphones, other: Platform) -> AsyncIterator[Cast]:
    cast = Cast(softphones, other)
    yield cast
    await cast.leave()


@pytest_asyncio.fixture(loop_scope="session")
async def cast_there(everybody_there: Cast, other: Platform, cast: Cast) -> AsyncIterator[Cast]:
    """The telephones at the second node; after the test no call is left there."""
    yield everybody_there
    await cast.hang_up()
    await everybody_there.clear()
    await until_nothing_is_left(other)


@pytest_asyncio.fixture(loop_scope="session")
async def there(cast_there: Cast) -> AgentHandset:
    """The telephone ``agent1``, registered at the second node."""
    return await cast_there.agent(1)


@pytest_asyncio.fixture(loop_scope="session")
async def here(cast: Cast) -> AgentHandset:
    """The telephone ``agent2``, registered at the first node."""
    return await cast.agent(2)


async def test_an_agent_at_the_other_asterisk_is_rung_heard_and_recorded(
    *,
    platform: Platform,
    other: Platform,
    caller: Handset,
    there: AgentHandset,
    ears: Ears,
    journal: Journal,
) -> None:
    await there.log_in(AGENT, other.secrets.pins[AGENT], ears)

    async def free() -> bool:
        return await _state(platform, AGENT) == (AgentState.READY, "")

    await eventually(free, why="the phone is free")
    line = await caller.call(RECEPTION)
    await walk_to_queue(line, ears)
    theirs = await there.pick_up()
    shown = theirs.headers["From"]
    assert shown.startswith('"sv support')
    assert CALLER_NUMBER in shown
    with pytest.raises(TransferRefused):  # there is no caller where the phone is
        await theirs.transfer("4002")
    await _say(line, theirs, BEFORE)
    answered = await journal.wait(EventType.CALL_ANSWERED, agent=AGENT)
    assert answered.contact.startswith("a-")
    await theirs.press("*7")
    await ears.hear(theirs, "Inspelningen är pausad.")
    await _say(line, theirs, PAUSED)
    await theirs.press("*8")
    await ears.hear(theirs, "Inspelningen fortsätter.")
    await _say(line, theirs, AFTER)
    assert line.digits == ""
    await theirs.hold()
    held = await journal.wait(EventType.CALL_HELD, agent=AGENT)
    await wait_until_hears_music(line, since=len(line.heard))
    await theirs.resume()
    await journal.wait(EventType.CALL_RESUMED, agent=AGENT, contact=held.contact)
    assert held.contact == answered.contact
    await theirs.hang_up()
    await journal.wait(EventType.AGENT_WRAPUP, agent=AGENT)
    await journal.wait(EventType.AGENT_READY, agent=AGENT, count=2)

    await journal.wait(EventType.RECORDING_STORED, contact=answered.contact)
    (row,) = platform.rows("SELECT * FROM recordings WHERE contact = ?", answered.contact)
    for side, pcm in enumerate(sides(platform, row)):
        for hz in (BEFORE[side], AFTER[side]):
            tone_span(pcm, hz)
        assert tone_share(pcm, BEFORE[side]) + tone_share(pcm, AFTER[side]) > 0.85
        _, ends = tone_span(pcm, BEFORE[side])
        begins, _ = tone_span(pcm, AFTER[side])
        assert is_silent(pcm[_at(ends + 0.1) : _at(begins - 0.1)])
    assert journal.all(EventType.CALL_REFUSED) == []
    await there.log_out(ears)


async def test_a_supervisor_at_one_asterisk_comes_into_a_conversation_of_the_other(
    *,
    platform: Platform,
    cast: Cast,
    cast_there: Cast,
    here: AgentHandset,
    ears: Ears,
    journal: Journal,
) -> None:
    await here.sit_down(AT_A, platform.redis, (QUEUE,))
    line = await (await cast_there.caller()).call(NUMBERS[QUEUE])
    theirs = await here.pick_up()
    speak(line, BEFORE[0])
    speak(theirs, BEFORE[1])
    answered = await journal.wait(EventType.CALL_ANSWERED, agent=AT_A)
    assert answered.contact.startswith("b-")

    leader = await (await cast.agent(3)).call(CODE)
    await choose(leader, ears, platform.secrets.pins, SUPERVISOR, AT_A)
    await leader.press("1")
    joined = await journal.wait(EventType.SUPERVISOR_JOINED, mode="listen")
    assert (joined.contact, joined.fields["phone"]) == (answered.contact, "agent3")
    await wait_until_hears_just(leader, set(BEFORE))
    speak(leader, AFTER[0])
    await leader.press("5")
    await journal.wait(EventType.SUPERVISOR_SWITCHED, mode="whisper")
    await wait_until_hears_just(theirs, {BEFORE[0], AFTER[0]})
    await wait_until_hears_just(line, {BEFORE[1]})
    since = len(leader.heard)
    await leader.press("*")
    await journal.wait(EventType.SUPERVISOR_LEFT)
    await ears.hear(leader, MENU, first=BEGINNING, since=since)
    await leader.hang_up()
    await line.hang_up()
    await theirs.wait_closed()
    await here.stand_up(AT_A, platform.redis)


async def test_why_the_agent_at_the_other_asterisk_did_not_answer_is_known(
    platform: Platform, cast_there: Cast, here: AgentHandset, journal: Journal
) -> None:
    caller = await cast_there.caller()
    await here.sit_down(AT_A, platform.redis, (QUEUE,))
    line = await caller.call(NUMBERS[QUEUE])
    await (await here.ring()).reject()
    assert (await _refused(journal, 1)).fields["reason"] == "busy"
    await here.sit_down(AT_A, platform.redis, (QUEUE,))
    unanswered = await here.ring()
    assert (await _refused(journal, 2)).fields["reason"] == "no_answer"
    await unanswered.wait_closed()
    await here.sit_down(AT_A, platform.redis, (QUEUE,))
    theirs = await here.pick_up()
    answered = await journal.wait(EventType.CALL_ANSWERED, agent=AT_A)
    assert answered.contact.startswith("b-")
    await line.hang_up()
    await theirs.wait_closed()
    await journal.wait(EventType.CALL_ENDED, contact=answered.contact)
    await here.stand_up(AT_A, platform.redis)


async def test_phones_of_both_ring_together_and_who_picks_up_at_the_other_has_the_call(
    *,
    platform: Platform,
    caller: Handset,
    there: AgentHandset,
    here: AgentHandset,
    journal: Journal,
) -> None:
    await there.sit_down(AGENT, platform.redis, (together.QUEUE,))
    await here.sit_down(AT_A, platform.redis, (together.QUEUE,))
    line = await caller.call(together.NUMBER)
    theirs, ours = await asyncio.gather(there.ring(), here.ring())
    await theirs.answer()
    await ours.wait_closed()
    await _say(line, theirs, BEFORE)
    answered = await journal.wait(EventType.CALL_ANSWERED)
    assert answered.agent == AGENT
    await theirs.hang_up()
    stored = await journal.wait(EventType.RECORDING_STORED, contact=answered.contact)
    assert stored.agent == AGENT
    assert journal.all(EventType.CALL_REFUSED) == []
    later = await caller.call(together.NUMBER)
    declined, taken = await asyncio.gather(there.ring(), here.ring())
    await declined.reject()
    await journal.wait(EventType.CALL_REFUSED, agent=AGENT, reason="busy")
    assert not taken.is_closed
    await taken.answer()
    await journal.wait(EventType.CALL_ANSWERED, agent=AT_A)
    await taken.hang_up()
    await later.wait_closed()
    await there.stand_up(AGENT, platform.redis)
    await here.stand_up(AT_A, platform.redis)


@pytest.mark.parametrize(
    "number", [RECEPTION, "*11", "caller", CALLER_NUMBER, "s", f"order-{32 * 'a'}", "order-"]
)
async def test_another_node_has_no_way_to_anything_but_agents_phones(
    platform: Platform, softphones: Softphones, cast: Cast, number: str
) -> None:
    node = await _node(softphones, platform, platform.secrets.peers)
    with pytest.raises(CallNotAnswered):
        await node.call(number)


async def test_who_does_not_know_the_secret_is_no_node(
    platform: Platform, softphones: Softphones, here: AgentHandset
) -> None:
    line = await (await _node(softphones, platform, platform.secrets.peers)).dial(here.name)
    await (await here.ring()).reject()
    await line.wait_closed()
    with pytest.raises(CallNotAnswered):
        await (await _node(softphones, platform, "0" * 24)).call(here.name)


async def test_nobody_is_offered_to_phones_of_a_node_whose_controller_is_dead(
    *,
    platform: Platform,
    other: Platform,
    cast_there: Cast,
    caller: Handset,
    there: AgentHandset,
    here: AgentHandset,
    journal: Journal,
) -> None:
    await there.sit_down(AGENT, platform.redis, (QUEUE,))
    await here.sit_down(AT_A, platform.redis, (QUEUE,))
    talks = await (await cast_there.caller()).call(NUMBERS[QUEUE])
    theirs = await there.pick_up()
    await _say(talks, theirs, BEFORE)
    async with other.without_controller():
        await journal.wait(EventType.AGENT_PHONE_LOST, agent=AGENT, seconds=20)
        line = await caller.call(NUMBERS[QUEUE])
        ours = await here.pick_up()
        await _say(line, ours, AFTER)
        await line.hang_up()
        # the channel of the caller at b is not known at a, where all others are
        assert (await _state(platform, AGENT))[0] is AgentState.TALKING
        await _say(talks, theirs, PAUSED)
    await journal.wait(EventType.AGENT_PHONE_BACK, agent=AGENT)
    assert (await _state(platform, AGENT))[0] is AgentState.TALKING
    await talks.hang_up()
    await journal.wait(EventType.CALL_ENDED, agent=AGENT)
    await here.stand_up(AT_A, platform.redis)

    line = await caller.call(NUMBERS[QUEUE])
    theirs = await there.pick_up()
    await _say(line, theirs, AFTER)
    await line.hang_up()
    await theirs.wait_closed()
    await there.stand_up(AGENT, platform.redis)
    assert journal.all(EventType.CALL_REFUSED) == []


async def _node(softphones: Softphones, platform: Platform, secret: str) -> Phone:
    """A telephone that says it is the second node."""
    return await softphones.phone(endpoint_of(NODES[1]), secret, platform.server, register=False)


async def _state(platform: Platform, agent: str) -> tuple[AgentState, str]:
    """What an agent does, and why they are offered nothing."""
    status = await Agents(platform.redis, ORG, system_clock).status(agent)
    return status.state, status.reason


async def _say(line: Line, theirs: Line, tones: tuple[int, int]) -> None:
    """Caller and agent speak at the same time, until each has heard the other."""
    since, since_theirs = len(line.heard), len(theirs.heard)
    await asyncio.gather(
        line.play(tone(tones[0], 1.0)),
        theirs.play(tone(tones[1], 1.0)),
        wait_until_hears_tone(line, tones[1], since=since),
        wait_until_hears_tone(theirs, tones[0], since=since_theirs),
    )


async def _refused(journal: Journal, count: int) -> Event:
    return await journal.wait(EventType.CALL_REFUSED, agent=AT_A, count=count)


def _at(seconds: float) -> int:
    """The position in a side, bytes."""
    return 2 * round(seconds * RATE_HZ)
