"""Several telephones ring for one caller: one has the call, and the others are free."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from media.tones import tone
from store.events import EventType
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import tone_share, wait_until_hears_tone
from tests.e2e.rig.phones import AgentHandset, Cast, Handset
from tests.e2e.rig.platform import Platform
from tests.e2e.rig.recordings import sides
from tests.e2e.rig.together import NUMBER, QUEUE

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

FIRST, SECOND, THIRD = TEAM = ("4001", "4002", "4003")
SECOND_NUMBER = "+46707654321"
CALLER_HZ, AGENT_HZ = 440, 1000


@pytest_asyncio.fixture(loop_scope="session")
async def team(cast: Cast, platform: Platform) -> AsyncIterator[list[AgentHandset]]:
    """Three agents, logged in one after the other."""
    handsets = [await cast.agent(which) for which in (1, 2, 3)]
    for agent, handset in zip(TEAM, handsets, strict=True):
        await handset.sit_down(agent, platform.redis, (QUEUE,))
    yield handsets
    await cast.hang_up()
    for agent, handset in zip(TEAM, handsets, strict=True):
        await handset.stand_up(agent, platform.redis)


async def test_three_phones_ring_the_second_has_the_call_and_the_others_the_next_one(
    *, platform: Platform, cast: Cast, caller: Handset, team: list[AgentHandset], journal: Journal
) -> None:
    line = await caller.call(NUMBER)
    first, second, third = await asyncio.gather(*(one.ring() for one in team))
    assert "Call-Info" not in third.headers, "with others ringing, no phone answers by itself"
    await second.answer()
    for other in (first, third):
        assert "Call completed elsewhere" in await other.wait_closed(), "a CANCEL says why"
    line.start_playing(tone(CALLER_HZ, 2))
    second.start_playing(tone(AGENT_HZ, 2))
    await wait_until_hears_tone(line, AGENT_HZ)
    await wait_until_hears_tone(second, CALLER_HZ)
    answered = await journal.wait(EventType.CALL_ANSWERED)
    assert answered.agent == SECOND
    for agent in (FIRST, THIRD):
        await journal.wait(EventType.AGENT_READY, agent=agent)

    later = await (await cast.caller(SECOND_NUMBER)).call(NUMBER)
    declined, taken = await asyncio.gather(team[0].ring(), team[2].ring())
    await declined.reject()
    refused = await journal.wait(EventType.CALL_REFUSED)
    assert (refused.agent, refused.fields["reason"]) == (FIRST, "busy")
    assert "rings_on" in refused.fields
    await journal.wait(EventType.AGENT_PAUSED, agent=FIRST, reason="busy")
    assert not taken.is_closed
    await taken.answer()
    await journal.wait(EventType.CALL_ANSWERED, agent=THIRD)
    await taken.hang_up()
    await second.hang_up()
    await later.wait_closed()
    await line.wait_closed()
    assert [event.agent for event in journal.all(EventType.CALL_OFFERED)] == [*TEAM, FIRST, THIRD]
    assert len(journal.all(EventType.CALL_REFUSED)) == 1

    stored = await journal.wait(EventType.RECORDING_STORED, contact=answered.contact)
    assert stored.agent == SECOND
    rows = "SELECT * FROM recordings WHERE contact = ?"

    def noted() -> bool:
        return bool(platform.rows(rows, answered.contact))

    await eventually(noted, why="the recording is in the store")
    (row,) = platform.rows(rows, answered.contact)
    assert row["agent"] == SECOND
    callers, agents = sides(platform, row)
    assert tone_share(callers, CALLER_HZ) > 0.9
    assert tone_share(agents, AGENT_HZ) > 0.9

    def gone() -> bool:
        return not list(platform.layout.recordings_incoming.glob(f"{answered.contact}-*"))

    await eventually(gone, why="those of the others are gone")


async def test_who_lets_it_ring_has_missed_it_each_of_them(
    platform: Platform, caller: Handset, team: list[AgentHandset], journal: Journal
) -> None:
    line = await caller.call(NUMBER)
    rung = await asyncio.gather(*(one.ring() for one in team))
    for one in rung:
        await one.wait_closed()
    for agent in TEAM:
        await journal.wait(EventType.CALL_REFUSED, agent=agent, reason="no_answer")
        await journal.wait(EventType.AGENT_PAUSED, agent=agent, reason="not_answering")
    await line.hang_up()


async def test_who_has_picked_up_is_known_while_asterisks_manager_is_away(
    platform: Platform, caller: Handset, team: list[AgentHandset], journal: Journal
) -> None:
    async with platform.without_manager():
        line = await caller.call(NUMBER)
        _, second, _ = await asyncio.gather(*(one.ring() for one in team))
        await second.answer()
        assert (await journal.wait(EventType.CALL_ANSWERED)).agent == SECOND
        for agent in (FIRST, THIRD):
            await journal.wait(EventType.AGENT_READY, agent=agent)
    await second.hang_up()
    await line.wait_closed()
    await journal.wait(EventType.CALL_ENDED, agent=SECOND)
    assert len(journal.all(EventType.CALL_ANSWERED)) == 1
    assert journal.all(EventType.CALL_REFUSED) == []
