from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.unit.wire.agi.fake_asterisk import calling
from wire.agi.commands import MAX_COMMAND_BYTES, command
from wire.agi.errors import AgiBadArgument, AgiDeadChannel, AgiHungUp, AgiProtocolError
from wire.agi.session import AgiSession
from wire.agi.speech import AgiSpeech, Recognised, SpeechEnd, in_settings

pytestmark = pytest.mark.unit

DONE = b"200 result=1\n"
LISTEN = b'SPEECH RECOGNIZE "menu" 6\n'
GONE = b"511 Command Not Permitted on a dead channel or intercept routine\n"

Ask = Callable[[AgiSpeech], Awaitable[object]]


async def listen(speech: AgiSpeech) -> Recognised:
    return await speech.recognize("menu", wait_s=6)


@pytest.mark.parametrize(
    ("ask", "line", "answer", "result"),
    [
        (lambda s: s.create("vaxel"), b'SPEECH CREATE "vaxel"\n', DONE, True),
        (lambda s: s.create("vaxel"), b'SPEECH CREATE "vaxel"\n', b"200 result=0\n", False),
        (lambda s: s.set("phrases", 'å|"b'), b'SPEECH SET "phrases" "\xc3\xa5|\\"b"\n', DONE, None),
        (lambda s: s.destroy(), b"SPEECH DESTROY\n", DONE, None),
        (lambda s: s.destroy(), b"SPEECH DESTROY\n", b"200 result=0\n", None),
        (
            listen,
            LISTEN,
            b"200 result=1 (speech) endpos=0 results=2 "
            b'score0=87 text0="technical support" grammar0=en '
            b'score1=12 text1="sales" grammar1=en\n',
            Recognised(SpeechEnd.HEARD, text="technical support", score=87, grammar="en"),
        ),
        (
            listen,
            LISTEN,
            b'200 result=1 (speech) endpos=0 results=1 score0=0 text0="" grammar0=began\n',
            Recognised(SpeechEnd.HEARD, grammar="began"),
        ),
        (
            listen,
            LISTEN,
            b"200 result=1 (digit) digit=# endpos=0\n",
            Recognised(SpeechEnd.KEY, key="#"),
        ),
        (listen, LISTEN, b"200 result=1 (timeout) endpos=0\n", Recognised(SpeechEnd.SILENCE)),
        (
            listen,
            LISTEN,
            b"200 result=1 (speech) endpos=0 results=0 \n",
            Recognised(SpeechEnd.FAILED),
        ),
        (listen, LISTEN, b"200 result=0\n", Recognised(SpeechEnd.FAILED)),
    ],
)
async def test_a_command_is_said_and_its_answer_understood(
    ask: Ask, line: bytes, answer: bytes, result: object
) -> None:
    async def script(session: AgiSession) -> object:
        return await ask(AgiSpeech(session))

    async with calling(script) as (asterisk, outcome):
        assert await asterisk.exchange(answer) == [line]
        assert await outcome == result


@pytest.mark.parametrize(
    ("ask", "answer", "error"),
    [
        (listen, b"200 result=1 (hangup) endpos=0\n", AgiHungUp),
        (listen, GONE, AgiDeadChannel),
        (listen, b"200 result=1 (speech) endpos=0 results=1 nonsense\n", AgiProtocolError),
        (lambda s: s.create("vaxel"), GONE, AgiDeadChannel),
        (lambda s: s.set("language", "en"), GONE, AgiDeadChannel),
    ],
)
async def test_error_answers_are_typed_errors(
    ask: Ask, answer: bytes, error: type[Exception]
) -> None:
    async def script(session: AgiSession) -> object:
        return await ask(AgiSpeech(session))

    async with calling(script) as (asterisk, outcome):
        await asterisk.exchange(answer)
        with pytest.raises(error):
            await outcome


async def test_listening_for_ever_is_refused_before_it_is_said() -> None:
    async def script(session: AgiSession) -> None:
        speech = AgiSpeech(session)
        with pytest.raises(AgiBadArgument):
            await speech.recognize("menu", wait_s=0)
        await speech.destroy()

    async with calling(script) as (asterisk, outcome):
        assert await asterisk.exchange(DONE) == [b"SPEECH DESTROY\n"]
        await outcome


def test_many_values_become_settings_that_fit_a_line() -> None:
    values = [f"färdtjänst {number}" for number in range(400)]

    settings = list(in_settings("more_phrases", values, "|"))

    assert "|".join(settings).split("|") == values
    lines = [command("SPEECH SET", "more_phrases", setting).line for setting in settings]
    assert all(len(line) <= MAX_COMMAND_BYTES + 1 for line in lines)
    assert len(lines) == -(-sum(map(len, lines)) // MAX_COMMAND_BYTES)


def test_no_values_are_no_setting() -> None:
    assert list(in_settings("phrases", [], "|")) == []
