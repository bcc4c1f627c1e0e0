"""The worker process on its own: memory, manners, and what it answers."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from recorder.keys import MasterKeys
from recorder.vault import unseal
from recorder.worker import DISK_FULL, LEG_UNUSABLE, NICENESS, Answer, Job
from recorder.workers import WORKER
from tests.integration.recorder.conftest import CALLER_HZ, tone
from tests.load.finishing.conversations import conversation, finished

pytestmark = pytest.mark.integration


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    MasterKeys.make(tmp_path / "keys.json")
    return tmp_path / "keys.json"


def answers(*jobs: Job, under: tuple[str, ...] = ()) -> list[Answer]:
    lines = "".join(job.line() for job in jobs).encode()
    told = subprocess.run([*under, *WORKER], input=lines, stdout=subprocess.PIPE, check=True).stdout
    return [Answer.of(line) for line in told.splitlines()]


def job(folder: Path, keys: Path, name: str, leg: Path) -> Job:
    return Job(name, (str(leg),), str(folder / f".{name}.part"), str(keys))


def test_memory_does_not_grow_with_the_call(tmp_path: Path, keys: Path) -> None:
    short = finished(conversation(tmp_path, 30), keys)
    long = finished(conversation(tmp_path, 10 * 60), keys)
    assert long.peak_mb <= 1.1 * short.peak_mb


def test_one_bad_leg_costs_no_other_recording(tmp_path: Path, keys: Path) -> None:
    (tmp_path / "bad.wav").write_bytes(b"GIF89a" * 100)
    good = tone(tmp_path / "good.wav", CALLER_HZ, 1)
    first, second = answers(
        job(tmp_path, keys, "a-1", tmp_path / "bad.wav"), job(tmp_path, keys, "a-2", good)
    )
    assert (first.fault, second.fault) == (LEG_UNUSABLE, "")
    assert "bad.wav" in first.complaint
    assert not (tmp_path / ".a-1.part").exists()
    with (tmp_path / ".a-2.part").open("rb") as file:
        assert b"".join(unseal(file, MasterKeys.load(keys), "a-2")).startswith(b"OggS")


def test_without_room_it_says_so_and_leaves_nothing(tmp_path: Path, keys: Path) -> None:
    leg = tone(tmp_path / "leg.wav", CALLER_HZ, 20)
    (answer,) = answers(job(tmp_path, keys, "a-1", leg), under=("prlimit", "--fsize=5000"))
    assert answer.fault == DISK_FULL
    assert not (tmp_path / ".a-1.part").exists()


def test_half_a_file_of_another_attempt_is_never_written_over(tmp_path: Path, keys: Path) -> None:
    (tmp_path / ".a-1.part").write_text("another's")
    (answer,) = answers(job(tmp_path, keys, "a-1", tone(tmp_path / "leg.wav", CALLER_HZ, 0.5)))
    assert answer.fault == "os"
    assert (tmp_path / ".a-1.part").read_text() == "another's"


def test_it_gives_way_to_the_calls() -> None:
    script = "import os, recorder.worker as w; w.main(); print(os.nice(0))"
    told = subprocess.run(
        [WORKER[0], "-c", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True
    ).stdout
    assert json.loads(told) >= min(os.nice(0) + NICENESS, 19)


def test_it_starts_with_little_to_read() -> None:
    script = "import sys, recorder.worker; print('sqlalchemy' in sys.modules)"
    told = subprocess.run([WORKER[0], "-c", script], stdout=subprocess.PIPE, check=True).stdout
    assert told == b"False\n"


def test_nobody_to_answer_makes_it_clean_up(tmp_path: Path, keys: Path) -> None:
    leg = tone(tmp_path / "leg.wav", CALLER_HZ, 0.5)
    worker = subprocess.Popen(WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdout.close()
    worker.stdin.write(job(tmp_path, keys, "a-1", leg).line().encode())
    worker.stdin.close()
    assert worker.wait(30) == 1
    assert not (tmp_path / ".a-1.part").exists()
