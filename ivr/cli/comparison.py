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
        headings = [
            "agents",
            f"answered in {within}",
            "speed of answer",
            "90 % answered in",
            "abandoned",
            "occupancy",
            "found nobody",
        ]
        cells = [[row.name, str(row.agents), *_cells(row.figures)] for row in self.rows]
        if not any(row.figures and row.figures.left_rate.value > 0 for row in self.rows):
            headings, cells = headings[:-1], [row[:-1] for row in cells]
        table = Table(box=None, pad_edge=False)
        # no figure is ever broken: a line may rather be longer than the terminal
        for heading, *column in zip(("", *headings), *cells, strict=True):
            table.add_column(
                heading,
                justify="right" if heading else "left",
                min_width=max(map(len, (*heading.split(), *column))),
            )
        for row in cells:
            table.add_row(*row)
        screen.print(f"{self.calls}.")
        screen.print(table)
        if any(row.figures is None for row in self.rows):
            screen.print("∞: more work than agents; the line would grow without end.")
        if self.needed is not None:
            share = f"{self.target.level * 100:g} %"
            screen.print(f"It takes {self.needed} agents to answer {share} within {within}.")
        screen.print("In brackets: where the true figure lies in 19 of 20 cases.", style="dim")

    def as_json(self, seed: int) -> str:
        """The same and some more figures, each with its 95 % interval."""
        document = {
            "calls": self.calls,
            "confidence": 0.95,
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
        return ["∞"] * 6
    return [
        _percent(figures.service_level),
        _seconds(figures.speed_of_answer),
        _seconds(figures.waited[90]),
        _percent(figures.abandon_rate),
        _percent(figures.occupancy),
        _percent(figures.left_rate) if figures.left_rate.value > 0 else _NOTHING,
    ]


def _percent(figure: Estimate) -> str:
    if math.isnan(figure.value):
        return _NOTHING
    low, high = figure.interval()
    return f"{figure.value * 100:.1f} % ({low * 100:.1f}–{high * 100:.1f})"


def _seconds(figure: Estimate) -> str:
    if math.isnan(figure.value):
        return _NOTHING
    low, high = figure.interval()
    return f"{figure.value:.1f} s ({low:.1f}–{high:.1f})"


def _figures(figures: Figures | None) -> Mapping[str, Any] | None:
    if figures is None:
        return None
    named = {
        "offered": figures.offered,
        "answered": figures.answered,
        "abandoned": figures.abandoned,
        "service_level": figures.service_level,
        "abandon_rate": figures.abandon_rate,
        "found_nobody_rate": figures.left_rate,
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
    low, high = figure.interval()
    return {"value": round(figure.value, 6), "low": round(low, 6), "high": round(high, 6)}
