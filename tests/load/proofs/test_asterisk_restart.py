"""Asterisk is killed under sixty calls, and the supervisor starts it again."""

from __future__ import annotations

import asyncio

import pytest

from store.events import EventType
from tests.e2e.rig.eventually import eventually
from tests.load.proofs.crowd import TALKING, crowd

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

CLEAN_S = 10.0


async def test_nobody_is_left_over_and_every_agent_is_there_for_the_next_call() -> None:
    async with crowd() as house:
        await house.fill()
        loop = asyncio.get_running_loop()
        killed = loop.time()
        house.platform.part("asterisk").kill()

        async def is_back() -> bool:
            return "System uptime" in await house.platform.asterisk("core show uptime")

        await eventually(is_back, seconds=60, why="Asterisk answers again")
        back = loop.time()

        async def is_clean() -> bool:
            return await house.platform.contacts_in_redis() == 0

        await eventually(is_clean, seconds=60, why="no contact is left")
        no_contact = loop.time()
        await house.until_all_are_ready(60)
        clean = loop.time()
        print(
            f"\nAsterisk back after {back - killed:.1f} s; no contact left "
            f"{no_contact - back:.1f} s, every agent ready {clean - back:.1f} s after that"
        )
        await house.each_ended_once()
        print(
            house.ends(
                EventType.CALL_ENDED,
                EventType.CALL_LEFT,
                EventType.CALL_ABANDONED,
                EventType.CONTACT_ENDED,
            )
        )
        assert clean - back <= CLEAN_S
        house.waiting.clear()
        await house.come(TALKING)
        await house.serve_all()
        await house.each_ended_once()
        assert len(house.journal.all(EventType.CALL_ENDED)) == TALKING + TALKING
