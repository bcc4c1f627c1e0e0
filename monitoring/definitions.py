"""What the figures mean: one definition each, for reports from SQL and for Prometheus alike.

A figure is one sum of terms over another. The terms are counts and times of one queue (or several)
over one period; `vaxel report` takes them from the SQL record, Prometheus from the metrics, and
both calculate by the same :class:`Figure`. So a service level can be asked by any of the formulas
in use, at any time and for past data too; its name always stands beside it.

Symbols, as the field writes them:

* AN answered, AB abandoned (the caller hung up while waiting), FO flow-outs (left for another
  queue, voicemail, a callback). Waiting begins in the queue, not in the menu.
* T the threshold, s the limit of a short abandonment; AN≤T answered within T, AB≤T, AB≤s.

Which interval a contact belongs to is asked as well, see :class:`Belongs`. Hold time is part of
talk; `vaxel report transfers` tells it apart. Utilisation (time on contacts or available over
*paid* time) and adherence need a roster and are not offered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum

from monitoring import promql
from monitoring.errors import NoSuchBound, UnknownFormula
from monitoring.kinds import Counter, Histogram
from monitoring.metrics import agents, callbacks, queues
from monitoring.metrics.bounds import WAIT_BOUNDS_SECONDS
from store.doing import AgentState


class Belongs(StrEnum):
    """Which interval a contact is counted in; two reports agree only if they use the same rule."""

    ARRIVAL = "arrival"
    """When it entered the queue, with all that became of it. Planning needs this one; the default
    of reports. The last intervals change until their contacts are over."""
    EVENT = "event"
    """When each thing happened: offered at the arrival, answered at the answer, abandoned at the
    hang-up, handle time at the end of the after-call work (so Genesys; Cisco likewise counts at the
    event). Prometheus can only do this."""


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


def _terms(*terms: Term) -> tuple[tuple[int, Term], ...]:
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


_ENDED = _terms(ANSWERED, ABANDONED)

SERVICE_LEVELS: Mapping[str, Figure] = {
    figure.code: figure
    for figure in (
        Figure(
            "F1",
            "service level F1 (abandons help)",
            _terms(ANSWERED_IN_TIME, ABANDONED_IN_TIME),
            _ENDED,
            "ICMI no. 1; Cisco's positive impact; app_queue's second level",
        ),
        Figure(
            "F2",
            "service level F2 (answered only)",
            _terms(ANSWERED_IN_TIME),
            _terms(ANSWERED),
            "ICMI no. 2, advised against: who gives up is not seen; app_queue's first level",
        ),
        Figure(
            "F3",
            "service level F3 (all abandons hurt)",
            _terms(ANSWERED_IN_TIME),
            _ENDED,
            "ICMI no. 3; Cisco's negative impact; Genesys with no switch used",
        ),
        Figure(
            "F4",
            "service level F4 (early abandons dropped)",
            _terms(ANSWERED_IN_TIME),
            (*_ENDED, (-1, ABANDONED_IN_TIME)),
            "ICMI no. 4; Cisco's calls ignored; Bright Pattern",
        ),
        Figure(
            "F5",
            "service level F5 (short calls help)",
            _terms(ANSWERED_IN_TIME, SHORT_ABANDONED),
            _ENDED,
            "ICMI no. 5",
        ),
        Figure(
            "F6",
            "service level F6 (switchable)",
            _terms(ANSWERED_IN_TIME),
            _ENDED,
            "Genesys, the service level as configured: +FO counts flow-outs as failed, -SA drops"
            " short abandonments, -AB drops all",
        ),
    )
}
"""Service level by each formula in use; F6 has switches, see :func:`formula`."""

_SWITCHES: Mapping[str, tuple[int, Term]] = {
    "+FO": (1, FLOWED_OUT),
    "-SA": (-1, SHORT_ABANDONED),
    "-AB": (-1, ABANDONED),
}


def formula(name: str) -> Figure:
    """The service level of a name: ``F1`` to ``F6``, and F6 with switches: ``F6+FO-SA``.

    Raises:
        UnknownFormula: No formula is called so, or its switches contradict each other.
    """
    known = SERVICE_LEVELS.get(name)
    if known is not None:
        return known
    base, switches = name[:2], [name[at : at + 3] for at in range(2, len(name), 3)]
    chosen = [switch for switch in _SWITCHES if switch in switches]
    both = {"-SA", "-AB"} <= set(chosen)  # the short ones would be taken out twice
    if base != "F6" or sorted(chosen) != sorted(switches) or both:
        raise UnknownFormula(name)
    level = SERVICE_LEVELS["F6"]
    under = (*level.under, *(_SWITCHES[switch] for switch in chosen))
    code = "F6" + "".join(chosen)
    return replace(level, code=code, name=f"service level {code} (switched)", under=under)


ASA = Figure(
    "ASA",
    "average speed of answer",
    _terms(ANSWERED_WAIT),
    _terms(ANSWERED),
    "ICMI, Genesys: zero waits are in it, abandonments are not",
    Unit.SECONDS,
)
TIME_TO_ABANDON = Figure(
    "ATA",
    "average time to abandon",
    _terms(ABANDONED_WAIT),
    _terms(ABANDONED),
    "Genesys",
    Unit.SECONDS,
)
ABANDON_RATE = Figure(
    "AR",
    "abandon rate",
    _terms(ABANDONED),
    _terms(ANSWERED, ABANDONED, FLOWED_OUT),
    "Genesys: over all offered; contacts moved to a callback are not abandoned (Amazon Connect)",
)
SHORT_ABANDON_RATE = Figure(
    "ARs",
    "short abandons",
    _terms(SHORT_ABANDONED),
    ABANDON_RATE.under,
    "ICMI: who hangs up within s seconds did not wait",
)
LONG_ABANDON_RATE = Figure(
    "AR>s",
    "abandon rate without short ones",
    ((1, ABANDONED), (-1, SHORT_ABANDONED)),
    (*ABANDON_RATE.under, (-1, SHORT_ABANDONED)),
    SHORT_ABANDON_RATE.source,
)
_OUR_OWN = "acd/estimate.py: of answered calls that had to wait; no published figure was found"
ESTIMATES_HELD = Figure(
    "EWT held",
    "estimates that held",
    _terms(IN_RANGE),
    _terms(ESTIMATED),
    _OUR_OWN,
)
ESTIMATE_ERROR = Figure(
    "EWT error",
    "mean error of estimates",
    _terms(LONGER, SHORTER),
    _terms(ESTIMATED),
    _OUR_OWN,
    Unit.SECONDS,
)
ESTIMATE_BIAS = Figure(
    "EWT bias",
    "bias of estimates",
    ((1, LONGER), (-1, SHORTER)),
    _terms(ESTIMATED),
    _OUR_OWN,
    Unit.SECONDS,
)
HANDLE_TIME = Figure(
    "AHT",
    "average handle time",
    _terms(TALK, WRAPUP),
    _terms(HANDLED),
    "Genesys glossary; COPC: after-call work is part of it. Callbacks are handled contacts too",
    Unit.SECONDS,
)
_OCCUPIED = (
    SPENT[AgentState.TALKING],
    SPENT[AgentState.WRAPUP],
    SPENT[AgentState.DIALLING],
    SPENT[AgentState.OUTBOUND],
)
OCCUPANCY = Figure(
    "occupancy",
    "occupancy",
    _terms(*_OCCUPIED),
    _terms(*_OCCUPIED, SPENT[AgentState.READY], SPENT[AgentState.RESERVED]),
    "Call Centre Helper: breaks are outside; a ringing phone counts as waiting. Calls that agents"
    " make of their own accord are work, the dialling too (Genesys: outbound handle time)",
)
