"""Login, reconnect, watchdog, stop."""

from __future__ import annotations

import asyncio
import logging
import socket

import pytest

from tests.unit.wire.ami.fake_asterisk import FakeAsterisk, error, event
from tests.unit.wire.ami.links import SECRET, Log, client_of, connected
from tests.unit.wire.ami.manual_clock import ManualClock
from wire.ami.client import AmiClient
from wire.ami.errors import (
    AmiConnectionLost,
    AmiInjectionRefused,
    AmiLoginRefused,
    AmiPeerSilent,
    AmiProtocolError,
    AmiUnreachable,
)
from wire.ami.settings import AmiAccount

pytestmark = pytest.mark.unit


async def test_a_login_makes_it_connected(asterisk: FakeAsterisk, clock: ManualClock) -> None:
    client = client_of(asterisk, clock)
    assert not client.connected
    async with client:
        await connected(client)
        peer = await asterisk.received("Login")
        assert peer.actions[0]["Username"] == "vaxel"
        assert peer.actions[0]["Secret"] == SECRET
        assert peer.actions[0]["Events"] == "on"
        assert client.connected
        assert client.connected_since == clock.now
        assert client.last_error is None
        assert (client.stats.logins, client.stats.reconnects) == (1, 0)
    assert not client.connected
    assert client.connected_since is None


async def test_a_refused_login_is_reported_and_tried_again(
    asterisk: FakeAsterisk, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    asterisk.script["Login"] = lambda action: error(action, "Authentication failed")
    async with client_of(asterisk, clock) as client:
        await clock.pass_sleep(0.25)
        await clock.asleep(0.5)
        assert isinstance(client.last_error, AmiLoginRefused)
        assert "Authentication failed" in str(client.last_error)
        assert not client.connected
        assert client.stats.logins_refused == 2
        refusals = [r for r in caplog.records if getattr(r, "code", "") == "ami.login_refused"]
        assert len(refusals) == 2
        del asterisk.script["Login"]  # the admin mends the secret
        await clock.pass_sleep(0.5)
        await connected(client)
        assert client.last_error is None


async def test_no_secret_reaches_a_log_or_a_repr(
    asterisk: FakeAsterisk, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asterisk.script["Login"] = lambda action: error(action, "Authentication failed")
    async with client_of(asterisk, clock) as client:
        await clock.asleep(0.25)
        del asterisk.script["Login"]
        await clock.pass_sleep(0.25)
        await connected(client)
        assert SECRET not in repr(client) + repr(client._account) + repr(client.__dict__)
    assert caplog.records
    assert SECRET not in "".join(str(record.__dict__) for record in caplog.records)


def test_a_secret_with_a_line_end_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(AmiInjectionRefused):
        AmiClient(AmiAccount("127.0.0.1", 5038, "vaxel", "a\r\n\r\nAction: Originate"))


async def test_waits_grow_while_nobody_listens_and_begin_anew_after_a_success(
    clock: ManualClock,
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: every connection is refused
        asterisk = FakeAsterisk()
        asterisk.port = taken.getsockname()[1]
        client = client_of(asterisk, clock, longest_wait=2.0)
        await client.start()
        for wait in (0.25, 0.5, 1.0, 1.0):
            await clock.pass_sleep(wait)
        assert isinstance(client.last_error, AmiUnreachable)
    async with asterisk:
        await clock.pass_sleep(1.0)
        await connected(client)
        clock.slept.clear()
        (await asterisk.peer()).abort()
        await clock.pass_sleep(0.25)
        await connected(client)
        assert client.stats.reconnects == 1
        assert 0.25 in clock.slept
        await client.stop()


async def test_a_lost_connection_is_made_again(asterisk: FakeAsterisk, clock: ManualClock) -> None:
    log = Log()
    async with client_of(asterisk, clock) as client:
        client.subscribe("X", lambda _: log.add("event"))
        await connected(client)
        peer = await asterisk.peer()
        peer.write(event("X"))
        await log.has("event")
        peer.close()
        await clock.pass_sleep(0.25)
        (await asterisk.peer(2)).write(event("X"))
        await connected(client)
        await log.until(lambda notes: len(notes) == 2)
        assert client.stats.reconnects == 1
        assert client.stats.events_seen == 2


async def test_a_silent_peer_is_given_up(asterisk: FakeAsterisk, clock: ManualClock) -> None:
    asterisk.script["Ping"] = lambda _: None
    async with client_of(asterisk, clock, ping_answer=0.02) as client:
        await connected(client)
        await clock.pass_sleep(10.0)
        await asterisk.received("Ping")
        await clock.pass_sleep(0.25)
        assert isinstance(client.last_error, AmiPeerSilent)
        await asterisk.peer(2)
        await connected(client)


async def test_a_peer_that_answers_pings_keeps_its_connection(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    async with client_of(asterisk, clock) as client:
        await connected(client)
        for times in range(1, 6):
            await clock.pass_sleep(10.0)
            await asterisk.received("Ping", times=times)
        assert client.connected
        assert len(asterisk.peers) == 1
        assert client.stats.actions == 0


async def test_a_peer_too_busy_to_answer_but_sending_is_not_dead(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    asterisk.script["Ping"] = lambda _: event("Newexten", Exten="s")
    async with client_of(asterisk, clock, ping_answer=0.05) as client:
        await connected(client)
        await clock.pass_sleep(10.0)
        await asterisk.received("Ping")
        await clock.pass_sleep(10.0)  # only a watchdog that is content sleeps again
        assert client.connected
        assert len(asterisk.peers) == 1


async def test_a_peer_that_never_answers_the_login_is_given_up(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    asterisk.script["Login"] = lambda _: None
    async with client_of(asterisk, clock, connect=0.05) as client:
        await clock.pass_sleep(0.25)
        assert isinstance(client.last_error, AmiUnreachable)
        await (await asterisk.peer()).ended.wait()


async def test_a_peer_that_is_no_asterisk_gets_no_secret(clock: ManualClock) -> None:
    async with (
        FakeAsterisk(greeting=b"220 mail.example ESMTP\r\n") as mail,
        client_of(mail, clock) as client,
    ):
        await clock.pass_sleep(0.25)
        assert isinstance(client.last_error, AmiProtocolError)
        peer = await mail.peer()
        await peer.ended.wait()
        assert peer.actions == []


async def test_a_frame_without_end_costs_the_connection_only(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    async with client_of(asterisk, clock) as client:
        await connected(client)
        (await asterisk.peer()).write(b"Event: X\r\nA: " + b"a" * (2 << 20))
        await clock.pass_sleep(0.25)
        assert isinstance(client.last_error, AmiProtocolError)
        await asterisk.peer(2)
        await connected(client)


@pytest.mark.parametrize("moment", ["connecting", "logging in", "connected", "waiting"])
async def test_stop_leaves_no_task_behind(
    asterisk: FakeAsterisk, clock: ManualClock, moment: str
) -> None:
    before = asyncio.all_tasks()
    client = client_of(asterisk, clock)
    log = Log()

    async def never_ends(_: object) -> None:
        log.add("at work")
        await asyncio.Event().wait()

    client.subscribe("X", never_ends)
    if moment == "logging in":
        asterisk.script["Login"] = lambda _: None
    await client.start()
    if moment == "logging in":
        await asterisk.received("Login")
    if moment in ("connected", "waiting"):
        await connected(client)
        (await asterisk.peer()).write(event("X", Linkedid="1") * 3 + event("X", Linkedid="2"))
        await log.until(lambda notes: len(notes) == 2)
    if moment == "waiting":
        (await asterisk.peer()).abort()
        await clock.asleep(0.25)
    await client.stop()
    await client.stop()
    for peer in asterisk.peers:
        await peer.ended.wait()
    ours = {task for task in asyncio.all_tasks() - before if task.get_name().startswith("ami")}
    lanes = {task for task in asyncio.all_tasks() - before if "Lanes" in repr(task)}
    assert not ours | lanes
    assert client.stats.events_held == 0


async def test_stop_fails_the_actions_that_still_wait(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    asterisk.script["Status"] = lambda _: None
    client = client_of(asterisk, clock)
    await client.start()
    await connected(client)
    waiting = asyncio.create_task(client.action("Status"))
    await asterisk.received("Status")
    connection = client._intake.connection
    assert connection is not None
    await client.stop()
    assert connection.lost.done()
    with pytest.raises(AmiConnectionLost):
        await waiting


async def test_a_stopped_client_can_be_started_again(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    client = client_of(asterisk, clock)
    for _ in range(2):
        async with client:
            await connected(client)
            assert (await client.action("Ping")).get("Response") == "Success"
