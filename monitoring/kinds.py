"""What a metric is: a name, labels and a definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

OTHER = "other"
"""Stands for a word that is not in a label's closed set."""


@dataclass(frozen=True, slots=True)
class Counter:
    """A number that only grows.

    Attributes:
        name: With ``_total``.
        help: The definition, one line.
        labels: Names, the organisation first.
        words: The closed sets of those labels that have one; another word counts as :data:`OTHER`.
        each: Whether it tells of one controller. All others tell of what controllers share: where
            there are several, each tells the same.
    """

    name: str
    help: str
    labels: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)
    each: bool = False


@dataclass(frozen=True, slots=True)
class Histogram:
    """How often a duration was how long.

    Attributes:
        bounds_seconds: Upper bounds, inclusive.
        each: As of a counter.
    """

    name: str
    help: str
    labels: tuple[str, ...]
    bounds_seconds: tuple[float, ...]
    each: bool = False


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number that is true now.

    Attributes:
        each: As of a counter.
    """

    name: str
    help: str
    labels: tuple[str, ...] = ()
    each: bool = False
