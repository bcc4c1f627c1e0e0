"""The simulation itself: what it counts, and that the distributor chooses who gets whom."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from acd.model.queue import Queue, Strategy
from acd.simulation.chance import Exponential, Fixed
from acd.simulation.client import LockStepRedis
from acd.simulation.errors import EndlessLine, RedisServerFailed, RedisServerMissing
from acd.simulation.floor import Floor
from acd.simulation.people import Callers, Contact
from acd.simulation.scenario import Line, Scenario, Team
from acd.simulation.server import private_redis
from acd.simulation.simulator import Plan, Simulator
from acd.simulation.tally import Tally
from acd.skills import Requirement

pytestmark = pytest.mark.integration

FEES = Line(Queue("fees", wrapup_seconds=0), (60.0,), Exponential(120))
SUPPORT = Line(Queue("support", wrapup_seconds=0), (40.0,), Exponential(90))
HOUR = Plan(seed=1, warm_up_s=0, batch_s=3600, lanes=1, batches=2)


@pytest.fixture(scope="module")
def socket() -> Iterator[Path]:
    with private_redis() as path:
        yield path


def lived(socket: Path, scenario: Scenario, hours: float = 2, seed: str = "1") -> Tally:
    """One batch of one lane."""

    async def live() -> Tally:
        redis = LockStepRedis(socket)
        await redis.flushall()
        floor = Floor(
            redis,
            "lane",
            scenario,
            seed=seed,
            threshold_s=20,
            warm_up_s=0,
            batch_s=hours * 3600,
            batches=1,
        )
        (tally,) = await floor.run(lambda: None)
        redis.hang_up()
        return tally

    return asyncio.run(live())


@pytest.mark.parametrize("lines", [(FEES,), (FEES, SUPPORT)])
def test_agents_of_several_queues_take_who_came_first_to_the_millisecond(
    socket: Path, lines: tuple[Line, ...]
) -> None:
    agents = 3
    team = Team(tuple(line.queue.name for line in lines), (agents,))
    tally = lived(socket, Scenario(lines, (team,)))

    # the same callers by the recursion of Kiefer and Wolfowitz: each gets who is free first
    people = [Callers(line, "1") for line in lines]
    present = [
        one.next("", 0, None) for one in people for _ in range(one.present(one.line.per_hour[0]))
    ]
    calls = sorted(
        (call for one in people for call in _calls(one, 7_200_000)), key=lambda call: call.arrived
    )
    free, waits = [0] * agents, []
    for call in (*present, *calls):
        start = max(heapq.heappop(free), call.arrived)
        heapq.heappush(free, start + call.talk)
        waits.append(start - call.arrived)
    assert list(tally.waits_ms) == waits[len(present) :]
    assert len(calls) > 90
    assert max(waits) > 60_000


def _calls(callers: Callers, end_ms: int) -> Iterator[Contact]:
    now = 0
    while (now := round(now + callers.pause(callers.line.per_hour[0]))) < end_ms:
        yield callers.next("", now, None)


def test_a_priority_moves_callers_forward_by_so_much(socket: Path) -> None:
    def waits(credit_s: float) -> float:
        lines = (FEES, replace(SUPPORT, credit_s=credit_s))
        tally = lived(socket, Scenario(lines, (Team(("fees", "support"), (3,)),)), hours=4)
        return tally.answered_wait_ms / tally.answered

    # who has done the waiting changes, how much there is of it hardly
    assert waits(300) == pytest.approx(waits(0), rel=0.15)
    assert waits(300) != waits(0)


def test_whichever_agent_is_chosen_callers_wait_as_long(socket: Path) -> None:
    def waits(strategy: Strategy) -> list[int]:
        line = replace(FEES, queue=replace(FEES.queue, strategy=strategy))
        return list(lived(socket, Scenario((line,), (Team(("fees",), (3,)),))).waits_ms)

    expected = waits(Strategy.LONGEST_IDLE)
    assert max(expected) > 60_000
    assert all(waits(strategy) == expected for strategy in Strategy)


def test_a_queue_that_weighs_more_makes_others_wait_in_its_place(socket: Path) -> None:
    def waits(weight: int) -> float:
        urgent = replace(SUPPORT, queue=replace(SUPPORT.queue, weight=weight))
        tally = lived(socket, Scenario((FEES, urgent), (Team(("fees", "support"), (3,)),)), hours=4)
        return tally.answered_wait_ms / tally.answered

    assert waits(20) == pytest.approx(waits(1), rel=0.15)
    assert waits(20) != waits(1)


def test_a_skill_is_waited_for_until_it_is_required_no_longer(socket: Path) -> None:
    teams = (Team(("fees",), (1,), {"language.da": 5}), Team(("fees",), (2,)))
    danish = Requirement(0, {"language.da": 3})
    strict = replace(FEES, per_hour=(20.0,), require=(danish,))
    relaxing = replace(strict, require=(danish, Requirement(30_000)))
    before, after = (lived(socket, Scenario((line,), teams)) for line in (strict, relaxing))
    assert before.offered == after.offered
    assert max(before.waits_ms) > 120_000
    # two more answer, but only who has waited for half a minute
    assert max(after.waits_ms) < 120_000
    assert after.waits_ms.count(30_000) > 5


def test_everybody_is_answered_or_gives_up_or_finds_nobody(socket: Path) -> None:
    impatient = replace(FEES, patience=Exponential(60), pick_up=Fixed(5))
    tally = lived(socket, Scenario((impatient,), (Team(("fees",), (1,)),)))
    assert tally.offered == tally.answered + tally.abandoned + tally.left
    assert tally.abandoned > tally.abandoned_in_time > 0
    assert tally.answered > tally.answered_in_time > 0
    assert tally.left == 0
    assert min(tally.waits_ms) >= 5_000  # the phone rang


def test_of_several_who_are_rung_at_once_the_quickest_answers(socket: Path) -> None:
    slow = replace(FEES, per_hour=(20.0,), pick_up=Exponential(9))
    together = replace(slow, queue=replace(slow.queue, ring_at_once=3))
    teams = (Team(("fees",), (9,)),)
    alone, several = (lived(socket, Scenario((line,), teams), 24) for line in (slow, together))
    assert alone.offered == several.offered == several.answered
    # Of three times the least is a third as long; no ring lasts longer than 20 s.
    means = [sum(tally.waits_ms) / len(tally.waits_ms) for tally in (alone, several)]
    assert 7_000 < means[0] < 9_000
    assert 2_500 < means[1] < 3_500


def test_who_waits_when_the_last_goes_home_is_told_so(socket: Path) -> None:
    day = replace(FEES, per_hour=(120.0, 120.0, 30.0, 0.0))
    scenario = Scenario((day,), (Team(("fees",), (2, 1, 0, 0)),))
    tally = lived(socket, scenario, hours=24)
    assert tally.offered == tally.answered + tally.left
    # 7.5 an hour when all are gone, and those who stood in line then
    assert tally.left > 24 * 7.5
    assert max(tally.waits_ms) < 1_800_000
    # on duty: the half hour, and the rest of the last conversations
    on_duty = 24 * 3 * 900_000
    assert on_duty < tally.present_ms < on_duty + 24 * 2 * 300_000
    assert tally.busy_ms <= tally.present_ms


def test_after_call_work_may_be_ended_by_the_agent(socket: Path) -> None:
    queue = Queue("fees", wrapup_seconds=60)
    early = Line(queue, (40.0,), Fixed(60), after_call=Fixed(20.0))
    late = replace(early, after_call=Fixed(600.0))
    for line, seconds in ((early, 80), (late, 120)):
        tally = lived(socket, Scenario((line,), (Team(("fees",), (3,)),)))
        assert tally.handled_ms == tally.answered * seconds * 1000
        assert tally.busy_ms == pytest.approx(tally.handled_ms, rel=0.1)


def test_the_same_seed_gives_the_same_figures_and_another_seed_others() -> None:
    scenario = Scenario((FEES,), (Team(("fees",), (3,)),))
    with Simulator() as simulator:
        once, again = (simulator.run(scenario, HOUR) for _ in range(2))
        other = simulator.run(scenario, replace(HOUR, seed=2))
    assert once == again
    assert once != other


def test_progress_counts_the_batches() -> None:
    seen: list[tuple[int, int]] = []
    scenario = Scenario((FEES,), (Team(("fees",), (3,)),))
    with Simulator() as simulator:
        simulator.run(
            scenario, replace(HOUR, lanes=2), lambda done, total: seen.append((done, total))
        )
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_line_that_would_grow_for_ever_is_refused_in_words() -> None:
    scenario = Scenario((FEES,), (Team(("fees",), (2,)),))
    with Simulator() as simulator, pytest.raises(EndlessLine, match="2 agents cannot"):
        simulator.run(scenario, HOUR)


def test_a_redis_that_dies_on_the_way_is_told_in_one_sentence() -> None:
    before = set(psutil.Process().children())
    with Simulator() as simulator:
        (server,) = set(psutil.Process().children()) - before
        with pytest.raises(RedisServerFailed, match="own redis-server does not serve"):
            simulator.run(
                Scenario((FEES,), (Team(("fees",), (3,)),)),
                replace(HOUR, lanes=2),
                lambda done, total: server.kill(),
            )


def test_without_redis_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(RedisServerMissing, match="make up"), private_redis():
        pass


def test_a_redis_that_ends_is_an_error_and_no_hang(tmp_path: Path) -> None:
    with private_redis() as path:
        redis = LockStepRedis(path)

        async def shut_down() -> None:
            with pytest.raises(RedisServerFailed):
                await redis.execute_command("SHUTDOWN", "NOSAVE")

        asyncio.run(shut_down())
        redis.hang_up()
    with pytest.raises(RedisServerFailed):
        LockStepRedis(tmp_path / "nobody.sock")
