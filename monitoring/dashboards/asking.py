"""Ask a Prometheus what a board's panels ask, with the variables filled in as Grafana does."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitoring.dashboards.model import Board, Choice, Panel, Query, Shape, fill
from monitoring.errors import UnknownLabel
from monitoring.prometheus import SCRAPE_SECONDS, Prometheus, Series

POINTS = 32
"""Of a course."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a panel shows.

    Attributes:
        panel: The panel.
        found: Each query's series.
    """

    panel: Panel
    found: tuple[tuple[Query, Sequence[Series]], ...]


@dataclass(frozen=True, slots=True)
class Span:
    """The time that a board shows.

    Attributes:
        begin: Epoch seconds.
        end: Epoch seconds.
    """

    begin: float
    end: float

    @property
    def step(self) -> float:
        """Seconds between two points of a course."""
        return max(SCRAPE_SECONDS, (self.end - self.begin) / POINTS)

    def variables(self) -> Mapping[str, str]:
        """Grafana's own variables."""
        rate_interval = max(self.step + SCRAPE_SECONDS, 4 * SCRAPE_SECONDS)
        return {
            "__range": f"{max(1, round(self.end - self.begin))}s",
            "__rate_interval": f"{round(rate_interval)}s",
        }


async def values_of(
    board: Board, prometheus: Prometheus, chosen: Mapping[str, str]
) -> Mapping[str, str]:
    """What stands for each of a board's variables: what is chosen, else all, else the first.

    Args:
        board: Whose variables.
        prometheus: Who knows the values of those that are looked up.
        chosen: By name; what a board does not have is ignored.

    Raises:
        UnknownLabel: There is no such value.
        PrometheusAway: It does not answer.
    """
    values: dict[str, str] = {}
    for variable in board.variables:
        wanted = chosen.get(variable.name)
        if isinstance(variable, Choice):
            known = {text.split()[0]: value for text, value in variable.values.items()}
            values[variable.name] = known.get(wanted or next(iter(known)), "")
        elif wanted is None:
            values[variable.name] = ".*"
        else:
            known = {
                text: re.escape(text)
                for text in await prometheus.label_values(
                    variable.name, fill(variable.series, values)
                )
            }
            values[variable.name] = known.get(wanted, "")
        if not values[variable.name]:
            raise UnknownLabel(variable.title, wanted or "", known)
    return values


async def ask(
    board: Board, prometheus: Prometheus, values: Mapping[str, str], span: Span
) -> list[Answer]:
    """Every panel's answer, in the board's order.

    Args:
        board: What is asked.
        prometheus: Who is asked.
        values: Of the board's variables.
        span: The time that is shown.

    Raises:
        PrometheusAway: It does not answer.
        QueryRefused: It does not understand a question.
    """
    filled = {**values, **span.variables()}
    answers = []
    for panel in board.panels:
        found = []
        for query in panel.queries:
            promql = fill(query.promql, filled)
            if panel.shape is Shape.COURSE:
                series = await prometheus.course(promql, span.begin, span.end, span.step)
            else:
                series = await prometheus.instant(promql, span.end)
            found.append((query, series))
        answers.append(Answer(panel, tuple(found)))
    return answers
