"""From Asterisk's legs to a stored recording, judged by listening."""

from __future__ import annotations

import asyncio
import hashlib
import json
import stat
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from recorder import finishing, workers
from recorder.errors import RecorderError
from recorder.legs import CUT_OFF_MS, QUIET_MS, UNANSWERED_MS
from recorder.recorder import LOOKS, Recorder
from recorder.worker import Answer, Job
from store.database import Database
from store.events import EventType
from store.models import RecordingKind, instant
from store.stream import EventStream
from tests.integration.recorder.conftest import (
    AGENT_HZ,
    CALLER_HZ,
    OFFERED_MS,
    ORG,
    SIDECAR,
    Desk,
    share,
    tone,
    unnoticed,
)

pytestmark = pytest.mark.integration

Finished = tuple[dict[str, Answer], dict[str, RecorderError]]

STORED = f"{ORG}/2025/11/24/{SIDECAR.base}.opus.enc"


async def test_a_conversation_becomes_one_file_with_the_caller_left_and_the_agent_right(
    desk: Desk,
) -> None:
    sidecar = await desk.talk()
    desk.recorder.finish(sidecar.base)
    await desk.recorder.look()
    (row,) = await desk.rows()
    left, right = desk.channels(row)
    assert len(left) == len(right) == 3 * 8000
    assert share(left, CALLER_HZ) > 0.99
    assert share(right[: 5 * 4000], AGENT_HZ) > 0.99
    assert abs(right[5 * 4000 + 800 :]).max() < 30  # the shorter leg ends in silence
    assert desk.left() == []


async def test_the_row_says_whose_it_is_and_what_the_file_is(desk: Desk) -> None:
    sidecar = await desk.talk()
    desk.recorder.finish(sidecar.base)
    await desk.recorder.look()
    (row,) = await desk.rows()
    content = (desk.folder / STORED).read_bytes()
    assert (row.id, row.path) == (SIDECAR.base, STORED)
    assert (row.org, row.contact, row.queue) == (ORG, SIDECAR.contact, "fees")
    assert (row.agent, row.caller) == ("4001", "+46701234567")
    assert (row.kind, row.mailbox) == (RecordingKind.CONVERSATION, None)
    assert (row.duration_ms, row.size) == (3000, len(content))
    assert row.sha256 == hashlib.sha256(content).hexdigest()
    assert row.started_at == instant(OFFERED_MS) + timedelta(seconds=67)


async def test_the_event_says_so_and_carries_no_number(desk: Desk) -> None:
    sidecar = await desk.talk()
    desk.recorder.finish(sidecar.base)
    await desk.recorder.look()
    (event,) = await desk.events()
    assert (event.contact, event.queue, event.agent) == (SIDECAR.contact, "fees", "4001")
    assert dict(event.fields) == {"recording": SIDECAR.base, "duration": "3000"}


async def test_nobody_else_may_look_at_recordings(desk: Desk) -> None:
    sidecar = await desk.talk()
    desk.recorder.finish(sidecar.base)
    await desk.recorder.look()
    for path in [desk.folder, *desk.folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


async def test_a_contact_that_talks_twice_has_two_recordings(desk: Desk) -> None:
    for n in (7, 9):
        desk.recorder.finish((await desk.talk(n)).base)
    await desk.recorder.look()
    assert [row.id[-2:] for row in await desk.rows()] == ["-7", "-9"]
    assert len(await desk.events()) == len(desk.files()) == 2


async def test_a_voicemail_has_one_channel_and_its_own_event(desk: Desk) -> None:
    sidecar = replace(SIDECAR, kind=RecordingKind.VOICEMAIL, queue="", agent="", mailbox="office")
    base = await desk.recorder.expect(sidecar)
    tone(Path(f"{base}-caller.wav"), CALLER_HZ, 2)
    desk.recorder.finish(sidecar.base)
    await desk.recorder.look()
    (row,) = await desk.rows()
    (sound,) = desk.channels(row)
    (event,) = await desk.events(EventType.VOICEMAIL_STORED)
    assert share(sound, CALLER_HZ) > 0.99
    assert (row.kind, row.mailbox, row.duration_ms) == (RecordingKind.VOICEMAIL, "office", 2000)
    assert (event.fields["mailbox"], event.fields["recording"]) == ("office", row.id)
    assert await desk.events(EventType.RECORDING_STORED) == []


async def test_legs_that_nobody_spoke_of_are_found_by_the_sweep(desk: Desk) -> None:
    await desk.talk()
    recorder = desk.restarted()
    await recorder.sweep()
    assert await desk.rows() == []  # they might still change
    desk.now_ms += QUIET_MS
    await recorder.sweep()
    assert len(await desk.rows()) == len(await desk.events()) == 1


async def test_a_live_conversation_is_left_alone(desk: Desk) -> None:
    await desk.talk()
    desk.now_ms += 3_600_000
    with (desk.incoming / f"{SIDECAR.base}-agent.wav").open("rb"):
        await desk.recorder.sweep()
    assert await desk.rows() == []
    assert len(desk.left()) == 3


async def test_an_unanswered_offer_leaves_nothing(desk: Desk) -> None:
    await desk.recorder.expect(SIDECAR)
    await desk.recorder.sweep()
    assert desk.left() == [f"{SIDECAR.base}.json"]
    desk.now_ms = OFFERED_MS + UNANSWERED_MS
    await desk.recorder.sweep()
    assert desk.left() == []
    assert await desk.events(EventType.RECORDING_FAILED) == []


async def test_a_dropped_offer_is_gone_at_once_but_audio_never_is(desk: Desk) -> None:
    await desk.recorder.expect(replace(SIDECAR, n=8))
    await desk.recorder.drop(replace(SIDECAR, n=8))
    assert desk.left() == []
    sidecar = await desk.talk()
    await desk.recorder.drop(sidecar)
    assert len(desk.left()) == 3


async def test_sound_that_comes_after_somebody_looked_is_not_forgotten_with_the_offer(
    desk: Desk,
) -> None:
    sidecar = await desk.talk()
    await desk.recorder._failures.drop(sidecar)
    assert len(desk.left()) == 3


async def test_an_empty_voicemail_is_dropped_with_its_leg(desk: Desk) -> None:
    sidecar = replace(SIDECAR, kind=RecordingKind.VOICEMAIL, queue="", agent="", mailbox="office")
    base = await desk.recorder.expect(sidecar)
    tone(Path(f"{base}-caller.wav"), CALLER_HZ, 0.1)
    await desk.recorder.drop(sidecar)
    assert desk.left() == []


async def test_a_missing_leg_is_a_typed_failure_and_the_other_is_kept(desk: Desk) -> None:
    sidecar = await desk.talk()
    (desk.incoming / f"{sidecar.base}-agent.wav").unlink()
    desk.now_ms += QUIET_MS
    await desk.recorder.sweep()
    await desk.recorder.sweep()
    (event,) = await desk.events(EventType.RECORDING_FAILED)
    assert dict(event.fields) == {"recording": sidecar.base, "reason": "leg_missing"}
    kept = sorted(path.name for path in desk.failed.iterdir())
    assert kept == [
        f"{sidecar.base}-caller.wav",
        f"{sidecar.base}.json",
        f"{sidecar.base}.reason.json",
    ]
    reason = json.loads((desk.failed / f"{sidecar.base}.reason.json").read_text())
    assert reason["code"] == "leg_missing"
    assert f"{sidecar.base}-agent.wav is not there" in reason["reason"]


async def test_a_conversation_that_was_never_recorded_is_told(desk: Desk) -> None:
    sidecar = await desk.talk()
    for leg in sidecar.legs(desk.incoming):
        leg.unlink()
    desk.recorder.finish(sidecar.base)
    for _ in range(LOOKS):
        assert await desk.events(EventType.RECORDING_FAILED) == []
        await desk.recorder.look()
    (event,) = await desk.events(EventType.RECORDING_FAILED)
    assert dict(event.fields) == {"recording": sidecar.base, "reason": "leg_missing"}
    assert desk.left() == []


async def test_a_conversation_that_cannot_be_recorded_is_told(desk: Desk) -> None:
    desk.failed.rmdir()
    desk.incoming.rmdir()
    with pytest.raises(FileNotFoundError) as full:
        await desk.recorder.expect(SIDECAR)
    await desk.recorder.unrecorded(SIDECAR, full.value)
    (event,) = await desk.events(EventType.RECORDING_FAILED)
    assert dict(event.fields) == {"recording": SIDECAR.base, "reason": "folder_unusable"}


async def test_a_truncated_leg_is_a_typed_failure(desk: Desk) -> None:
    sidecar = await desk.talk()
    leg = desk.incoming / f"{sidecar.base}-caller.wav"
    with unnoticed(leg), leg.open("r+b") as file:
        file.truncate(20_000)
    desk.now_ms += CUT_OFF_MS
    await desk.recorder.sweep()
    (event,) = await desk.events(EventType.RECORDING_FAILED)
    assert event.fields["reason"] == "leg_truncated"
    assert len(list(desk.failed.iterdir())) == 4


async def test_a_leg_that_is_no_audio_does_not_stop_the_others(desk: Desk) -> None:
    broken = await desk.talk(6)
    (desk.incoming / f"{broken.base}-agent.wav").write_bytes(b"GIF89a" * 100)
    good = await desk.talk(7)
    for sidecar in (broken, good):
        desk.recorder.finish(sidecar.base)
    await desk.recorder.look()
    assert [row.id for row in await desk.rows()] == [good.base]
    (event,) = await desk.events(EventType.RECORDING_FAILED)
    assert event.fields["reason"] == "leg_unusable"


async def test_what_was_mended_by_hand_and_moved_back_is_stored(desk: Desk) -> None:
    sidecar = await desk.talk()
    missing = desk.incoming / f"{sidecar.base}-agent.wav"
    missing.unlink()
    desk.now_ms += QUIET_MS
    await desk.recorder.sweep()
    for path in desk.failed.glob(f"{sidecar.base}[-.][cj]*"):
        path.rename(desk.incoming / path.name)
    tone(missing, AGENT_HZ, 2)
    await desk.recorder.sweep()
    assert [row.id for row in await desk.rows()] == [sidecar.base]


async def test_an_unknown_organisation_is_put_aside_with_the_reason(desk: Desk) -> None:
    sidecar = replace(SIDECAR, org="school")
    base = await desk.recorder.expect(sidecar)
    tone(Path(f"{base}-caller.wav"), CALLER_HZ, 1)
    tone(Path(f"{base}-agent.wav"), AGENT_HZ, 1)
    desk.recorder.finish(sidecar.base)
    await desk.recorder.look()
    reason = json.loads((desk.failed / f"{sidecar.base}.reason.json").read_text())
    assert reason["code"] == "unknown_organisation"


async def test_a_sidecar_that_cannot_be_read_is_put_aside_with_its_audio(desk: Desk) -> None:
    sidecar = await desk.talk()
    (desk.incoming / f"{sidecar.base}.json").write_text("{")
    await desk.recorder.sweep()
    assert desk.left() == []
    assert len(list(desk.failed.iterdir())) == 4


async def test_audio_without_a_sidecar_is_put_aside_and_not_forgotten(desk: Desk) -> None:
    sidecar = await desk.talk()
    (desk.incoming / f"{sidecar.base}.json").unlink()
    desk.now_ms += QUIET_MS
    await desk.recorder.sweep()
    assert desk.left() == []
    reason = json.loads((desk.failed / f"{sidecar.base}.reason.json").read_text())
    assert reason["code"] == "sidecar_missing"


async def test_recordings_that_end_together_share_their_transactions(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Database] = []
    writing = Database.writing

    def counted(database: Database) -> AbstractAsyncContextManager[AsyncSession]:
        begun.append(database)
        return writing(database)

    for n in range(1, 6):
        desk.recorder.finish((await desk.talk(n, caller_s=0.5, agent_s=0.5)).base)
    with monkeypatch.context() as patch:
        patch.setattr(Database, "writing", counted)
        await desk.recorder.look()
    assert len(begun) == 2
    assert len(await desk.rows()) == len(await desk.events()) == len(desk.files()) == 5
    assert all(row.announce_after is None for row in await desk.rows())
    assert desk.left() == []


async def test_one_that_breaks_its_company_does_not_hold_up_the_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    odd = (await desk.talk(3, caller_s=0.5, agent_s=0.5)).base
    for n in (1, 2, 4):
        await desk.talk(n, caller_s=0.5, agent_s=0.5)
    desk.now_ms += QUIET_MS

    async def finish_or_slip(jobs: Sequence[Job]) -> Finished:
        if odd in {job.name for job in jobs}:
            raise ZeroDivisionError
        return await workers.finish(jobs)

    with monkeypatch.context() as patch:
        patch.setattr(finishing, "finish_in_worker", finish_or_slip)
        await desk.recorder.sweep()
        await desk.recorder.sweep()
    assert len(await desk.rows()) == len(await desk.events()) == 3
    assert len(desk.left()) == 3
    assert caplog.messages == ["recording cannot be stored"]
    await desk.recorder.sweep()
    assert len(await desk.rows()) == len(await desk.events()) == 4


async def test_two_recorders_on_one_folder_store_each_recording_once(desk: Desk) -> None:
    for n in range(1, 9):
        await desk.talk(n, caller_s=0.5, agent_s=0.5)
    desk.now_ms += QUIET_MS
    first, second = desk.recorder, desk.restarted()
    await asyncio.gather(first.sweep(), second.sweep())
    await first.sweep()
    assert len(await desk.rows()) == len(await desk.events()) == len(desk.files()) == 8
    assert desk.left() == []


async def test_a_running_recorder_stores_what_it_is_told_of(desk: Desk, redis: Redis) -> None:
    watching = EventStream(redis, ORG)
    running = asyncio.create_task(desk.recorder.run())
    await desk.recorder.settled(60)  # nothing is over
    sidecar = await desk.talk()
    desk.recorder.finish(sidecar.base)
    await desk.recorder.settled(0)
    assert desk.recorder.backlog, "not longer than for so long"
    await desk.recorder.settled(60)
    assert not desk.recorder.backlog
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    (event,) = await watching.read("0-0")
    assert event.type is EventType.RECORDING_STORED


def test_a_folder_that_cannot_be_made_is_refused_with_its_name(tmp_path: Path, desk: Desk) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(Exception, match=r"recordings folder .*file"):
        Recorder(tmp_path / "file", desk.keys, desk.database, {})
