"""What could not be finished is shown, tried again with what there is, or deleted."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import pytest

from recorder.errors import NotRetried
from recorder.layout import Layout, half_of
from recorder.leftovers import Leftovers
from recorder.legs import CUT_OFF_MS, QUIET_MS, UNANSWERED_MS
from recorder.recorder import Recorder
from recorder.sidecar import Sidecar
from store.models import instant
from store.stream import EventStream
from tests.integration.recorder.conftest import (
    AGENT_HZ,
    CALLER_HZ,
    OFFERED_MS,
    SIDECAR,
    Desk,
    redis_away,
    share,
    unnoticed,
)

pytestmark = pytest.mark.integration


def leg(desk: Desk, sidecar: Sidecar, side: str) -> Path:
    return desk.incoming / f"{sidecar.base}-{side}.wav"


def cut_off(path: Path) -> None:
    """As Asterisk leaves a leg that it could not close: its header knows of no sound."""
    with unnoticed(path), path.open("r+b") as file:
        file.seek(4)
        file.write(bytes(4))
        file.seek(40)
        file.write(bytes(4))
        file.seek(0, os.SEEK_END)
        file.write(b"\0")  # half a sample


def empty(leg: Path) -> None:
    with unnoticed(leg):
        leg.write_bytes(b"")


async def failing(desk: Desk) -> Leftovers:
    desk.now_ms += CUT_OFF_MS
    await desk.recorder.sweep()
    return Leftovers(desk.folder)


async def tried_again(desk: Desk, leftovers: Leftovers) -> None:
    for one in leftovers.all():
        leftovers.retry(one)
    assert leftovers.all() == []
    await desk.recorder.sweep()


async def test_it_is_shown_with_the_reason_and_its_time(desk: Desk) -> None:
    sidecar = await desk.talk()
    leg(desk, sidecar, "agent").unlink()
    (one,) = (await failing(desk)).all()
    assert (one.base, one.sidecar, one.code) == (sidecar.base, sidecar, "leg_missing")
    assert "vaxel recordings retry" in one.reason
    assert instant(one.expires_at_ms) == instant(OFFERED_MS) + timedelta(days=90)


async def test_a_side_that_was_cut_off_is_kept_to_where_it_ends(desk: Desk) -> None:
    sidecar = await desk.talk(caller_s=3, agent_s=2)
    cut_off(leg(desk, sidecar, "caller"))
    leftovers = await failing(desk)
    (one,) = leftovers.all()
    assert one.code == "leg_truncated"
    await tried_again(desk, leftovers)
    (row,) = await desk.rows()
    left, right = desk.channels(row)
    assert row.duration_ms == 3000
    assert row.started_at == instant(OFFERED_MS) + timedelta(seconds=67)
    assert share(left, CALLER_HZ) > 0.99
    assert share(right[:16000], AGENT_HZ) > 0.99
    assert list(desk.failed.iterdir()) == []


@pytest.mark.parametrize("lack", ["missing", "empty"])
async def test_silence_stands_for_a_side_that_is_not_there(desk: Desk, lack: str) -> None:
    sidecar = await desk.talk()
    agent = leg(desk, sidecar, "agent")
    if lack == "missing":
        agent.unlink()
    else:
        empty(agent)
    await tried_again(desk, await failing(desk))
    (row,) = await desk.rows()
    left, right = desk.channels(row)
    assert share(left, CALLER_HZ) > 0.99
    assert abs(right).max() < 30


async def test_what_has_no_sound_or_no_owner_is_refused_and_stays(desk: Desk) -> None:
    silent, unknown = await desk.talk(1), await desk.talk(2)
    for path in silent.legs(desk.incoming):
        empty(path)
    (desk.incoming / f"{unknown.base}.json").unlink()
    leftovers = await failing(desk)
    both = leftovers.all()
    assert [one.base for one in both] == [silent.base, unknown.base]
    for one in both:
        with pytest.raises(NotRetried, match=one.base):
            leftovers.retry(one)
    assert leftovers.all() == both


async def test_what_fails_again_is_there_again(desk: Desk) -> None:
    sidecar = await desk.talk()
    leg(desk, sidecar, "agent").write_bytes(b"GIF89a" * 100)
    leftovers = await failing(desk)
    before = leftovers.all()
    await tried_again(desk, leftovers)
    assert leftovers.all() == before


async def test_a_recorder_that_looks_meanwhile_does_no_harm(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sidecar = await desk.talk()
    leg(desk, sidecar, "agent").unlink()
    leftovers = await failing(desk)
    desk.now_ms += UNANSWERED_MS
    recorder, loop = desk.restarted(), asyncio.get_running_loop()
    rename, swept = Path.rename, []

    def and_look(path: Path, target: Path) -> Path:
        moved = rename(path, target)
        if path.parent == desk.failed:
            asyncio.run_coroutine_threadsafe(recorder.sweep(), loop).result(20)
            swept.append(path.name)
        return moved

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", and_look)
        await asyncio.to_thread(leftovers.retry, leftovers.all()[0])
    await recorder.sweep()
    assert len(swept) == 3
    assert [row.id for row in await desk.rows()] == [sidecar.base]
    assert list(desk.failed.iterdir()) == []


async def test_what_is_discarded_leaves_nothing(desk: Desk) -> None:
    sidecar = await desk.voicemail(1)
    caller = leg(desk, sidecar, "caller")
    with unnoticed(caller):
        caller.write_bytes(b"GIF89a" * 100)
    layout = Layout(desk.folder)
    half = half_of(layout.make_place(layout.place(sidecar)))
    half.write_bytes(b"of a worker that was killed")
    leftovers = await failing(desk)
    leftovers.discard(leftovers.all())
    assert list(desk.failed.iterdir()) == []
    assert desk.files() == desk.left() == []


async def test_an_organisation_that_left_while_its_recording_was_told_of_holds_nothing_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.talk()
    desk.now_ms += QUIET_MS
    with monkeypatch.context() as patch:
        patch.setattr(EventStream, "append", redis_away)
        await desk.recorder.sweep()
    assert (await desk.rows())[0].announce_after is not None
    without = Recorder(desk.folder, desk.keys, desk.database, {}, clock_ms=lambda: desk.now_ms)
    await without.sweep()
    assert (await desk.rows())[0].announce_after is None
    assert desk.left() == []
    assert Leftovers(desk.folder).all() == []
    assert SIDECAR.base in desk.files()[0]
