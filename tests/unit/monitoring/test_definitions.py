"""Each figure by a worked example, from counts and as a question to Prometheus."""

from __future__ import annotations

import pytest

from monitoring.definitions import terms
from monitoring.definitions.figure import Query
from monitoring.definitions.key_figures import (
    ABANDON_RATE,
    ASA,
    HANDLE_TIME,
    LONG_ABANDON_RATE,
    OCCUPANCY,
    SHORT_ABANDON_RATE,
    TIME_TO_ABANDON,
)
from monitoring.definitions.service_level import SERVICE_LEVELS, formula
from monitoring.errors import NoSuchBound, UnknownFormula
from store.doing import AgentState

pytestmark = pytest.mark.unit

EXAMPLE = {
    terms.ANSWERED: 1000,
    terms.ABANDONED: 60,
    terms.FLOWED_OUT: 40,
    terms.ANSWERED_IN_TIME: 860,
    terms.ABANDONED_IN_TIME: 20,
    terms.SHORT_ABANDONED: 10,
}


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("F1", 880 / 1060),
        ("F2", 0.86),
        ("F3", 860 / 1060),
        ("F4", 860 / 1040),  # 20 of 60 gave up in time, 40 did not
        ("F5", 870 / 1060),
        ("F6", 860 / 1060),
        ("F6+FO", 860 / 1100),
        ("F6-SA", 860 / 1050),
        ("F6-AB", 0.86),
        ("F6+FO-SA", 860 / 1090),
        ("F6-AB+FO", 860 / 1040),
    ],
)
def test_one_example_by_every_formula(name: str, share: float) -> None:
    assert formula(name).of(EXAMPLE) == pytest.approx(share)


def test_three_ways_with_abandons_in_time_differ_as_cisco_says() -> None:
    counts = {
        terms.ANSWERED: 90,  # 70 in time and 20 over
        terms.ABANDONED: 10,
        terms.ANSWERED_IN_TIME: 70,
        terms.ABANDONED_IN_TIME: 10,
    }
    ignored_negative_positive = [formula(name).of(counts) for name in ("F4", "F3", "F1")]
    assert ignored_negative_positive == pytest.approx([70 / 90, 0.7, 0.8])


@pytest.mark.parametrize("name", ["", "F7", "f1", "F1+FO", "F6+XX", "F6+FO+FO", "F6-SA-AB", "F6+"])
def test_a_formula_that_nobody_uses_is_refused(name: str) -> None:
    with pytest.raises(UnknownFormula, match=r"F6\+FO-SA"):
        formula(name)


def test_a_formula_is_spelled_for_people() -> None:
    assert formula("F1").expression == "(AN≤T + AB≤T) / (AN + AB)"
    assert formula("F6+FO-SA").expression == "AN≤T / (AN + AB + FO − AB≤s)"


def test_where_nobody_called_there_is_no_figure() -> None:
    assert all(figure.of({}) is None for figure in SERVICE_LEVELS.values())
    assert formula("F2").of({terms.ABANDONED: 3}) is None


def test_averages_are_seconds_and_rates_are_shares() -> None:
    counts = {
        terms.ANSWERED: 4,
        terms.ABANDONED: 2,
        terms.FLOWED_OUT: 2,
        terms.SHORT_ABANDONED: 1,
        terms.ANSWERED_WAIT: 50_000,
        terms.ABANDONED_WAIT: 63_000,
        terms.HANDLED: 3,
        terms.TALK: 300_000,
        terms.WRAPUP: 45_000,
    }
    assert ASA.of(counts) == 12.5
    assert TIME_TO_ABANDON.of(counts) == 31.5
    assert HANDLE_TIME.of(counts) == 115
    assert ABANDON_RATE.of(counts) == 0.25
    assert SHORT_ABANDON_RATE.of(counts) == 0.125
    assert LONG_ABANDON_RATE.of(counts) == pytest.approx(1 / 7)


def test_pauses_are_outside_occupancy_and_ringing_is_waiting() -> None:
    spent = {
        terms.SPENT[AgentState.TALKING]: 60,
        terms.SPENT[AgentState.WRAPUP]: 20,
        terms.SPENT[AgentState.READY]: 15,
        terms.SPENT[AgentState.RESERVED]: 5,
        terms.SPENT[AgentState.PAUSED]: 900,
    }
    assert OCCUPANCY.of(spent) == 0.8


def test_prometheus_is_asked_by_the_same_terms() -> None:
    query = Query("1h", by=("org",), where='org="a"', threshold=30)

    def summed(name: str, labels: str, where: str) -> str:
        return f"sum by (org) (max by ({labels}) (increase(vaxel_{name}{{{where}}}[1h])))"

    in_time = [
        summed(f"{what}_wait_seconds_bucket", "org, queue, le", 'org="a",le="30.0"')
        for what in ("answered", "abandoned")
    ]
    all_of_them = [
        summed(f"calls_{what}_total", "org, queue", 'org="a"') for what in ("answered", "abandoned")
    ]
    assert formula("F1").promql(query) == (
        f"({' + '.join(in_time)}) / (({' + '.join(all_of_them)}) > 0)"
    )
    assert OCCUPANCY.promql(Query("5m", by=())).startswith(
        '(sum(max by (org, state) (increase(vaxel_agent_state_seconds_total{state="talking"}[5m])))'
    )
    assert 'le="$threshold"' in formula("F2").promql(Query("5m", threshold="$threshold"))


def test_prometheus_is_not_asked_what_it_cannot_know() -> None:
    with pytest.raises(NoSuchBound, match=r"25 s; choose one of 5, 10"):
        formula("F3").promql(Query("1h", threshold=25))
    with pytest.raises(ValueError, match="no figure of a queue"):
        OCCUPANCY.promql(Query("1h"))
