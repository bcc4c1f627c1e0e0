"""A question to a caller who may speak: what is said to Asterisk, and what its answers mean."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn, cast

import pytest

from ivr.calls.agi_call import AgiCall
from ivr.calls.listening import Listener
from ivr.calls.speech_server import SpeechServer
from ivr.flow.call import Heard, Hearing, ListenRequest, Utterance
from ivr.flow.memory import MemoryCall, Script
from media.wav import RATE_HZ, write_wav
from tests.unit.wire.agi.fake_asterisk import calling
from wire.agi.errors import AgiHungUp
from wire.agi.session import AgiSession

pytestmark = pytest.mark.unit

DONE = b"200 result=1\n"
NONE = b"200 result=0\n"
KEY = b"200 result=1 (digit) digit=5 endpos=0\n"
QUIET = b"200 result=1 (timeout) endpos=0\n"
LOST = b"200 result=1 (speech) endpos=0 results=0 \n"
PRESSED = b"200 result=49\n"
SET_UP = (DONE,) * 5
ENGINE = "pocketsphinx"
QUESTION_S = 3.0
REQUEST = ListenRequest(
    Utterance("Choose.", "en"), ("opening hours", "staff"), wait=4, confidence=60
)
FREE = ListenRequest(Utterance("Which street?", "en"), (), wait=4, confidence=60, longest=9.5)


def told(grammar: str, text: str = "", score: int = 0) -> bytes:
    result = f'score0={score} text0="{text}" grammar0={grammar}'
    return f"200 result=1 (speech) endpos=0 results=1 {result}\n".encode()


class FakeServer:
    def __init__(self, *, listens: bool = True) -> None:
        self._listens = listens
        self.failures = 0

    def known_engine(self, language: str) -> str:
        return ENGINE if language == "en" else ""

    async def listens(self, language: str) -> bool:
        return self._listens

    def failed(self, why: str) -> None:
        self.failures += 1


class FakePrompts:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def path(self, text: str, language: str) -> Path:
        sound = self._folder / "question"
        write_wav(sound.with_suffix(".wav"), bytes(2 * round(QUESTION_S * RATE_HZ)))
        return sound


async def _never(*_: object) -> NoReturn:
    raise AssertionError("nothing else is asked of the call")


async def asked(
    folder: Path,
    *answers: bytes,
    server: FakeServer | None = None,
    clock: Sequence[float] = (),
    request: ListenRequest = REQUEST,
) -> tuple[Heard, list[str]]:
    """The caller's answer, and the commands that led to it without their common parts."""

    moments = iter(clock)

    async def script(session: AgiSession) -> Heard:
        prompts, nothing = FakePrompts(folder), folder / "nothing"
        listener = Listener(
            cast(SpeechServer, server or FakeServer()), nothing, lambda: next(moments, 0.0)
        )
        call = AgiCall(
            session,
            prompts,
            contact="vaxel-1.1",
            caller="",
            dialled="100",
            ride=_never,
            listen=listener.ask,
            record=_never,
            world=lambda _: MemoryCall(Script(()), dialled="100").world,
        )
        return await listener.ask(call, request)

    async with calling(script) as (asterisk, outcome):
        lines = await asterisk.exchange(*answers)
        said = [line.decode().strip().replace(f"{folder}/", "") for line in lines]
        return await outcome, said


LISTEN = 'SPEECH RECOGNIZE "question" 6'
GO_ON = 'SPEECH RECOGNIZE "nothing" 20'
STOP = 'STREAM FILE "nothing" ""'
LEAVE = "SPEECH DESTROY"


async def test_the_server_is_told_everything_before_the_first_sound(tmp_path: Path) -> None:
    _, said = await asked(tmp_path, DONE, *SET_UP[1:], told("silence"), DONE, NONE)
    assert said == [
        'SPEECH CREATE "vaxel"',
        'SPEECH SET "language" "en"',
        'SPEECH SET "barge_in" "yes"',
        'SPEECH SET "silence_ms" "7000"',
        'SPEECH SET "phrases" "opening hours|staff"',
        LISTEN,
        LEAVE,
        STOP,
    ]


@pytest.mark.parametrize(
    ("answers", "heard", "commands"),
    [
        ((KEY, DONE, NONE), Heard("5"), [LISTEN, LEAVE, STOP]),
        (
            (told("silence"), DONE, NONE),
            Heard(hearing=Hearing.SILENCE, engine=ENGINE),
            [LISTEN, LEAVE, STOP],
        ),
        ((QUIET, DONE, NONE), Heard(hearing=Hearing.SILENCE, engine=ENGINE), [LISTEN, LEAVE, STOP]),
        (
            (told("began"), told("en", "staff", 60), DONE),
            Heard(phrase="staff", hearing=Hearing.MATCH, engine=ENGINE),
            [LISTEN, GO_ON, LEAVE],
        ),
        (
            (told("began"), told("en", "staff", 59), DONE),
            Heard(hearing=Hearing.NO_MATCH, engine=ENGINE),
            [LISTEN, GO_ON, LEAVE],
        ),
        (
            (told("began"), told("en"), DONE),
            Heard(hearing=Hearing.NO_MATCH, engine=ENGINE),
            [LISTEN, GO_ON, LEAVE],
        ),
        (
            (told("began"), told("en", "fees", 99), DONE),
            Heard(hearing=Hearing.NO_MATCH, engine=ENGINE),
            [LISTEN, GO_ON, LEAVE],
        ),
        ((told("began"), KEY, DONE), Heard("5"), [LISTEN, GO_ON, LEAVE]),
    ],
)
async def test_whatever_ends_the_listening_is_the_answer(
    tmp_path: Path, answers: tuple[bytes, ...], heard: Heard, commands: list[str]
) -> None:
    answer, said = await asked(tmp_path, *SET_UP, *answers)
    assert answer == heard
    assert said[len(SET_UP) :] == commands


@pytest.mark.parametrize("listens", [True, False])
async def test_without_a_server_the_question_is_one_for_keys(tmp_path: Path, listens: bool) -> None:
    server = FakeServer(listens=listens)
    refused = (NONE,) if listens else ()
    answer, said = await asked(tmp_path, *refused, PRESSED, server=server)
    assert answer == Heard("1", hearing=Hearing.AWAY, engine=ENGINE)
    assert said[-1] == 'STREAM FILE "question" "0123456789*#"'
    assert server.failures == len(refused)


async def test_nobody_presses_a_key_where_keys_alone_count(tmp_path: Path) -> None:
    server = FakeServer(listens=False)
    answer, said = await asked(tmp_path, NONE, NONE, server=server)
    assert answer == Heard(hearing=Hearing.AWAY, engine=ENGINE)
    assert said[-1] == "WAIT FOR DIGIT 4000"


@pytest.mark.parametrize(
    ("lost_after_s", "commands"),
    [
        (1.5, ['STREAM FILE "question" "0123456789*#" 12000', "WAIT FOR DIGIT 4000"]),
        (5.0, ["WAIT FOR DIGIT 2000"]),
        (9.0, []),
    ],
)
async def test_a_server_lost_in_mid_question_does_not_make_the_caller_hear_it_again(
    tmp_path: Path, lost_after_s: float, commands: list[str]
) -> None:
    server = FakeServer()
    answer, said = await asked(
        tmp_path,
        *SET_UP,
        LOST,
        DONE,
        *(NONE,) * len(commands),
        server=server,
        clock=(100.0, 100.0 + lost_after_s),
    )
    assert answer == Heard(hearing=Hearing.AWAY, engine=ENGINE)
    assert said[len(SET_UP) + 2 :] == commands
    assert server.failures == 1


@pytest.mark.parametrize("end", [LOST, QUIET])
async def test_a_server_lost_while_the_caller_speaks_has_the_question_asked_again(
    tmp_path: Path, end: bytes
) -> None:
    answer, said = await asked(tmp_path, *SET_UP, told("began"), end, DONE, PRESSED)
    assert answer == Heard("1", hearing=Hearing.AWAY, engine=ENGINE)
    assert said[-1] == 'STREAM FILE "question" "0123456789*#"'


async def test_a_server_that_gives_up_one_caller_is_not_away(tmp_path: Path) -> None:
    server = FakeServer()
    given_up = told("error", "speech.overloaded")
    answer, _ = await asked(tmp_path, *SET_UP, given_up, DONE, PRESSED, server=server)
    assert answer == Heard("1", hearing=Hearing.AWAY, engine=ENGINE)
    assert server.failures == 0


async def test_a_caller_who_hangs_up_is_gone(tmp_path: Path) -> None:
    with pytest.raises(AgiHungUp):
        await asked(tmp_path, *SET_UP, b"200 result=1 (hangup) endpos=0\n")


FREE_GO_ON = 'SPEECH RECOGNIZE "nothing" 15'
STILL = 'SPEECH SET "go_on" "yes"'


@pytest.mark.parametrize(
    ("answers", "heard", "commands"),
    [
        (
            (told("began"), told("en", "long street", 60), DONE),
            Heard(words="long street", hearing=Hearing.MATCH, engine=ENGINE),
            [LISTEN, FREE_GO_ON, LEAVE],
        ),
        (
            (told("began"), told("en", "long street", 59), DONE),
            Heard(hearing=Hearing.NO_MATCH, engine=ENGINE),
            [LISTEN, FREE_GO_ON, LEAVE],
        ),
        (
            (told("began"), told("en"), DONE),
            Heard(hearing=Hearing.NO_MATCH, engine=ENGINE),
            [LISTEN, FREE_GO_ON, LEAVE],
        ),
        (
            (told("silence"), DONE, NONE),
            Heard(hearing=Hearing.SILENCE, engine=ENGINE),
            [LISTEN, LEAVE, STOP],
        ),
        ((KEY, DONE, NONE), Heard("5"), [LISTEN, LEAVE, STOP]),
        (
            (told("began"), KEY, DONE, KEY, DONE, told("en", "long street", 99), DONE),
            Heard(words="long street", hearing=Hearing.MATCH, engine=ENGINE),
            [LISTEN, FREE_GO_ON, STILL, FREE_GO_ON, STILL, FREE_GO_ON, LEAVE],
        ),
    ],
)
async def test_free_speech_is_waited_for_in_spite_of_a_key_at_its_end(
    tmp_path: Path, answers: tuple[bytes, ...], heard: Heard, commands: list[str]
) -> None:
    answer, said = await asked(tmp_path, *SET_UP, *answers, request=FREE)
    assert answer == heard
    assert said[len(SET_UP) - 1] == 'SPEECH SET "free_speech" "9500"'
    assert said[len(SET_UP) :] == commands
    assert "street" not in repr(answer)


async def test_nobody_is_asked_to_speak_freely_when_nobody_listens(tmp_path: Path) -> None:
    answer, said = await asked(tmp_path, server=FakeServer(listens=False), request=FREE)
    assert answer == Heard(hearing=Hearing.AWAY, engine=ENGINE)
    assert said == []


@pytest.mark.parametrize(
    ("answers", "commands"),
    [
        ((LOST, DONE, NONE), [LISTEN, LEAVE, STOP]),
        ((told("began"), QUIET, DONE), [LISTEN, FREE_GO_ON, LEAVE]),
        ((told("error", "overloaded"), DONE, NONE), [LISTEN, LEAVE, STOP]),
    ],
)
async def test_who_cannot_be_written_down_any_more_hears_no_more_of_the_question(
    tmp_path: Path, answers: tuple[bytes, ...], commands: list[str]
) -> None:
    answer, said = await asked(tmp_path, *SET_UP, *answers, request=FREE)
    assert answer == Heard(hearing=Hearing.AWAY, engine=ENGINE)
    assert said[len(SET_UP) :] == commands
