from __future__ import annotations

from random import Random
from statistics import fmean, pstdev

import pytest

from acd.model.queue import Queue
from acd.simulation.chance import Exponential, Fixed, LogNormal, Observed, Times
from acd.simulation.people import Callers
from acd.simulation.scenario import Line, Scenario, Team

FEES = Queue("fees", wrapup_seconds=30)


def line(per_hour: tuple[float, ...] = (60.0,), patience: Times | None = None) -> Line:
    return Line(FEES, per_hour, Fixed(90), patience=patience)


@pytest.mark.parametrize(
    ("times", "spread"),
    [
        (Exponential(200), 200),
        (LogNormal(200, 0.7), 140),
        (Fixed(200), 0),
        (Observed((100, 200, 300)), 81.65),
    ],
)
def test_durations_have_the_mean_and_the_spread_that_they_claim(
    times: Times, spread: float
) -> None:
    chance = Random(3)
    drawn = [times.draw(chance) for _ in range(40_000)]
    assert times.mean == pytest.approx(200)
    assert fmean(drawn) == pytest.approx(200, rel=0.02)
    assert pstdev(drawn) == pytest.approx(spread, rel=0.05)


@pytest.mark.parametrize("mean", [0, -1, float("inf"), float("nan")])
def test_a_mean_that_is_no_duration_is_refused(mean: float) -> None:
    with pytest.raises(ValueError, match="above 0 s"):
        Exponential(mean)
    with pytest.raises(ValueError, match="above 0 s"):
        LogNormal(mean, 1)


def test_the_load_counts_talk_and_after_call_work() -> None:
    scenario = Scenario((line(),), (Team(("fees",), (3,)),))
    assert scenario.load == pytest.approx(60 * (90 + 30) / 3600)
    assert scenario.calls_per_hour == 60


def test_the_line_is_endless_only_where_nobody_hangs_up_and_nobody_closes() -> None:
    two = (Team(("fees",), (2,)),)
    assert Scenario((line(),), two).endless
    assert not Scenario((line(),), (Team(("fees",), (3,)),)).endless
    assert not Scenario((line(patience=Exponential(60)),), two).endless
    day = (Team(("fees",), (2, 0)),)
    assert not Scenario((line((120.0, 0.0)),), day).endless


def test_intervals_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="one for each interval"):
        Scenario((line((1.0, 2.0)),), (Team(("fees",), (1, 2, 3)),))
    with pytest.raises(ValueError, match="that a team serves"):
        Scenario((line(),), (Team(("support",), (1,)),))


def test_the_same_seed_brings_the_same_callers_whoever_answers() -> None:
    few, many = (Callers(line(patience=Exponential(60)), "1") for _ in range(2))
    other = Callers(line(patience=Exponential(60)), "2")
    first = [few.next("c", 0, None).patience for _ in range(5)]
    assert first == [many.next("c", 0, None).patience for _ in range(5)]
    assert first != [other.next("c", 0, None).patience for _ in range(5)]
    assert few.pause(60) == many.pause(60)


def test_a_share_of_the_callers_may_wait_for_ever() -> None:
    callers = Callers(Line(FEES, (60.0,), Fixed(90), patience=Exponential(60), impatient=0.3), "1")
    patient = sum(callers.next("c", 0, None).patience is None for _ in range(2_000))
    assert patient / 2_000 == pytest.approx(0.7, abs=0.04)
