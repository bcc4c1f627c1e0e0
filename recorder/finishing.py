"""The steps from two legs to one stored recording, each safe to be the last before a crash.

1. The finished file is written beside its place and renamed into it.
2. Its row is written. From here on the legs are no longer needed.
3. Its event is appended to the organisation's stream.
4. The row is marked as announced.
5. The legs are removed, and last the sidecar.

Whoever is killed in between is followed by one who begins at the first step that is not done: the
row's key comes from the sidecar, and the event is looked for behind the place where the stream
stood before step 2. So nothing is lost and nothing is there twice. A failure has the same shape:
the reason is written down, announced once, and then the files go to ``incoming/failed``.
"""

from __future__ import annotations

import asyncio
import errno
import json
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from sqlalchemy import select

from media.audio import SUFFIX, join_legs
from media.errors import AudioUnusable
from recorder.errors import DiskFull, LegUnusable, RecorderError, UnknownOrganisation
from recorder.layout import Layout
from recorder.sidecar import Sidecar, sync_folder, write_whole
from store.database import Database
from store.events import Event, EventType
from store.following import EventReader
from store.models import Recording, RecordingKind, instant

log = logging.getLogger(__name__)

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class EventLog(EventReader, Protocol):
    """What the recorder needs of :class:`store.stream.EventStream`."""

    async def append(self, event: Event) -> str:
        """Put an event at the end."""


class Finisher:
    """Takes recordings through the steps. The caller holds the sidecars' locks."""

    def __init__(
        self,
        layout: Layout,
        database: Database,
        streams: Mapping[str, EventLog],
        clock_ms: Callable[[], int],
    ) -> None:
        self._layout = layout
        self._database = database
        self._streams = streams
        self._clock_ms = clock_ms

    async def stored(self, bases: Collection[str]) -> dict[str, Recording]:
        """Those of the recordings that have a row (step 2 is done), by base.

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

        They share the transactions and the disk's syncs, each of which costs more than all other
        work for a recording.

        Args:
            sidecars: Whose they are.
            rows: Those that :meth:`stored` knows.

        Returns:
            By base, why a recording cannot be finished; call :meth:`fail`. All others are stored.

        Raises:
            DatabaseAway, StreamUnavailable: Later, from where each stands.
            OSError: The folders cannot be read or written.
        """
        ours = [sidecar for sidecar in sidecars if sidecar.org in self._streams]
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
        orgs = {sidecar.org for sidecar in sidecars}
        since = {
            org: await stream.last_id() for org, stream in self._streams.items() if org in orgs
        }
        rows, faults = await asyncio.to_thread(self._write_all, sidecars)
        for row in rows.values():
            row.announce_after = since[row.org]
        if rows:
            async with self._database.writing() as session:
                session.add_all(rows.values())
        return rows, faults

    def _write_all(
        self, sidecars: Sequence[Sidecar]
    ) -> tuple[dict[str, Recording], dict[str, RecorderError]]:
        rows: dict[str, Recording] = {}
        faults: dict[str, RecorderError] = {}
        for sidecar in sidecars:
            try:
                rows[sidecar.base] = self._write(sidecar)
            except AudioUnusable as error:
                faults[sidecar.base] = LegUnusable(str(error))
            except OSError as error:
                if error.errno not in _FULL:
                    raise
                faults[sidecar.base] = DiskFull()
        for folder in {self._layout.root / Path(row.path).parent for row in rows.values()}:
            sync_folder(folder)
        return rows, faults

    def _write(self, sidecar: Sidecar) -> Recording:
        """The finished file, which lasts once its folder is synced; the row that speaks of it."""
        legs = sidecar.legs(self._layout.incoming)
        ended_at_ms = max(leg.stat().st_mtime_ns for leg in legs) // 1_000_000
        # The day must be the same in every attempt, so it comes from the offer.
        relative = self._layout.place(sidecar, SUFFIX)
        facts = join_legs(legs, self._layout.make_place(relative))
        # Asterisk writes to the end of the conversation: where the sound began follows from it.
        started_at_ms = max(sidecar.offered_at_ms, ended_at_ms - facts.duration_ms)
        return Recording(
            id=sidecar.base,
            org=sidecar.org,
            contact=sidecar.contact,
            queue=sidecar.queue or None,
            agent=sidecar.agent or None,
            caller=sidecar.caller or None,
            kind=sidecar.kind,
            mailbox=sidecar.mailbox or None,
            started_at=instant(started_at_ms),
            duration_ms=facts.duration_ms,
            path=str(relative),
            sha256=facts.sha256,
            size=facts.size,
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
            await self._announce(self._streams[org], since, events)
        async with self._database.writing() as session:
            for sidecar in sidecars:
                session.add(rows[sidecar.base])
                rows[sidecar.base].announce_after = None

    def _stored_event(self, sidecar: Sidecar, row: Recording) -> Event:
        own = {"recording": row.id, "duration": str(row.duration_ms)}
        if sidecar.kind is RecordingKind.VOICEMAIL:
            own["mailbox"] = sidecar.mailbox
            return self._event(EventType.VOICEMAIL_STORED, sidecar, own)
        return self._event(EventType.RECORDING_STORED, sidecar, own)

    def _clear(self, sidecars: Sequence[Sidecar]) -> None:
        incoming = self._layout.incoming
        for sidecar in sidecars:
            for leg in sidecar.legs(incoming):
                leg.unlink(missing_ok=True)
        sync_folder(incoming)
        for sidecar in sidecars:
            (incoming / f"{sidecar.base}.json").unlink(missing_ok=True)
            self._reason_file(sidecar.base).unlink(missing_ok=True)  # of an attempt before mending

    async def drop(self, sidecar: Sidecar) -> None:
        """Forget an offer that was not answered.

        A sidecar may also be alone because its legs were just put aside: then it follows them.

        Raises:
            OSError: The folders cannot be read or written.
        """
        await asyncio.to_thread(self._drop, sidecar.base)

    def _drop(self, base: str) -> None:
        if self._reason(base) is None:
            (self._layout.incoming / f"{base}.json").unlink(missing_ok=True)
        else:
            self._put_aside(base)

    async def fail(self, base: str, sidecar: Sidecar | None, error: RecorderError) -> None:
        """Put a recording that cannot be finished aside, with the reason beside it, and say so.

        Args:
            base: Name of the recording's base.
            sidecar: ``None`` where it is missing or unreadable: then no stream can be told.
            error: The reason.

        Raises:
            StreamUnavailable: Later, from where it stands.
            OSError: The folders cannot be read or written.
        """
        stream = self._streams.get(sidecar.org) if sidecar else None
        if sidecar is not None and stream is not None:
            known = await asyncio.to_thread(self._reason, base) or {}
            since = known.get("announce_after") or await stream.last_id()
            await asyncio.to_thread(self._write_reason, base, error, since)
            own = {"recording": base, "reason": error.code}
            event = self._event(EventType.RECORDING_FAILED, sidecar, own)
            await self._announce(stream, since, [event])
        else:
            await asyncio.to_thread(self._write_reason, base, error, None)
        await asyncio.to_thread(self._put_aside, base)
        log.error(
            "recording failed, its files are kept",
            extra={
                "contact": sidecar.contact if sidecar else "",
                "recording": base,
                "code": error.code,
                "reason": str(error),
            },
        )

    def _reason_file(self, base: str) -> Path:
        return self._layout.failed / f"{base}.reason.json"

    def _write_reason(self, base: str, error: RecorderError, since: str | None) -> None:
        reason = {"code": error.code, "reason": str(error)}
        if since is not None:
            reason["announce_after"] = since
        self._write_reason_file(base, reason)

    def _write_reason_file(self, base: str, reason: Mapping[str, str]) -> None:
        text = json.dumps(reason, ensure_ascii=False, indent=2)
        write_whole(self._reason_file(base), text.encode())

    def _reason(self, base: str) -> dict[str, str] | None:
        """What an earlier attempt wrote down; ``None`` also when somebody has spoilt it."""
        try:
            reason = json.loads(self._reason_file(base).read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        return reason if isinstance(reason, dict) else None

    def _put_aside(self, base: str) -> None:
        layout = self._layout
        for name in (f"{base}-caller.wav", f"{base}-agent.wav", f"{base}.json"):
            source = layout.incoming / name
            if source.exists():
                source.rename(layout.failed / name)
        sync_folder(layout.failed)
        sync_folder(layout.incoming)
        # Told and kept: another failure of the same recording, once mended, is a new one.
        reason = self._reason(base) or {}
        if reason.pop("announce_after", None):
            self._write_reason_file(base, reason)

    def _event(self, kind: EventType, sidecar: Sidecar, own: Mapping[str, str]) -> Event:
        return Event(
            kind,
            at=self._clock_ms(),
            org=sidecar.org,
            contact=sidecar.contact,
            queue=sidecar.queue,
            agent=sidecar.agent,
            fields=own,
        )

    async def _announce(self, stream: EventLog, since: str, events: Sequence[Event]) -> None:
        """Append events unless an earlier attempt has: then they stand behind ``since``."""
        untold = {(event.type, event.fields["recording"]): event for event in events}
        while told := await stream.read(since):
            for event in told:
                untold.pop((event.type, event.fields.get("recording", "")), None)
            since = told[-1].id
        for event in untold.values():
            await stream.append(event)
