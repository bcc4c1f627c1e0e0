"""The reports' plots: what is drawn for odd names and for nothing at all."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from monitoring.definitions.service_level import formula
from monitoring.report.agents import AgentTime
from monitoring.report.counting import Grid, Question
from monitoring.report.intervals import Period, Step
from monitoring.report.plots import agents_plot, queue_plot
from monitoring.report.queues import QueueReport
from store.doing import AgentState

pytestmark = pytest.mark.unit

DAY = Period.of_days(date(2026, 3, 29), date(2026, 3, 29), Step.HOUR, ZoneInfo("Europe/Stockholm"))


def talking(hours: int) -> AgentTime:
    time = AgentTime()
    time.spent_ms[AgentState.TALKING] = hours * 3_600_000
    return time


def test_two_agents_of_one_name_have_a_bar_each() -> None:
    svg = agents_plot([("Åsa", talking(1)), ("Åsa", talking(3))], "sv")
    assert svg.count(">Åsa<") == 2
    assert svg.count("fill: #009e73") == 2 + 1  # the legend's


@pytest.mark.parametrize("name", ["$x$", r"$\frac$", "<script>", "&amp;"])
def test_a_name_is_drawn_as_it_is_written(name: str) -> None:
    svg = agents_plot([(name, talking(1))], "sv")
    assert f">{name.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}<" in svg


def test_where_nobody_called_and_nobody_worked_there_is_nothing_to_draw() -> None:
    level = formula("F3")
    nothing = QueueReport("Town", Question(DAY), Grid(), level, apart=True, language="sv")
    assert queue_plot(nothing) == agents_plot([], "sv") == ""
