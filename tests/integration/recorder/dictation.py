"""Recordings to be written down, and those who do it."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from media.wav import read_wav, write_wav
from recorder.hearing import WORKER
from recorder.transcriber import Job
from recorder.transcribing import Transcribing
from recorder.transcripts import matching
from store.models import Recording, Transcript
from tests.integration.recorder.conftest import ORG, SIDECAR, Desk

SPOKEN = Path(__file__).parents[2] / "audio" / "messages" / "opening-hours-en.wav"
"""“I would like to speak to an operator about the opening hours of the library.”"""

SILENCE = bytes(2 * 8000)
"""A second of it."""

HEARD = [["tjänst", 100, 500, 0.9], ["Försäkring", 600, 900, 0.5]]


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
