from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from ivr.platform.processes import ProcessRecord

pytestmark = pytest.mark.unit

WILLING = "import signal; print(flush=True); signal.pause()"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {WILLING}"


def child(code: str) -> subprocess.Popen[bytes]:
    """A process that has come as far as its print."""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    return process


@pytest.fixture
def willing() -> Iterator[subprocess.Popen[bytes]]:
    with child(WILLING) as process:
        yield process
        process.kill()


def test_a_record_survives_being_written_down(tmp_path: Path) -> None:
    record = ProcessRecord.of(os.getpid(), restarts=3)
    record.write(tmp_path / "me.json")

    assert ProcessRecord.read(tmp_path / "me.json") == record
    assert record.alive()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"pid": "x", "created": 1, "restarts": 0}'])
def test_a_damaged_record_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "it.json").write_text(content)

    assert ProcessRecord.read(tmp_path / "it.json") is None


def test_another_process_that_was_given_the_same_id_is_not_ours_and_is_left_alone(
    willing: subprocess.Popen[bytes],
) -> None:
    ours = ProcessRecord.of(willing.pid)
    stranger = replace(ours, start=f"{ours.start}0")

    assert not stranger.alive()
    assert stranger.stop(signal.SIGKILL, 0)
    assert willing.poll() is None


def test_a_clock_that_somebody_sets_makes_no_stranger_of_a_process(
    willing: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = ProcessRecord.of(willing.pid)

    # the boot's time and with it every start is reckoned from the clock as it stands
    monkeypatch.setattr(psutil.Process, "create_time", lambda _: ours.created + 3600)

    assert ours.alive()


def test_one_that_ends_when_asked_has_ended_by_itself(willing: subprocess.Popen[bytes]) -> None:
    assert ProcessRecord.of(willing.pid).stop(signal.SIGTERM, 30)
    assert willing.wait() == -signal.SIGTERM


def test_one_that_does_not_end_is_killed_after_its_time() -> None:
    with child(STUBBORN) as process:
        ticks = iter(range(0, 1000, 4))

        assert not ProcessRecord.of(process.pid).stop(
            signal.SIGTERM, 10, clock=lambda: next(ticks), pause=lambda _seconds: None
        )
        assert process.wait() == -signal.SIGKILL


def test_a_process_that_has_ended_has_no_record() -> None:
    with child("print(flush=True)") as process:
        process.wait()

    with pytest.raises(ProcessLookupError):
        ProcessRecord.of(process.pid)
