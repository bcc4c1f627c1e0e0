"""Simulated scenarios side by side: a table for people, JSON for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from acd.simulation.figures import Estimate, Figures
from acd.simulation.staffing import Target

_NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Row:
    """A scenario and what came of it.

    Attributes:
        name: For people.
        agents: On duty when most are.
        figures: ``None`` where the line would grow without end.
    """

    name: str
    agents: int
    figures: Figures | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was simulated.

    Attributes:
        calls: Which calls, for people.
        target: In what time calls shall be answered, and how many of them.
        rows: Scenarios.
        needed: How many agents the target takes, where that was asked.
    """

    calls: str
    target: Target
    rows: tuple[Row, ...]
    needed: int | None

    def print(self, screen: Console) -> None:
        """A table and, where it was asked, how many agents it takes."""
        within = f"{self.target.threshold_s:g} s"
        table = Table(box=None, pad_edge=False, title=self.calls, title_justify="left")
        table.add_column("", no_wrap=True)
        for heading in (
            "agents",
            f"answered in {within}",
            "speed of answer",
            "90 % within",
            "abandoned",
            "occupancy",
        ):
            table.add_column(heading, justify="right", no_wrap=True)
        for row in self.rows:
            table.add_row(row.name, str(row.agents), *_cells(row.figures))
        screen.print(table)
        if any(row.figures is None for row in self.rows):
            screen.print(f"{_NOTHING}: more work than agents; the line would grow without end.")
        if self.needed is not None:
            share = f"{self.target.level * 100:g} %"
            screen.print(f"It takes {self.needed} agents to answer {share} within {within}.")
        screen.print("The true figure lies within ± in 19 of 20 cases.", style="dim")

    def as_json(self, seed: int) -> str:
        """The same and some more figures, each with half of its 95 % interval."""
        document = {
            "calls": self.calls,
            "threshold_seconds": self.target.threshold_s,
            "seed": seed,
            "scenarios": [
                {"name": row.name, "agents": row.agents, "figures": _figures(row.figures)}
                for row in self.rows
            ],
            "agents_needed": self.needed,
        }
        return json.dumps(document, indent=2, ensure_ascii=False)


def _cells(figures: Figures | None) -> list[str]:
    if figures is None:
        return [_NOTHING] * 5
    return [
        _percent(figures.service_level),
        _seconds(figures.speed_of_answer),
        _seconds(figures.waited[90]),
        _percent(figures.abandon_rate),
        _percent(figures.occupancy),
    ]


def _percent(figure: Estimate) -> str:
    if math.isnan(figure.value):
        return _NOTHING
    return f"{figure.value * 100:.1f} ±{figure.within() * 100:4.1f} %"


def _seconds(figure: Estimate) -> str:
    if math.isnan(figure.value):
        return _NOTHING
    return f"{figure.value:.1f} ±{figure.within():4.1f} s"


def _figures(figures: Figures | None) -> Mapping[str, Any] | None:
    if figures is None:
        return None
    named = {
        "offered": figures.offered,
        "answered": figures.answered,
        "abandoned": figures.abandoned,
        "service_level": figures.service_level,
        "abandon_rate": figures.abandon_rate,
        "average_speed_of_answer_seconds": figures.speed_of_answer,
        **{f"waited_{percent}_percent_seconds": one for percent, one in figures.waited.items()},
        "longest_wait_seconds": figures.longest_wait,
        "average_handle_time_seconds": figures.handle_time,
        "occupancy": figures.occupancy,
    }
    return {name: _estimate(figure) for name, figure in named.items()}


def _estimate(figure: Estimate) -> Mapping[str, float] | None:
    if math.isnan(figure.value):
        return None
    return {"value": round(figure.value, 6), "within_95": round(figure.within(), 6)}
