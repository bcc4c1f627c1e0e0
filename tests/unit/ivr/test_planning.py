from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from acd.simulation.chance import AT_ONCE, Exponential, Observed
from acd.simulation.scenario import Scenario
from ivr.flow.organisation import Organisation
from ivr.planning import NothingToPlanFrom, at_most, busiest, fewer, steady, typical_day
from monitoring.report.history import History, QueueHistory
from tests.unit.flow.trees import ORGANISATION, tree_of

DAYS = frozenset({date(2026, 11, 23), date(2026, 11, 24)})
NINE, TEN = 36, 40


@pytest.fixture
def organisation(tmp_path: Path) -> Organisation:
    text = ORGANISATION.replace("queues:\n  support: {}", "queues:\n  support: {}\n  fees: {}")
    text = text.replace(
        "{name: Alva, queues: [support]}",
        "{name: Alva, queues: [support]}\n  4002: {name: Bo, queues: [support, fees]}",
    )
    return tree_of(tmp_path, "  a: {hang_up: }\n", text).organisation


def past() -> History:
    """Two days: eight calls to support between nine and a quarter past, two to fees at ten."""
    support = QueueHistory(
        Counter({NINE: 8}), [60.0, 120.0], [10.0, 20.0], [3.0], waited_s=90.0, abandoned=1
    )
    fees = QueueHistory(Counter({TEN: 2}), [300.0])
    quarter = 900
    duty = {
        "4001": Counter({NINE: 2 * quarter, TEN: quarter // 2}),
        "4002": Counter({NINE: 2 * quarter}),
        "4009": Counter({NINE: quarter}),  # has left the organisation
    }
    return History(DAYS, {"support": support, "fees": fees}, duty)


def test_a_typical_day_is_the_mean_of_its_days(organisation: Organisation) -> None:
    day = typical_day(past(), organisation, (), "then")
    support, fees = day.lines
    assert (len(support.per_hour), support.per_hour[NINE], sum(support.per_hour)) == (96, 16, 16)
    assert (support.talk, support.pick_up) == (Observed((60.0, 120.0)), Observed((3.0,)))
    assert (support.patience, support.after_call) == (Exponential(90), Observed((10.0, 20.0)))
    assert support.queue.wrapup_seconds == 20  # 15 by the file, and once it was longer
    assert (fees.per_hour[TEN], fees.patience, fees.after_call) == (4, None, None)
    assert fees.pick_up is AT_ONCE
    assert day.cycle_s == 86_400


def test_agents_are_there_as_they_were_by_what_they_serve(organisation: Organisation) -> None:
    day = typical_day(past(), organisation, (), "then")
    on_duty = {team.queues: (team.agents[NINE], team.agents[TEN]) for team in day.teams}
    # 4002 and, half of the days, one whom nobody knows any more; a little of somebody is somebody
    assert on_duty == {("support",): (1, 1), ("support", "fees"): (2, 0)}
    assert busiest(day) == 3
    (only,) = typical_day(past(), organisation, ("support",), "then").teams
    assert (only.queues, only.agents[NINE]) == (("support",), 2)


def numbers(scenario: Scenario) -> list[tuple[int, ...]]:
    return [(team.agents[NINE], team.agents[TEN]) for team in scenario.teams]


def test_fewer_agents_leave_one_where_somebody_was(organisation: Organisation) -> None:
    day = typical_day(past(), organisation, (), "then")
    assert sum(map(sum, numbers(fewer(day, 1)))) == 2 + 1
    assert sum(map(sum, numbers(fewer(day, 9)))) == 1 + 1
    assert all(sum(team.agents) <= 2 for team in fewer(day, 1).teams)


def test_another_number_keeps_the_shape_of_the_day(organisation: Organisation) -> None:
    day = typical_day(past(), organisation, (), "then")
    double = at_most(day, 6)
    assert busiest(double) == 6
    by_time = [sum(number) for number in zip(*numbers(double), strict=True)]
    assert by_time == [6, 2]
    shares = {team.queues: team.agents[NINE] for team in double.teams}
    assert shares == {("support",): 2, ("support", "fees"): 4}


def test_a_past_that_says_too_little_is_refused(organisation: Organisation) -> None:
    with pytest.raises(NothingToPlanFrom, match="no calls in then"):
        typical_day(History(frozenset(), {}, {}), organisation, (), "then")
    silent = History(DAYS, {"fees": QueueHistory(Counter({NINE: 1}))}, {})
    with pytest.raises(NothingToPlanFrom, match="no conversations of the queue fees"):
        typical_day(silent, organisation, (), "then")
    alone = History(DAYS, past().queues, {})
    with pytest.raises(NothingToPlanFrom, match="no agents on duty"):
        typical_day(alone, organisation, (), "then")


def test_figures_of_ones_own_are_one_queue_and_one_team() -> None:
    scenario = steady(120, 240, 30, None, 9)
    assert scenario.load == pytest.approx(9)
    assert scenario.endless
    assert not steady(120, 240, 30, 180, 9).endless
    assert steady(120, 240, 0, 180, 9).load == pytest.approx(8)
