"""Recordings are written down one after the other, beside the calls and behind them.

A side of a recording is a row of ``transcripts`` from the transaction on that stores the recording;
here its text is filled in. Each step is safe to be the last before a crash:

1. A process of low priority hears the recording.
2. One transaction writes what it heard. Only a row that still waits is written.
3. The event is appended, and the row marked as told.

A lock in the recordings folder lets one controller of a machine do it at a time; the system takes
it from whoever dies. A language without a model waits for one.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from sqlalchemy import ColumnElement, case, func, or_, select, update

from media.speech.models import find_models
from recorder.announcing import EventLog, announce, event_of
from recorder.disk import locked
from recorder.errors import KeysUnusable, TranscriberLost
from recorder.hearing import WORKER, Hearing
from recorder.keys import MasterKeys
from recorder.transcriber import NO_MODEL, Answer, Job
from recorder.transcripts import folded
from store.database import Database
from store.events import EventType
from store.following import OUTAGES
from store.models import Recording, Transcript, TranscriptState

log = logging.getLogger(__name__)

LOCK: Final = "transcribing.lock"

LOOK_SECONDS: Final = 2.0
MODELS_SECONDS: Final = 60.0
LOSSES: Final = 2
"""A side at which the process was lost so often is given up: it may be its own fault."""

_LANGUAGE_UNKNOWN: Final = "language_unknown"
_PASSING: Final = (*OUTAGES, KeysUnusable, TranscriberLost, OSError)


class Transcribing:
    """Writes the recordings of all organisations down.

    Attributes:
        backlog: Sides of recordings that wait to be written down, when it was looked last.
    """

    def __init__(
        self,
        folder: Path,
        keys: Path,
        models: Path,
        database: Database,
        streams: Mapping[str, EventLog],
        *,
        clock_ms: Callable[[], int],
        worker: Sequence[str] = WORKER,
    ) -> None:
        """Make it; :meth:`run` starts it.

        Args:
            folder: The recordings folder.
            keys: The file with the master keys.
            models: The folder with speech models.
            database: For the rows.
            streams: The event stream of each organisation.
            clock_ms: Epoch milliseconds.
            worker: The command that hears recordings.
        """
        self.backlog = 0
        self._folder = folder
        self._keys = keys
        self._models = models
        self._database = database
        self._streams = streams
        self._clock_ms = clock_ms
        self._worker = worker
        self._languages: frozenset[str] = frozenset()
        self._looked_ms = 0
        self._lost: dict[tuple[str, str], int] = {}

    async def run(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Work until cancelled.

        Args:
            sleep: Waits so many seconds.
        """
        waits = False
        while True:
            try:
                with self._alone() as alone:
                    if alone:
                        await self.work()
                waits = False
            except Exception as fault:  # also our own mistake: who only writes must not end calls
                if not waits:
                    passing = isinstance(fault, _PASSING)
                    log.log(
                        logging.WARNING if passing else logging.ERROR,
                        "transcripts wait, tried again" if passing else "transcripts stand still",
                        extra={"fault": str(fault)},
                        exc_info=not passing,
                    )
                waits = True
            await sleep(LOOK_SECONDS)

    async def work(self) -> None:
        """Write down whatever waits now. Call it where nobody else does.

        Raises:
            DatabaseAway, StreamUnavailable, KeysUnusable, TranscriberLost, OSError: What is left
                waits.
        """
        await self._tell()
        await self._look_for_models()
        self.backlog = await self._count()
        if self.backlog:  # a house in which nobody waits writes nothing
            await self._put_off()
            self.backlog = await self._count()
        found = await self._next()
        if found is None:
            return
        await asyncio.to_thread(MasterKeys.load, self._keys)
        async with Hearing(self._worker) as hearing:
            while found is not None:
                await self._write_down(hearing, *found)
                self.backlog = max(0, self.backlog - 1)
                found = await self._next()

    async def _write_down(
        self, hearing: Hearing, recording: Recording, transcript: Transcript
    ) -> None:
        # Before the hearing, which costs minutes: whoever cannot tell of it later need not begin.
        stream = self._streams.get(recording.org)
        since = None if stream is None else await stream.last_id()
        job = Job(
            recording=recording.id,
            path=recording.path or "",
            leg=transcript.leg,
            language=transcript.language or "",
            folder=str(self._folder),
            keys=str(self._keys),
            models=str(self._models),
        )
        try:
            answer = await hearing.ask(job, recording.duration_ms / 1000)
        except TranscriberLost as lost:
            side = recording.id, transcript.leg
            self._lost[side] = self._lost.get(side, 0) + 1
            if self._lost[side] >= LOSSES:
                del self._lost[side]
                answer = Answer([], fault=lost.code, complaint=str(lost))
                await self._keep(recording, transcript, answer)
            raise
        await self._keep(recording, transcript, answer, since)

    async def _keep(
        self,
        recording: Recording,
        transcript: Transcript,
        answer: Answer,
        since: str | None = None,
    ) -> None:
        """Write down what was heard; its event stands behind ``since``."""
        values: dict[str, object] = {"state": _state(answer), "reason": answer.fault or None}
        if not answer.fault:
            text = " ".join(str(word[0]) for word in answer.words)
            values |= {"engine": answer.engine, "words": answer.words}
            values |= {"text": text, "folded": folded(text)}
            values["announce_after"] = since
        async with self._database.writing() as session:
            written = await session.execute(
                update(Transcript)
                .where(*_is(transcript), Transcript.state == TranscriptState.PENDING)
                .values(values)
                .returning(Transcript.leg)
            )
            ours = written.first() is not None  # else it was erased, or another one has done it
        if ours and values["state"] is TranscriptState.FAILED:
            log.warning(
                "recording not written down",
                extra={
                    "contact": recording.contact,
                    "recording": recording.id,
                    "code": answer.fault,
                    "reason": answer.complaint,
                },
            )
        await self._tell()

    async def _tell(self) -> None:
        """Append the events of what is written down and was not told."""
        query = (
            select(Recording, Transcript)
            .join(Transcript, Transcript.recording == Recording.id)
            .where(Transcript.announce_after > "")
        )
        async with self._database.reading() as session:
            untold = [(row[0], row[1]) for row in await session.execute(query)]
        for recording, transcript in untold:
            stream = self._streams.get(recording.org)
            if stream is not None and transcript.announce_after is not None:
                event = event_of(
                    recording,
                    EventType.RECORDING_TRANSCRIBED,
                    self._clock_ms(),
                    leg=transcript.leg,
                    language=transcript.language or "",
                    engine=transcript.engine or "",
                )
                await announce(stream, transcript.announce_after, [event])
            async with self._database.writing() as session:
                await session.execute(
                    update(Transcript).where(*_is(transcript)).values(announce_after=None)
                )

    async def _put_off(self) -> None:
        """Let those wait for a model whose language has none.

        All in one transaction: one for each side took 7 ms of processor time a conversation.
        """
        language = Transcript.language
        async with self._database.writing() as session:
            await session.execute(
                update(Transcript)
                .where(
                    Transcript.state == TranscriptState.PENDING,
                    or_(language.is_(None), language.not_in(self._languages)),
                )
                .values(
                    state=TranscriptState.NO_MODEL,
                    reason=case((language.is_(None), _LANGUAGE_UNKNOWN), else_=NO_MODEL[0]),
                )
            )

    async def _count(self) -> int:
        """How many sides wait for their turn."""
        query = select(func.count()).where(Transcript.state == TranscriptState.PENDING)
        async with self._database.reading() as session:
            return await session.scalar(query) or 0

    async def _next(self) -> tuple[Recording, Transcript] | None:
        """The side that has waited longest, of a recording that is stored and told of."""
        query = (
            select(Recording, Transcript)
            .join(Transcript, Transcript.recording == Recording.id)
            .where(
                Transcript.state == TranscriptState.PENDING,
                Transcript.language.in_(self._languages),
                Recording.deleted_at.is_(None),
                Recording.announce_after.is_(None),
            )
            .order_by(Recording.started_at, Recording.id, Transcript.leg.desc())
            .limit(1)
        )
        async with self._database.reading() as session:
            row = (await session.execute(query)).first()
        return None if row is None else (row[0], row[1])

    async def _look_for_models(self) -> None:
        """Now and then: whoever waited for a model that is there by now gets a turn."""
        now_ms = self._clock_ms()
        if self._looked_ms and now_ms - self._looked_ms < MODELS_SECONDS * 1000:
            return
        models = await asyncio.to_thread(find_models, self._models)
        usable = (model for model in models.by_language.values() if not model.fault)
        before, self._languages = self._languages, frozenset(model.language for model in usable)
        self._looked_ms = now_ms
        async with self._database.writing() as session:
            await session.execute(
                update(Transcript)
                .where(
                    Transcript.state == TranscriptState.NO_MODEL,
                    Transcript.language.in_(self._languages - before),
                )
                .values(state=TranscriptState.PENDING, reason=None)
            )

    def _alone(self) -> AbstractContextManager[bool]:
        """Whether no other process writes recordings down until the end of the block."""
        return locked(self._folder / LOCK, os.O_RDWR | os.O_CREAT, wait=False)


def _state(answer: Answer) -> TranscriptState:
    if not answer.fault:
        return TranscriptState.DONE
    return TranscriptState.NO_MODEL if answer.fault in NO_MODEL else TranscriptState.FAILED


def _is(transcript: Transcript) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Transcript.recording == transcript.recording, Transcript.leg == transcript.leg
