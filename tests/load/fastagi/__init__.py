"""FastAGI: sessions of five commands, 32 at once, beside a floor, a limit and panoramisk.

The load generator plays Asterisk on the first core, the server has the second to itself. The floor
is the same call in C with nothing parsed; the limit the same on uvloop. What is measured of Växel
is the server that answers real calls, with its typed commands.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.load.ratios import CannotMeasure, Ratio, of_rounds

CALLS = 4_000
WARM_UP_CALLS = 200
WIDTH = 32
LIMIT_S = 60
HERE = Path(__file__).parent
CANDIDATES = ("floor", "limit", "panoramisk", "vaxel")


@dataclass(frozen=True, slots=True)
class Run:
    """One candidate in one round.

    Attributes:
        rate: Sessions a second.
        p50_ms: Median delay of a command.
        p99_ms: 99th percentile of it.
    """

    rate: float
    p50_ms: float
    p99_ms: float


def measure(rounds: int) -> list[Ratio]:
    """Run every candidate once a round and compare.

    Raises:
        CannotMeasure: gcc is missing or a candidate failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        programs = {name: compiled(name, Path(folder)) for name in ("generator", "floor")}
        runs: dict[str, list[Run]] = {name: [] for name in CANDIDATES}
        for number in range(rounds):
            for name in CANDIDATES:
                run = one_run(name, programs)
                runs[name].append(run)
                print(
                    f"  round {number + 1}: {name:10} {run.rate:6.0f} sessions/s, "
                    f"p50 {run.p50_ms:.2f} ms, p99 {run.p99_ms:.2f} ms",
                    file=sys.stderr,
                    flush=True,
                )
    rate = {name: [run.rate for run in of] for name, of in runs.items()}
    p99 = {name: [run.p99_ms for run in of] for name, of in runs.items()}
    mid = {name: f"{median(of):.0f}/s" for name, of in rate.items()}
    return [
        Ratio(
            "FastAGI sessions, of the uvloop limit",
            of_rounds(rate["vaxel"], rate["limit"]),
            0.55,
            f"{mid['vaxel']} of {mid['limit']}; floor in C {mid['floor']}",
        ),
        Ratio(
            "FastAGI sessions, to panoramisk on uvloop",
            of_rounds(rate["vaxel"], rate["panoramisk"]),
            1.6,
            f"{mid['vaxel']} to {mid['panoramisk']}; the limit itself is at "
            f"{of_rounds(rate['limit'], rate['panoramisk']):.2f}",
        ),
        Ratio(
            "FastAGI p99 of a command, to the floor in C",
            of_rounds(p99["vaxel"], p99["floor"]),
            5,
            f"{median(p99['vaxel']):.1f} ms to {median(p99['floor']):.1f} ms "
            f"(panoramisk {median(p99['panoramisk']):.1f} ms)",
            at_most=True,
        ),
    ]


def compiled(name: str, folder: Path) -> Path:
    """The program made of ``name.c``."""
    gcc = shutil.which("gcc")
    if gcc is None:
        raise CannotMeasure("gcc is missing; install it (apt-get install gcc libc6-dev)")
    program = folder / name
    subprocess.run([gcc, "-O2", "-Wall", "-o", program, HERE / f"{name}.c"], check=True)
    return program


def one_run(name: str, programs: dict[str, Path]) -> Run:
    """Start a candidate, warm it up, load it, stop it."""
    generator = str(programs["generator"])
    first, *_, last = sorted(os.sched_getaffinity(0)) * 2
    with serving(name, programs["floor"], core=last) as port:
        load(generator, port, WARM_UP_CALLS, core=first)
        result = load(generator, port, CALLS, core=first)
    if result["bad"] or result["ended"] != CALLS:
        raise CannotMeasure(f"{name} served {result['ended']:.0f} calls, {result['bad']:.0f} wrong")
    return Run(CALLS / result["seconds"], result["p50_ms"], result["p99_ms"])


@contextmanager
def serving(name: str, floor: Path, core: int) -> Iterator[int]:
    """A candidate's process on one core; yields its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    server = [sys.executable, "-m", "tests.load.fastagi.servers", name]
    program = [str(floor)] if name == "floor" else server
    process = subprocess.Popen(
        [*pinned(core), *program, str(port)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise CannotMeasure(f"{name} did not start on port {port}")
        yield port
    finally:
        process.kill()
        process.communicate()


def load(generator: str, port: int, calls: int, core: int) -> dict[str, float]:
    """What the generator saw."""
    done = subprocess.run(
        [*pinned(core), generator, str(port), str(calls), str(WIDTH), str(LIMIT_S)],
        stdout=subprocess.PIPE,
        check=False,
        text=True,
    )
    result: dict[str, float] = json.loads(done.stdout)
    return result


def pinned(core: int) -> list[str]:
    """The words in front of a command that keep it on one core."""
    return ["taskset", "-c", str(core)]
