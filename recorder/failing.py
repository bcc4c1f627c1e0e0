"""Recordings that cannot be finished: told once, and put aside with the reason.

The reason is written down, announced, and then the files go to ``incoming/failed``; each step is
safe to be the last before a crash, as those in :mod:`recorder.finishing`.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from recorder.announcing import EventLog, announce, event_of
from recorder.disk import sync_folder, write_whole
from recorder.errors import RecorderError
from recorder.layout import Layout
from recorder.sidecar import Sidecar
from store.events import Event, EventType
from store.stream import StreamUnavailable

log = logging.getLogger(__name__)


class Failures:
    """What lies in ``incoming/failed``, and how it gets there."""

    def __init__(
        self, layout: Layout, streams: Mapping[str, EventLog], clock_ms: Callable[[], int]
    ) -> None:
        self._layout = layout
        self._streams = streams
        self._clock_ms = clock_ms

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
            await announce(stream, since, [self._event(sidecar, error)])
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

    async def tell(self, sidecar: Sidecar, error: RecorderError) -> None:
        """Say that a conversation goes unrecorded; there are no files, and there will be none."""
        log.error(
            "conversation is not recorded",
            extra={"contact": sidecar.contact, "code": error.code, "reason": str(error)},
        )
        if (stream := self._streams.get(sidecar.org)) is not None:
            with suppress(StreamUnavailable):  # the log has it, and the caller waits
                await stream.append(self._event(sidecar, error))

    def _event(self, sidecar: Sidecar, error: RecorderError) -> Event:
        return event_of(sidecar, EventType.RECORDING_FAILED, self._clock_ms(), reason=error.code)

    async def drop(self, sidecar: Sidecar) -> None:
        """Forget an offer that was not answered.

        A sidecar may also be alone because its legs were just put aside: then it follows them. If
        they have come back since somebody looked, nothing is done.

        Raises:
            OSError: The folders cannot be read or written.
        """
        await asyncio.to_thread(self._drop, sidecar)

    def _drop(self, sidecar: Sidecar) -> None:
        incoming, base = self._layout.incoming, sidecar.base
        if any(leg.exists() for leg in sidecar.legs(incoming)):
            return
        if self._reason(base) is None:
            (incoming / f"{base}.json").unlink(missing_ok=True)
        else:
            self._put_aside(base)

    def forget(self, base: str) -> None:
        """Remove the reason of an attempt before the files were mended. Blocks."""
        self._reason_file(base).unlink(missing_ok=True)

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
