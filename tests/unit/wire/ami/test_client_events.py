"""Events on their way to handlers: order, faults, bounds."""

from __future__ import annotations

import asyncio
import logging

import pytest

from tests.unit.wire.ami.fake_asterisk import FakeAsterisk, event, numbered
from tests.unit.wire.ami.links import Log, client_of, connected, turns_until
from tests.unit.wire.ami.manual_clock import ManualClock
from wire.ami.frames import Frame

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("kind", ["plain", "coroutine"])
async def test_a_handler_that_raises_costs_nothing_but_its_own_event(
    asterisk: FakeAsterisk, clock: ManualClock, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    log = Log()

    def plain(x: Frame) -> None:
        if x.get("N") == "3":
            raise RuntimeError("a bug in a handler")
        log.add(x.get("N"))

    async def coroutine(x: Frame) -> None:
        plain(x)

    async with client_of(asterisk, clock) as client:
        client.subscribe("X", plain if kind == "plain" else coroutine)
        await connected(client)
        (await asterisk.peer()).write(numbered(10))
        await log.has("9")
        assert log.notes == [str(number) for number in range(10) if number != 3]
        assert client.connected
        assert client.stats.handler_failures == 1
        [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
        assert record.__dict__["event"] == "X"
    assert len(asterisk.peers) == 1


async def test_a_failing_handler_does_not_keep_the_event_from_the_next_one(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    log = Log()

    def broken(_: Frame) -> None:
        raise RuntimeError("a bug in a handler")

    async with client_of(asterisk, clock) as client:
        client.subscribe("X", broken)
        client.subscribe("X", lambda x: log.add(x.get("N")))
        await connected(client)
        (await asterisk.peer()).write(numbered(2))
        await log.has("0", "1")


async def test_events_of_one_call_are_handled_in_order_and_one_at_a_time(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    log = Log()
    running = 0

    async def handler(x: Frame) -> None:
        nonlocal running
        running += 1
        assert running == 1
        for _ in range(20 - 2 * int(x.get("N"))):  # the first takes the most turns of the loop
            await asyncio.sleep(0)
        running -= 1
        log.add(x.get("N"))

    async with client_of(asterisk, clock) as client:
        client.subscribe("X", handler)
        await connected(client)
        (await asterisk.peer()).write(numbered(10))
        await log.has("9")
        assert log.notes == [str(number) for number in range(10)]
        assert client.stats.handler_failures == 0


async def test_a_plain_handler_never_overtakes_a_coroutine_of_the_same_call(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    log = Log()
    gate = asyncio.Event()

    async def slow(x: Frame) -> None:
        await gate.wait()
        log.add(f"slow {x.get('N')}")

    async with client_of(asterisk, clock) as client:
        client.subscribe("X", slow)
        client.subscribe("Y", lambda y: log.add(f"plain {y.get('Linkedid')}"))
        await connected(client)
        peer = await asterisk.peer()
        peer.write(numbered(2) + event("Y", Linkedid="1.1") + event("Y", Linkedid="2.2"))
        await log.has("plain 2.2")
        assert log.notes == ["plain 2.2"]
        gate.set()
        await log.has("plain 1.1")
        assert log.notes == ["plain 2.2", "slow 0", "slow 1", "plain 1.1"]


async def test_calls_are_handled_concurrently(asterisk: FakeAsterisk, clock: ManualClock) -> None:
    log = Log()
    gate = asyncio.Event()

    async def handler(x: Frame) -> None:
        log.add(f"begin {x.get('Linkedid')}")
        await gate.wait()
        log.add(f"end {x.get('Linkedid')}")

    async with client_of(asterisk, clock) as client:
        client.subscribe("X", handler)
        await connected(client)
        (await asterisk.peer()).write(b"".join(numbered(2, call=f"{n}") for n in range(5)))
        await log.has(*(f"begin {n}" for n in range(5)))
        assert not any(note.startswith("end") for note in log.notes)
        gate.set()
        await log.until(lambda notes: len(notes) == 20)


async def test_an_event_of_only_the_called_leg_goes_by_that_leg(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    log = Log()
    gate = asyncio.Event()

    async def handler(x: Frame) -> None:
        if x.get("N") == "0":
            await gate.wait()
        log.add(x.get("N"))

    async with client_of(asterisk, clock) as client:
        client.subscribe("X", handler)
        await connected(client)
        peer = await asterisk.peer()
        peer.write(
            event("X", DestLinkedid="1", N=0)
            + event("X", DestLinkedid="2", N=1)
            + event("X", DestLinkedid="1", N=2)
        )
        await log.has("1")
        gate.set()
        await log.has("2")
        assert log.notes == ["1", "0", "2"]


async def test_a_letter_split_across_two_packets_reaches_the_handler_whole(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    log = Log()
    raw = event("X", Linkedid="1", Name="Zoë")
    cut = raw.index("ë".encode()) + 1
    async with client_of(asterisk, clock) as client:
        client.subscribe("X", lambda x: log.add(x.get("Name")))
        await connected(client)
        peer = await asterisk.peer()
        connection = client._intake.connection
        assert connection is not None
        reads = connection.reads
        peer.write(raw[:cut])
        await turns_until(lambda: connection.reads > reads)
        peer.write(raw[cut:])
        await log.has("Zoë")
        assert log.notes == ["Zoë"]


async def test_a_stalled_handler_stops_the_reading_and_nothing_is_lost(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    log = Log()
    gate = asyncio.Event()
    total = 40_000
    most = 0

    async def handler(x: Frame) -> None:
        nonlocal most
        most = max(most, client.stats.events_held)
        await gate.wait()
        log.add(x.get("N"))

    async with client_of(asterisk, clock, held=100) as client:
        client.subscribe("X", handler)
        await connected(client)
        peer = await asterisk.peer()
        filler = "x" * 500
        peer.write(b"".join(event("X", Linkedid=n % 7, N=n, F=filler) for n in range(total)))
        connection = client._intake.connection
        assert connection is not None
        await turns_until(lambda: not connection.reading)
        await clock.pass_sleep(10.0)
        await clock.asleep(10.0)  # the watchdog does not judge a peer that we do not listen to
        assert peer.names == ["Login"]
        held = client.stats.events_held
        gate.set()
        await log.until(lambda notes: len(notes) == total)
        assert 100 < held <= most < 100 + (256 << 10) // 500
        assert connection.reading
        for call in range(7):
            own = [int(note) for note in log.notes if int(note) % 7 == call]
            assert own == sorted(own)
        assert client.stats.events_dispatched == total
        assert client.stats.events_held == 0
    assert len(asterisk.peers) == 1


async def test_unsubscribed_events_are_seen_and_not_dispatched(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    log = Log()
    async with client_of(asterisk, clock) as client:
        client.subscribe("X", lambda x: log.add(x.get("N")))
        await connected(client)
        (await asterisk.peer()).write(event("Newexten", N=7) * 5 + event("X", Linkedid="1", N=1))
        await log.has("1")
        assert (client.stats.events_seen, client.stats.events_dispatched) == (6, 1)


async def test_a_handler_may_ask_asterisk(asterisk: FakeAsterisk, clock: ManualClock) -> None:
    log = Log()

    async def handler(x: Frame) -> None:
        log.add((await client.action("Hangup", {"Channel": x.get("Channel")})).get("Response"))

    async with client_of(asterisk, clock) as client:
        client.subscribe("X", handler)
        await connected(client)
        (await asterisk.peer()).write(event("X", Linkedid="1", Channel="PJSIP/a"))
        await log.has("Success")


async def test_a_handler_that_is_cancelled_from_within_does_not_close_its_lane(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    log = Log()

    async def handler(x: Frame) -> None:
        if x.get("N") == "0":
            raise asyncio.CancelledError
        log.add(x.get("N"))

    async with client_of(asterisk, clock) as client:
        client.subscribe("X", handler)
        await connected(client)
        (await asterisk.peer()).write(numbered(2))
        await log.has("1")
        assert client.stats.handler_failures == 1
