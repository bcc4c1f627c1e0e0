"""When legs are finished, cut off, missing or not yet there."""

from __future__ import annotations

import os
import wave
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from recorder.errors import LegMissing, LegTruncated, LegUnusable
from recorder.legs import (
    CUT_OFF_MS,
    QUIET_MS,
    UNANSWERED_MS,
    Verdict,
    held_open,
    is_closed,
    judge,
)
from store.models import RecordingKind
from tests.unit.recorder.test_sidecar import SIDECAR

pytestmark = pytest.mark.unit

WRITTEN_MS = 1_763_974_900_000
AT_ONCE = WRITTEN_MS + 1
LATER = WRITTEN_MS + QUIET_MS
CALLER, AGENT = f"{SIDECAR.base}-caller.wav", f"{SIDECAR.base}-agent.wav"


def leg(path: Path, *, closed: bool = True) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\1\0" * 800)
    if not closed:  # as Asterisk leaves it while it writes: the header knows of no sound
        with path.open("r+b") as raw:
            raw.seek(4)
            raw.write((36).to_bytes(4, "little"))
            raw.seek(40)
            raw.write(bytes(4))
    os.utime(path, ns=(WRITTEN_MS * 1_000_000, WRITTEN_MS * 1_000_000))
    return path


def verdict(
    folder: Path, now_ms: int, *, told: bool = False, held: set[str] | None = None
) -> Verdict:
    return judge(SIDECAR, folder, held=lambda: held or set(), now_ms=now_ms, told=told)


def test_closed_legs_are_finished_at_once_when_the_end_was_told(tmp_path: Path) -> None:
    leg(tmp_path / CALLER)
    leg(tmp_path / AGENT)
    assert verdict(tmp_path, AT_ONCE, told=True) is Verdict.FINISH


def test_all_processes_are_looked_through_only_for_legs_that_lie_still_and_open(
    tmp_path: Path,
) -> None:
    def unasked() -> NoReturn:
        raise AssertionError("this takes milliseconds")

    for closed, told, wanted in (
        (True, True, Verdict.FINISH),
        (False, True, Verdict.WAIT),
        (False, False, Verdict.WAIT),
    ):
        leg(tmp_path / CALLER, closed=closed)
        leg(tmp_path / AGENT, closed=closed)
        assert judge(SIDECAR, tmp_path, held=unasked, now_ms=AT_ONCE, told=told) is wanted


def test_closed_legs_that_nobody_spoke_of_are_finished_once_they_are_quiet(tmp_path: Path) -> None:
    leg(tmp_path / CALLER)
    leg(tmp_path / AGENT)
    assert verdict(tmp_path, LATER - 1) is Verdict.WAIT
    assert verdict(tmp_path, LATER) is Verdict.FINISH


def test_legs_that_a_process_holds_open_are_never_touched(tmp_path: Path) -> None:
    leg(tmp_path / CALLER, closed=False)
    leg(tmp_path / AGENT)
    assert verdict(tmp_path, LATER * 2, told=True, held={CALLER}) is Verdict.WAIT


def test_an_open_leg_is_waited_for_and_at_last_called_cut_off(tmp_path: Path) -> None:
    leg(tmp_path / CALLER, closed=False)
    leg(tmp_path / AGENT)
    assert verdict(tmp_path, AT_ONCE, told=True) is Verdict.WAIT
    with pytest.raises(LegTruncated, match="caller"):
        verdict(tmp_path, LATER, told=True)


def test_an_open_leg_of_which_nobody_knows_may_belong_to_a_live_call_that_we_do_not_see(
    tmp_path: Path,
) -> None:
    leg(tmp_path / CALLER, closed=False)
    assert verdict(tmp_path, LATER) is Verdict.WAIT
    leg(tmp_path / AGENT, closed=False)
    assert verdict(tmp_path, WRITTEN_MS + CUT_OFF_MS - 1) is Verdict.WAIT
    with pytest.raises(LegTruncated, match="caller"):
        verdict(tmp_path, WRITTEN_MS + CUT_OFF_MS)


def test_a_leg_that_does_not_come_is_missed_only_after_a_while(tmp_path: Path) -> None:
    leg(tmp_path / CALLER)
    assert verdict(tmp_path, AT_ONCE, told=True) is Verdict.WAIT
    with pytest.raises(LegMissing, match="agent"):
        verdict(tmp_path, LATER)


def test_an_offer_without_legs_is_dropped_once_it_cannot_be_answered_any_more(
    tmp_path: Path,
) -> None:
    end = SIDECAR.offered_at_ms + UNANSWERED_MS
    assert verdict(tmp_path, end - 1) is Verdict.WAIT
    assert verdict(tmp_path, end) is Verdict.DROP


def test_a_voicemail_has_one_leg(tmp_path: Path) -> None:
    voicemail = replace(SIDECAR, kind=RecordingKind.VOICEMAIL, mailbox="office")
    leg(tmp_path / f"{voicemail.base}-caller.wav")
    found = judge(voicemail, tmp_path, held=set, now_ms=AT_ONCE, told=True)
    assert found is Verdict.FINISH


def test_a_leg_that_is_no_wav_is_unusable(tmp_path: Path) -> None:
    (tmp_path / CALLER).write_bytes(b"GIF89a, and more of it")
    with pytest.raises(LegUnusable):
        is_closed(tmp_path / CALLER)


@pytest.mark.parametrize("length", [0, 3, 11, 20, 43, 44, 900])
def test_a_leg_cut_at_any_place_is_not_closed(tmp_path: Path, length: int) -> None:
    path = leg(tmp_path / CALLER)
    with path.open("r+b") as file:
        file.truncate(length)
    assert not is_closed(path)


def test_a_header_with_a_chunk_before_the_sound_is_understood(tmp_path: Path) -> None:
    path = leg(tmp_path / CALLER)
    whole = path.read_bytes()
    extra = b"LIST" + (4).to_bytes(4, "little") + b"INFO"
    size = (len(whole) + len(extra) - 8).to_bytes(4, "little")
    path.write_bytes(whole[:4] + size + whole[8:36] + extra + whole[36:])
    assert is_closed(path)


def test_a_file_that_we_hold_open_is_seen(tmp_path: Path) -> None:
    path = leg(tmp_path / CALLER)
    leg(tmp_path / AGENT)
    with path.open("rb"):
        assert held_open(tmp_path) == {CALLER}
    assert held_open(tmp_path) == set()
