"""The steps from two legs to one stored recording, each safe to be the last before a crash.

1. A worker process writes the finished file as a half file beside its place.
2. It is renamed into its place.
3. Its row is written. From here on the legs are no longer needed.
4. Its event is appended to the organisation's stream.
5. The row is marked as announced.
6. Half files of earlier attempts and the legs are removed, and last the sidecar.

Whoever is killed in between is followed by one who begins at the first step that is not done: the
row's key comes from the sidecar, and the event is looked for behind the place where the stream
stood before step 3. So nothing is lost and nothing is there twice. A worker that outlives its
controller cannot disturb the next attempt: it never renames, and no two half files share a name.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from recorder.announcing import EventLog, announce, event_of
from recorder.disk import sync_folder
from recorder.errors import RecorderError, UnknownOrganisation
from recorder.failing import Failures
from recorder.layout import Layout, half_of, halves
from recorder.sidecar import Sidecar
from recorder.transcripts import awaiting
from recorder.worker import Answer, Job
from recorder.workers import finish as finish_in_worker
from store.database import Database
from store.events import Event, EventType
from store.models import Recording, RecordingKind, instant

log = logging.getLogger(__name__)


class Finisher:
    """Takes recordings through the steps. The caller holds the sidecars' locks."""

    def __init__(
        self,
        layout: Layout,
        keys: Path,
        database: Database,
        streams: Mapping[str, EventLog],
        *,
        failures: Failures,
        clock_ms: Callable[[], int],
    ) -> None:
        self._layout = layout
        self._keys = keys
        self._database = database
        self._streams = streams
        self._failures = failures
        self._clock_ms = clock_ms

    async def stored(self, bases: Collection[str]) -> dict[str, Recording]:
        """Those of the recordings that have a row (step 3 is done), by base.

        Raises:
            DatabaseAway: The database does not answer.
        """
        if not bases:
            return {}
        async with self._database.reading() as session:
            rows = await session.scalars(select(Recording).where(Recording.id.in_(bases)))
            return {row.id: row for row in rows}

    async def finish(
        self, sidecars: Sequence[Sidecar], rows: Mapping[str, Recording]
    ) -> dict[str, RecorderError]:
        """All steps, from the first that is not done, of several recordings together.

        They share the worker's start, the transactions and the disk's syncs.

        Args:
            sidecars: Whose they are.
            rows: Those that :meth:`stored` knows.

        Returns:
            By base, why a recording cannot be finished; call :meth:`Failures.fail`. All others
            are stored.

        Raises:
            DatabaseAway, StreamUnavailable, KeysUnusable: Later, from where each stands.
            WorkerLost: Later; one by one, if it may be a recording's fault.
            OSError: The folders cannot be read or written.
        """
        ours = [s for s in sidecars if s.org in self._streams or s.base in rows]
        joined, faults = await self._join([one for one in ours if one.base not in rows])
        faults |= {s.base: UnknownOrganisation(s.org) for s in sidecars if s not in ours}
        stored = {**rows, **joined}
        done = [sidecar for sidecar in ours if sidecar.base in stored]
        await self._tell(done, stored)
        await asyncio.to_thread(self._clear, done)
        for sidecar in done:
            log.info(
                "recording stored",
                extra={
                    "contact": sidecar.contact,
                    "org": sidecar.org,
                    "recording": sidecar.base,
                },
            )
        return faults

    async def _join(
        self, sidecars: Sequence[Sidecar]
    ) -> tuple[dict[str, Recording], dict[str, RecorderError]]:
        """Files and rows of new recordings, and why others get none."""
        if not sidecars:
            return {}, {}
        orgs = {sidecar.org for sidecar in sidecars}
        since = {
            org: await stream.last_id() for org, stream in self._streams.items() if org in orgs
        }
        jobs = await asyncio.to_thread(self._jobs, sidecars)
        answers, faults = await finish_in_worker(jobs)
        rows = await asyncio.to_thread(self._placed, sidecars, jobs, answers)
        for row in rows.values():
            row.announce_after = since[row.org]
        if rows:
            async with self._database.writing() as session:
                session.add_all(rows.values())
                for row in rows.values():
                    session.add_all(awaiting(row))
        return rows, faults

    def _jobs(self, sidecars: Sequence[Sidecar]) -> list[Job]:
        return [
            Job(
                name=sidecar.base,
                legs=tuple(str(leg) for leg in sidecar.legs(self._layout.incoming)),
                out=str(half_of(self._layout.make_place(self._layout.place(sidecar)))),
                keys=str(self._keys),
            )
            for sidecar in sidecars
        ]

    def _placed(
        self, sidecars: Sequence[Sidecar], jobs: Sequence[Job], answers: Mapping[str, Answer]
    ) -> dict[str, Recording]:
        """Finished files in their places, and the rows that speak of them."""
        rows: dict[str, Recording] = {}
        folders: set[Path] = set()
        for sidecar, job in zip(sidecars, jobs, strict=True):
            if (answer := answers.get(sidecar.base)) is not None:
                place = self._layout.root / self._layout.place(sidecar)
                Path(job.out).replace(place)
                folders.add(place.parent)
                rows[sidecar.base] = self._row(sidecar, answer)
        for folder in folders:
            sync_folder(folder)
        return rows

    def _row(self, sidecar: Sidecar, answer: Answer) -> Recording:
        legs = sidecar.legs(self._layout.incoming)
        ended_at_ms = max(leg.stat().st_mtime_ns for leg in legs) // 1_000_000
        # Asterisk writes to the end of the conversation: where the sound began follows from it.
        started_at = instant(max(sidecar.offered_at_ms, ended_at_ms - answer.duration_ms))
        return Recording(
            id=sidecar.base,
            org=sidecar.org,
            contact=sidecar.contact,
            queue=sidecar.queue or None,
            agent=sidecar.agent or None,
            caller=sidecar.caller or None,
            kind=sidecar.kind,
            mailbox=sidecar.mailbox or None,
            language=sidecar.language or None,
            started_at=started_at,
            duration_ms=answer.duration_ms,
            path=str(self._layout.place(sidecar)),
            sha256=answer.sha256,
            size=answer.size,
            expires_at=started_at + timedelta(days=sidecar.keep_days),
        )

    async def _tell(self, sidecars: Sequence[Sidecar], rows: Mapping[str, Recording]) -> None:
        """Announce what is not announced yet, and mark it."""
        untold: dict[tuple[str, str], list[Event]] = {}
        for sidecar in sidecars:
            row = rows[sidecar.base]
            if row.announce_after is not None:
                event = self._stored_event(sidecar, row)
                untold.setdefault((sidecar.org, row.announce_after), []).append(event)
        if not untold:
            return
        for (org, since), events in untold.items():
            if (stream := self._streams.get(org)) is not None:  # else no longer served
                await announce(stream, since, events)
        async with self._database.writing() as session:
            for sidecar in sidecars:
                session.add(rows[sidecar.base])
                rows[sidecar.base].announce_after = None

    def _stored_event(self, sidecar: Sidecar, row: Recording) -> Event:
        own = {"duration": str(row.duration_ms)}
        kind = EventType.RECORDING_STORED
        if sidecar.kind is RecordingKind.VOICEMAIL:
            kind = EventType.VOICEMAIL_STORED
            own["mailbox"] = sidecar.mailbox
        return event_of(sidecar, kind, self._clock_ms(), **own)

    def _clear(self, sidecars: Sequence[Sidecar]) -> None:
        layout = self._layout
        bases = {sidecar.base for sidecar in sidecars}
        for folder in {(layout.root / layout.place(sidecar)).parent for sidecar in sidecars}:
            for half in halves(folder, bases):
                half.unlink(missing_ok=True)
        for sidecar in sidecars:
            for leg in sidecar.legs(layout.incoming):
                leg.unlink(missing_ok=True)
        sync_folder(layout.incoming)
        for sidecar in sidecars:
            (layout.incoming / f"{sidecar.base}.json").unlink(missing_ok=True)
            self._failures.forget(sidecar.base)
