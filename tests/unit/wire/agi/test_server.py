from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest

from tests.unit.wire.agi.fake_asterisk import GREETING, FakeAsterisk
from wire.agi.errors import AgiHungUp
from wire.agi.link import AgiLink
from wire.agi.parser import MAX_BLOCK_BYTES
from wire.agi.server import FastAgiServer
from wire.agi.session import AgiSession

pytestmark = pytest.mark.unit

OK = b"200 result=0\n"


async def greet(session: AgiSession) -> None:
    """The five-command call that every probe is followed by."""
    await session.answer()
    await session.stream_file("welcome")
    digits = await session.get_data("menu", count=4, wait_s=5)
    await session.set_variable("CHOICE", digits)
    await session.hangup()


async def serves_a_call(server: FastAgiServer) -> bool:
    asterisk = await FakeAsterisk.call(server.port)
    heard = await asterisk.exchange(
        OK, b"200 result=0 endpos=9\n", b"200 result=1234\n", b"200 result=1\n", b"200 result=1\n"
    )
    closed = await asterisk.hear() == b""
    return heard[3] == b'SET VARIABLE "CHOICE" "1234"\n' and heard[4] == b"HANGUP\n" and closed


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until what the test caused has come through."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - a turn of the loop, no pause
            await asyncio.sleep(0)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        getattr(record, "code", record.message)
        for record in caplog.records
        if record.levelno >= logging.WARNING and record.name.startswith("wire.")
    ]


async def test_call_is_served_and_counted() -> None:
    async with FastAgiServer({"inbound": greet}) as server:
        assert await serves_a_call(server)
        await until(lambda: server.stats.open == 0)
        assert server.stats.finished == 1
        assert server.stats.running == 0


async def test_many_calls_at_once_are_served_beside_each_other() -> None:
    async with FastAgiServer({"inbound": greet}) as server:
        assert all(await asyncio.gather(*(serves_a_call(server) for _ in range(50))))


async def test_bare_connect_and_close_is_harmless(caplog: pytest.LogCaptureFixture) -> None:
    async with FastAgiServer({"inbound": greet}) as server:
        for _ in range(20):
            (await FakeAsterisk.connect(server.port)).leave()
        assert await serves_a_call(server)
        await until(lambda: server.stats.silent == 20)
    assert warnings(caplog) == []


async def test_half_a_greeting_and_close_is_harmless() -> None:
    async with FastAgiServer({"inbound": greet}) as server:
        peer = await FakeAsterisk.connect(server.port)
        peer.say(GREETING[:40])
        peer.leave()
        await until(lambda: server.stats.silent == 1)
        assert await serves_a_call(server)


@pytest.mark.parametrize("begun", [b"", b"agi_network: yes\nagi_net"])
async def test_silent_peer_is_closed_in_time(
    begun: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with FastAgiServer({"inbound": greet}, greeting_limit_s=0.05) as server:
        peer = await FakeAsterisk.connect(server.port)
        peer.say(begun)
        assert await peer.hear() == b""
        assert await serves_a_call(server)
        assert server.stats.broken == 1
    assert warnings(caplog) == ["agi.silent_peer"]


@pytest.mark.parametrize(
    "garbage",
    [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"agi_x: " + b"x" * MAX_BLOCK_BYTES * 2, b"\x00\xff"],
)
async def test_garbage_and_endless_lines_are_closed_at_once_with_one_log_line(
    garbage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with FastAgiServer({"inbound": greet}) as server:
        peer = await FakeAsterisk.connect(server.port)
        peer.say(garbage)
        assert await peer.hear() == b""
        assert await serves_a_call(server)
    assert warnings(caplog) == ["agi.protocol"]


async def test_garbage_for_an_answer_ends_that_session_with_one_log_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with FastAgiServer({"inbound": greet}) as server:
        peer = await FakeAsterisk.call(server.port)
        await peer.exchange(b"what?\n")
        assert await peer.hear() == b""
        await until(lambda: server.stats.failed == 1)
        assert await serves_a_call(server)
    assert warnings(caplog) == ["agi.protocol"]
    (record,) = (record for record in caplog.records if record.levelno == logging.WARNING)
    assert vars(record)["contact"] == "vaxel-1763925160.42"


async def test_caller_who_vanishes_during_a_command_ends_the_session() -> None:
    async with FastAgiServer({"inbound": greet}) as server:
        peer = await FakeAsterisk.call(server.port)
        await peer.exchange(OK)
        await peer.hear()
        peer.leave()
        await until(lambda: server.stats.hung_up == 1 and server.stats.open == 0)
        assert await serves_a_call(server)


async def test_hangup_line_does_not_shift_the_answers() -> None:
    async with FastAgiServer({"inbound": greet}) as server:
        peer = await FakeAsterisk.call(server.port)
        await peer.exchange(OK, b"HANGUP\n200 result=-1 endpos=0\n")
        assert await peer.hear() == b""
        await until(lambda: server.stats.hung_up == 1)


async def test_usage_block_does_not_shift_the_answers() -> None:
    usage = b"520-Invalid command syntax.\nUsage: STREAM FILE\n520 End of proper usage.\n"
    async with FastAgiServer({"inbound": greet}) as server:
        peer = await FakeAsterisk.call(server.port)
        await peer.exchange(OK, usage)
        assert await peer.hear() == b""
        await until(lambda: server.stats.failed == 1)


async def test_missing_digits_are_an_empty_text() -> None:
    async with FastAgiServer({"inbound": greet}) as server:
        peer = await FakeAsterisk.call(server.port)
        await peer.exchange(OK, OK, b"200 result= (timeout)\n")
        assert await peer.hear() == b'SET VARIABLE "CHOICE" ""\n'


async def test_dead_channel_ends_the_script_at_once() -> None:
    async with FastAgiServer({"inbound": greet}) as server:
        peer = await FakeAsterisk.call(server.port)
        await peer.exchange(OK, b"511 Command Not Permitted on a dead channel\n")
        assert await peer.hear() == b""
        await until(lambda: server.stats.hung_up == 1)


async def test_unknown_path_is_closed_with_a_log_line(caplog: pytest.LogCaptureFixture) -> None:
    async with FastAgiServer({"desk": greet}) as server:
        peer = await FakeAsterisk.call(server.port)
        assert await peer.hear() == b""
        assert server.stats.unrouted == 1
    assert warnings(caplog) == ["agi.unknown_path"]


async def test_fault_in_a_handler_is_logged_with_its_traceback_and_ends_only_its_call(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def handler(session: AgiSession) -> None:
        if not server.stats.failed:
            raise ZeroDivisionError
        await greet(session)

    async with FastAgiServer({"inbound": handler}) as server:
        peer = await FakeAsterisk.call(server.port)
        assert await peer.hear() == b""
        assert await serves_a_call(server)
    (record,) = (record for record in caplog.records if record.levelno == logging.ERROR)
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError


async def test_calls_beyond_the_bound_are_refused_and_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with FastAgiServer({"inbound": greet}, max_sessions=2) as server:
        taken = [await FakeAsterisk.call(server.port) for _ in range(2)]
        assert [await peer.hear() for peer in taken] == [b"ANSWER\n"] * 2
        for _ in range(5):
            assert await (await FakeAsterisk.connect(server.port)).hear() == b""
        assert server.stats.refused == 5
        assert server.stats.open == 2
        taken[0].leave()
        await until(lambda: server.stats.open == 1)
        assert await serves_a_call(server)
    assert warnings(caplog).count("agi.refused") == 1


def waiting_for(event: asyncio.Event) -> Callable[[AgiSession], Awaitable[None]]:
    async def handler(session: AgiSession) -> None:
        await event.wait()
        await session.answer()

    return handler


async def test_drain_lets_running_calls_finish_and_takes_no_new_ones() -> None:
    agent_free = asyncio.Event()
    server = FastAgiServer({"inbound": waiting_for(agent_free)})
    await server.start()
    peer = await FakeAsterisk.call(server.port)
    greeting = await FakeAsterisk.connect(server.port)
    await until(lambda: server.stats.running == 1 and server.stats.open == 2)
    drain = asyncio.create_task(server.drain(60))
    assert await greeting.hear() == b""
    with pytest.raises(ConnectionError):
        await FakeAsterisk.connect(server.port)
    agent_free.set()
    assert await peer.exchange(OK) == [b"ANSWER\n"]
    await drain
    assert server.stats.finished == 1
    assert await peer.hear() == b""


async def test_another_server_has_the_port_at_once_while_calls_of_the_first_run() -> None:
    agent_free = asyncio.Event()
    server = FastAgiServer({"inbound": waiting_for(agent_free)})
    await server.start()
    peer = await FakeAsterisk.call(server.port)
    await until(lambda: server.stats.running == 1)
    server.close()
    async with FastAgiServer({"inbound": greet}, port=server.port) as second:
        assert await serves_a_call(second)
        agent_free.set()
        assert await peer.exchange(OK) == [b"ANSWER\n"]
        await server.drain(60)
    assert (server.stats.finished, second.stats.finished) == (1, 1)


async def test_drain_ends_what_is_left_at_its_limit() -> None:
    server = FastAgiServer({"inbound": waiting_for(asyncio.Event())})
    await server.start()
    peer = await FakeAsterisk.call(server.port)
    await until(lambda: server.stats.running == 1)
    await server.drain(0.02)
    assert server.stats.running == 0
    assert await peer.hear() == b""


async def test_cancellation_at_shutdown_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    async with FastAgiServer({"inbound": waiting_for(asyncio.Event())}) as server:
        await FakeAsterisk.call(server.port)
        await until(lambda: server.stats.running == 1)
    assert server.stats.failed == 0
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_handler_that_goes_on_after_the_hangup_is_waited_for() -> None:
    noted: list[str] = []

    async def handler(session: AgiSession) -> None:
        try:
            await session.wait_hung_up()
            await session.answer()
        except AgiHungUp:
            noted.append("abandoned")

    async with FastAgiServer({"inbound": handler}) as server:
        peer = await FakeAsterisk.call(server.port)
        peer.leave()
        await until(lambda: server.stats.finished == 1)
    assert noted == ["abandoned"]


async def test_call_whose_handler_has_not_yet_begun_is_ended_by_the_drain_too() -> None:
    async with FastAgiServer({"inbound": greet}) as server:
        begun = server.link_greeted

        def drained_at_once(link: AgiLink) -> None:
            begun(link)
            drains.append(asyncio.ensure_future(server.drain(0)))
            next(iter(server._tasks.values())).cancel()

        drains: list[asyncio.Future[None]] = []
        server.link_greeted = drained_at_once  # type: ignore[method-assign]  # the moment itself
        peer = await FakeAsterisk.call(server.port)
        assert await peer.hear() == b""
        await drains[0]
        assert server.stats.running == 0
