"""The range of a wait by its closed form, against the distributions that it stands for."""

from __future__ import annotations

import random
from bisect import bisect

import pytest

from acd.estimate import COVERED, ENOUGH, Pace, estimate_by
from acd.model.waiting import AT_ONCE, Estimate

pytestmark = pytest.mark.unit

MINUTE = 60_000
TRIES = 40_000


def pace(capacity: float = 4, served: int = 50, rang_ms: int = 0) -> Pace:
    return Pace(round(capacity * 1_000_000), 4 * MINUTE, rang_ms, served)


@pytest.mark.parametrize("turns", [1, 2, 5, 30])
@pytest.mark.parametrize("served", [ENOUGH, 12, 50])
def test_of_the_waits_that_exponential_services_make_a_tenth_lies_beyond_each_end(
    turns: int, served: int
) -> None:
    """As drawn: the mean of so many services is seen, then the line moves so often."""
    chance = random.Random(turns * 100 + served)
    estimate = pace(capacity=1, served=served).estimate(turns, 0)
    assert estimate is not None
    waits = sorted(
        estimate.expected_ms
        * (chance.gammavariate(turns, 1) / turns)
        / (chance.gammavariate(served, 1) / served)
        for _ in range(TRIES)
    )
    # Of 40,000 a tenth is 0.1 ± 0.0015; the approximation itself is off by 0.006 at most.
    assert bisect(waits, estimate.low_ms) / TRIES == pytest.approx(0.1, abs=0.012)
    assert bisect(waits, estimate.high_ms) / TRIES == pytest.approx(0.1 + COVERED, abs=0.012)


def test_the_expected_wait_is_the_turns_times_the_pace_and_the_ring() -> None:
    estimate = pace(capacity=2.5, rang_ms=6_000).estimate(5, 0)
    assert estimate is not None
    assert estimate.expected_ms == 8 * MINUTE + 6_000


def test_agents_who_are_ready_take_the_first_of_the_line() -> None:
    assert pace().estimate(2, 2) == AT_ONCE
    assert pace().estimate(5, 2) == pace().estimate(3, 0)


def test_a_longer_line_makes_a_longer_wait_and_a_narrower_range_for_its_length() -> None:
    ranges = [found for turns in (1, 3, 10, 30) if (found := pace().estimate(turns, 0))]
    assert [each.expected_ms for each in ranges] == sorted(each.expected_ms for each in ranges)
    widths = [(each.high_ms - each.low_ms) / each.expected_ms for each in ranges]
    assert widths == sorted(widths, reverse=True)
    assert all(0 < each.low_ms < each.expected_ms < each.high_ms for each in ranges)


def test_fewer_contacts_handled_make_a_wider_range_round_the_same_expected_wait() -> None:
    few, many = pace(served=ENOUGH).estimate(4, 0), pace(served=50).estimate(4, 0)
    assert isinstance(few, Estimate)
    assert isinstance(many, Estimate)
    assert few.expected_ms == many.expected_ms
    assert few.low_ms < many.low_ms < many.high_ms < few.high_ms


def test_nothing_is_known_while_nobody_works_or_too_few_contacts_have_been_handled() -> None:
    assert pace(capacity=0).estimate(1, 0) is None
    assert pace(served=ENOUGH - 1).estimate(1, 0) is None
    assert pace(served=ENOUGH).estimate(1, 0) is not None


@pytest.mark.parametrize(
    ("low", "high", "minutes"), [(0, 0, (0, 0)), (59_999, 60_000, (0, 1)), (60_000, 60_001, (1, 2))]
)
def test_minutes_are_rounded_so_that_the_range_in_minutes_holds_the_range(
    low: int, high: int, minutes: tuple[int, int]
) -> None:
    estimate = Estimate(low, low, high)
    assert (estimate.low_minutes, estimate.high_minutes) == minutes


def test_an_agent_who_is_ready_needs_no_history() -> None:
    assert pace(served=0).estimate(1, 1) == AT_ONCE


def expected_minutes(position: int, ready: int, *ways: object) -> float | None:
    """Of somebody with skills, at the pace of four agents, of whom four are logged in."""
    estimate = estimate_by(pace(), position, ready, ways)
    return None if estimate is None else estimate.expected_ms / MINUTE


@pytest.mark.parametrize(
    ("position", "ready", "ways", "minutes"),
    [
        pytest.param(3, 0, (), 3, id="nothing is required"),
        pytest.param(3, 0, (4, (0, 3, 0, 4)), 3, id="everybody can do it"),
        pytest.param(3, 0, (4, (0, 2, 0, 1)), 8, id="one can, and serves another one before"),
        pytest.param(9, 0, (4, (0, 1, 0, 1)), 9, id="one can, behind a long line of others"),
        pytest.param(9, 1, (4, (0, 1, 1, 1)), 0, id="one can and is ready"),
        pytest.param(1, 0, (4, (0, 1, 0, 0)), None, id="nobody can"),
        pytest.param(1, 0, (4, (0, 1, 0, 0), (30_000, 1, 2, 4)), 0.5, id="others soon may"),
        pytest.param(1, 0, (4, (0, 1, 0, 0), (30_000, 1, 0, 4)), 1.5, id="others are busy then"),
        pytest.param(1, 0, (4, (0, 1, 0, 1), (600_000, 1, 0, 4)), 4, id="others may too late"),
        pytest.param(1, 0, (0, (0, 1, 0, 0)), None, id="nobody is there at all"),
    ],
)
def test_whoever_requires_skills_waits_for_who_has_them_or_until_less_is_required(
    position: int, ready: int, ways: tuple[object, ...], minutes: float | None
) -> None:
    assert expected_minutes(position, ready, *ways) == minutes
