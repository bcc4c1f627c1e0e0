from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from ivr.flow.call import (
    Call,
    CallerHungUp,
    MessageRequest,
    QueueOutcome,
    QueueRequest,
    Utterance,
)
from ivr.flow.memory import MemoryCall, Script

pytestmark = pytest.mark.unit

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def line(keys: str) -> MemoryCall:
    return MemoryCall(Script.parse(keys), dialled="100", began=BEGAN)


def test_it_is_a_call() -> None:
    call: Call = line("")
    assert (call.dialled, call.contact) == ("100", "memory-1")


async def test_keys_silence_and_the_end_of_the_script() -> None:
    call = line("12,,3")
    taken = [await call.collect(count=1, wait=5) for _ in range(4)]
    assert taken == ["1", "2", "", "3"]
    with pytest.raises(CallerHungUp):
        await call.collect(count=1, wait=5)


async def test_several_keys_end_by_count_by_stop_key_or_by_waiting() -> None:
    call = line("1234,56#7,8")
    assert await call.collect(count=3, wait=5) == "123"
    assert await call.collect(count=8, wait=5) == "456"
    assert await call.collect(count=8, wait=5) == "78"


async def test_keys_that_follow_a_first_one_were_pressed_in_one_go_with_it() -> None:
    call = line("123,4")
    assert await call.collect(count=1, wait=5) == "1"
    assert await call.collect(first="0", count=8, wait=2) == "023"
    assert await call.collect(first="0", count=8, wait=2) == "0"
    assert await call.collect(count=1, wait=5) == "4"


async def test_without_a_stop_key_every_key_counts() -> None:
    call = line("5#6")
    assert await call.collect(count=8, wait=5, stop="") == "5#6"


async def test_time_passes_by_speech_waiting_and_talking() -> None:
    call = line(",t,a")
    await call.say(Utterance("x" * 150, "sv"))
    assert call.now() == BEGAN + timedelta(seconds=10)
    await call.collect(count=1, wait=5)
    assert call.now() == BEGAN + timedelta(seconds=15)
    assert await call.queue(QueueRequest("q", "sv", 60)) is QueueOutcome.TIMED_OUT
    assert call.now() == BEGAN + timedelta(seconds=75)
    assert await call.queue(QueueRequest("q", "sv")) is QueueOutcome.TALKED
    assert call.now() > BEGAN + timedelta(seconds=75)


async def test_a_message_is_no_longer_than_allowed() -> None:
    call = line("")
    assert (await call.record(MessageRequest("box", "sv", max_seconds=5))).seconds == 5
    assert call.messages == [(MessageRequest("box", "sv", max_seconds=5), 5)]


STEPS: list[Callable[[MemoryCall], Awaitable[object]]] = [
    lambda call: call.collect(count=1, wait=5),
    lambda call: call.record(MessageRequest("box", "sv")),
    lambda call: call.queue(QueueRequest("q", "sv")),
]


@pytest.mark.parametrize("step", STEPS)
async def test_h_hangs_up_wherever_it_is_pressed(
    step: Callable[[MemoryCall], Awaitable[object]],
) -> None:
    with pytest.raises(CallerHungUp):
        await step(line("h"))


async def test_after_our_hang_up_nothing_goes() -> None:
    call = line("1")
    await call.hang_up()
    with pytest.raises(CallerHungUp):
        await call.say(Utterance("x", "sv"))


@pytest.mark.parametrize("keys", ["x", "1,q", "1x", "hh", "1;2"])
def test_a_script_of_other_signs_is_refused(keys: str) -> None:
    with pytest.raises(ValueError, match="neither keys"):
        Script.parse(keys)
