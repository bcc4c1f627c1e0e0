from __future__ import annotations

import asyncio

import pytest

from wire.ami.frames import Frame
from wire.ami.lanes import Handler, Lanes, lane_of

pytestmark = pytest.mark.unit


def frame(**headers: str) -> Frame:
    return Frame("X", "\r\n".join(["Event: X", *(f"{k}: {v}" for k, v in headers.items())]))


def lanes_with(*handlers: Handler, bound: int = 100) -> Lanes:
    return Lanes({"X": handlers}, bound=bound, monotonic=lambda: 0.0, on_room=lambda: None)


@pytest.mark.parametrize(
    ("headers", "lane"),
    [
        ({"Linkedid": "1", "DestLinkedid": "2"}, "1"),
        ({"Linkedid": "", "DestLinkedid": "2"}, "2"),
        ({"Device": "PJSIP/agent1"}, "X"),
    ],
)
def test_the_lane_is_the_call_or_else_the_name(headers: dict[str, str], lane: str) -> None:
    assert lane_of(frame(**headers)) == lane


def test_plain_handlers_need_no_loop_and_hold_nothing() -> None:
    seen: list[Frame] = []
    lanes = lanes_with(seen.append)
    lanes.submit([frame(Linkedid="1"), frame(Linkedid="1")], 0.0)
    assert len(seen) == lanes.counts.dispatched == 2
    assert lanes.held == 0


async def test_a_coroutine_that_was_just_called_has_begun_before_it_is_cancelled() -> None:
    story: list[str] = []

    async def handler(_: Frame) -> None:
        try:
            story.append("begun")
            await asyncio.Event().wait()
        finally:
            story.append("ended")

    lanes = lanes_with(handler)
    lanes.submit([frame(Linkedid="1"), frame(Linkedid="1"), frame(Linkedid="2")], 0.0)
    await lanes.close()
    assert story == ["begun", "begun", "ended", "ended"]
    assert lanes.held == 0
    await lanes.idle()


async def test_lanes_are_full_above_their_bound_and_have_room_below_half_of_it() -> None:
    gate = asyncio.Semaphore(0)
    room: list[int] = []

    async def handler(_: Frame) -> None:
        await gate.acquire()

    lanes = Lanes(
        {"X": (handler,)}, bound=10, monotonic=lambda: 0.0, on_room=lambda: room.append(lanes.held)
    )
    lanes.submit([frame(Linkedid="1")] * 10, 0.0)
    assert not lanes.full
    lanes.submit([frame(Linkedid="1")], 0.0)
    assert lanes.full
    for _ in range(11):
        gate.release()
    await lanes.idle()
    assert room == [4]
    assert not lanes.full


async def test_a_plain_handler_after_a_coroutine_waits_for_it() -> None:
    story: list[str] = []

    async def first(_: Frame) -> None:
        await asyncio.sleep(0)
        story.append("first")

    lanes = lanes_with(first, lambda _: story.append("second"))
    lanes.submit([frame(Linkedid="1")], 0.0)
    await lanes.idle()
    assert story == ["first", "second"]


def test_a_plain_handler_that_reads_a_cancelled_future_fails_alone() -> None:
    seen: list[Frame] = []

    def reads_cancelled(_: Frame) -> None:
        raise asyncio.CancelledError

    lanes = lanes_with(reads_cancelled, seen.append)
    lanes.submit([frame()], 0.0)
    assert len(seen) == lanes.counts.failures == 1
