"""What a dashboard is, apart from whoever draws it: Grafana, a terminal, or a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from string import Template


class Unit(StrEnum):
    """What a panel's numbers are."""

    COUNT = "count"
    PER_MINUTE = "a minute"
    SECONDS = "seconds"
    SHARE = "share"  # 0..1, shown as per cent
    BYTES = "bytes"
    NUMBER = "number"
    SWITCH = "switch"  # 0 or 1, shown as a word


class Shape(StrEnum):
    """How a panel shows its answer."""

    FIGURE = "figure"  # one number a series, as it is at the end of the time shown
    BARS = "bars"  # the same, side by side
    COURSE = "course"  # numbers over the time shown
    TABLE = "table"  # one row a set of labels, one column a query


@dataclass(frozen=True, slots=True)
class Query:
    """One question to Prometheus.

    Attributes:
        promql: With ``$name`` for variables.
        legend: Names each series, ``{{label}}`` stands for a label's value; in a table the
            column's heading.
        unit: Of a table's column; elsewhere the panel's own counts.
    """

    promql: str
    legend: str = ""
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """From this value on, a number has this colour: ``green``, ``yellow`` or ``red``."""

    value: float
    colour: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One answer.

    Attributes:
        title: What a person looks for.
        about: What the figure is, one or two sentences.
        shape: How it is shown.
        unit: What its numbers are.
        queries: What is asked.
        steps: Colours, by rising value; none: no judgement.
        colour: Below the first step.
        width: Of 24 columns.
    """

    title: str
    about: str
    shape: Shape
    unit: Unit
    queries: tuple[Query, ...]
    steps: tuple[Step, ...] = ()
    colour: str = "green"
    width: int = 4


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one heading."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """A variable whose values Prometheus knows: one of them, or all.

    Attributes:
        name: As in ``$name``; also the label whose values it takes.
        title: For a person.
        series: Those that carry the label; ``$name`` stands for a variable before this one.
    """

    name: str
    title: str
    series: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A variable with fixed values.

    Attributes:
        name: As in ``$name``.
        title: For a person.
        values: What stands in the query, by what the person reads; the first holds until
            another is chosen. Its first word is enough to choose it.
    """

    name: str
    title: str
    values: Mapping[str, str]


Variable = Lookup | Choice


@dataclass(frozen=True, slots=True)
class Board:
    """One dashboard.

    Attributes:
        name: Stable; file name and address.
        title: What people call it.
        about: What it answers.
        variables: What a person chooses.
        rows: Top to bottom.
    """

    name: str
    title: str
    about: str
    variables: tuple[Variable, ...]
    rows: tuple[Row, ...]

    @property
    def panels(self) -> Iterator[Panel]:
        """All panels, row by row."""
        for row in self.rows:
            yield from row.panels


def fill(promql: str, values: Mapping[str, str]) -> str:
    """A query with its variables' values.

    Raises:
        KeyError: A variable has none.
    """
    return Template(promql).substitute(values)
