"""The worker on conversations of five minutes and of an hour, as the controller runs it.

A conversation here is two voices by turns over line noise: what matters to loudness, limiter and
codec. What counts is the processor time of the worker with its ffmpeg, and the memory of the
greediest of them at its peak.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from media.wav import RATE_HZ
from recorder.keys import MasterKeys
from recorder.worker import Answer, Job
from recorder.workers import WORKER
from tests.load.ratios import CannotMeasure, Ratio, of_rounds

SHORT_S, LONG_S = 300, 3600
_TURN_S = 4
_PIECE_S = 60

# A process starts with the memory of the one that made it, and the peak remembers that: so it is
# made by a small one, which also hears what the worker's own children took.
_LAUNCHER = """
import json, resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss]), file=sys.stderr)
sys.exit(code)
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One recording finished.

    Attributes:
        cpu_s: Processor time.
        peak_mb: Largest resident memory of one process.
    """

    cpu_s: float
    peak_mb: float


def measure(rounds: int) -> list[Ratio]:
    """Finish both once a round and compare.

    Raises:
        CannotMeasure: The worker failed.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        keys = folder / "keys.json"
        MasterKeys.make(keys)
        calls = {seconds: conversation(folder, seconds) for seconds in (SHORT_S, LONG_S)}
        runs: dict[int, list[Run]] = {seconds: [] for seconds in calls}
        for number in range(rounds):
            for seconds, legs in calls.items():
                run = finished(legs, keys)
                runs[seconds].append(run)
                print(
                    f"  round {number + 1}: {seconds // 60:2} min: {run.cpu_s:5.1f} s of processor,"
                    f" {run.peak_mb:.0f} MB",
                    file=sys.stderr,
                    flush=True,
                )
    speed = {s: median(s / run.cpu_s for run in of) for s, of in runs.items()}
    peak = {s: [run.peak_mb for run in of] for s, of in runs.items()}
    return [
        Ratio(
            "finishing: seconds of conversation a second of one core",
            min(speed.values()),
            50,
            f"5 min at {speed[SHORT_S]:.0f}, 60 min at {speed[LONG_S]:.0f} times real time",
        ),
        Ratio(
            "finishing: peak memory, a call of 60 min / of 5 min",
            of_rounds(peak[LONG_S], peak[SHORT_S]),
            1.1,
            f"{median(peak[LONG_S]):.0f} MB and {median(peak[SHORT_S]):.0f} MB",
            at_most=True,
        ),
    ]


def conversation(folder: Path, seconds: int) -> tuple[Path, Path]:
    """The legs of one: caller and agent, who is softer."""
    caller, agent = folder / f"{seconds}-caller.wav", folder / f"{seconds}-agent.wav"
    _voice(caller, seconds, hertz=220, level=4000, first=True)
    _voice(agent, seconds, hertz=170, level=700, first=False)
    return caller, agent


def finished(legs: Sequence[Path], keys: Path) -> Run:
    """Run the worker on one recording.

    Raises:
        CannotMeasure: It failed.
    """
    out = legs[0].with_suffix(".part")
    job = Job("call-1", tuple(map(str, legs)), str(out), str(keys))
    done = subprocess.run(
        [sys.executable, "-c", _LAUNCHER, *WORKER],
        input=job.line().encode(),
        capture_output=True,
        check=False,
    )
    out.unlink(missing_ok=True)
    if done.returncode or Answer.of(done.stdout).fault:
        raise CannotMeasure(f"the worker ended with {done.returncode} and said {done.stdout!r}")
    cpu_s, peak_kb = json.loads(done.stderr.splitlines()[-1])
    return Run(cpu_s, peak_kb / 1024)


def _voice(path: Path, seconds: int, *, hertz: float, level: float, first: bool) -> None:
    random = np.random.default_rng(7)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        for start in range(0, seconds, _PIECE_S):
            length = min(_PIECE_S, seconds - start) * RATE_HZ
            at = start + np.arange(length) / RATE_HZ
            speaks = (at // _TURN_S % 2 == 0) == first
            syllables = np.clip(np.sin(2 * np.pi * 4 * at), 0, 1)
            sound = sum(np.sin(2 * np.pi * hertz * n * at) / n for n in range(1, 8))
            noise = random.normal(0, 12, length)
            file.writeframes((speaks * syllables * sound * level + noise).astype("<i2").tobytes())
