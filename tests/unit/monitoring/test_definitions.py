"""Each figure by a worked example, from counts and as a question to Prometheus."""

from __future__ import annotations

import pytest

from monitoring import definitions as d
from monitoring.errors import NoSuchBound, UnknownFormula
from store.doing import AgentState

pytestmark = pytest.mark.unit

EXAMPLE = {
    d.ANSWERED: 1000,
    d.ABANDONED: 60,
    d.FLOWED_OUT: 40,
    d.ANSWERED_IN_TIME: 860,
    d.ABANDONED_IN_TIME: 20,
    d.SHORT_ABANDONED: 10,
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
    assert d.formula(name).of(EXAMPLE) == pytest.approx(share)


def test_three_ways_with_abandons_in_time_differ_as_cisco_says() -> None:
    counts = {
        d.ANSWERED: 90,  # 70 in time and 20 over
        d.ABANDONED: 10,
        d.ANSWERED_IN_TIME: 70,
        d.ABANDONED_IN_TIME: 10,
    }
    ignored_negative_positive = [d.formula(name).of(counts) for name in ("F4", "F3", "F1")]
    assert ignored_negative_positive == pytest.approx([70 / 90, 0.7, 0.8])


@pytest.mark.parametrize("name", ["", "F7", "f1", "F1+FO", "F6+XX", "F6+FO+FO", "F6-SA-AB", "F6+"])
def test_a_formula_that_nobody_uses_is_refused(name: str) -> None:
    with pytest.raises(UnknownFormula, match=r"F6\+FO-SA"):
        d.formula(name)


def test_a_formula_is_spelled_for_people() -> None:
    assert d.formula("F1").expression == "(AN≤T + AB≤T) / (AN + AB)"
    assert d.formula("F6+FO-SA").expression == "AN≤T / (AN + AB + FO − AB≤s)"


def test_where_nobody_called_there_is_no_figure() -> None:
    assert all(figure.of({}) is None for figure in d.SERVICE_LEVELS.values())
    assert d.formula("F2").of({d.ABANDONED: 3}) is None


def test_averages_are_seconds_and_rates_are_shares() -> None:
    counts = {
        d.ANSWERED: 4,
        d.ABANDONED: 2,
        d.FLOWED_OUT: 2,
        d.SHORT_ABANDONED: 1,
        d.ANSWERED_WAIT: 50_000,
        d.ABANDONED_WAIT: 63_000,
        d.HANDLED: 3,
        d.TALK: 300_000,
        d.WRAPUP: 45_000,
    }
    assert d.ASA.of(counts) == 12.5
    assert d.TIME_TO_ABANDON.of(counts) == 31.5
    assert d.HANDLE_TIME.of(counts) == 115
    assert d.ABANDON_RATE.of(counts) == 0.25
    assert d.SHORT_ABANDON_RATE.of(counts) == 0.125
    assert d.LONG_ABANDON_RATE.of(counts) == pytest.approx(1 / 7)


def test_pauses_are_outside_occupancy_and_ringing_is_waiting() -> None:
    spent = {
        d.SPENT[AgentState.TALKING]: 60,
        d.SPENT[AgentState.WRAPUP]: 20,
        d.SPENT[AgentState.READY]: 15,
        d.SPENT[AgentState.RESERVED]: 5,
        d.SPENT[AgentState.PAUSED]: 900,
    }
    assert d.OCCUPANCY.of(spent) == 0.8


def test_prometheus_is_asked_by_the_same_terms() -> None:
    query = d.Query("1h", by=("org",), where='org="a"', threshold=30)

    def summed(name: str, labels: str, where: str) -> str:
        return f"sum by (org) (max by ({labels}) (increase(vaxel_{name}{{{where}}}[1h])))"

    in_time = [
        summed(f"{what}_wait_seconds_bucket", "org, queue, le", 'org="a",le="30.0"')
        for what in ("answered", "abandoned")
    ]
    all_of_them = [
        summed(f"calls_{what}_total", "org, queue", 'org="a"') for what in ("answered", "abandoned")
    ]
    assert d.formula("F1").promql(query) == (
        f"({' + '.join(in_time)}) / (({' + '.join(all_of_them)}) > 0)"
    )
    assert d.OCCUPANCY.promql(d.Query("5m", by=())).startswith(
        '(sum(max by (org, state) (increase(vaxel_agent_state_seconds_total{state="talking"}[5m])))'
    )
    assert 'le="$threshold"' in d.formula("F2").promql(d.Query("5m", threshold="$threshold"))


def test_prometheus_is_not_asked_what_it_cannot_know() -> None:
    with pytest.raises(NoSuchBound, match=r"25 s; choose one of 5, 10"):
        d.formula("F3").promql(d.Query("1h", threshold=25))
    with pytest.raises(ValueError, match="no figure of a queue"):
        d.OCCUPANCY.promql(d.Query("1h"))
