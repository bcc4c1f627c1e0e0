"""How agents are reached otherwise than by a ringing telephone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from acd.agents import Agents
from acd.clock import system_clock
from acd.model.agent import Agent
from ivr.agents.remote_agents import remote_phone
from ivr.softphone import Line, TransferRefused
from media.tones import tone
from store.events import EventType
from tests.e2e.conftest import AGENT
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import (
    tone_share,
    wait_until_hears_music,
    wait_until_hears_tone,
)
from tests.e2e.rig.nodes import SHORT
from tests.e2e.rig.phones import (
    BEGINNING,
    ENTER_PIN,
    RECEPTION,
    AgentHandset,
    Cast,
    Ears,
    Handset,
)
from tests.e2e.rig.platform import ORG, Platform
from tests.e2e.rig.policies import NUMBERS
from tests.e2e.rig.reach import (
    AUTO_AGENT,
    DESK,
    HANG_UP,
    IN_READINESS,
    MENU_OF_THE_DESK,
    NOT_ALLOWED,
    OUTSIDE,
    OUTSIDE_AS_DIALLED,
    REMOTE_AGENT,
    REMOTE_NUMBER,
    TAKE,
)
from tests.e2e.rig.recordings import sides
from tests.e2e.rig.supervised import SUPERVISOR
from tests.e2e.rig.supervision import CODE, choose

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

CALLER_HZ, AGENT_HZ = 440, 1000
TONE_HZ = 880


async def test_a_phone_that_answers_by_itself_is_asked_to_and_its_agent_hears_a_tone_first(
    platform: Platform, cast: Cast, caller: Handset, journal: Journal
) -> None:
    agent = await cast.agent(3)
    await agent.sit_down(AUTO_AGENT, platform.redis, ("always",))
    line = await caller.call(NUMBERS["always"])
    theirs = await agent.ring()
    assert theirs.headers["Call-Info"] == "<sip:vaxel>;answer-after=0"
    assert "info=alert-autoanswer" in theirs.headers["Alert-Info"]
    assert theirs.headers["Answer-Mode"] == "Auto"
    await theirs.answer()
    await wait_until_hears_tone(theirs, TONE_HZ, length=0.1)
    line.start_playing(tone(CALLER_HZ, 2))
    theirs.start_playing(tone(AGENT_HZ, 2))
    await wait_until_hears_tone(theirs, CALLER_HZ)
    await wait_until_hears_tone(line, AGENT_HZ)
    assert tone_share(line.heard, TONE_HZ) < 0.05, "only the agent is told"
    await theirs.hang_up()
    await line.hang_up()
    stored = await journal.wait(EventType.RECORDING_STORED, agent=AUTO_AGENT)

    def noted() -> bool:
        return bool(platform.rows("SELECT 1 FROM recordings WHERE contact = ?", stored.contact))

    await eventually(noted, why="the recording is in the store")
    (row,) = platform.rows("SELECT * FROM recordings WHERE contact = ?", stored.contact)
    assert all(tone_share(side, TONE_HZ) < 0.02 for side in sides(platform, row))
    await agent.stand_up(AUTO_AGENT, platform.redis)


async def test_an_agent_calls_somebody_and_is_offered_nothing_until_that_is_over(
    *, platform: Platform, cast: Cast, caller: Handset, agent: AgentHandset, journal: Journal
) -> None:
    outside = await cast.reachable(OUTSIDE)
    line = await agent.dial(OUTSIDE_AS_DIALLED)
    theirs = await outside.ring()
    assert theirs.headers["From"].startswith('"Exempelstad" <sip:+46846500400@')
    waiting = await caller.call(SHORT)
    await waiting.press("1")
    await journal.wait(EventType.CALL_QUEUED)
    await theirs.answer()
    line.start_playing(tone(AGENT_HZ, 2))
    theirs.start_playing(tone(CALLER_HZ, 2))
    await wait_until_hears_tone(line, CALLER_HZ)
    await wait_until_hears_tone(theirs, AGENT_HZ)
    assert journal.all(EventType.CALL_OFFERED) == []
    with pytest.raises(TransferRefused):  # they are nobody's caller
        await line.transfer(AGENT)
    await theirs.hang_up()

    ended = await journal.wait(EventType.AGENT_CALL_ENDED, agent=AGENT, outcome="talked")
    assert 200 < int(ended.fields["talked"]) < 10_000
    await (await agent.pick_up()).hang_up()  # who has waited meanwhile
    await waiting.hang_up()
    (begun,) = journal.all(EventType.AGENT_CALL_BEGUN)
    (answered,) = journal.all(EventType.AGENT_CALL_ANSWERED)
    assert {e.fields["call"] for e in (begun, answered)} == {ended.fields["call"]}

    def counted() -> bool:
        return len(_own_calls(platform)) == 2

    await eventually(counted, why="the agent's time is in the store")
    dialling, talk = _own_calls(platform)
    assert (dialling["ended_at"], talk["state"]) == (talk["began_at"], "outbound")


async def test_a_number_that_agents_may_not_call_is_refused_in_words(
    platform: Platform, agent: AgentHandset, ears: Ears, journal: Journal
) -> None:
    before = await platform.metric("vaxel_agent_calls_refused_total", reason="not_allowed")
    line = await agent.call(RECEPTION)  # it would come back to us
    await ears.hear(line, NOT_ALLOWED)
    await line.wait_closed()
    await journal.wait(EventType.AGENT_CALL_REFUSED, agent=AGENT, reason="not_allowed")

    async def counted() -> bool:
        name = "vaxel_agent_calls_refused_total"
        return await platform.metric(name, reason="not_allowed") == before + 1

    await eventually(counted, why="it is in the figures")


def _own_calls(platform: Platform) -> list[dict[str, Any]]:
    return platform.rows(
        "SELECT * FROM agent_periods WHERE state IN ('dialling', 'outbound')"
        " AND agent = ? AND ended_at IS NOT NULL ORDER BY id",
        AGENT,
    )


@pytest_asyncio.fixture(loop_scope="session")
async def mobile(cast: Cast, platform: Platform) -> AsyncIterator[Handset]:
    """The telephone outside of an agent who is logged in there."""
    agents = Agents(platform.redis, ORG, system_clock)
    person = Agent(REMOTE_AGENT, REMOTE_AGENT, ("always",))
    await agents.login(person, remote_phone(REMOTE_AGENT))
    yield await cast.reachable(REMOTE_NUMBER)
    await cast.hang_up()
    await agents.logout(REMOTE_AGENT)


async def test_an_agent_outside_takes_the_call_by_a_key_has_its_codes_and_is_heard_by_supervisors(
    *,
    platform: Platform,
    cast: Cast,
    caller: Handset,
    mobile: Handset,
    ears: Ears,
    journal: Journal,
) -> None:
    line = await caller.call(NUMBERS["always"])
    theirs = await mobile.ring()
    assert theirs.headers["From"].split("@")[0].endswith("<sip:+46846500400")
    await theirs.answer()
    await ears.hear(theirs, TAKE)
    await wait_until_hears_music(line)
    assert journal.all(EventType.CALL_ANSWERED) == []
    await theirs.press("1")
    await journal.wait(EventType.CALL_ANSWERED, agent=REMOTE_AGENT)
    line.start_playing(tone(CALLER_HZ, 2))
    theirs.start_playing(tone(AGENT_HZ, 2))
    await wait_until_hears_tone(theirs, CALLER_HZ)
    await wait_until_hears_tone(line, AGENT_HZ)
    leader = await (await cast.agent(2)).call(CODE)
    await choose(leader, ears, platform.secrets.pins, SUPERVISOR, REMOTE_AGENT)
    await leader.press("1")
    await journal.wait(EventType.SUPERVISOR_JOINED, agent=REMOTE_AGENT)
    theirs.start_playing(tone(AGENT_HZ, 2))
    await wait_until_hears_tone(leader, AGENT_HZ)
    await leader.hang_up()
    await theirs.press("*7")
    await journal.wait(EventType.RECORDING_PAUSED, cause="agent")
    await theirs.hang_up()
    await line.hang_up()
    await journal.wait(EventType.RECORDING_STORED, agent=REMOTE_AGENT)
    assert all(REMOTE_NUMBER not in repr(event) for event in journal.events)


@pytest.mark.parametrize("hangs_up", [False, True])
async def test_a_mailbox_that_picks_up_never_gets_the_caller(
    caller: Handset, mobile: Handset, journal: Journal, *, hangs_up: bool
) -> None:
    line = await caller.call(NUMBERS["always"])
    theirs = await mobile.pick_up()
    if hangs_up:
        await theirs.hang_up()
    refused = await journal.wait(EventType.CALL_REFUSED, agent=REMOTE_AGENT, reason="no_answer")
    await theirs.wait_closed()
    await journal.wait(EventType.AGENT_PAUSED, agent=REMOTE_AGENT, reason="not_answering")
    assert journal.all(EventType.CALL_ANSWERED) == []
    await wait_until_hears_music(line, since=len(line.heard))
    assert journal.all(EventType.CALL_LEFT, contact=refused.contact) == []
    await line.hang_up()


async def test_an_agent_outside_logs_in_hears_how_they_stand_and_logs_out_by_calling(
    platform: Platform, cast: Cast, ears: Ears, journal: Journal
) -> None:
    mobile = await cast.reachable(REMOTE_NUMBER)
    line = await mobile.call(DESK)
    await _enter_pin(line, platform, ears)
    await ears.hear(line, HANG_UP)
    await line.wait_closed()
    await journal.wait(
        EventType.AGENT_LOGGED_IN, agent=REMOTE_AGENT, phone=remote_phone(REMOTE_AGENT)
    )
    line = await mobile.call(DESK)
    await _enter_pin(line, platform, ears)
    await ears.hear(line, MENU_OF_THE_DESK, first=2 * BEGINNING)
    await line.press("0")
    await ears.hear(line, IN_READINESS)
    await ears.hear(line, MENU_OF_THE_DESK, first=2 * BEGINNING)
    await line.press("2")
    await journal.wait(EventType.AGENT_LOGGED_OUT, agent=REMOTE_AGENT)
    await line.wait_closed()


async def _enter_pin(line: Line, platform: Platform, ears: Ears) -> None:
    await ears.hear(line, ENTER_PIN, first=BEGINNING)
    await line.press(f"{platform.secrets.pins[REMOTE_AGENT]}#")


async def test_a_phone_of_another_agent_rings_as_ever(caller: Handset, agent: Handset) -> None:
    line = await caller.call(SHORT)
    await line.press("1")
    theirs = await agent.ring()
    assert not theirs.headers.keys() & {"Call-Info", "Alert-Info", "Answer-Mode"}
    await line.hang_up()
