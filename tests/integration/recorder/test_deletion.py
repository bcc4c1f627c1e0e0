"""Recordings end: by their time or at the caller's wish, once, whole, and with a trace."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from recorder.disk import sync_folder
from recorder.errors import AudioGone, DeletionBusy, FolderUnusable
from recorder.leftovers import Leftovers
from recorder.legs import QUIET_MS
from recorder.message_spool import SpooledMessages
from recorder.retention import Retention
from store.database import Database
from store.events import EventType
from store.models import Deletion, Recording, RecordingAction, instant
from store.stream import EventStream
from tests.integration.recorder.conftest import ORG, SIDECAR, Desk, redis_away
from tests.integration.recorder.fuse import Fuse, Killed, armed, armed_async

pytestmark = pytest.mark.integration

DAY_MS = 86_400_000


def retention(desk: Desk) -> Retention:
    return Retention(
        desk.deleter,
        Leftovers(desk.folder),
        SpooledMessages(desk.folder.parent / "spool"),
        database=desk.database,
        clock_ms=lambda: desk.now_ms,
    )


async def test_a_recording_says_until_when_it_is_kept(desk: Desk) -> None:
    await desk.store(await desk.voicemail(1, keep_days=30))
    (row,) = await desk.rows()
    assert row.expires_at == row.started_at + timedelta(days=30)


async def test_what_is_over_is_deleted_and_the_rest_stays(desk: Desk) -> None:
    over, kept = await desk.store(
        await desk.voicemail(1, keep_days=1), await desk.voicemail(2, keep_days=3)
    )
    desk.now_ms += 2 * DAY_MS
    assert await retention(desk).expire("retention") == 1
    assert [Path(name).name for name in desk.files()] == [f"{kept}.opus.enc"]
    (event,) = await desk.events(EventType.RECORDING_DELETED)
    assert dict(event.fields) == {"recording": over, "reason": "retention"}
    assert await retention(desk).expire("retention") == 0


async def test_the_trace_of_a_deleted_recording_leads_to_nobody(desk: Desk) -> None:
    (name,) = await desk.store(await desk.voicemail(1, keep_days=1))
    desk.now_ms += 2 * DAY_MS
    await retention(desk).expire("retention")
    (row,) = await desk.rows()
    assert (row.id, row.path, row.caller) == (name, None, None)
    assert (row.deleted_at, row.deletion) == (instant(desk.now_ms), Deletion.RETENTION)
    assert (row.contact, row.duration_ms) == (SIDECAR.contact, 500)
    with pytest.raises(AudioGone, match="deleted on 2025-11-26"):
        list(desk.archive.opus(row))
    (access,) = await desk.accesses()
    assert (access.who, access.action) == ("retention", RecordingAction.EXPIRE)
    assert (access.recording, access.org, access.at) == (name, ORG, row.deleted_at)


async def test_a_recording_of_unknown_term_is_kept(desk: Desk) -> None:
    await desk.store(await desk.voicemail(1))
    async with desk.database.writing() as session:
        await session.execute(update(Recording).values(expires_at=None))
    desk.now_ms += 10_000 * DAY_MS
    assert await retention(desk).expire("retention") == 0


async def test_what_is_not_told_of_yet_is_not_deleted(desk: Desk) -> None:
    await desk.store(await desk.voicemail(1, keep_days=1))
    async with desk.database.writing() as session:
        await session.execute(update(Recording).values(announce_after="0-0"))
    desk.now_ms += 2 * DAY_MS
    assert await retention(desk).expire("retention") == 0


async def test_one_process_at_a_time_deletes(desk: Desk) -> None:
    await desk.store(await desk.voicemail(1, keep_days=1))
    desk.now_ms += 2 * DAY_MS
    with desk.deleter.alone(), pytest.raises(DeletionBusy):
        await retention(desk).expire("retention")
    assert await retention(desk).expire("retention") == 1


async def test_without_a_folder_it_says_so(desk: Desk) -> None:
    desk.folder.rename(desk.folder.with_name("elsewhere"))
    with pytest.raises(FolderUnusable, match="recordings"):
        await retention(desk).expire("retention")


async def test_killed_between_any_steps_it_is_deleted_and_told_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.store(*[await desk.voicemail(days, keep_days=days) for days in range(1, 16)])
    n = 0
    killed = True
    while killed:  # each day one recording is due
        desk.now_ms += DAY_MS
        fuse = Fuse(n)
        with monkeypatch.context() as patch, suppress(Killed):
            patch.setattr(Path, "unlink", armed(fuse, Path.unlink, after=False))
            patch.setattr("recorder.deletion.sync_folder", armed(fuse, sync_folder, after=False))
            patch.setattr(EventStream, "append", armed_async(fuse, EventStream.append))
            patch.setattr(Database, "writing", armed(fuse, Database.writing, after=False))
            await retention(desk).expire("retention")
        await retention(desk).expire("retention")
        killed = fuse.blown
        n += 1
        assert len(desk.files()) == 15 - n
        assert len(await desk.events(EventType.RECORDING_DELETED)) == n
        assert len(await desk.accesses()) == n
        assert all(row.announce_after is None for row in await desk.rows())
    assert n > 5


async def test_the_hourly_job_outlives_an_outage_and_says_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await desk.store(await desk.voicemail(1, keep_days=1))
    desk.now_ms += 2 * DAY_MS
    hours: list[float] = []

    async def an_hour(seconds: float) -> None:
        hours.append(seconds)
        monkeypatch.undo()
        if len(hours) == 2:
            raise asyncio.CancelledError

    monkeypatch.setattr(EventStream, "last_id", redis_away)
    with pytest.raises(asyncio.CancelledError):
        await retention(desk).run(an_hour)
    assert "retention waits, it is tried again" in caplog.messages
    assert hours == [3600, 3600]
    assert desk.files() == []


async def test_sound_that_could_not_be_finished_is_kept_no_longer_than_a_recording(
    desk: Desk,
) -> None:
    for n, days in ((1, 1), (2, 3)):
        sidecar = await desk.voicemail(n, keep_days=days)
        (desk.incoming / f"{sidecar.base}-caller.wav").write_bytes(b"GIF89a" * 100)
    unknown = await desk.talk(3)
    (desk.incoming / f"{unknown.base}.json").unlink()
    desk.now_ms += QUIET_MS
    await desk.recorder.sweep()
    assert len(list(desk.failed.iterdir())) == 3 + 3 + 3
    desk.now_ms += 2 * DAY_MS
    assert await retention(desk).expire("retention") == 1
    assert {path.name.partition("-v2")[0] for path in desk.failed.iterdir()} == {
        SIDECAR.contact,
        *(path.name for path in desk.failed.glob(f"{unknown.base}*")),
    }
    (access,) = await desk.accesses()
    assert access.action is RecordingAction.EXPIRE
    assert (access.recording, access.org) == (f"{SIDECAR.contact}-v1", ORG)
    desk.now_ms += 10**12
    assert await retention(desk).expire("retention") == 2
    assert list(desk.failed.iterdir()) == []


async def test_half_a_sidecar_of_one_who_was_killed_does_not_lie_there_for_ever(
    desk: Desk,
) -> None:
    halves = [folder / ".c-1-1.json.part" for folder in (desk.incoming, desk.failed)]
    for half in halves:
        half.write_text('{"caller": "+4670')
        os.utime(half, ns=(desk.now_ms * 1_000_000,) * 2)
    await retention(desk).expire("retention")
    assert all(half.exists() for half in halves)
    desk.now_ms += 3_600_001
    await retention(desk).expire("retention")
    assert not any(half.exists() for half in halves)


async def test_a_message_that_asterisk_took_by_itself_is_kept_for_a_quarter(desk: Desk) -> None:
    inbox = desk.folder.parent / "spool" / "default" / "survivable" / "INBOX"
    inbox.mkdir(parents=True)
    for name in ("msg0000.txt", "msg0000.wav"):
        (inbox / name).write_text("callerid=0701234567\n")
        os.utime(inbox / name, ns=(desk.now_ms * 1_000_000,) * 2)
    desk.now_ms += 90 * DAY_MS - 1
    assert await retention(desk).expire("retention") == 0
    desk.now_ms += 1
    assert await retention(desk).expire("retention") == 1
    assert list(inbox.iterdir()) == []
    (access,) = await desk.accesses()
    assert access.detail == "1 messages taken by Asterisk alone"
