"""Recordings as Asterisk leaves them: real legs with a tone each."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from redis.asyncio import Redis
from sqlalchemy import select

from media.tones import tone as pure_tone
from media.wav import write_wav
from recorder.archive import Archive
from recorder.deletion import Deleter
from recorder.recorder import Recorder
from recorder.sidecar import Sidecar
from store.database import Database, open_database
from store.events import Event, EventType
from store.models import Recording, RecordingAccess, RecordingKind
from store.stream import EventStream, StreamUnavailable

RATE = 8000
OFFERED_MS = 1_763_974_805_000
CALLER_HZ, AGENT_HZ = 440, 1000
ORG = "preschool"

SIDECAR = Sidecar(
    contact="vaxel-1763974800.42",
    n=7,
    org=ORG,
    kind=RecordingKind.CONVERSATION,
    offered_at_ms=OFFERED_MS,
    queue="fees",
    agent="4001",
    caller="+46701234567",
)


def tone(path: Path, hertz: int, seconds: float) -> Path:
    """A leg of 8 kHz 16-bit mono that ended 70 s after the offer."""
    write_wav(path, pure_tone(hertz, seconds))
    os.utime(path, ns=((OFFERED_MS + 70_000) * 1_000_000,) * 2)
    return path


@contextmanager
def unnoticed(path: Path) -> Iterator[None]:
    """The file is changed and looks no newer."""
    before = path.stat()
    yield
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def share(samples: NDArray[np.float64], hertz: int) -> float:
    """How much of the samples' energy lies within 10 Hz of a tone."""
    spectrum = np.abs(np.fft.rfft(samples)) ** 2
    found = np.fft.rfftfreq(len(samples), 1 / RATE)
    return float(spectrum[np.abs(found - hertz) <= 10].sum() / max(spectrum.sum(), 1e-12))


async def redis_away(*_: object) -> str:
    """What any question to the event stream comes to while Redis is away."""
    raise StreamUnavailable("connection refused")


@dataclass
class Desk:
    """A recorder with all that it works on."""

    folder: Path
    database: Database
    stream: EventStream
    now_ms: int = OFFERED_MS + 70_000

    def __post_init__(self) -> None:
        self.recorder = self.restarted()

    def restarted(self) -> Recorder:
        """A recorder of a new process on the same folder."""
        self.recorder = Recorder(
            self.folder, self.keys, self.database, {ORG: self.stream}, clock_ms=lambda: self.now_ms
        )
        return self.recorder

    @property
    def keys(self) -> Path:
        """The file with the master keys."""
        return self.folder.parent / "recording-keys.json"

    @property
    def archive(self) -> Archive:
        """The finished files."""
        return Archive(self.folder, self.keys)

    def channels(self, row: Recording) -> list[NDArray[np.float64]]:
        """The sound of each channel of a stored recording."""
        sides = 1 if row.kind is RecordingKind.VOICEMAIL else 2
        sounds = [b"".join(self.archive.pcm(row, side)) for side in range(sides)]
        return [np.frombuffer(sound, "<i2").astype(np.float64) for sound in sounds]

    @property
    def incoming(self) -> Path:
        return self.folder / "incoming"

    @property
    def failed(self) -> Path:
        return self.incoming / "failed"

    async def talk(self, n: int = 7, *, caller_s: float = 3.0, agent_s: float = 2.5) -> Sidecar:
        """A conversation that has ended."""
        sidecar = replace(SIDECAR, n=n)
        base = await self.recorder.expect(sidecar)
        tone(Path(f"{base}-caller.wav"), CALLER_HZ, caller_s)
        tone(Path(f"{base}-agent.wav"), AGENT_HZ, agent_s)
        return sidecar

    async def voicemail(
        self, n: int, *, keep_days: int = 90, caller: str = SIDECAR.caller
    ) -> Sidecar:
        """A message that has ended."""
        kind = RecordingKind.VOICEMAIL
        nobodys = replace(SIDECAR, queue="", agent="", mailbox="office")
        sidecar = replace(nobodys, n=n, kind=kind, keep_days=keep_days, caller=caller)
        base = await self.recorder.expect(sidecar)
        tone(Path(f"{base}-caller.wav"), CALLER_HZ, 0.5)
        return sidecar

    async def store(self, *sidecars: Sidecar) -> list[str]:
        """Finish recordings; their ids."""
        for sidecar in sidecars:
            self.recorder.finish(sidecar.base)
        await self.recorder.look()
        return [sidecar.base for sidecar in sidecars]

    @property
    def deleter(self) -> Deleter:
        return Deleter(self.folder, self.database, {ORG: self.stream}, lambda: self.now_ms)

    async def rows(self) -> list[Recording]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(Recording).order_by(Recording.id)))

    async def accesses(self) -> list[RecordingAccess]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(RecordingAccess).order_by(RecordingAccess.id)))

    async def events(self, kind: EventType = EventType.RECORDING_STORED) -> list[Event]:
        return [event for event in await self.stream.read("0-0") if event.type is kind]

    def left(self) -> list[str]:
        """Names of what still lies in ``incoming``."""
        return sorted(path.name for path in self.incoming.iterdir() if path.is_file())

    def files(self) -> list[str]:
        """Finished files, half ones too."""
        return sorted(
            str(path.relative_to(self.folder))
            for path in (self.folder / ORG).rglob("*")
            if path.is_file()
        )


@pytest.fixture
async def desk(tmp_path: Path, redis: Redis) -> AsyncIterator[Desk]:
    database = await open_database(f"sqlite+aiosqlite:///{tmp_path / 'vaxel.db'}")
    yield Desk(tmp_path / "recordings", database, EventStream(redis, ORG))
    await database.close()
