"""The supervisor over small real processes; time goes by as fast as it is asked for."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from ivr.platform.errors import AlreadyRunning, NotHealthy, StateNotWritable
from ivr.platform.health import Health
from ivr.platform.ownership import sole_supervisor, stop_leftovers
from ivr.platform.parts import Part
from ivr.platform.paths import Layout
from ivr.platform.processes import ProcessRecord
from ivr.platform.supervisor import Supervisor
from ivr.settings import Settings

pytestmark = pytest.mark.unit

SETTINGS = Settings()
WAITS = "import signal; print('I wait', flush=True); signal.pause()"


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path)
    for folder in layout.folders():
        folder.mkdir(parents=True)
    return layout


async def well() -> Health:
    return Health(True)


async def ill() -> Health:
    return Health(False, "It does not answer.")


def part(name: str, code: str = WAITS, *, healthy: bool = True) -> Part:
    return Part(name, name.title(), (sys.executable, "-c", code), well if healthy else ill, 5)


class Day:
    """A supervisor's surroundings: its words, its clock, and who waits for what."""

    def __init__(self, layout: Layout, *parts: Part) -> None:
        self.words: list[str] = []
        self.slept: list[float] = []
        self.stop = asyncio.Event()
        self.ready = asyncio.Event()
        self._now = 0.0
        self._spoken = asyncio.Condition()
        self._waiters: list[tuple[str, asyncio.Event]] = []
        self._supervisor = Supervisor(
            parts, layout, SETTINGS, self._tell, sleep=self._sleep, clock=lambda: self._now
        )

    async def run(self) -> None:
        await self._supervisor.run(self.stop, self.ready.set)

    async def said(self, text: str, times: int = 1) -> None:
        """Wait until ``text`` was said so often."""
        while sum(text in words for words in self.words) < times:
            heard = asyncio.Event()
            self._waiters.append((text, heard))
            await heard.wait()

    def _tell(self, text: str) -> None:
        self.words.append(text)
        for wanted, heard in self._waiters:
            if wanted in text:
                heard.set()

    async def slept_again(self) -> None:
        """Wait until whatever is looked at again and again has been looked at."""
        until = len(self.slept) + 3
        while len(self.slept) < until:  # noqa: ASYNC110 - nobody is told of it
            await asyncio.sleep(0)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._now += seconds
        await asyncio.sleep(0)


def pid(layout: Layout, name: str) -> int:
    record = ProcessRecord.read(layout.record(name))
    assert record is not None
    return record.pid


async def test_parts_start_in_order_and_stop_in_the_other_order(layout: Layout) -> None:
    day = Day(layout, part("redis"), part("asterisk"), part("controller"))

    async with asyncio.TaskGroup() as group:
        group.create_task(day.run())
        await day.ready.wait()
        pids = [pid(layout, name) for name in ("redis", "asterisk", "controller")]
        day.stop.set()

    assert day.words == [
        *("Starting Redis", "Starting Asterisk", "Starting Controller"),
        *("Stopping Controller", "Stopping Asterisk", "Stopping Redis"),
    ]
    assert not [number for number in pids if psutil.pid_exists(number)]
    assert not list(layout.run.glob("*.json"))


async def test_a_part_that_ends_while_starting_stops_the_others_and_is_quoted(
    layout: Layout,
) -> None:
    fails = (sys.executable, "-c", "import sys; sys.exit('no such port')")
    day = Day(layout, part("redis"), Part("asterisk", "Asterisk", fails, ill, 1e9))

    with pytest.raises(NotHealthy, match=r"Asterisk ended while starting \(code 1\)") as refused:
        await day.run()

    assert "no such port" in str(refused.value)
    assert not day.ready.is_set()
    assert day.words[-1] == "Stopping Redis"
    assert not list(layout.run.glob("*.json"))


async def test_nobody_waits_for_a_part_whose_need_has_died(layout: Layout) -> None:
    day = Day(layout, part("redis"), Part("controller", "Controller", part("").command, ill, 1e9))

    async def kill() -> None:
        await day.said("Starting Controller")
        os.kill(pid(layout, "redis"), signal.SIGKILL)

    with pytest.raises(NotHealthy, match=r"Redis ended while starting \(code -9\)"):
        await asyncio.gather(day.run(), kill())


async def test_a_part_that_never_gets_well_is_given_up_after_its_time(layout: Layout) -> None:
    day = Day(layout, part("redis", healthy=False))

    with pytest.raises(NotHealthy, match="not ready within 5 s: It does not answer"):
        await day.run()
    assert 5 <= sum(day.slept) < 6


async def test_a_part_that_takes_long_is_mentioned_again_and_again(layout: Layout) -> None:
    slow = Part("redis", "Redis", (sys.executable, "-c", WAITS), ill, 35)
    day = Day(layout, slow)

    with pytest.raises(NotHealthy):
        await day.run()
    assert day.words[:-1] == [
        "Starting Redis",
        *(f"Redis is still starting ({seconds} s)" for seconds in (10, 20, 30)),
    ]


async def test_a_program_that_is_not_there_is_told(layout: Layout) -> None:
    day = Day(layout, Part("redis", "Redis", ("/nowhere/redis-server",), well, 5))

    with pytest.raises(NotHealthy, match="Redis cannot be started"):
        await day.run()


async def test_a_part_that_dies_is_started_again_at_once_and_then_ever_more_slowly(
    layout: Layout,
) -> None:
    day = Day(layout, part("controller", "import time; print('x', flush=True)"))

    async with asyncio.TaskGroup() as group:
        group.create_task(day.run())
        await day.said("ended unexpectedly", times=8)
        day.stop.set()

    waits = [words.rsplit(" again ", 1)[1] for words in day.words if "ended unexp" in words]
    assert waits[:8] == ["at once", *(f"in {s} s" for s in (1, 2, 4, 8, 16, 30, 30))]


async def test_a_part_that_was_told_to_stop_and_had_nothing_to_end_did_so_in_order(
    layout: Layout,
) -> None:
    day = Day(layout, replace(part("controller", "print('x')"), holder=lambda: None))

    async with asyncio.TaskGroup() as group:
        group.create_task(day.run())
        await day.said("Controller was told to stop and has ended; it is started again at once")
        day.stop.set()


async def test_a_restart_is_written_down_with_the_new_process(layout: Layout) -> None:
    day = Day(layout, part("controller"))

    async with asyncio.TaskGroup() as group:
        group.create_task(day.run())
        await day.ready.wait()
        first = pid(layout, "controller")
        os.kill(first, signal.SIGKILL)
        await day.said("Controller ended unexpectedly (code -9); it is started again at once")
        while pid(layout, "controller") == first:  # noqa: ASYNC110 - nobody is told of a file
            await asyncio.sleep(0)
        record = ProcessRecord.read(layout.record("controller"))
        day.stop.set()

    assert record is not None
    assert record.restarts == 1


def spare_of(name: str) -> Part:
    return replace(part("spare", healthy=False), title="Spare", vital=False, replaces=name)


async def until_noted(layout: Layout, name: str, other_than: int) -> ProcessRecord:
    """Nobody is told of a file: look until another process has the name."""
    while True:
        record = ProcessRecord.read(layout.record(name))
        if record is not None and record.pid != other_than:
            return record
        await asyncio.sleep(0)


async def test_who_waits_for_the_place_of_a_part_is_that_part_when_it_dies(layout: Layout) -> None:
    day = Day(layout, part("controller"), spare_of("controller"))

    async with asyncio.TaskGroup() as group:
        group.create_task(day.run())
        await day.ready.wait()
        first, waiting = pid(layout, "controller"), pid(layout, "spare")
        began = ProcessRecord.of(waiting).created
        os.kill(first, signal.SIGKILL)
        await day.said("Controller ended unexpectedly (code -9); its spare takes its place")
        record = ProcessRecord.read(layout.record("controller"))
        next_one = await until_noted(layout, "spare", waiting)
        os.kill(waiting, signal.SIGKILL)
        await day.said("its spare takes its place", times=2)
        again = ProcessRecord.read(layout.record("controller"))
        day.stop.set()

    assert record is not None
    assert (record.pid, record.restarts) == (waiting, 1)
    assert record.created > began, "it has the place since then, and not since its start"
    assert again is not None
    assert (again.pid, again.restarts) == (next_one.pid, 2)
    assert day.words[-1] == "Stopping Controller"
    assert not (layout.log / "spare.log").exists(), "what it says stands where it is looked for"
    assert not list(layout.run.glob("*.json"))


async def test_a_spare_that_dies_is_started_again_and_stops_before_whom_it_waits_for(
    layout: Layout,
) -> None:
    day = Day(layout, part("controller"), spare_of("controller"))

    async with asyncio.TaskGroup() as group:
        group.create_task(day.run())
        await day.ready.wait()
        first, waiting = pid(layout, "controller"), pid(layout, "spare")
        os.kill(waiting, signal.SIGKILL)
        await day.said("Spare ended unexpectedly (code -9); it is started again in 10 s")
        await until_noted(layout, "spare", waiting)
        assert pid(layout, "controller") == first
        day.stop.set()

    assert day.words[-2:] == ["Stopping Spare", "Stopping Controller"]


STOPS_SLOWLY = f"import signal; signal.signal(signal.SIGTERM, lambda *_: None); {WAITS}"


async def test_a_part_that_gives_its_place_up_ends_its_calls_beside_its_spare(
    layout: Layout,
) -> None:
    place: list[int | None] = [None]
    health = [Health(True)]

    async def asked() -> Health:
        return health[0]

    slow = part("controller", STOPS_SLOWLY)
    controller = replace(slow, probe=asked, holder=lambda: place[0])
    day = Day(layout, controller, spare_of("controller"))

    async with asyncio.TaskGroup() as group:
        group.create_task(day.run())
        await day.ready.wait()
        first, waiting = pid(layout, "controller"), pid(layout, "spare")
        place[0] = first
        await day.slept_again()
        place[0] = None
        await day.said("Controller was told to stop and ends its calls; its spare takes its place")
        serving, ending = pid(layout, "controller"), pid(layout, f"draining-{first}")
        next_one = await until_noted(layout, "spare", waiting)
        os.kill(first, signal.SIGTERM)
        await day.said("Controller that was told to stop has ended its calls")
        ended = not layout.record(f"draining-{first}").exists()
        place[0] = waiting
        await day.slept_again()
        health[0] = Health(False)  # so that no other spare is started
        os.kill(next_one.pid, signal.SIGKILL)
        await day.said("Spare ended unexpectedly (code -9)")
        place[0] = None
        await day.said(
            "Controller was told to stop and ends its calls; it is started again at once"
        )
        third = await until_noted(layout, "controller", waiting)
        day.stop.set()

    assert (serving, ending, ended) == (waiting, first, True)
    assert third.restarts == 2
    assert psutil.pid_exists(waiting) is False, "it is waited for, too"
    assert day.words.count("Stopping Controller") == 2
    assert not list(layout.run.glob("*.json"))


async def test_no_spare_is_started_before_the_part_is_well_again(layout: Layout) -> None:
    health = [Health(True)]

    async def asked() -> Health:
        return health[0]

    day = Day(layout, replace(part("controller"), probe=asked), spare_of("controller"))

    async with asyncio.TaskGroup() as group:
        group.create_task(day.run())
        await day.ready.wait()
        first, waiting = pid(layout, "controller"), pid(layout, "spare")
        health[0] = Health(False)
        os.kill(waiting, signal.SIGKILL)
        os.kill(first, signal.SIGKILL)
        # whichever end is noticed first: in the end a new process has the place, and no other runs
        while pid(layout, "controller") in (first, waiting):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0)
        settling = len(day.slept)
        while len(day.slept) < settling + 5:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0)
        record = ProcessRecord.read(layout.record("spare"))
        assert record is None or record.pid == waiting
        health[0] = Health(True)
        await until_noted(layout, "spare", waiting)
        day.stop.set()

    assert not list(layout.run.glob("*.json"))


async def test_a_part_that_is_not_vital_never_keeps_the_others_from_their_work(
    layout: Layout,
) -> None:
    fails = (sys.executable, "-c", "import sys; sys.exit('the data are damaged')")
    spare = Part("prometheus", "Prometheus", fails, ill, 1e9, vital=False)
    day = Day(layout, part("controller"), spare)

    async with asyncio.TaskGroup() as group:
        group.create_task(day.run())
        await day.ready.wait()
        await day.said("Prometheus ended unexpectedly (code 1); it is started again in 1 s")
        day.stop.set()

    told = next(words for words in day.words if "without it" in words)
    assert "the data are damaged" in told
    assert not any("Controller ended" in words for words in day.words)


@pytest.mark.parametrize("vital", [False, True])
async def test_a_part_that_cannot_be_started_again_is_tried_again_and_told(
    layout: Layout, tmp_path: Path, vital: bool
) -> None:
    program = tmp_path / "program"
    program.symlink_to("/bin/true")
    spare = Part("prometheus", "Prometheus", (str(program),), well, 5, vital)
    day = Day(layout, part("controller"), spare)

    async with asyncio.TaskGroup() as group:
        group.create_task(day.run())
        await day.ready.wait()
        program.unlink()
        await day.said("Prometheus cannot be started", times=2)
        day.stop.set()

    assert day.words[-1] == "Stopping Controller"


async def test_a_part_that_cannot_be_noted_runs_all_the_same(layout: Layout) -> None:
    day = Day(layout, part("controller"))

    async with asyncio.TaskGroup() as group:
        group.create_task(day.run())
        await day.ready.wait()
        first = pid(layout, "controller")
        layout.record("controller").unlink()
        layout.record("controller").mkdir()  # stands for a disk that takes no more
        os.kill(first, signal.SIGKILL)
        await day.said("Controller runs, but this cannot be noted")
        layout.record("controller").rmdir()
        day.stop.set()

    assert day.words[-1] == "Stopping Controller"


async def test_of_a_log_made_for_machines_a_person_is_told_the_fault(layout: Layout) -> None:
    line = json.dumps({"event": "The controller cannot go on", "fault": "Port 1 is taken."})
    dies = (sys.executable, "-c", f"import sys; sys.exit({line!r})")
    day = Day(layout, Part("controller", "Controller", dies, ill, 1e9))

    with pytest.raises(NotHealthy, match=r"\nThe controller cannot go on: Port 1 is taken\.$"):
        await day.run()


async def test_a_stop_that_comes_while_starting_ends_what_was_started(layout: Layout) -> None:
    day = Day(layout, part("redis"), part("asterisk", healthy=False))

    async with asyncio.TaskGroup() as group:
        group.create_task(day.run())
        await day.said("Starting Asterisk")
        day.stop.set()

    assert not day.ready.is_set()
    assert day.words[-2:] == ["Stopping Asterisk", "Stopping Redis"]


def test_a_second_supervisor_of_the_same_folder_is_refused(layout: Layout) -> None:
    with (
        sole_supervisor(layout),
        pytest.raises(AlreadyRunning, match=r"already runs.*make down"),
        sole_supervisor(layout),
    ):
        pass  # not reached


def test_a_supervisor_that_cannot_be_noted_does_not_begin(layout: Layout) -> None:
    layout.record("supervisor").mkdir()  # stands for a disk that takes no more

    with pytest.raises(StateNotWritable), sole_supervisor(layout):
        pass  # not reached


def test_the_folder_is_free_again_after_a_supervisor(layout: Layout) -> None:
    for _ in range(2):
        with sole_supervisor(layout):
            assert pid(layout, "supervisor") == os.getpid()
    assert not layout.record("supervisor").exists()


async def test_children_of_a_killed_supervisor_are_ended_and_strangers_are_not(
    layout: Layout,
) -> None:
    ours, stranger = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", WAITS, stdout=asyncio.subprocess.PIPE
        )
        for _ in range(2)
    ]
    ProcessRecord.of(ours.pid).write(layout.record("asterisk"))
    before = replace(ProcessRecord.of(stranger.pid), start="before the machine was started anew")
    before.write(layout.record("redis"))
    words: list[str] = []

    assert await asyncio.to_thread(stop_leftovers, layout, SETTINGS, words.append) == 1

    assert await ours.wait() == -signal.SIGTERM
    assert stranger.returncode is None
    assert words == [f"Stopping asterisk, left from before (process {ours.pid})"]
    assert not list(layout.run.glob("*.json"))
    stranger.kill()
    await stranger.wait()
