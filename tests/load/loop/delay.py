"""The controller's event loop while four callers are listened to and twenty calls run.

Twenty callers are on the telephone all the time: each hears a menu, presses a key, waits in the
queue, talks to one of three agents and calls again. Four more speak to a menu without end. The
controller counts its own lateness fifty times a second; of that the 99th percentile is read. Two
figures beside it tell what of that is the machine's, whoever else uses it: how late a loop with
nothing to do is, and how long the controller was ready to run and had no core.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from statistics import median

from ruamel.yaml import YAML

from monitoring.loop_delay import LoopDelay
from monitoring.metrics.bounds import DELAY_BOUNDS_SECONDS
from monitoring.metrics.platform import EVENT_LOOP_DELAY
from store.events import EventType
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.platform import ORG, Platform
from tests.e2e.rig.short_calls import log_everybody_in, short_trees
from tests.load.calls.storm import People
from tests.load.loop.crowd import CALLERS, SPEAKERS, SPEECH_NUMBER
from tests.load.ratios import CannotMeasure, Ratio

SECONDS = 20.0
WARM_UP_SECONDS = 4.0
LIMIT_MS = 5.0

_SPEECH_TREE = {
    "numbers": [SPEECH_NUMBER],
    "start": "menu",
    "nodes": {
        "menu": {
            "menu": {"en": "Speak.", "sv": "Tala.", "da": "Tal."},
            "choices": {
                1: {"goto": "menu", "phrases": {"en": ["operator", "opening hours"]}},
                0: {"goto": "end"},  # which nobody says
            },
            "on_invalid": {"repeat": 9, "then": "menu"},
            "on_silence": {"repeat": 9, "then": "menu"},
        },
        "end": {"hang_up": ""},
    },
}


@dataclass(frozen=True, slots=True)
class Busy:
    """One round.

    Attributes:
        late_ms: The controller's lateness by percentile.
        idle_ms: Likewise that of a loop with nothing to do.
        ran_s: Seconds that the controller's loop ran.
        waited_s: Seconds that it waited for a core.
        calls: Calls served from ring to hang-up.
        heard: Words listened to, by outcome.
    """

    late_ms: Mapping[int, float]
    idle_ms: Mapping[int, float]
    ran_s: float
    waited_s: float
    calls: int
    heard: Mapping[str, int]


def measure(rounds: int) -> list[Ratio]:
    """Start a platform, keep it busy, read its own figures.

    Raises:
        CannotMeasure: The platform did not start, or a call was not served.
    """
    found = asyncio.run(_rounds(rounds))
    for one in found:
        print(f"  {_told(one)}", file=sys.stderr)
    late = median(one.late_ms[99] for one in found)
    middle = sorted(found, key=lambda one: one.late_ms[99])[len(found) // 2]
    name = f"event-loop delay p99 with {SPEAKERS} recognitions and {CALLERS} calls, ms"
    return [Ratio(name, late, LIMIT_MS, _told(middle), at_most=True)]


def _told(one: Busy) -> str:
    late = _listed(one.late_ms)
    heard = ", ".join(f"{count} {outcome}" for outcome, count in one.heard.items())
    idle = _listed(one.idle_ms)
    cores = f"it ran {one.ran_s:.1f} s and waited {one.waited_s:.1f} s for a core"
    return (
        f"{late}; {cores}; an idle loop {idle}; {one.calls} calls in {SECONDS:g} s; words: {heard}"
    )


def _listed(late_ms: Mapping[int, float]) -> str:
    return ", ".join(f"p{share} {ms:.2f} ms" for share, ms in late_ms.items())


async def _rounds(rounds: int) -> list[Busy]:
    platform = Platform(_trees)
    try:
        await platform.start()
        await log_everybody_in(platform.redis)
        async with People.of("crowd", platform, module="tests.load.loop.crowd") as crowd:
            await _busy(platform, crowd, WARM_UP_SECONDS)
            return [await _busy(platform, crowd, SECONDS) for _ in range(rounds)]
    except AssertionError as failure:
        raise CannotMeasure(str(failure)) from failure
    finally:
        await platform.stop()
        platform.remove()


async def _busy(platform: Platform, crowd: People, seconds: float) -> Busy:
    journal = await Journal.from_now(platform.redis)
    idle = LoopDelay()
    before = await platform.buckets(EVENT_LOOP_DELAY.name)
    ran, waited = _scheduled(platform)
    beside = asyncio.create_task(idle.run())
    went = await crowd.ask(seconds)
    beside.cancel()
    ran_then, waited_then = _scheduled(platform)
    after = await platform.buckets(EVENT_LOOP_DELAY.name)
    if went["failures"]:
        raise CannotMeasure(f"{len(went['failures'])} callers failed: {went['failures'][0]}")
    await journal.catch_up()
    outcomes = [event.fields["outcome"] for event in journal.all(EventType.SPEECH_HEARD)]
    return Busy(
        late_ms=_percentiles([then - now for now, then in zip(before, after, strict=True)][:-1]),
        idle_ms=_percentiles(list(accumulate(idle.counts[:-1]))),
        ran_s=ran_then - ran,
        waited_s=waited_then - waited,
        calls=went["calls"],
        heard={outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))},
    )


def _scheduled(platform: Platform) -> tuple[float, float]:
    """Seconds until now that the controller's loop ran, and was ready to run and did not."""
    schedstat = Path(f"/proc/{platform.controller().pid}/schedstat")
    ran, waited, _ = schedstat.read_text(encoding="ascii").split()
    return int(ran) / 1e9, int(waited) / 1e9


def _percentiles(turns: Sequence[float]) -> Mapping[int, float]:
    return {share: 1000 * _percentile(turns, share / 100) for share in (50, 90, 99)}


def _percentile(turns: Sequence[float], share: float) -> float:
    """The lateness, seconds, that ``share`` of the turns did not pass; even within a bucket.

    Args:
        turns: How many were no later than each of ``DELAY_BOUNDS_SECONDS``.
        share: 0..1.
    """
    wanted = share * turns[-1]
    edges = [(0.0, 0.0), *zip(DELAY_BOUNDS_SECONDS, turns, strict=True)]
    for (low, below), (high, upto) in pairwise(edges):
        if upto >= wanted:
            return low + (high - low) * (wanted - below) / (upto - below) if upto > below else high
    return DELAY_BOUNDS_SECONDS[-1]


def _trees(folder: Path) -> Path:
    short_trees(folder)
    yaml = YAML()
    file = folder / ORG / "organisation.yaml"
    organisation = yaml.load(file)
    organisation["languages"] = ["en", "sv", "da"]
    yaml.dump(organisation, file)
    yaml.dump(_SPEECH_TREE, folder / ORG / "speech.yaml")
    return folder
