"""Writing recordings down through every death and outage."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import NoReturn

import psutil
import pytest
import uvloop
from sqlalchemy import delete

from media.wav import read_wav, write_wav
from recorder import transcribing
from recorder.announcing import announce
from recorder.errors import TranscriberLost
from recorder.hearing import WORKER, Hearing
from recorder.transcriber import Job
from recorder.transcribing import LOCK, Transcribing
from store.database import Database
from store.errors import DatabaseAway
from store.events import EventType
from store.models import Transcript, TranscriptState
from store.stream import EventStream, StreamUnavailable
from tests.e2e.rig.eventually import eventually
from tests.integration.memory import PAGES, Memory
from tests.integration.recorder.conftest import ORG, Desk, redis_away
from tests.integration.recorder.dictation import (
    SPOKEN,
    answering,
    job_of,
    stored,
    transcribing_of,
    transcripts,
)

pytestmark = pytest.mark.integration

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


def test_the_process_is_started_without_a_copy_of_the_controllers_memory() -> None:
    """Else the event loop, and every call, would stand still for as long as that takes."""

    async def ask() -> None:
        async with Hearing(("true",)) as hearing:
            with pytest.raises(TranscriberLost, match="ended"):
                await hearing.ask(Job("1.1", "", "caller", "en", "", "", ""), 1)

    memory = Memory()

    uvloop.run(ask())

    assert memory.fetched() < PAGES / 10


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
    await eventually(lambda: bool(_hearing(controller.pid)), seconds=60)
    (hearing,) = _hearing(controller.pid)
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


async def test_nothing_is_heard_while_nobody_can_be_told_of_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stored(desk, SPOKEN, SPOKEN)
    with monkeypatch.context() as redis:
        redis.setattr(EventStream, "last_id", redis_away)
        redis.setattr(Hearing, "ask", None)
        with pytest.raises(StreamUnavailable):
            await transcribing_of(desk).work()
    await transcribing_of(desk, answering(desk)).work()
    assert len(await desk.events(EventType.RECORDING_TRANSCRIBED)) == 2


@pytest.mark.parametrize("step", ["ask", "announce"])
async def test_a_database_that_goes_away_on_the_way_costs_and_doubles_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def away(_: Database) -> NoReturn:
        raise DatabaseAway("away")

    def first(then: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
        async def and_away(*arguments: object) -> object:
            done = await then(*arguments)
            outage.setattr(Database, "writing", away)
            return done

        return and_away

    await stored(desk, SPOKEN, SPOKEN)
    with monkeypatch.context() as outage:
        place = Hearing if step == "ask" else transcribing
        outage.setattr(place, step, first(getattr(place, step)))
        with pytest.raises(DatabaseAway):
            await transcribing_of(desk, answering(desk)).work()
    await transcribing_of(desk, answering(desk)).work()
    assert {one.state for one in await transcripts(desk)} == {TranscriptState.DONE}
    assert len(await desk.events(EventType.RECORDING_TRANSCRIBED)) == 2


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
    process.stdin.write(job_of(desk, recording).line().encode())
    process.stdin.write_eof()
    async with asyncio.timeout(60):
        said, _ = await process.communicate()
    assert said == b""


def _hearing(pid: int) -> list[psutil.Process]:
    """Those children of a process that have loaded their model and hear."""
    return [one for one in psutil.Process(pid).children() if one.cpu_times().user > STARTED_S]
