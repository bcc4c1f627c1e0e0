"""What figures are made of: counts and times of one queue, or of agents, over one period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from monitoring.kinds import Counter, Histogram
from monitoring.metrics import agents, callbacks, queues
from store.doing import AgentState


class Limit(Enum):
    """A number of seconds that the question brings along."""

    THRESHOLD = "T"
    SHORT = "s"


@dataclass(frozen=True, slots=True)
class Term:
    """A count, or a time in milliseconds, of one period.

    Attributes:
        symbol: As the field writes it; no two terms share one.
        metric: What counts it; ``None`` where only the record knows it.
        part: Of a histogram: ``_sum``, ``_count`` or ``_bucket``.
        where: A matcher of its own.
        limit: Which limit the metric's bucket is asked for.
    """

    symbol: str
    metric: Counter | Histogram | None = field(default=None, compare=False)
    part: str = ""
    where: str = ""
    limit: Limit | None = None


def _sum(symbol: str, metric: Histogram) -> Term:
    return Term(symbol, metric, "_sum")


def _within(symbol: str, metric: Histogram, limit: Limit) -> Term:
    return Term(symbol, metric, "_bucket", limit=limit)


def _spent(state: AgentState) -> Term:
    return Term(state.value, agents.AGENT_STATE_SECONDS, where=f'state="{state.value}"')


OFFERED = Term("offered", queues.CALLS_OFFERED)
ANSWERED = Term("AN", queues.CALLS_ANSWERED)
ABANDONED = Term("AB", queues.CALLS_ABANDONED)
FLOWED_OUT = Term("FO", queues.CALLS_LEFT)
ANSWERED_IN_TIME = _within("AN≤T", queues.ANSWERED_WAIT, Limit.THRESHOLD)
ABANDONED_IN_TIME = _within("AB≤T", queues.ABANDONED_WAIT, Limit.THRESHOLD)
SHORT_ABANDONED = _within("AB≤s", queues.ABANDONED_WAIT, Limit.SHORT)
ANSWERED_WAIT = _sum("wait of AN", queues.ANSWERED_WAIT)
ABANDONED_WAIT = _sum("wait of AB", queues.ABANDONED_WAIT)
HANDLED = Term("handled", queues.TALK, "_count")
TALK = _sum("talk", queues.TALK)
WRAPUP = _sum("wrap-up", queues.WRAPUP)
ESTIMATED = Term("estimated", queues.ESTIMATED_WAITS)
IN_RANGE = Term("in range", queues.ESTIMATED_WAITS, where='outcome="inside"')
LONGER = _sum("longer than expected", queues.WAIT_BEYOND_ESTIMATE)
SHORTER = _sum("shorter than expected", queues.WAIT_SHORT_OF_ESTIMATE)
CALLBACKS_ASKED = Term("callbacks asked", callbacks.CALLBACKS_REQUESTED)
CALLBACKS_TALKED = Term("callbacks talked", callbacks.CALLBACKS_ENDED, where='outcome="talked"')
SPENT: Mapping[AgentState, Term] = {
    state: _spent(state) for state in AgentState if state is not AgentState.LOGGED_OUT
}
"""Time of agents in each state."""
Counts = Mapping[Term, int]
