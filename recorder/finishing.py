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
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from media.audio import SUFFIX, AudioFacts, join_legs
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
    """Takes one recording at a time through the steps. The caller holds the sidecar's lock."""

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

    async def stored(self, sidecar: Sidecar) -> Recording | None:
        """The recording's row, ``None`` before step 2.

        Raises:
            DatabaseAway: The database does not answer.
        """
        async with self._database.reading() as session:
            return await session.get(Recording, sidecar.base)

    async def finish(self, sidecar: Sidecar) -> Recording:
        """All steps, from the first that is not done.

        Raises:
            RecorderError: The recording cannot be finished; call :meth:`fail`.
            DatabaseAway, StreamUnavailable: Later, from where it stands.
            OSError: The folders cannot be read or written.
        """
        stream = self._stream(sidecar.org)
        row = await self.stored(sidecar)
        if row is None:
            since = await stream.last_id()
            row = await self._join(sidecar)
            row.announce_after = since
            async with self._database.writing() as session:
                session.add(row)
        if row.announce_after is not None:
            await self._announce(stream, row.announce_after, self._stored_event(sidecar, row))
            async with self._database.writing() as session:
                session.add(row)
                row.announce_after = None
        await asyncio.to_thread(self._clear, sidecar)
        log.info(
            "recording stored",
            extra={"contact": sidecar.contact, "org": sidecar.org, "recording": row.id},
        )
        return row

    async def _join(self, sidecar: Sidecar) -> Recording:
        try:
            relative, started_at_ms, facts = await asyncio.to_thread(self._write, sidecar)
        except AudioUnusable as error:
            raise LegUnusable(str(error)) from error
        except OSError as error:
            if error.errno in _FULL:
                raise DiskFull from error
            raise
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

    def _write(self, sidecar: Sidecar) -> tuple[Path, int, AudioFacts]:
        legs = sidecar.legs(self._layout.incoming)
        ended_at_ms = max(leg.stat().st_mtime_ns for leg in legs) // 1_000_000
        # The day must be the same in every attempt, so it comes from the offer.
        relative = self._layout.place(sidecar, SUFFIX)
        out = self._layout.make_place(relative)
        facts = join_legs(legs, out)
        sync_folder(out.parent)
        # Asterisk writes to the end of the conversation: where the sound began follows from it.
        return relative, max(sidecar.offered_at_ms, ended_at_ms - facts.duration_ms), facts

    def _stored_event(self, sidecar: Sidecar, row: Recording) -> Event:
        own = {"recording": row.id, "duration": str(row.duration_ms)}
        if sidecar.kind is RecordingKind.VOICEMAIL:
            own["mailbox"] = sidecar.mailbox
            return self._event(EventType.VOICEMAIL_STORED, sidecar, own)
        return self._event(EventType.RECORDING_STORED, sidecar, own)

    def _clear(self, sidecar: Sidecar) -> None:
        incoming = self._layout.incoming
        for leg in sidecar.legs(incoming):
            leg.unlink(missing_ok=True)
        sync_folder(incoming)
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
            await self._announce(stream, since, event)
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

    async def _announce(self, stream: EventLog, since: str, event: Event) -> None:
        """Append an event unless an earlier attempt has: then it stands behind ``since``."""
        wanted = event.fields["recording"]
        while events := await stream.read(since):
            if any(e.type is event.type and e.fields.get("recording") == wanted for e in events):
                return
            since = events[-1].id
        await stream.append(event)

    def _stream(self, org: str) -> EventLog:
        stream = self._streams.get(org)
        if stream is None:
            raise UnknownOrganisation(org)
        return stream
