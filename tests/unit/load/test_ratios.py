from __future__ import annotations

import pytest

from tests.load.ratios import Ratio, as_table, of_rounds

pytestmark = pytest.mark.unit


def test_each_round_is_divided_by_its_own_peer() -> None:
    assert of_rounds([10, 200, 30], [5, 400, 10]) == 2


@pytest.mark.parametrize(
    ("measured", "at_most", "held"),
    [(2.0, False, True), (1.9, False, False), (2.0, True, True), (2.1, True, False)],
)
def test_bar_is_a_lower_or_an_upper_one(measured: float, at_most: bool, held: bool) -> None:
    assert Ratio("x", measured, 2.0, at_most=at_most).held is held


def test_missed_bar_stands_out_in_the_table() -> None:
    table = as_table([Ratio("sessions", 0.5, 0.55, "note"), Ratio("p99", 4, 5, at_most=True)])
    assert "| sessions | 0.50 | ≥ 0.55 | **NO** | note |" in table
    assert "| p99 | 4.00 | ≤ 5 | yes |" in table
