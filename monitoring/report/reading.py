"""The rows of the record that a report is made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import starmap
from typing import Any

from sqlalchemy import Select, or_, select

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


def visits_of(org: str, question: Question, queues: Sequence[str]) -> Rows:
    """Visits in the order of :class:`VisitRow`."""
    chosen = (
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
        .where(
            QueueVisit.org == org,
            QueueVisit.queued_at >= _since(question, _LONGEST_VISIT),
            QueueVisit.queued_at < question.period.end,
        )
    )
    return chosen.where(QueueVisit.queue.in_(queues)) if queues else chosen


def callbacks_of(org: str, question: Question, queues: Sequence[str]) -> Rows:
    """Callbacks in the order of :class:`CallbackRow`."""
    chosen = select(
        Callback.queue,
        Callback.requested_at,
        Callback.ended_at,
        Callback.outcome,
        Callback.talked_ms,
        Callback.wrapup_ms,
    ).where(
        Callback.org == org,
        Callback.requested_at >= _since(question, _LONGEST_CALLBACK),
        Callback.requested_at < question.period.end,
    )
    return chosen.where(Callback.queue.in_(queues)) if queues else chosen


def periods_of(org: str, period: Period) -> Rows:
    """What agents did: agent, state, reason, beginning, end; whatever touches a period."""
    chosen = (
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
    return chosen


def _since(question: Question, longest: timedelta) -> datetime:
    begin = question.period.begin
    return begin - longest if question.belongs is Belongs.EVENT else begin
