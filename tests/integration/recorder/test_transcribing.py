"""From stored recordings to text, by the real recogniser and through every death."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from sqlalchemy import delete, select

from media.speech.models import EngineName, Model, Models
from media.wav import read_wav, write_wav
from recorder import transcribing
from recorder.announcing import announce
from recorder.errors import TranscriberLost
from recorder.hearing import WORKER, Hearing
from recorder.transcriber import Job
from recorder.transcribing import LOCK, Transcribing
from recorder.transcripts import matching, turns
from store.events import EventType
from store.models import Recording, RecordingKind, Transcript, TranscriptState
from store.stream import StreamUnavailable
from tests.integration.recorder.conftest import ORG, SIDECAR, Desk

pytestmark = pytest.mark.integration

SPOKEN = Path(__file__).parents[2] / "audio" / "messages" / "opening-hours-en.wav"
"""“I would like to speak to an operator about the opening hours of the library.”"""

OPERATOR_MS = (1090, 1670)
"""From when to when the word is said in it, by ear."""

TOLERANCE_MS = 150
SILENCE = bytes(2 * 8000)
"""A second of it."""

CONTROLLER = f"""
import asyncio, sys, time
from pathlib import Path
from recorder.transcribing import Transcribing
from store.database import open_database
from store.stream import EventStream, connect

async def main(home, redis_url):
    database = await open_database(f"sqlite+aiosqlite:///{{home / 'vaxel.db'}}")
    async with connect(redis_url) as redis:
        await Transcribing(
            home / "recordings",
            home / "recording-keys.json",
            home / "models",
            database,
            {{{ORG!r}: EventStream(redis, {ORG!r})}},
            clock_ms=lambda: time.time_ns() // 1_000_000,
        ).run()

asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""
"""A process that writes recordings down and nothing else; its arguments: folder, Redis."""

STARTED_S = 2.0
"""Processor time after which a process has loaded its model and hears."""

HEARD = [["tjänst", 100, 500, 0.9], ["Försäkring", 600, 900, 0.5]]


async def test_each_side_is_written_down_with_the_time_of_each_word(desk: Desk) -> None:
    await stored(desk, SPOKEN, delayed(desk, seconds=5))
    await transcribing_of(desk).work()
    caller, agent = await transcripts(desk)
    assert (caller.leg, caller.state, caller.engine) == ("caller", "done", "pocketsphinx")
    for side, later_ms in ((caller, 0), (agent, 5000)):
        assert side.words is not None
        ((begins, ends),) = [(word[1], word[2]) for word in side.words if word[0] == "operator"]
        assert abs(begins - later_ms - OPERATOR_MS[0]) < TOLERANCE_MS
        assert abs(ends - later_ms - OPERATOR_MS[1]) < TOLERANCE_MS
    first, second = [turn.leg for turn in turns((caller, agent))]
    assert (first, second) == ("caller", "agent")
    assert await found(desk, "OPENING operator") == [SIDECAR.base]
    assert await found(desk, "operator xylophone") == []


async def test_the_event_tells_each_side_once_and_no_word(desk: Desk) -> None:
    await stored(desk, SPOKEN, SPOKEN)
    service = transcribing_of(desk, answering(desk))
    await service.work()
    await service.work()
    events = await desk.events(EventType.RECORDING_TRANSCRIBED)
    assert [dict(event.fields) for event in events] == [
        {"recording": SIDECAR.base, "leg": leg, "language": "en", "engine": "fake"}
        for leg in ("caller", "agent")
    ]
    assert service.backlog == 0


async def test_a_language_without_a_model_waits_until_one_is_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stored(desk, SPOKEN, SPOKEN, language="sv")
    service = transcribing_of(desk, answering(desk))
    await service.work()
    assert {(one.state, one.reason) for one in await transcripts(desk)} == {
        (TranscriptState.NO_MODEL, "language_not_installed")
    }
    assert await desk.events(EventType.RECORDING_TRANSCRIBED) == []

    swedish = Model("sv", EngineName.VOSK, "swedish", desk.folder, 1, "", {})
    monkeypatch.setattr(transcribing, "find_models", lambda _: Models((swedish,)))
    await service.work()
    assert [one.state for one in await transcripts(desk)] == ["no_model"] * 2, "looked just now"
    desk.now_ms += 61_000
    await service.work()
    assert [one.state for one in await transcripts(desk)] == ["done"] * 2
    assert await found(desk, "forsakring") == [SIDECAR.base]


async def test_a_damaged_file_is_told_and_holds_up_no_other(desk: Desk) -> None:
    first = await stored(desk, SPOKEN, SPOKEN)
    second = await stored(desk, SPOKEN, SPOKEN, n=8)
    file = desk.archive.path(first)
    content = bytearray(file.read_bytes())
    content[-100] ^= 1
    file.write_bytes(content)
    await transcribing_of(desk).work()
    by_recording = {one.recording: (one.state, one.reason) for one in await transcripts(desk)}
    assert by_recording == {
        first.id: (TranscriptState.FAILED, "file_tampered"),
        second.id: (TranscriptState.DONE, None),
    }


async def test_a_voicemail_has_one_side(desk: Desk) -> None:
    sidecar = replace(
        SIDECAR, kind=RecordingKind.VOICEMAIL, agent="", queue="", mailbox="x", language="en"
    )
    base = await desk.recorder.expect(sidecar)
    write_wav(Path(f"{base}-caller.wav"), read_wav(SPOKEN))
    desk.recorder.finish(sidecar.base)
    await desk.recorder.look()
    await transcribing_of(desk, answering(desk)).work()
    (only,) = await transcripts(desk)
    assert (only.leg, only.text, only.folded) == (
        "caller",
        "tjänst Försäkring",
        "tjanst forsakring",
    )


async def test_a_killed_process_does_it_again_and_once(desk: Desk) -> None:
    await stored(desk, SPOKEN, SPOKEN)
    service = transcribing_of(desk, answering(desk, dies=1))
    with pytest.raises(TranscriberLost):
        await service.work()
    assert [one.state for one in await transcripts(desk)] == ["pending"] * 2
    await service.work()
    assert [one.state for one in await transcripts(desk)] == ["done"] * 2
    assert len(await desk.events(EventType.RECORDING_TRANSCRIBED)) == 2


async def test_a_killed_controller_takes_its_process_along_and_the_next_does_it_once(
    desk: Desk, redis_url: str
) -> None:
    long = desk.folder.parent / "long.wav"
    write_wav(long, read_wav(SPOKEN) * 8)
    await stored(desk, long, SPOKEN)
    controller = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CONTROLLER, str(desk.folder.parent), redis_url
    )
    (hearing,) = await asyncio.to_thread(_children_that_work, controller.pid)
    controller.kill()
    await controller.wait()
    _, alive = await asyncio.to_thread(psutil.wait_procs, [hearing], 20)
    assert not alive, "nobody hears for nobody"
    assert [one.state for one in await transcripts(desk)] == ["pending"] * 2

    await transcribing_of(desk, answering(desk)).work()
    assert [one.state for one in await transcripts(desk)] == ["done"] * 2
    assert len(await desk.events(EventType.RECORDING_TRANSCRIBED)) == 2


async def test_a_process_that_talks_nonsense_is_given_up_like_one_that_dies(desk: Desk) -> None:
    await stored(desk, SPOKEN, SPOKEN)
    nonsense = (sys.executable, "-c", "input(); print('nonsense')")
    service = transcribing_of(desk, nonsense)
    for _ in range(2):
        with pytest.raises(TranscriberLost):
            await service.work()
    assert (await transcripts(desk))[0].state is TranscriptState.FAILED


async def test_a_mistake_of_our_own_ends_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Enough(Exception):
        pass

    async def mistake(_: Transcribing) -> None:
        raise ZeroDivisionError

    rounds: list[float] = []

    async def sleep(seconds: float) -> None:
        rounds.append(seconds)
        if len(rounds) == 3:
            raise Enough

    monkeypatch.setattr(Transcribing, "work", mistake)
    with pytest.raises(Enough):
        await transcribing_of(desk).run(sleep)
    assert caplog.text.count("transcripts stand still") == 1


async def test_what_kills_the_process_again_and_again_is_given_up(desk: Desk) -> None:
    await stored(desk, SPOKEN, SPOKEN)
    service = transcribing_of(desk, answering(desk, dies=2))
    for _ in range(2):
        with pytest.raises(TranscriberLost):
            await service.work()
    await service.work()
    agent, caller = sorted(await transcripts(desk), key=lambda one: one.leg)
    assert (caller.state, caller.reason) == (TranscriptState.FAILED, "transcriber_lost")
    assert agent.state is TranscriptState.DONE


@pytest.mark.parametrize("appended", [False, True])
async def test_a_controller_that_dies_before_it_has_told_is_followed_by_one_that_tells_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, *, appended: bool
) -> None:
    async def dying(*arguments: object) -> None:
        if appended:
            await announce(*arguments)  # type: ignore[arg-type]
        raise StreamUnavailable("killed here")

    await stored(desk, SPOKEN, SPOKEN)
    monkeypatch.setattr(transcribing, "announce", dying)
    with pytest.raises(StreamUnavailable):
        await transcribing_of(desk, answering(desk)).work()
    monkeypatch.setattr(transcribing, "announce", announce)
    await transcribing_of(desk, answering(desk)).work()
    told = await desk.events(EventType.RECORDING_TRANSCRIBED)
    assert sorted(event.fields["leg"] for event in told) == ["agent", "caller"]


async def test_what_is_erased_meanwhile_stays_erased(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Hearing.ask

    async def slow(self: Hearing, job: Job, length_seconds: float) -> object:
        answer = await ask(self, job, length_seconds)
        async with desk.database.writing() as session:
            await session.execute(delete(Transcript))
        return answer

    await stored(desk, SPOKEN, SPOKEN)
    monkeypatch.setattr(Hearing, "ask", slow)
    await transcribing_of(desk, answering(desk)).work()
    assert await transcripts(desk) == []
    assert await desk.events(EventType.RECORDING_TRANSCRIBED) == []


async def test_one_controller_at_a_time(desk: Desk) -> None:
    await stored(desk, SPOKEN, SPOKEN)
    with transcribing_of(desk)._alone() as first:
        assert first
        with transcribing_of(desk)._alone() as second:
            assert not second
    assert (desk.folder / LOCK).stat().st_mode & 0o777 == 0o600


async def test_the_process_ends_with_whoever_asked_also_in_the_middle(desk: Desk) -> None:
    minute = desk.folder.parent / "minute.wav"
    write_wav(minute, read_wav(SPOKEN) * 16)
    recording = await stored(desk, minute, minute)
    process = await asyncio.create_subprocess_exec(
        *WORKER, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    process.stdin.write(job_of(desk, recording).line())
    process.stdin.write_eof()
    async with asyncio.timeout(60):
        said, _ = await process.communicate()
    assert said == b""


def _children_that_work(pid: int) -> list[psutil.Process]:
    """The children of a process as soon as they have used some processor time for hearing."""
    parent = psutil.Process(pid)
    for _ in range(1200):
        working = [one for one in parent.children() if one.cpu_times().user > STARTED_S]
        if working:
            return working
        time.sleep(0.05)
    raise AssertionError("nothing is heard")


def transcribing_of(desk: Desk, worker: tuple[str, ...] = WORKER) -> Transcribing:
    return Transcribing(
        desk.folder,
        desk.keys,
        desk.folder.parent / "models",
        desk.database,
        {ORG: desk.stream},
        clock_ms=lambda: desk.now_ms,
        worker=worker,
    )


async def stored(
    desk: Desk, caller: Path, agent: Path, *, n: int = 7, language: str = "en"
) -> Recording:
    sidecar = replace(SIDECAR, n=n, language=language)
    base = await desk.recorder.expect(sidecar)
    write_wav(Path(f"{base}-caller.wav"), read_wav(caller))
    write_wav(Path(f"{base}-agent.wav"), read_wav(agent))
    desk.recorder.finish(sidecar.base)
    await desk.recorder.look()
    return next(row for row in await desk.rows() if row.id == sidecar.base)


def delayed(desk: Desk, *, seconds: int) -> Path:
    path = desk.folder.parent / "delayed.wav"
    write_wav(path, SILENCE * seconds + read_wav(SPOKEN))
    return path


def answering(desk: Desk, *, dies: int = 0) -> tuple[str, ...]:
    """A command that has always heard the same, after it has died so often."""
    lives = desk.folder.parent / "lives"
    script = f"""
import json, os, pathlib, signal, sys
lives = pathlib.Path({str(lives)!r})
for line in sys.stdin:
    count = len(lives.read_text()) if lives.exists() else 0
    if count < {dies}:
        lives.write_text("x" * (count + 1))
        os.kill(os.getpid(), signal.SIGKILL)
    print({json.dumps(HEARD)!r}.join(('{{"engine": "fake", "words": ', "}}")), flush=True)
"""
    return (sys.executable, "-c", script)


def job_of(desk: Desk, recording: Recording) -> Job:
    return Job(
        recording=recording.id,
        path=recording.path or "",
        leg="caller",
        language="en",
        folder=str(desk.folder),
        keys=str(desk.keys),
        models="",
    )


async def transcripts(desk: Desk) -> list[Transcript]:
    """All rows, of each recording the caller's first."""
    order = (Transcript.recording, Transcript.leg.desc())
    async with desk.database.reading() as session:
        return list(await session.scalars(select(Transcript).order_by(*order)))


async def found(desk: Desk, text: str) -> list[str]:
    async with desk.database.reading() as session:
        return list(await session.scalars(matching(text)))
