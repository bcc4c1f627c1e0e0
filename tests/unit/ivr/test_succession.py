"""A controller that stops looks for the next one, and does less when it is there."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

import pytest
from redis.asyncio import Redis

from acd.clock import system_clock
from acd.distributor import Distributor
from ivr.platform.paths import Layout
from ivr.platform.succession import sole_controller
from ivr.succession import Succession

pytestmark = pytest.mark.unit


async def test_duties_of_the_place_end_when_another_one_takes_calls_and_not_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(Distributor, "call_back_by", lambda _, controller: told.append(controller))
    queues = Distributor(cast(Redis, None), "city", system_clock, "first")
    succession, layout, looks = Succession("first"), Layout(tmp_path), asyncio.Semaphore(0)

    async def for_ever() -> None:
        await asyncio.Event().wait()

    async def nap(_: float) -> None:
        looks.release()
        await asyncio.sleep(0)

    with sole_controller(layout) as place:
        place.serves("first")
        place.give_up()
        duty = asyncio.create_task(succession.in_place(for_ever()))
        watching = asyncio.create_task(succession.watch(place, lambda: [queues], sleep=nap))
        for _ in range(3):
            await looks.acquire()
        assert not succession.succeeded.is_set(), "nobody else serves"

        for name in ("second", "third"):
            with sole_controller(layout) as next_place:
                for _ in range(3):
                    await looks.acquire()
                next_place.serves(name)
                await succession.succeeded.wait()
                for _ in range(3):
                    await looks.acquire()
        await duty
        watching.cancel()

    assert told == ["second", "third"]


async def test_a_duty_that_fails_is_no_duty_that_ends() -> None:
    async def fails() -> None:
        raise OSError("the disk is gone")

    with pytest.raises(ExceptionGroup):
        await Succession("first").in_place(fails())
