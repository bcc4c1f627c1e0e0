"""The rules of a queue on real calls: the last agent before others, comfort while waiting."""

from __future__ import annotations

import pytest

from acd.agents import Agents
from acd.clock import system_clock
from acd.distributor import Distributor
from store.events import EventType
from tests.e2e.conftest import AGENT
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import hears_prompt
from tests.e2e.rig.phones import BEGINNING, Cast, Ears
from tests.e2e.rig.platform import ORG, Platform
from tests.e2e.rig.regulars import COMFORT, NUMBER, QUEUE

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

LAST_AGENT = "4002"
SECOND_NUMBER = "+46707654321"


async def test_a_caller_has_their_last_agent_again_and_another_hears_comfort_until_one_is_free(
    cast: Cast, platform: Platform, ears: Ears, journal: Journal
) -> None:
    agents = Agents(platform.redis, ORG, system_clock)
    first, last = await cast.agent(1), await cast.agent(2)
    await last.sit_down(LAST_AGENT, platform.redis, (QUEUE,))
    line = await (await cast.caller()).call(NUMBER)
    theirs = await last.pick_up()
    await journal.wait(EventType.CALL_ANSWERED, agent=LAST_AGENT)
    await theirs.hang_up()
    await line.wait_closed()
    await journal.wait(EventType.CALL_ENDED, agent=LAST_AGENT)

    await first.sit_down(AGENT, platform.redis, (QUEUE,))
    await last.sit_down(LAST_AGENT, platform.redis, (QUEUE,))  # anew, and thus idle for shorter
    await (await cast.caller()).call(NUMBER)
    again = await last.pick_up()
    await journal.wait(EventType.CALL_ANSWERED, count=2, agent=LAST_AGENT)

    await agents.pause(AGENT, "break")
    waits = await (await cast.caller(SECOND_NUMBER)).call(NUMBER)
    began = await ears.hear(waits, COMFORT, first=BEGINNING)
    await agents.unpause(AGENT)
    offer = await Distributor(platform.redis, ORG, system_clock, "test").match_agent(AGENT)
    assert offer is not None
    free = await first.pick_up()
    await journal.wait(EventType.CALL_ANSWERED, agent=AGENT)
    whole = await ears.sound(COMFORT, "sv")
    assert not hears_prompt(bytes(waits.heard[round(began * 16000) :]), whole)
    await free.hang_up()
    await again.hang_up()
    await first.stand_up(AGENT, platform.redis)
    await last.stand_up(LAST_AGENT, platform.redis)
