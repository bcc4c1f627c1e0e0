"""The rows of the record that a report is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import starmap
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select

from monitoring.report.counting import CallbackRow, Grid, Question, VisitRow, counted
from monitoring.report.intervals import Belongs, Period
from store.database import Database
from store.models import AgentPeriod, Callback, Contact, QueueVisit

Rows = Select[*tuple[Any, ...]]

_LONGEST_VISIT = timedelta(days=1)  # a call that arrived earlier has no event in the period
_LONGEST_CALLBACK = timedelta(days=60)


async def read_queues(
    database: Database, org: str, question: Question, queues: Sequence[str] = ()
) -> Grid:
    """The terms of an organisation's queues.

    Args:
        database: The record.
        org: The organisation.
        question: What is asked.
        queues: Only these; all when empty.

    Raises:
        DatabaseAway: The database does not answer.
    """
    async with database.reading() as session:
        visits = await session.execute(visits_of(org, question, queues))
        callbacks = await session.execute(callbacks_of(org, question, queues))
        return counted(
            starmap(VisitRow, visits),
            starmap(CallbackRow, callbacks),
            question,
        )


def arrived_in(
    table: type[QueueVisit | Callback],
    org: str,
    since: datetime,
    until: datetime,
    queues: Sequence[str],
) -> Iterator[ColumnElement[bool]]:
    """The conditions of what came to an organisation's queues, or to some, in a time.

    Args:
        table: Calls or callbacks.
        org: The organisation.
        since: Inclusive.
        until: Exclusive.
        queues: Only these; all when empty.
    """
    at = table.queued_at if table is QueueVisit else Callback.requested_at
    yield table.org == org
    yield at >= since
    yield at < until
    if queues:
        yield table.queue.in_(queues)


def how_many(which: ColumnElement[bool]) -> ColumnElement[int]:
    """The rows of which something is so, beside other counts of a group."""
    return func.sum(case((which, 1), else_=0))


def visits_of(org: str, question: Question, queues: Sequence[str]) -> Rows:
    """Visits in the order of :class:`VisitRow`."""
    since, until = _since(question, _LONGEST_VISIT), question.period.end
    return (
        select(
            QueueVisit.queue,
            QueueVisit.queued_at,
            QueueVisit.answered_at,
            QueueVisit.left_at,
            QueueVisit.outcome,
            QueueVisit.waited_ms,
            QueueVisit.talked_ms,
            QueueVisit.wrapup_ms,
            Contact.ended_at.is_not(None),
        )
        .join(Contact, (Contact.org == QueueVisit.org) & (Contact.id == QueueVisit.contact))
        .where(*arrived_in(QueueVisit, org, since, until, queues))
    )


def callbacks_of(org: str, question: Question, queues: Sequence[str]) -> Rows:
    """Callbacks in the order of :class:`CallbackRow`."""
    since, until = _since(question, _LONGEST_CALLBACK), question.period.end
    return select(
        Callback.queue,
        Callback.requested_at,
        Callback.ended_at,
        Callback.outcome,
        Callback.talked_ms,
        Callback.wrapup_ms,
    ).where(*arrived_in(Callback, org, since, until, queues))


def periods_of(org: str, period: Period) -> Rows:
    """What agents did: agent, state, reason, beginning, end; whatever touches a period."""
    return (
        select(
            AgentPeriod.agent,
            AgentPeriod.state,
            AgentPeriod.reason,
            AgentPeriod.began_at,
            AgentPeriod.ended_at,
        )
        .where(
            AgentPeriod.org == org,
            AgentPeriod.began_at < period.end,
            or_(AgentPeriod.ended_at > period.begin, AgentPeriod.ended_at.is_(None)),
        )
        .order_by(AgentPeriod.agent, AgentPeriod.began_at)
    )


def _since(question: Question, longest: timedelta) -> datetime:
    begin = question.period.begin
    return begin - longest if question.belongs is Belongs.EVENT else begin
