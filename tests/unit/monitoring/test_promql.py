"""Prometheus itself asked for every figure of the Sunday: it must say what the record says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from monitoring.counting import count, prepare
from monitoring.definitions import key_figures, terms
from monitoring.definitions.figure import Figure, Query
from monitoring.definitions.service_level import formula
from monitoring.definitions.terms import Term
from monitoring.metrics.registry import COUNTERS, HISTOGRAMS
from monitoring.rendering import Lines
from monitoring.totals import Totals
from store.doing import AgentState
from tests.sunday import KNOWN, ORG, sunday
from tests.unit.monitoring.prometheus import promtool
from tests.unit.monitoring.test_sunday import BY_EVENT, SUPPORT

pytestmark = pytest.mark.unit

OF_QUEUES = (
    *map(formula, ("F1", "F2", "F3", "F4", "F5", "F6", "F6+FO", "F6-SA", "F6-AB", "F6+FO-SA")),
    key_figures.ASA,
    key_figures.TIME_TO_ABANDON,
    key_figures.ABANDON_RATE,
    key_figures.SHORT_ABANDON_RATE,
    key_figures.LONG_ABANDON_RATE,
    key_figures.HANDLE_TIME,
)
AGENTS = {  # as far as it is over, see test_sunday
    terms.SPENT[AgentState.READY]: 36_210_000,
    terms.SPENT[AgentState.RESERVED]: 137_000,
    terms.SPENT[AgentState.TALKING]: 1_270_000,
    terms.SPENT[AgentState.WRAPUP]: 135_000,
}


def series() -> Iterator[dict[str, str]]:
    """All that two scrapes see, one before the Sunday and one after it."""
    totals, lines = Totals(), Lines()
    prepare(totals, ORG, KNOWN)
    for event in sunday():
        count(totals, event, KNOWN)
    text = [
        line
        for counter in COUNTERS
        for line in lines.counter(counter, totals.counters[counter.name])
    ]
    text += (
        line
        for histogram in HISTOGRAMS
        for line in lines.histogram(histogram, totals.tallies[histogram.name])
    )
    for sample in "".join(text).splitlines():
        name, _, value = sample.rpartition(" ")
        yield {"series": name, "values": f"0 {value}"}


def question(figure: Figure, by: tuple[str, ...], where: str, counts: Mapping[Term, int]) -> object:
    value = figure.of(counts)
    labels = ", ".join(matcher for matcher in where.split(",") if matcher.partition("=")[0] in by)
    return {
        "expr": figure.promql(Query("1m", by=by, where=where)),
        "eval_time": "1m",
        "exp_samples": [] if value is None else [{"labels": f"{{{labels}}}", "value": value}],
    }


def test_every_figure_by_prometheus_is_the_records(tmp_path: Path) -> None:
    asked = [
        question(figure, ("org", "queue"), f'org="{ORG}",queue="{queue}"', counts)
        for figure in OF_QUEUES
        for queue, counts in (("fees", BY_EVENT), ("support", SUPPORT))
    ]
    asked.append(question(key_figures.OCCUPANCY, ("org",), f'org="{ORG}"', AGENTS))
    test = {"interval": "1m", "input_series": list(series()), "promql_expr_test": asked}
    file = tmp_path / "sunday.yml"
    file.write_text(json.dumps({"rule_files": [], "tests": [test]}), encoding="utf-8")
    promtool("test", "rules", file)
