"""One sum of terms over another, calculated from counts or asked of Prometheus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from monitoring import promql
from monitoring.definitions.terms import SPENT, Counts, Limit, Term
from monitoring.errors import NoSuchBound
from monitoring.metrics.bounds import WAIT_BOUNDS_SECONDS
from store.doing import AgentState


class Unit(StrEnum):
    """What a figure is in."""

    SHARE = "share"  # 0 to 1
    SECONDS = "seconds"


@dataclass(frozen=True, slots=True)
class Query:
    """A question to Prometheus.

    Attributes:
        window: Over which time, as in ``[1h]``; ``$__range`` is Grafana's.
        by: Labels that stay apart.
        where: Matchers, as between braces.
        threshold: T in seconds, a bound of the wait histograms; or a text that will become one,
            such as Grafana's ``$threshold`` (spelled ``20.0``).
        short: s, likewise.
    """

    window: str
    by: Sequence[str] = ("org", "queue")
    where: str = ""
    threshold: int | str = 20
    short: int | str = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """One sum of terms over another.

    Attributes:
        code: Short and stable, e.g. ``F3``.
        name: What stands beside the value, e.g. ``service level F3 (all abandons hurt)``.
        over: Terms of the numerator with their sign.
        under: Terms of the divisor with their sign.
        source: Who defines it so.
        unit: Of the value.
    """

    code: str
    name: str
    over: tuple[tuple[int, Term], ...]
    under: tuple[tuple[int, Term], ...]
    source: str
    unit: Unit = Unit.SHARE

    @property
    def expression(self) -> str:
        """For a person: ``(AN≤T + AB≤T) / (AN + AB)``."""
        return f"{_spelled(self.over)} / {_spelled(self.under)}"

    def of(self, counts: Counts) -> float | None:
        """The value; ``None`` where there is nothing to divide by. A missing term is 0."""
        under = _added(self.under, counts)
        if under <= 0:
            return None
        value = _added(self.over, counts) / under
        return value / 1000 if self.unit is Unit.SECONDS else value

    def promql(self, query: Query) -> str:
        """The same, asked of Prometheus; nothing where there is nothing to divide by.

        Raises:
            NoSuchBound: A limit is no bound of the histograms; Prometheus cannot know it.
            ValueError: The figure is one of agents, who belong to no queue.
        """
        if "queue" in query.by and SPENT[AgentState.TALKING] in (term for _, term in self.over):
            raise ValueError(f"{self.name} is no figure of a queue")
        over, under = _asked(self.over, query), _asked(self.under, query)
        return f"({over}) / (({under}) > 0)"


def sum_of(*terms: Term) -> tuple[tuple[int, Term], ...]:
    """Terms that are added up."""
    return tuple((1, term) for term in terms)


def _spelled(terms: Sequence[tuple[int, Term]]) -> str:
    (_, first), *rest = terms
    text = first.symbol + "".join(f" {'+' if n > 0 else '−'} {t.symbol}" for n, t in rest)
    return f"({text})" if rest else text


def _added(terms: Sequence[tuple[int, Term]], counts: Counts) -> int:
    return sum(sign * counts.get(term, 0) for sign, term in terms)


def _asked(terms: Sequence[tuple[int, Term]], query: Query) -> str:
    (_, first), *rest = terms
    return _series(first, query) + "".join(
        f" {'+' if sign > 0 else '-'} {_series(term, query)}" for sign, term in rest
    )


def _series(term: Term, query: Query) -> str:
    if term.metric is None:
        raise ValueError(f"no metric counts {term.symbol!r}")
    matchers = [matcher for matcher in (query.where, term.where) if matcher]
    if term.limit is not None:
        seconds = query.threshold if term.limit is Limit.THRESHOLD else query.short
        matchers.append(f'le="{_bound(seconds)}"')
    risen = promql.rise(term.metric, query.window, ",".join(matchers), part=term.part)
    return promql.summed(risen, query.by)


def _bound(seconds: int | str) -> str:
    if isinstance(seconds, str):
        return seconds
    if seconds not in WAIT_BOUNDS_SECONDS:
        raise NoSuchBound(seconds, WAIT_BOUNDS_SECONDS)
    return repr(float(seconds))
