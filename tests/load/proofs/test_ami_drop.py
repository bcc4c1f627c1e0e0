"""The Manager link is cut under sixty calls, and calls go on without it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from acd.model.agent import Agent, AgentState
from ivr.app import AMI_USER
from store.events import EventType
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.platform import Platform
from tests.load.proofs.crowd import crowd

FILE = 4
"""The column with the number by which a session is cut off."""

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]


@asynccontextmanager
async def without_ami(platform: Platform) -> AsyncIterator[None]:
    """Nobody can log in to Asterisk's Manager within the block, and who was is cut off."""
    file = platform.layout.asterisk_etc / "manager.conf"
    text = file.read_text()
    file.write_text(text.replace("enabled = yes", "enabled = no", 1))
    assert file.read_text() != text
    await platform.asterisk("manager reload")
    for line in (await platform.asterisk("manager show connected")).splitlines():
        if line.split()[:1] == [AMI_USER]:
            await platform.asterisk(f"manager kick session {line.split()[FILE]}")

    async def is_linked(state: int) -> bool:
        return await platform.metric("vaxel_ami_connected") == state

    await eventually(lambda: is_linked(0), why="the link is cut")
    try:
        yield
    finally:
        file.write_text(text)
        await platform.asterisk("manager reload")
        await eventually(lambda: is_linked(1), seconds=30, why="the link stands again")


async def test_what_was_answered_and_unplugged_meanwhile_is_known_afterwards() -> None:
    async with crowd() as house:
        platform = house.platform
        phone = await house.softphones.phone(
            "agent1", platform.secrets.phones["agent1"], platform.server
        )
        await house.agents.login(Agent("4001", "agent1", ("empty",)), "agent1")
        await house.fill()
        line = await house.in_line()
        offers = len(house.journal.all(EventType.CALL_OFFERED))

        async with without_ami(platform):
            await phone.unregister()
            for talk in house.talks[:3]:
                await talk.handset.hang_up()
            answered = []
            for talk in house.talks[:3]:
                handset = await house.seats[talk.agent].ring()
                await handset.answer()
                answered.append(handset)
            await house.talks[5].heard_both_ways()
        loop = asyncio.get_running_loop()
        back = loop.time()

        async def is_noted() -> bool:
            states = [(await house.agents.status(talk.agent)).state for talk in house.talks[:3]]
            return set(states) == {AgentState.TALKING}

        async def is_unplugged() -> bool:
            return (await house.agents.status("4001")).reason == "phone_unreachable"

        await eventually(is_noted, seconds=15, why="the answers are noted")
        noted = loop.time()
        await eventually(is_unplugged, seconds=15, why="the phone is known to be gone")
        print(f"\nanswers known {noted - back:.1f} s, phones {loop.time() - back:.1f} s after it")
        await phone.register()

        async def is_plugged() -> bool:
            status = await house.agents.status("4001")
            return (status.state, status.reason) == (AgentState.READY, "")

        await eventually(is_plugged, why="the phone is known to be back")
        for handset in answered:
            await handset.hang_up()
        for talk in house.talks[3:]:
            await talk.handset.hang_up()
        await house.serve_all()
        await house.each_ended_once()
        await house.until_all_are_ready()
        assert house.offered_since(offers) == line
        assert len(house.journal.all(EventType.CALL_ENDED)) == len(house.talks) + len(line)
