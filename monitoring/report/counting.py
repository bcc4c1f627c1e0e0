"""From rows of the record to the terms of :mod:`monitoring.definitions`, interval by interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitoring.definitions import terms
from monitoring.definitions.terms import Term
from monitoring.report.intervals import Belongs, Period
from store.models import CallbackOutcome, VisitOutcome

WAITING = Term("waiting")
"""In the queue now. No counter has it: it is a gauge of its own."""
UNKNOWN = Term("unknown")
"""The contact is over, and how it left the queue was never told (its events are gone)."""

Fact = tuple[datetime, Term, int]


@dataclass(frozen=True, slots=True)
class VisitRow:
    """What a report needs of a visit to a queue; see :class:`store.models.QueueVisit`.

    Attributes:
        over: Whether the contact has ended.
    """

    queue: str
    queued_at: datetime
    answered_at: datetime | None
    left_at: datetime | None
    outcome: VisitOutcome | None
    waited_ms: int | None
    talked_ms: int | None
    wrapup_ms: int | None
    over: bool


@dataclass(frozen=True, slots=True)
class CallbackRow:
    """What a report needs of a callback; see :class:`store.models.Callback`."""

    queue: str
    requested_at: datetime
    ended_at: datetime | None
    outcome: CallbackOutcome | None
    talked_ms: int | None
    wrapup_ms: int | None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a period.

    Attributes:
        period: Its intervals.
        belongs: Which interval a contact is counted in.
        threshold_ms: T: who waited no longer was answered, or gave up, in time.
        own_ms: T of queues that have their own, by queue.
        short_ms: s: who gave up within it did not wait.
    """

    period: Period
    belongs: Belongs = Belongs.ARRIVAL
    threshold_ms: int = 20_000
    short_ms: int = 5_000
    own_ms: Mapping[str, int] = field(default_factory=dict)

    def in_time(self, queue: str, waited_ms: int | None) -> bool:
        """Whether a wait, where it is known, was no longer than T."""
        return waited_ms is not None and waited_ms <= self.own_ms.get(queue, self.threshold_ms)


@dataclass(slots=True)
class Grid:
    """Terms by interval, then by queue."""

    cells: dict[int, dict[str, Counter[Term]]] = field(default_factory=dict)

    def add(self, number: int, queue: str, term: Term, by: int) -> None:
        """Add to one cell."""
        self.cells.setdefault(number, {}).setdefault(queue, Counter())[term] += by

    def summed(self, number: int | None = None, queue: str | None = None) -> Counter[Term]:
        """Of one interval or all, of one queue or all."""
        total: Counter[Term] = Counter()
        for interval in self.cells.values() if number is None else (self.cells.get(number, {}),):
            for name, counts in interval.items():
                if queue in (None, name):
                    total.update(counts)
        return total


def counted(
    visits: Iterable[VisitRow], callbacks: Iterable[CallbackRow], question: Question
) -> Grid:
    """All terms of a period; rows that have no part in it add nothing."""
    grid = Grid()
    for visit in visits:
        _put(grid, visit.queue, _of_visit(visit, question), question.period)
    for callback in callbacks:
        _put(grid, callback.queue, _of_callback(callback, question), question.period)
    return grid


def _put(grid: Grid, queue: str, facts: Iterator[Fact], period: Period) -> None:
    for at, term, by in facts:
        number = period.find(at)
        if number is not None:
            grid.add(number, queue, term, by)


def _of_visit(visit: VisitRow, question: Question) -> Iterator[Fact]:
    arrived = visit.queued_at
    by_event = question.belongs is Belongs.EVENT
    if visit.outcome is VisitOutcome.TAKEN_OVER:
        # Offered, answered and handled once, with the first agent; this is more work for it.
        ended = visit.left_at if by_event else arrived
        if ended is not None:
            yield ended, terms.TALK, visit.talked_ms or 0
            yield ended, terms.WRAPUP, visit.wrapup_ms or 0
        return
    yield arrived, terms.OFFERED, 1
    if visit.outcome is None:
        yield arrived, UNKNOWN if visit.over else WAITING, 1
        return
    ended = visit.answered_at if visit.outcome is VisitOutcome.ANSWERED else visit.left_at
    at = (ended or arrived) if by_event else arrived
    waited = visit.waited_ms
    match visit.outcome:
        case VisitOutcome.ANSWERED:
            yield at, terms.ANSWERED, 1
            yield at, terms.ANSWERED_WAIT, waited or 0
            if question.in_time(visit.queue, waited):
                yield at, terms.ANSWERED_IN_TIME, 1
            if visit.left_at is not None:
                yield from _handled(
                    visit.left_at if by_event else None, arrived, visit.talked_ms, visit.wrapup_ms
                )
        case VisitOutcome.ABANDONED:
            yield at, terms.ABANDONED, 1
            yield at, terms.ABANDONED_WAIT, waited or 0
            if question.in_time(visit.queue, waited):
                yield at, terms.ABANDONED_IN_TIME, 1
            if waited is not None and waited <= question.short_ms:
                yield at, terms.SHORT_ABANDONED, 1
        case _:
            yield at, terms.FLOWED_OUT, 1


def _of_callback(callback: CallbackRow, question: Question) -> Iterator[Fact]:
    asked = callback.requested_at
    by_event = question.belongs is Belongs.EVENT
    yield asked, terms.CALLBACKS_ASKED, 1
    if callback.outcome is CallbackOutcome.TALKED and callback.ended_at is not None:
        ended = callback.ended_at
        yield ended if by_event else asked, terms.CALLBACKS_TALKED, 1
        yield from _handled(
            ended if by_event else None, asked, callback.talked_ms, callback.wrapup_ms
        )


def _handled(
    ended: datetime | None, arrived: datetime, talked_ms: int | None, wrapup_ms: int | None
) -> Iterator[Fact]:
    """A handled contact; by event it counts when its after-call work is over."""
    at = arrived if ended is None else ended + timedelta(milliseconds=wrapup_ms or 0)
    yield at, terms.HANDLED, 1
    yield at, terms.TALK, talked_ms or 0
    yield at, terms.WRAPUP, wrapup_ms or 0
