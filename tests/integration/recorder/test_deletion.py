"""Recordings end: by their time or at the caller's wish, once, whole, and with a trace."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from recorder.deletion import Deleter
from recorder.disk import sync_folder
from recorder.erasure import Erasure
from recorder.errors import AudioGone, DeletionBusy
from recorder.legs import QUIET_MS
from recorder.retention import Retention
from store.database import Database
from store.events import EventType
from store.models import (
    Contact,
    Deletion,
    Recording,
    RecordingAccess,
    RecordingAction,
    Transcript,
    instant,
)
from store.stream import EventStream, StreamUnavailable
from tests.integration.recorder.conftest import OFFERED_MS, ORG, SIDECAR, Desk
from tests.integration.recorder.fuse import Fuse, Killed, armed, armed_async

pytestmark = pytest.mark.integration

DAY_MS = 86_400_000


def deleter(desk: Desk) -> Deleter:
    return Deleter(desk.folder, desk.database, {ORG: desk.stream}, lambda: desk.now_ms)


def retention(desk: Desk) -> Retention:
    return Retention(deleter(desk), desk.database, lambda: desk.now_ms)


def erasure(desk: Desk) -> Erasure:
    return Erasure(desk.folder, deleter(desk), desk.database, lambda: desk.now_ms)


async def accesses(desk: Desk) -> list[RecordingAccess]:
    async with desk.database.reading() as session:
        return list(await session.scalars(select(RecordingAccess).order_by(RecordingAccess.id)))


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
    (access,) = await accesses(desk)
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
    with deleter(desk).alone(), pytest.raises(DeletionBusy):
        await retention(desk).expire("retention")
    assert await retention(desk).expire("retention") == 1


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
        assert len(await desk.events(EventType.RECORDING_DELETED)) == len(await accesses(desk)) == n
        assert all(row.announce_after is None for row in await desk.rows())
    assert n > 5


async def test_the_hourly_job_outlives_an_outage_and_says_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def away(*_: object) -> str:
        raise StreamUnavailable("connection refused")

    await desk.store(await desk.voicemail(1, keep_days=1))
    desk.now_ms += 2 * DAY_MS
    hours: list[float] = []

    async def an_hour(seconds: float) -> None:
        hours.append(seconds)
        monkeypatch.undo()
        if len(hours) == 2:
            raise asyncio.CancelledError

    monkeypatch.setattr(EventStream, "last_id", away)
    with pytest.raises(asyncio.CancelledError):
        await retention(desk).run(an_hour)
    assert "retention waits, it is tried again" in caplog.messages
    assert hours == [3600, 3600]
    assert desk.files() == []


async def contact(desk: Desk, name: str, caller: str) -> None:
    async with desk.database.writing() as session:
        session.add(Contact(org=ORG, id=name, caller=caller, started_at=instant(OFFERED_MS)))


async def test_a_caller_is_erased_wherever_the_number_stands_and_nobody_else(
    desk: Desk,
) -> None:
    theirs, others = await desk.store(
        await desk.voicemail(1), await desk.voicemail(2, caller="+4687654321")
    )
    await contact(desk, "a", "0701234567")
    await contact(desk, "b", "+4687654321")
    broken = await desk.talk(3)
    (desk.incoming / f"{broken.base}-agent.wav").unlink()
    desk.now_ms += QUIET_MS
    await desk.recorder.sweep()

    found = await erasure(desk).erase({SIDECAR.caller, "0701234567"}, "anna", "asked by letter")

    assert [row.id for row in found.recordings] == [theirs]
    assert (found.contacts, found.failed, found.unfinished) == (1, (broken.base,), 0)
    assert [Path(name).name for name in desk.files()] == [f"{others}.opus.enc"]
    assert [path.name for path in desk.failed.iterdir()] == []
    assert {row.caller for row in await desk.rows()} == {None, "+4687654321"}
    async with desk.database.reading() as session:
        callers = (await session.scalars(select(Contact.caller).order_by(Contact.id))).all()
        written = (await session.scalars(select(Transcript.recording))).all()
    assert written == [others]
    assert callers == [None, "+4687654321"]
    (event,) = await desk.events(EventType.RECORDING_DELETED)
    assert event.fields["reason"] == "erasure"
    each, summary = await accesses(desk)
    assert (each.recording, each.who, each.reason) == (theirs, "anna", "asked by letter")
    assert summary.detail == "1 recordings, 1 contacts, 1 unfinished files"
    assert "701234567" not in f"{summary.detail}{summary.reason}"


async def test_a_live_recording_of_the_caller_is_told_and_left(desk: Desk) -> None:
    await desk.talk(1)
    found = await erasure(desk).find({SIDECAR.caller})
    assert (found.unfinished, found.recordings) == (1, ())
    await erasure(desk).erase({SIDECAR.caller}, "anna", None)
    assert len(desk.left()) == 3
