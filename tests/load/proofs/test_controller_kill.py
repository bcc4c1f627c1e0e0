"""The controller is killed with ten conversations and fifty callers who wait."""

from __future__ import annotations

import asyncio

import pytest

from store.events import EventType
from tests.load.proofs.crowd import TALKING, WAITING, crowd, until_taken_over

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

TAKEN_OVER_S = 5.0


async def test_conversations_go_on_and_who_waits_keeps_the_place() -> None:
    async with crowd() as house:
        await house.fill()
        line, owners = await house.in_line(), await house.owners()
        assert (len(line), len(owners)) == (WAITING, 1)
        offers = len(house.journal.all(EventType.CALL_OFFERED))

        taking_over = asyncio.create_task(until_taken_over(house, owners))
        house.platform.controller().kill()
        await asyncio.gather(*(talk.heard_both_ways() for talk in house.talks[::3]))
        taken_over = await taking_over
        print(f"\ntaken over after {min(taken_over):.1f} to {max(taken_over):.1f} s")
        assert await house.in_line() == line
        assert not any(caller.is_closed for caller in house.waiting)
        assert not any(talk.caller.is_closed for talk in house.talks)
        assert max(taken_over) <= TAKEN_OVER_S
        await house.platform.until_ready()

        for talk in house.talks:
            await talk.handset.hang_up()
        began = asyncio.get_running_loop().time()
        serving = asyncio.create_task(house.serve_all())
        await house.journal.wait(EventType.CALL_ENDED, count=TALKING)
        print(
            f"agents of lost conversations free after "
            f"{asyncio.get_running_loop().time() - began:.1f} s"
        )
        await serving
        await house.each_ended_once()
        await house.until_all_are_ready()
        assert house.offered_since(offers) == line
        print(
            house.ends(
                EventType.CALL_ENDED,
                EventType.CALL_LEFT,
                EventType.CALL_ABANDONED,
                EventType.CONTACT_ENDED,
            )
        )
        assert len(house.journal.all(EventType.CALL_ENDED)) == TALKING + WAITING
        assert house.journal.all(EventType.CALL_ABANDONED) == []
