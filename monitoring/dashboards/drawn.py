"""Panels by their shape."""

from __future__ import annotations

from monitoring.dashboards.model import Panel, Query, Shape, Step, Unit

Steps = tuple[Step, ...]


def figure(
    title: str,
    about: str,
    unit: Unit,
    promql: str,
    steps: Steps = (),
    *,
    colour: str = "green",
    width: int = 4,
) -> Panel:
    """One number."""
    return Panel(title, about, Shape.FIGURE, unit, (Query(promql),), steps, colour, width)


def bars(title: str, about: str, unit: Unit, *queries: Query, width: int = 8) -> Panel:
    """Numbers side by side."""
    return Panel(title, about, Shape.BARS, unit, queries, width=width)


def course(
    title: str,
    about: str,
    unit: Unit,
    *queries: Query,
    steps: Steps = (),
    colour: str = "green",
    width: int = 12,
) -> Panel:
    """Numbers over the time shown."""
    return Panel(title, about, Shape.COURSE, unit, queries, steps, colour, width)


def table(title: str, about: str, unit: Unit, *queries: Query, width: int = 8) -> Panel:
    """One row a set of labels, one column a query."""
    return Panel(title, about, Shape.TABLE, unit, queries, width=width)
