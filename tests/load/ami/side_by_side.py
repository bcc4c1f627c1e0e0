"""The AMI figures: everything side by side in one run, judged as ratios.

Rounds are interleaved and each ratio is taken within its round, since the speed of a shared
machine swings from round to round.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.load.ami.replay import CHATTER, SHARES, write_replay
from tests.load.ratios import Ratio, of_rounds

CHECKOUT = Path(__file__).resolve().parents[3]
EVENTS = 200_000
FEWER = 40_000  # for panoramisk, which would take most of the run; its speed does not change


@dataclass(frozen=True, slots=True)
class Row:
    """What one run of one consumer gave."""

    events: int
    characters: int
    seconds: float
    peak_mb: float

    @property
    def speed(self) -> float:
        """Events of the replay a second, by those that the consumer was given."""
        return self.events / self.seconds


def measure(rounds: int) -> list[Ratio]:
    """All AMI ratios; a round takes about half a minute.

    Raises:
        AssertionError: A consumer has not seen every event, so that its speed means nothing.
    """
    with tempfile.TemporaryDirectory(prefix="vaxel-ami-") as folder:
        many, fewer = Path(folder, "many"), Path(folder, "fewer")
        write_replay(many, EVENTS)
        write_replay(fewer, FEWER)
        taken = []
        for number in range(1, rounds + 1):
            print(f"  round {number} of {rounds}", file=sys.stderr, flush=True)
            taken.append(_round(many, fewer))
        print("  two stalls of the store", file=sys.stderr, flush=True)
        stalled = [_run("ours_stalled", many, EVENTS) for _ in range(2)]
    for row in stalled:
        assert row.events == EVENTS, f"{row.events} of {EVENTS} after the stall"
    return [
        _ratio("AMI: all events / panoramisk", taken, "ours_all", "panoramisk", 4.0),
        _ratio("AMI: all events / reference", taken, "ours_all", "reference", 0.9),
        _ratio("AMI: subscriptions (28 %) / reference", taken, "ours_subscribed", "reference", 1.6),
        _ratio("AMI: coroutine handlers / panoramisk", taken, "ours_waiting", "panoramisk", 1.0),
        Ratio(
            f"AMI: peak memory in MB, {EVENTS:,} events over an 8 s stall",
            max(row.peak_mb for row in stalled),
            64.0,
            f"all handled after {stalled[0].seconds:.0f} s",
            at_most=True,
        ),
    ]


def _round(many: Path, fewer: Path) -> dict[str, float]:
    """Replay events a second, by consumer."""
    rows = {
        "reference": _run("reference", many, EVENTS),
        "ours_all": _run("ours_all", many, EVENTS),
        "ours_subscribed": _run("ours_subscribed", many, EVENTS),
        "ours_waiting": _run("ours_waiting", many, EVENTS),
        "panoramisk": _run("panoramisk", fewer, FEWER),
    }
    everything = rows["reference"]
    for name in ("ours_all", "ours_waiting"):
        assert rows[name].events == everything.events == EVENTS, f"{name} has missed events"
        assert rows[name].characters == everything.characters, f"{name} has read other values"
    assert rows["panoramisk"].events == FEWER, "panoramisk has missed events"
    wanted = 1 - sum(SHARES[name] for name in CHATTER) / 100
    given = rows["ours_subscribed"].events / EVENTS
    assert abs(given - wanted) < 0.01, f"{given:.1%} of the events, not the {wanted:.0%} wanted"
    speeds = {name: row.speed for name, row in rows.items()}
    speeds["ours_subscribed"] /= given
    return speeds


def _ratio(name: str, taken: list[dict[str, float]], ours: str, theirs: str, bar: float) -> Ratio:
    mine = [speeds[ours] for speeds in taken]
    peers = [speeds[theirs] for speeds in taken]
    note = f"{median(mine) / 1000:.0f} k against {median(peers) / 1000:.0f} k events/s"
    return Ratio(name, of_rounds(mine, peers), bar, note)


def _run(consumer: str, replay: Path, events: int) -> Row:
    """One consumer against one server, each on a core of its own where there are two."""
    first, second = _cores()
    server = subprocess.Popen(
        [*first, sys.executable, "-m", "tests.load.ami.server", str(replay)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        out = subprocess.run(
            [
                *second,
                sys.executable,
                "-m",
                "tests.load.ami.consumers",
                consumer,
                port,
                str(events),
            ],
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            timeout=180,
            check=True,
        )
    finally:
        server.kill()
        server.wait()
    return Row(**json.loads(out.stdout))


def _cores() -> tuple[list[str], list[str]]:
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        return [], []
    return ["taskset", "-c", str(cores[0])], ["taskset", "-c", str(cores[1])]
