"""What a benchmark says: ratios of figures taken side by side, each with its bar.

Absolute figures of a shared machine swing by a factor of two between runs; the ratio of two
candidates of the same round does not. Each figure is therefore divided round by round, and the
median of the rounds counts.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


class CannotMeasure(Exception):
    """A tool is missing or a candidate did not start; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """One line of the table.

    Attributes:
        name: What was divided by what.
        measured: The median over the rounds (or a plain figure with its unit in the name).
        bar: What it must reach.
        note: The absolute figures behind it, for a reader.
        at_most: Whether the bar is an upper one (a delay, memory).
    """

    name: str
    measured: float
    bar: float
    note: str = ""
    at_most: bool = False

    @property
    def held(self) -> bool:
        """Whether the bar is met."""
        return self.measured <= self.bar if self.at_most else self.measured >= self.bar


def of_rounds(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the rounds' own ratios."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def as_table(ratios: Sequence[Ratio]) -> str:
    """The ratios as a Markdown table."""
    lines = ["| what | measured | bar | held | figures |", "| --- | ---: | ---: | --- | --- |"]
    for ratio in ratios:
        sign = "≤" if ratio.at_most else "≥"
        held = "yes" if ratio.held else "**NO**"
        lines.append(
            f"| {ratio.name} | {ratio.measured:.2f} | {sign} {ratio.bar:g} | {held} "
            f"| {ratio.note} |"
        )
    return "\n".join(lines)
