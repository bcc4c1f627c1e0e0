"""Pausing and resuming against an Asterisk of paper: when it is silent, and what is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from recorder.pauses import PAUSED, RECORDING, Cause, Pauses
from store.events import Event, EventType
from tests.unit.recorder.test_sidecar import SIDECAR
from wire.ami.client import AmiClient
from wire.ami.errors import AmiActionFailed, AmiNotConnected
from wire.ami.frames import Frame

pytestmark = pytest.mark.unit

CALLER, AGENT = "PJSIP/caller-1", "PJSIP/agent1-2"
AFTER_S = 4.0


class FakeAmi:
    """Stands in for :class:`wire.ami.client.AmiClient`: two channels in a conversation."""

    def __init__(self) -> None:
        self.variables: dict[tuple[str, str], str] = {(CALLER, "BRIDGEPEER"): AGENT}
        self.variables[AGENT, "BRIDGEPEER"] = CALLER
        self.muted = False
        self.recorded = True
        self.connected = True
        self.asked: list[str] = []
        self.handlers: dict[str, Callable[[Frame], Awaitable[None]]] = {}
        self.hooks: list[Callable[[], Awaitable[None]]] = []

    def subscribe(self, event: str, handler: Callable[[Frame], Awaitable[None]]) -> None:
        self.handlers[event] = handler

    def on_connect(self, hook: Callable[[], Awaitable[None]]) -> None:
        self.hooks.append(hook)

    async def action(self, name: str, fields: dict[str, str]) -> Frame:
        await asyncio.sleep(0)
        if not self.connected:
            raise AmiNotConnected("away")
        if fields["Channel"] not in {CALLER, AGENT}:
            raise AmiActionFailed(name, "No such channel")
        self.asked.append(name)
        match name:
            case "MixMonitorMute":
                if not self.recorded:
                    raise AmiActionFailed(name, "Cannot set mute flag")
                assert fields["Direction"] == "both"
                self.muted = fields["State"] == "1"
            case "Setvar":
                self.variables[fields["Channel"], fields["Variable"]] = fields["Value"]
            case "Getvar":
                value = self.variables.get((fields["Channel"], fields["Variable"]), "")
                return Frame("", f"Response: Success\r\nValue: {value}")
        return Frame("", "Response: Success")

    async def list(self, name: str) -> tuple[Frame, ...]:
        assert name == "CoreShowChannels"
        lines = (f"Channel: {channel}\r\nBridgeId: b1" for channel in (CALLER, AGENT))
        return tuple(Frame("CoreShowChannel", line) for line in lines)

    async def digit(self, digit: str, channel: str = CALLER) -> None:
        frame = Frame("DTMFBegin", f"Channel: {channel}\r\nDigit: {digit}\r\nUniqueid: u1")
        await self.handlers["DTMFBegin"](frame)


class FakeLog:
    """Keeps events."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.resumed = asyncio.Event()

    async def append(self, event: Event) -> str:
        self.events.append(event)
        if event.type is EventType.RECORDING_RESUMED:
            self.resumed.set()
        return ""


class Bench:
    """A conversation that is recorded, and a controller's pauses."""

    def __init__(self, folder: Path) -> None:
        self.now_ms = 1_000_000
        self.ami = FakeAmi()
        self.log = FakeLog()
        self.sidecar = replace(SIDECAR, org="town")
        self.sidecar.write(folder)
        self.ami.variables[AGENT, RECORDING] = str(folder / self.sidecar.base)
        self.pauses = self.restarted()

    def restarted(self) -> Pauses:
        return Pauses(
            cast(AmiClient, self.ami),
            cast(Any, {"town": self.log}),
            after_digits=lambda _: AFTER_S,
            clock_ms=lambda: self.now_ms,
        )

    @property
    def told(self) -> list[tuple[EventType, str]]:
        return [(event.type, event.fields["cause"]) for event in self.log.events]

    async def pass_time(self, seconds: float) -> None:
        self.now_ms += round(seconds * 1000)
        await self.pauses.resume_due()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_a_pause_is_silent_and_told_with_its_recording(bench: Bench) -> None:
    await bench.pauses.pause(AGENT, Cause.AGENT)
    assert bench.ami.muted
    await bench.pauses.resume(AGENT, Cause.AGENT)
    assert not bench.ami.muted
    first, second = bench.log.events
    assert (first.type, second.type) == (EventType.RECORDING_PAUSED, EventType.RECORDING_RESUMED)
    assert dict(first.fields) == {"recording": bench.sidecar.base, "cause": "agent"}
    assert (first.contact, first.queue) == (bench.sidecar.contact, bench.sidecar.queue)


async def test_pausing_twice_is_one_pause(bench: Bench) -> None:
    for _ in range(2):
        await bench.pauses.pause(AGENT, Cause.AGENT)
    await bench.pauses.resume(AGENT, Cause.AGENT)
    assert not bench.ami.muted
    assert len(bench.told) == 2


async def test_silence_comes_before_anything_else_is_asked_or_told(bench: Bench) -> None:
    await bench.pauses.pause(AGENT, Cause.AGENT)
    assert bench.ami.asked[0] == "MixMonitorMute"


async def test_it_is_silent_until_the_last_cause_is_gone(bench: Bench) -> None:
    await bench.ami.digit("4")
    await bench.pauses.pause(AGENT, Cause.AGENT)
    await bench.pass_time(AFTER_S)
    assert bench.ami.muted, "the agent has not said so"
    await bench.pauses.resume(AGENT, Cause.AGENT)
    assert not bench.ami.muted
    assert bench.told == [
        (EventType.RECORDING_PAUSED, "digits"),
        (EventType.RECORDING_PAUSED, "agent"),
        (EventType.RECORDING_RESUMED, "digits"),
        (EventType.RECORDING_RESUMED, "agent"),
    ]


async def test_each_digit_begins_the_time_anew(bench: Bench) -> None:
    await bench.ami.digit("4")
    await bench.pass_time(AFTER_S - 1)
    await bench.ami.digit("2")
    await bench.pass_time(AFTER_S - 1)
    assert bench.ami.muted
    await bench.pass_time(1)
    assert not bench.ami.muted
    assert len(bench.told) == 2


async def test_a_digit_is_neither_told_nor_logged(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.ami.connected = False
    await bench.ami.digit("7")
    assert "could not be paused" in caplog.text
    bench.ami.connected = True
    await bench.ami.digit("7")
    written = [str(record.__dict__) for record in caplog.records]
    assert not any("Digit" in text for text in written)
    assert {"7"} & {value for event in bench.log.events for value in event.fields.values()} == set()


@pytest.mark.parametrize("channel", [AGENT, "PJSIP/gone-9"])
async def test_the_agents_own_keys_and_a_channel_that_is_gone_pause_nothing(
    bench: Bench, channel: str
) -> None:
    await bench.ami.digit("4", channel)
    assert not bench.ami.muted
    assert bench.told == []


async def test_a_key_in_a_menu_pauses_nothing(bench: Bench) -> None:
    bench.ami.variables[CALLER, "BRIDGEPEER"] = ""
    await bench.ami.digit("1")
    assert bench.ami.asked == ["Getvar"]


async def test_digits_before_the_recording_begins_are_no_pause(bench: Bench) -> None:
    bench.ami.recorded = False
    await bench.ami.digit("4")
    await bench.pass_time(AFTER_S)
    assert bench.told == []


async def test_a_restarted_controller_ends_the_silence_that_digits_began(bench: Bench) -> None:
    await bench.ami.digit("4")
    bench.pauses = bench.restarted()
    await bench.ami.hooks[-1]()
    await bench.pass_time(AFTER_S - 1)
    assert bench.ami.muted
    await bench.pass_time(1)
    assert not bench.ami.muted


async def test_what_the_agent_has_paused_stays_so_over_a_restart(bench: Bench) -> None:
    await bench.pauses.pause(AGENT, Cause.AGENT)
    bench.pauses = bench.restarted()
    await bench.ami.hooks[-1]()
    await bench.pass_time(AFTER_S)
    assert bench.ami.muted
    assert bench.ami.variables[AGENT, PAUSED + Cause.AGENT]


async def test_an_asterisk_that_does_not_answer_is_asked_again(bench: Bench) -> None:
    await bench.ami.digit("4")
    bench.ami.connected = False
    await bench.pass_time(AFTER_S)
    bench.ami.connected = True
    await bench.pass_time(1)
    assert not bench.ami.muted


async def test_a_digit_while_it_is_resumed_is_silent_again(bench: Bench) -> None:
    await bench.ami.digit("4")
    bench.now_ms += round(AFTER_S * 1000)
    await asyncio.gather(bench.pauses.resume_due(), bench.ami.digit("2"))
    assert bench.ami.muted
    await bench.pass_time(AFTER_S)
    assert not bench.ami.muted


@pytest.mark.parametrize("steps", range(20))
async def test_what_the_agent_pauses_is_silent_whenever_another_controller_resumes(
    bench: Bench, steps: int
) -> None:
    await bench.ami.digit("4")
    other = bench.restarted()
    resuming = asyncio.create_task(other.resume(AGENT, Cause.DIGITS))
    for _ in range(steps):
        await asyncio.sleep(0)  # as many answers of Asterisk later
    await asyncio.gather(resuming, bench.pauses.pause(AGENT, Cause.AGENT))
    assert bench.ami.muted
    await other.resume(AGENT, Cause.AGENT)
    assert not bench.ami.muted


async def test_the_duty_wakes_when_the_time_is_over(bench: Bench) -> None:
    bench.pauses = Pauses(
        cast(AmiClient, bench.ami),
        cast(Any, {"town": bench.log}),
        after_digits=lambda _: 0.01,
        clock_ms=lambda: round(asyncio.get_running_loop().time() * 1000),
    )
    duty = asyncio.create_task(bench.pauses.run())
    await bench.ami.digit("4")
    async with asyncio.timeout(10):
        await bench.log.resumed.wait()
    duty.cancel()
    await asyncio.gather(duty, return_exceptions=True)
    assert not bench.ami.muted
    await bench.ami.digit("4")
    assert not bench.ami.muted, "another controller heeds it by then"
