"""How agents are reached otherwise than by a ringing telephone."""

from __future__ import annotations

import pytest

from media.tones import tone
from store.events import EventType
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import tone_share, wait_until_hears_tone
from tests.e2e.rig.phones import Cast, Handset
from tests.e2e.rig.platform import Platform, eventually
from tests.e2e.rig.policies import NUMBERS
from tests.e2e.rig.reach import AUTO_AGENT
from tests.e2e.rig.recordings import sides

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


async def test_a_phone_of_another_agent_rings_as_ever(caller: Handset, agent: Handset) -> None:
    line = await caller.call("239")
    await line.press("1")
    theirs = await agent.ring()
    assert not theirs.headers.keys() & {"Call-Info", "Alert-Info", "Answer-Mode"}
    await line.hang_up()
