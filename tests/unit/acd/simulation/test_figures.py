from __future__ import annotations

import math
from array import array
from random import Random

import pytest

from acd.simulation.figures import Estimate, Figures, Scale, mean_of, ratio_of, student_t
from acd.simulation.tally import Tally


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(5, 2.571), (10, 2.228), (23, 2.069), (30, 2.042), (120, 1.980)],
)
def test_students_t_agrees_with_its_printed_table(freedom: int, quantile: float) -> None:
    assert student_t(0.975, freedom) == pytest.approx(quantile, abs=2e-3)


def test_the_interval_of_a_mean_holds_the_truth_as_often_as_it_says() -> None:
    chance = Random(7)
    held = sum(mean_of([chance.gauss(10, 3) for _ in range(8)]).holds(10) for _ in range(4_000))
    assert held / 4_000 == pytest.approx(0.95, abs=0.012)


def test_the_interval_of_a_ratio_holds_the_truth_as_often_as_it_says() -> None:
    chance = Random(8)

    def held() -> bool:
        under = [float(chance.randint(50, 150)) for _ in range(24)]
        over = [sum(chance.expovariate(0.5) for _ in range(int(n))) for n in under]
        return ratio_of(over, under).holds(2.0)

    assert sum(held() for _ in range(800)) / 800 == pytest.approx(0.95, abs=0.025)


def test_a_ratio_weighs_batches_by_their_size() -> None:
    assert ratio_of([0.0, 90.0], [10.0, 90.0]).value == pytest.approx(0.9)


def test_nothing_to_divide_by_is_no_number() -> None:
    empty = ratio_of([0.0, 0.0], [0.0, 0.0])
    assert math.isnan(empty.value)
    assert not empty.holds(0.0)


def test_figures_follow_the_definitions_of_the_reports() -> None:
    batch = Tally(offered=10, left=1, busy_ms=600_000, present_ms=1_000_000, handled_ms=1_200_000)
    for waited in (0, 10_000, 20_000, 20_001, 30_000, 40_000):
        batch.answer(waited, 20_000)
    for waited in (5_000, 20_000, 60_000):
        batch.abandon(waited, 20_000)
    figures = Figures.of([batch, batch])
    assert figures.service_level.value == pytest.approx(3 / 10)
    assert figures.left_rate.value == pytest.approx(1 / 10)
    assert figures.abandon_rate.value == pytest.approx(3 / 10)
    assert figures.speed_of_answer.value == pytest.approx(120.001 / 6)
    assert figures.handle_time.value == pytest.approx(200)
    assert figures.occupancy.value == pytest.approx(0.6)
    assert {percent: one.value for percent, one in figures.waited.items()} == {
        50: 20.0,
        90: 40.0,
        95: 40.0,
    }
    assert figures.longest_wait.value == 40.0
    assert batch.abandoned_in_time == 2
    assert batch.abandoned_wait_ms == 85_000
    assert batch.waits_ms == array("q", [0, 10_000, 20_000, 20_001, 30_000, 40_000])


def test_intervals_stay_where_the_figure_can_be() -> None:
    share = Estimate(0.98, 0.02, 23, Scale.SHARE, 500)
    low, high = share.interval()
    assert 0.85 < low < 0.98 < high < 1
    low, high = Estimate(2.0, 3.0, 23, Scale.POSITIVE).interval()
    assert 0 < low < 2 < high
    assert Estimate(2.0, 3.0, 23).interval()[0] < 0


def test_none_of_a_thousand_may_still_be_three() -> None:
    assert Estimate(0.0, 0.0, 23, Scale.SHARE, 1_000).interval() == pytest.approx(
        (0, 0.003), abs=1e-5
    )
    assert Estimate(1.0, 0.0, 23, Scale.SHARE, 1_000).interval() == pytest.approx(
        (0.997, 1), abs=1e-5
    )
