"""How late the loop is, with a clock that the test moves."""

from __future__ import annotations

import asyncio

import pytest

from monitoring.loop_delay import LoopDelay
from monitoring.metrics.platform import EVENT_LOOP_DELAY

pytestmark = pytest.mark.unit


class LateClock:
    """Each sleep lasts as long as it should and one of the given delays longer."""

    def __init__(self, *delays: float) -> None:
        self.now = 100.0
        self._delays = list(delays)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        if not self._delays:
            raise asyncio.CancelledError
        self.now += seconds + self._delays.pop(0)


async def test_each_turn_is_counted_by_its_lateness() -> None:
    clock = LateClock(0.0, 0.004, 0.004, 0.03, 2.0)
    delay = LoopDelay(clock, clock.sleep)
    with pytest.raises(asyncio.CancelledError):
        await delay.run()
    late = dict(zip((*EVENT_LOOP_DELAY.bounds_seconds, "more"), delay.counts, strict=True))
    assert {bound: count for bound, count in late.items() if count} == {
        0.0005: 1,
        0.005: 2,
        0.05: 1,
        "more": 1,
    }
    assert delay.seconds == pytest.approx(2.038)
