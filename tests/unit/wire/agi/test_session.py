from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.unit.wire.agi.fake_asterisk import calling
from wire.agi.errors import (
    AgiBadArgument,
    AgiBusy,
    AgiDeadChannel,
    AgiDisconnected,
    AgiError,
    AgiHungUp,
    AgiInvalidCommand,
    AgiProtocolError,
    AgiResultError,
    AgiTimedOut,
    AgiUsage,
)
from wire.agi.link import NO_LIMIT
from wire.agi.session import AgiSession, ChannelState, Recorded, RecordEnd

pytestmark = pytest.mark.unit

OK = b"200 result=0\n"
DONE = b"200 result=1\n"
DEAD = b"511 Command Not Permitted on a dead channel or intercept routine\n"

Ask = Callable[[AgiSession], Awaitable[object]]


@pytest.mark.parametrize(
    ("ask", "line", "answer", "result"),
    [
        (lambda s: s.answer(), b"ANSWER\n", OK, None),
        (lambda s: s.stream_file("hi", "12"), b'STREAM FILE "hi" "12"\n', b"200 result=49\n", "1"),
        (lambda s: s.stream_file("hi"), b'STREAM FILE "hi" ""\n', b"200 result=0 endpos=9\n", ""),
        (
            lambda s: s.stream_file("hi", begin=800),
            b'STREAM FILE "hi" "" 800\n',
            b"200 result=0 endpos=9\n",
            "",
        ),
        (lambda s: s.wait_for_digit(2.5), b"WAIT FOR DIGIT 2500\n", b"200 result=35\n", "#"),
        (lambda s: s.wait_for_digit(1), b"WAIT FOR DIGIT 1000\n", OK, ""),
        (
            lambda s: s.get_data("menu", count=4, wait_s=5),
            b'GET DATA "menu" 5000 4\n',
            b"200 result=1234\n",
            "1234",
        ),
        (
            lambda s: s.get_data("menu", count=4, wait_s=5),
            b'GET DATA "menu" 5000 4\n',
            b"200 result= (timeout)\n",
            "",
        ),
        (lambda s: s.set_variable("X", 'a"b'), b'SET VARIABLE "X" "a\\"b"\n', DONE, None),
        (lambda s: s.get_variable("X"), b'GET VARIABLE "X"\n', b"200 result=1 (a b)\n", "a b"),
        (lambda s: s.get_variable("X"), b'GET VARIABLE "X"\n', OK, None),
        (
            lambda s: s.evaluate("${CDR(start)}"),
            b'GET FULL VARIABLE "${CDR(start)}"\n',
            b"200 result=1 (now)\n",
            "now",
        ),
        (lambda s: s.music_on("jazz"), b'SET MUSIC ON "jazz"\n', OK, None),
        (lambda s: s.music_off(), b"SET MUSIC OFF\n", OK, None),
        (
            lambda s: s.exec("Dial", "PJSIP/a", "15", limit_s=NO_LIMIT),
            b'EXEC "Dial" "PJSIP/a,15"\n',
            b"200 result=-1\n",
            -1,
        ),
        (lambda s: s.hangup(), b"HANGUP\n", DONE, None),
        (lambda s: s.hangup(), b"HANGUP\n", DEAD, None),
        (lambda s: s.channel_status(), b"CHANNEL STATUS\n", b"200 result=6\n", ChannelState.UP),
        (lambda s: s.verbose("hello", 2), b'VERBOSE "hello" 2\n', DONE, None),
        (lambda s: s.alive(), b"NOOP\n", OK, True),
        (lambda s: s.alive(), b"NOOP\n", b"HANGUP\n200 result=0\n", False),
        (
            lambda s: s.record_file("/v/1", max_seconds=60, silence_seconds=5, beep=True),
            b'RECORD FILE "/v/1" "wav" "#" 60000 "BEEP" "s=5"\n',
            b"200 result=35 (dtmf) endpos=8000\n",
            Recorded(RecordEnd.KEY, "#", 8000),
        ),
        (
            lambda s: s.record_file("/v/1", max_seconds=60),
            b'RECORD FILE "/v/1" "wav" "#" 60000\n',
            b"200 result=-1 (hangup) endpos=0\n",
            Recorded(RecordEnd.HUNG_UP, "", 0),
        ),
    ],
)
async def test_command_is_said_and_its_answer_understood(
    ask: Ask, line: bytes, answer: bytes, result: object
) -> None:
    async def script(session: AgiSession) -> object:
        return await ask(session)

    async with calling(script) as (asterisk, outcome):
        assert await asterisk.exchange(answer) == [line]
        assert await outcome == result


@pytest.mark.parametrize(
    ("ask", "answer", "error"),
    [
        (lambda s: s.answer(), b"510 Invalid or unknown command\n", AgiInvalidCommand),
        (lambda s: s.answer(), DEAD, AgiDeadChannel),
        (lambda s: s.answer(), b"520-Usage\nANSWER\n520 End\n", AgiUsage),
        (lambda s: s.answer(), b"599 what\n", AgiProtocolError),
        (lambda s: s.answer(), b"hello\n", AgiProtocolError),
        (lambda s: s.stream_file("hi"), b"200 result=7\n", AgiProtocolError),
        (lambda s: s.stream_file("hi"), b"200 result=x\n", AgiProtocolError),
        (lambda s: s.get_data("hi", count=1, wait_s=1), b"200 result=x\n", AgiProtocolError),
        (lambda s: s.channel_status(), b"200 result=99\n", AgiProtocolError),
        (lambda s: s.exec("Nix"), b"200 result=-2\n", AgiResultError),
        (lambda s: s.exec("Nix"), b"200 result=\n", AgiProtocolError),
    ],
)
async def test_error_answers_are_typed_errors(
    ask: Ask, answer: bytes, error: type[AgiError]
) -> None:
    async def script(session: AgiSession) -> object:
        return await ask(session)

    async with calling(script) as (asterisk, outcome):
        await asterisk.exchange(answer)
        with pytest.raises(error):
            await outcome


async def test_text_that_would_inject_a_command_is_refused_before_it_is_sent() -> None:
    async def script(session: AgiSession) -> None:
        with pytest.raises(AgiBadArgument):
            await session.set_variable("NAME", 'x"\nEXEC System reboot')
        await session.answer()

    async with calling(script) as (asterisk, outcome):
        assert await asterisk.exchange(OK) == [b"ANSWER\n"]
        await outcome


async def test_failure_on_a_living_channel_is_no_hangup() -> None:
    async def script(session: AgiSession) -> None:
        await session.stream_file("missing")

    async with calling(script) as (asterisk, outcome):
        heard = await asterisk.exchange(b"200 result=-1 endpos=0\n", OK)
        assert heard[1] == b"NOOP\n"
        with pytest.raises(AgiResultError):
            await outcome


async def test_hangup_behind_the_failed_answer_is_a_hangup() -> None:
    async def script(session: AgiSession) -> None:
        await session.stream_file("welcome")

    async with calling(script) as (asterisk, outcome):
        await asterisk.exchange(b"200 result=-1 endpos=0\n", b"HANGUP\n200 result=0\n")
        with pytest.raises(AgiHungUp):
            await outcome


async def test_hangup_line_is_not_taken_for_the_answer() -> None:
    async def script(session: AgiSession) -> str:
        with pytest.raises(AgiHungUp):
            await session.stream_file("welcome")
        return await session.get_variable("DIALSTATUS") or ""

    async with calling(script) as (asterisk, outcome):
        heard = await asterisk.exchange(
            b"HANGUP\n200 result=-1 endpos=0\n", b"200 result=1 (CANCEL)\n"
        )
        assert heard[1] == b'GET VARIABLE "DIALSTATUS"\n'
        assert await outcome == "CANCEL"


async def test_dead_channel_still_gives_its_variables() -> None:
    async def script(session: AgiSession) -> tuple[int, str | None, bool]:
        result = await session.exec("Dial", "PJSIP/agent1", limit_s=NO_LIMIT)
        with pytest.raises(AgiDeadChannel):
            await session.answer()
        return result, await session.get_variable("DIALSTATUS"), session.disconnected

    async with calling(script) as (asterisk, outcome):
        await asterisk.exchange(b"200 result=-1\n", b"HANGUP\n" + DEAD, b"200 result=1 (ANSWER)\n")
        assert await outcome == (-1, "ANSWER", False)


async def test_usage_block_is_one_answer() -> None:
    async def script(session: AgiSession) -> str:
        with pytest.raises(AgiUsage) as refused:
            await session.answer()
        assert "Sends a file." in refused.value.usage
        return await session.get_data("menu", count=2, wait_s=1)

    async with calling(script) as (asterisk, outcome):
        usage = b"520-Invalid.\nUsage: STREAM FILE\nSends a file.\n520 End of proper usage.\n"
        await asterisk.exchange(usage, b"200 result=77\n")
        assert await outcome == "77"


async def test_second_answer_of_an_application_that_returned_one_is_thrown_away() -> None:
    async def script(session: AgiSession) -> tuple[int, str]:
        result = await session.exec("WaitForSilence", "1000")
        return result, await session.get_data("menu", count=2, wait_s=1)

    async with calling(script) as (asterisk, outcome):
        await asterisk.exchange(DONE, b"520-Invalid.\nUsage\n520 End.\n200 result=77\n")
        assert await outcome == (1, "77")


async def test_hangup_is_seen_at_once_while_idle() -> None:
    async def script(session: AgiSession) -> bool:
        await session.wait_hung_up()
        return session.disconnected

    async with calling(script) as (asterisk, outcome):
        asterisk.say(b"HANGUP\n")
        assert await outcome is False


async def test_disconnect_is_seen_at_once_while_idle() -> None:
    async def script(session: AgiSession) -> None:
        await session.wait_hung_up()
        assert session.disconnected
        await session.get_variable("X")

    async with calling(script) as (asterisk, outcome):
        asterisk.leave()
        with pytest.raises(AgiDisconnected):
            await outcome


async def test_disconnect_ends_the_command_in_hand() -> None:
    async def script(session: AgiSession) -> None:
        await session.exec("Dial", "PJSIP/agent1", limit_s=NO_LIMIT)

    async with calling(script) as (asterisk, outcome):
        await asterisk.hear()
        asterisk.leave()
        with pytest.raises(AgiDisconnected):
            await outcome


async def test_waiting_for_work_ends_with_its_result() -> None:
    work: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def script(session: AgiSession) -> str:
        return await session.unless_hung_up(work)

    async with calling(script) as (_, outcome):
        work.set_result("an agent")
        assert await outcome == "an agent"


async def test_waiting_for_work_ends_with_the_hangup_and_leaves_the_work_alone() -> None:
    work: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def script(session: AgiSession) -> str:
        return await session.unless_hung_up(work)

    async with calling(script) as (asterisk, outcome):
        asterisk.say(b"HANGUP\n")
        with pytest.raises(AgiHungUp):
            await outcome
        assert not work.done()


async def test_result_that_is_there_wins_over_the_hangup() -> None:
    work: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    work.set_result("an agent")

    async def script(session: AgiSession) -> str:
        await session.wait_hung_up()
        return await session.unless_hung_up(work)

    async with calling(script) as (asterisk, outcome):
        asterisk.say(b"HANGUP\n")
        assert await outcome == "an agent"


async def test_unanswered_command_times_out_and_closes_the_session() -> None:
    async def script(session: AgiSession) -> bool:
        with pytest.raises(AgiTimedOut, match="ANSWER"):
            await session.answer()
        with pytest.raises(AgiTimedOut):
            await session.answer()
        return session.hung_up

    async with calling(script, command_limit_s=0.02) as (asterisk, outcome):
        assert await asterisk.hear() == b"ANSWER\n"
        assert await outcome
        assert await asterisk.hear() == b""


async def test_each_command_has_its_full_limit() -> None:
    async def script(session: AgiSession) -> str:
        await session.exec("Wait", "0", limit_s=60)
        with pytest.raises(AgiTimedOut):
            await session.stream_file("welcome", limit_s=0.02)
        return "timed out"

    async with calling(script, command_limit_s=30) as (asterisk, outcome):
        await asterisk.exchange(OK)
        assert await outcome == "timed out"


async def test_answer_of_a_command_that_was_given_up_goes_to_nobody() -> None:
    async def script(session: AgiSession) -> str:
        playing = asyncio.create_task(session.stream_file("music"))
        await heard.wait()
        playing.cancel()
        given_up.set()
        return await session.get_data("menu", count=2, wait_s=1)

    heard, given_up = asyncio.Event(), asyncio.Event()
    async with calling(script) as (asterisk, outcome):
        assert await asterisk.hear() == b'STREAM FILE "music" ""\n'
        heard.set()
        await given_up.wait()
        asterisk.say(b"200 result=49 endpos=8\n")
        assert await asterisk.exchange(b"200 result=77\n") == [b'GET DATA "menu" 1000 2\n']
        assert await outcome == "77"


async def test_second_command_beside_one_in_hand_is_refused() -> None:
    async def script(session: AgiSession) -> None:
        playing = asyncio.create_task(session.stream_file("music"))
        await heard.wait()
        with pytest.raises(AgiBusy):
            await session.answer()
        refused.set()
        await playing

    heard, refused = asyncio.Event(), asyncio.Event()
    async with calling(script) as (asterisk, outcome):
        await asterisk.hear()
        heard.set()
        await refused.wait()
        asterisk.say(OK)
        await outcome


async def test_answer_to_no_command_ends_the_session() -> None:
    async def script(session: AgiSession) -> None:
        await session.wait_hung_up()
        await session.answer()

    async with calling(script) as (asterisk, outcome):
        asterisk.say(OK)
        with pytest.raises(AgiProtocolError):
            await outcome
