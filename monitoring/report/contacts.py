"""The contacts behind a figure; above all the lost callers, whom somebody should call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import aliased

from monitoring.report.headings import Headings, columns
from monitoring.report.intervals import Period
from monitoring.report.reading import Rows, arrived_in
from monitoring.report.sheet import Kind, Sheet
from monitoring.report.words import Word, outcome_in
from store.database import Database
from store.models import Callback, Contact, QueueVisit, VisitOutcome


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One visit to a queue, with its caller.

    Attributes:
        answered_since: When an agent first talked with the same number afterwards, in any queue.
    """

    queued_at: datetime
    queue: str
    caller: str | None
    outcome: VisitOutcome | None
    waited_ms: int | None
    agent: str | None
    talked_ms: int | None
    result: str | None
    contact: str
    answered_since: datetime | None


async def read_contacts(
    database: Database,
    org: str,
    period: Period,
    outcomes: Iterable[VisitOutcome] = (),
    queues: Sequence[str] = (),
) -> list[ContactRow]:
    """The visits that arrived within a period, in the order of their arrival.

    Args:
        database: The record.
        org: The organisation.
        period: The days.
        outcomes: Only these; all when empty.
        queues: Only these; all when empty.

    Raises:
        DatabaseAway: The database does not answer.
    """
    async with database.reading() as session:
        found = await session.execute(contacts_of(org, period, tuple(outcomes), queues))
        rows: list[ContactRow] = []
        for *row, by_call, by_callback in found:
            answered = [at for at in (by_call, by_callback) if at is not None]
            one = ContactRow(*(*row, min(answered, default=None)))
            rows.append(one if _is_number(one.caller) else replace(one, answered_since=None))
        return rows


def _is_number(caller: str | None) -> bool:
    """Whether it tells callers apart: trunks say by a word that a number is withheld."""
    return any(letter.isdigit() for letter in caller or "")


def contacts_of(
    org: str, period: Period, outcomes: Sequence[VisitOutcome], queues: Sequence[str]
) -> Rows:
    """Visits in the order of :class:`ContactRow`; the last in two, by call and by callback."""
    same = aliased(Contact)

    def answered_since(table: type[QueueVisit | Callback]) -> ScalarSelect[datetime | None]:
        later = aliased(table)
        return (
            select(func.min(later.answered_at))
            .join(same, (same.org == later.org) & (same.id == later.contact))
            .where(
                same.org == org,
                same.caller == Contact.caller,
                later.answered_at > QueueVisit.left_at,
            )
            .scalar_subquery()
        )

    chosen = (
        select(
            QueueVisit.queued_at,
            QueueVisit.queue,
            Contact.caller,
            QueueVisit.outcome,
            QueueVisit.waited_ms,
            QueueVisit.agent,
            QueueVisit.talked_ms,
            QueueVisit.result,
            QueueVisit.contact,
            answered_since(QueueVisit),
            answered_since(Callback),
        )
        .join(Contact, (Contact.org == QueueVisit.org) & (Contact.id == QueueVisit.contact))
        .where(*arrived_in(QueueVisit, org, period.begin, period.end, queues))
        .order_by(QueueVisit.queued_at, QueueVisit.id)
    )
    return chosen.where(QueueVisit.outcome.in_(outcomes)) if outcomes else chosen


def contacts_sheet(
    organisation: str, period: Period, rows: Sequence[ContactRow], language: str
) -> Sheet:
    """The table; it holds callers' numbers, which are personal data."""
    zone = period.zone

    def seconds(milliseconds: int | None) -> float | None:
        return None if milliseconds is None else milliseconds / 1000

    headings: Headings = {
        "arrived": (Word.ARRIVED, Kind.TIME),
        "queue": (Word.QUEUE, Kind.TEXT),
        "caller": (Word.CALLER, Kind.TEXT),
        "outcome": (Word.OUTCOME, Kind.TEXT),
        "waited_seconds": (Word.WAITED, Kind.SECONDS),
        "agent": (Word.AGENT, Kind.TEXT),
        "talked_seconds": (Word.TALKED, Kind.SECONDS),
        "result": (Word.RESULT, Kind.TEXT),
        "answered_since": (Word.SINCE, Kind.TIME),
        "contact": (Word.CONTACT, Kind.TEXT),
    }
    return Sheet(
        title=f"{Word.CONTACTS.spoken(language)}: {organisation}, {period.days}",
        notes=(),
        columns=columns(headings, language),
        rows=[
            [
                row.queued_at.astimezone(zone),
                row.queue,
                row.caller,
                outcome_in(language, row.outcome or ""),
                seconds(row.waited_ms),
                row.agent,
                seconds(row.talked_ms),
                row.result,
                row.answered_since and row.answered_since.astimezone(zone),
                row.contact,
            ]
            for row in rows
        ],
    )
