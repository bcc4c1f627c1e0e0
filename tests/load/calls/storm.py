"""Twenty whole calls a second: the processor time that the controller, Asterisk and Redis take.

The telephones are processes of their own. What happened is read from the event stream: a call
counts when it was answered by an agent and its recording is stored, and one that is missing spoils
the measurement.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Self

import psutil

from ivr.platform.processes import ProcessRecord
from store.events import Event, EventType
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.platform import Platform
from tests.e2e.rig.short_calls import log_everybody_in, short_trees
from tests.load.ratios import CannotMeasure, Ratio

CALLS_A_SECOND = 20
CALLS = 500
WARM_UP_CALLS = 60
LIMIT_MS = 10
PARTS = ("controller", "asterisk", "redis")
SETTLED_SECONDS = 180

WHOLE = (EventType.CALL_ANSWERED, EventType.RECORDING_STORED, EventType.CONTACT_ENDED)
"""Each of them happens once in a call that went as it shall."""


@dataclass(frozen=True, slots=True)
class Storm:
    """One round.

    Attributes:
        rate: Calls begun a second.
        cpu_ms: Processor time a call, by part; ``"recordings"`` are the controller's children.
        waits_ms: From ``call.queued`` to ``call.offered``, of each call.
        peak_mb: The controller's largest resident memory so far.
    """

    rate: float
    cpu_ms: dict[str, float]
    waits_ms: list[int]
    peak_mb: float


def measure(rounds: int) -> list[Ratio]:
    """Start a platform, call it, read the meters.

    Raises:
        CannotMeasure: The platform did not start, or a call was not served.
    """
    storms = asyncio.run(_storms(rounds))
    for storm in storms:
        print(f"  {_told(storm)}", file=sys.stderr)
    cost = median(storm.cpu_ms["controller"] for storm in storms)
    name = f"controller's CPU a whole call at {CALLS_A_SECOND} calls/s, ms"
    middle = sorted(storms, key=lambda storm: storm.cpu_ms["controller"])[len(storms) // 2]
    return [Ratio(name, cost, LIMIT_MS, _told(middle), at_most=True)]


def _told(storm: Storm) -> str:
    cut = quantiles(storm.waits_ms, n=100)
    costs = ", ".join(f"{part} {ms:.1f} ms" for part, ms in storm.cpu_ms.items())
    return (
        f"{costs} a call; {storm.rate:.1f} calls/s; "
        f"queued to offered p50 {cut[49]:.0f} ms, p99 {cut[98]:.0f} ms; "
        f"controller's peak {storm.peak_mb:.0f} MB"
    )


async def _storms(rounds: int) -> list[Storm]:
    platform = Platform(short_trees)
    try:
        await platform.start()
        await log_everybody_in(platform.redis)
        async with People.of("agents", platform), People.of("callers", platform) as callers:
            await _storm(platform, callers, WARM_UP_CALLS)
            return [await _storm(platform, callers, CALLS) for _ in range(rounds)]
    except AssertionError as failure:
        raise CannotMeasure(str(failure)) from failure
    finally:
        await platform.stop()
        platform.remove()


async def _storm(platform: Platform, callers: People, calls: int) -> Storm:
    processes = {part: _process(platform, part) for part in PARTS}
    journal = await Journal.from_now(platform.redis)
    before = _cpu_seconds(processes)
    went = await callers.ask({"calls": calls, "a_second": CALLS_A_SECOND})
    if went["failures"]:
        raise CannotMeasure(f"{len(went['failures'])} calls failed: {went['failures'][0]}")

    async def all_whole() -> bool:
        await journal.catch_up()
        return all(len(journal.all(kind)) >= calls for kind in WHOLE)

    try:
        await eventually(all_whole, seconds=SETTLED_SECONDS)
    except AssertionError:
        raise CannotMeasure(f"of {calls} calls: {_counted(journal.events)}") from None
    spent = {part: seconds - before[part] for part, seconds in _cpu_seconds(processes).items()}
    counted = _counted(journal.events)
    if any(counted[kind] != calls for kind in WHOLE) or counted[EventType.CALL_ABANDONED]:
        raise CannotMeasure(f"of {calls} calls: {counted}")
    return Storm(
        rate=(calls - 1) / went["seconds"],
        cpu_ms={part: seconds * 1000 / calls for part, seconds in spent.items()},
        waits_ms=_waits_ms(journal.events),
        peak_mb=_peak_mb(processes["controller"]),
    )


def _counted(events: Sequence[Event]) -> Counter[EventType]:
    return Counter(event.type for event in events)


def _waits_ms(events: Sequence[Event]) -> list[int]:
    queued = {event.contact: event.at for event in events if event.type is EventType.CALL_QUEUED}
    return [
        event.at - queued[event.contact] for event in events if event.type is EventType.CALL_OFFERED
    ]


def _process(platform: Platform, part: str) -> psutil.Process:
    record = ProcessRecord.read(platform.layout.record(part))
    if record is None:
        raise CannotMeasure(f"the part {part} of the platform does not run")
    return psutil.Process(record.pid)


def _cpu_seconds(processes: Mapping[str, psutil.Process]) -> dict[str, float]:
    """What each part has spent in all its threads, and apart from it what recordings took.

    These are finished behind the calls by children of the controller, who count once they ended.
    """
    times = {part: process.cpu_times() for part, process in processes.items()}
    seconds = {part: spent.user + spent.system for part, spent in times.items()}
    recordings = times["controller"].children_user + times["controller"].children_system
    return seconds | {"recordings": recordings}


def _peak_mb(process: psutil.Process) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(peak.split()[1]) / 1024


class People:
    """Callers or agents in their process; see :mod:`tests.load.calls.people`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in = process.stdin
        self._out = process.stdout

    @classmethod
    @asynccontextmanager
    async def of(
        cls, role: str, platform: Platform, module: str = "tests.load.calls.people"
    ) -> AsyncIterator[Self]:
        """Those of a role, ready."""
        with platform.layout.part_log(role).open("wb") as chatter:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", module, role, platform.server),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=chatter,
            )
        people = cls(process)
        try:
            if await people.ask(dict(platform.secrets.phones)) != "ready":
                raise CannotMeasure(f"the {role} did not start")
            yield people
        finally:
            people._in.close()
            try:
                async with asyncio.timeout(10):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()

    async def ask(self, order: object) -> Any:
        """Give an order and wait for its answer."""
        self._in.write(json.dumps(order).encode() + b"\n")
        answer = await self._out.readline()
        if not answer:
            raise CannotMeasure("a process of telephones ended before its time")
        return json.loads(answer)
