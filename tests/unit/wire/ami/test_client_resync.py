"""A new connection: the state is read anew before its events are handled."""

from __future__ import annotations

import asyncio

import pytest

from tests.unit.wire.ami.fake_asterisk import FakeAsterisk, event, numbered
from tests.unit.wire.ami.links import Log, client_of, connected
from tests.unit.wire.ami.manual_clock import ManualClock
from wire.ami.errors import AmiResyncFailed
from wire.ami.frames import Frame

pytestmark = pytest.mark.unit


async def test_events_are_held_until_the_hooks_have_read_the_state(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    log = Log()
    asterisk.script["Login"] = lambda action: (
        b"Response: Success\r\nActionID: " + action["ActionID"].encode() + b"\r\n\r\n" + numbered(2)
    )

    async def first() -> None:
        await client.action("Ping")
        (await asterisk.peer(len(asterisk.peers))).write(event("X", Linkedid="2", N=2))
        await client.action("Ping")
        log.add("first hook")

    async def second() -> None:
        log.add("second hook")

    async with client_of(asterisk, clock) as client:
        client.subscribe("X", lambda x: log.add(x.get("N")))
        client.on_connect(first)
        client.on_connect(second)
        await connected(client)
        await log.has("2")
        assert log.notes == ["first hook", "second hook", "0", "1", "2"]
        log.notes.clear()
        (await asterisk.peer()).abort()
        await clock.pass_sleep(0.25)
        await log.has("2")
        assert log.notes == ["first hook", "second hook", "0", "1", "2"]


async def test_handlers_of_the_earlier_connection_end_before_the_state_is_read_anew(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    log = Log()
    gate = asyncio.Event()

    async def handler(x: Frame) -> None:
        log.add(f"begin {x.get('N')}")
        await gate.wait()
        log.add(f"end {x.get('N')}")

    async def hook() -> None:
        log.add("hook")

    async with client_of(asterisk, clock) as client:
        client.subscribe("X", handler)
        client.on_connect(hook)
        await connected(client)
        (await asterisk.peer()).write(numbered(2))
        await log.has("begin 0")
        (await asterisk.peer()).abort()
        await clock.pass_sleep(0.25)
        await asterisk.received("Login", times=2)
        gate.set()
        await log.until(lambda notes: notes.count("hook") == 2)
        assert log.notes == ["hook", "begin 0", "end 0", "begin 1", "end 1", "hook"]


async def test_a_handler_that_never_ends_does_not_keep_the_link_down(
    asterisk: FakeAsterisk, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    log = Log()

    async def hangs(_: Frame) -> None:
        log.add("begin")
        await asyncio.Event().wait()

    async with client_of(asterisk, clock, drain=0.02) as client:
        client.subscribe("X", hangs)
        await connected(client)
        (await asterisk.peer()).write(numbered(1))
        await log.has("begin")
        (await asterisk.peer()).abort()
        await clock.pass_sleep(0.25)
        await connected(client)
        assert any("still at work" in record.getMessage() for record in caplog.records)


async def test_a_hook_that_fails_ends_the_connection_and_is_run_again(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    log = Log()

    async def hook() -> None:
        log.add("hook")
        if len(log.notes) == 1:
            raise RuntimeError("the store is down")

    async with client_of(asterisk, clock) as client:
        client.on_connect(hook)
        await clock.asleep(0.25)
        assert isinstance(client.last_error, AmiResyncFailed)
        assert "the store is down" in str(client.last_error)
        assert not client.connected
        await clock.pass_sleep(0.25)
        await connected(client)
        assert log.notes == ["hook", "hook"]


async def test_a_hook_that_hangs_ends_the_connection(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    async def hook() -> None:
        await asyncio.Event().wait()

    async with client_of(asterisk, clock, resync=0.02) as client:
        client.on_connect(hook)
        await clock.asleep(0.25)
        assert isinstance(client.last_error, AmiResyncFailed)
        assert client.stats.events_held == 0


async def test_a_flood_while_the_state_is_read_ends_the_connection(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    asterisk.script["Status"] = lambda _: numbered(101)

    async def hook() -> None:
        await client.list("Status")

    async with client_of(asterisk, clock, held=100) as client:
        client.subscribe("X", lambda _: None)
        client.on_connect(hook)
        await clock.asleep(0.25)
        assert isinstance(client.last_error, AmiResyncFailed)
        assert "More than 100 events" in str(client.last_error)
