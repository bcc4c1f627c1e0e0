"""What agents did with their callers besides talking, queue by queue: holds, questions, hand-overs.

A conversation counts where and when its contact arrived, as in the other reports; what came of it
stands beside it. A contact that is handed over to a queue or an agent arrives once more, so that
it is one more that is offered there (or taken over at once, by an agent who was asked before).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

from sqlalchemy import false, func, select

from monitoring.report.headings import Headings, columns
from monitoring.report.intervals import Period
from monitoring.report.reading import Rows, arrived_in, how_many
from monitoring.report.sheet import Kind, Sheet, Value
from monitoring.report.words import Word
from store.database import Database
from store.models import Callback, Handed, QueueVisit


@dataclass(frozen=True, slots=True)
class Tally:
    """Conversations of one queue.

    Attributes:
        handled: How many.
        to_queue: So many of them ended with the contact handed over to a queue,
        to_agent: to an agent,
        to_number: to a number elsewhere.
        asked_first: Of these three, where whoever has the contact now had been asked before.
        received: Contacts that came here by being handed over, whatever became of them.
        consultations: How often an agent asked somebody.
        holds: How often a contact had to hold.
        held_ms: For how long, together.
    """

    handled: int = 0
    to_queue: int = 0
    to_agent: int = 0
    to_number: int = 0
    asked_first: int = 0
    received: int = 0
    consultations: int = 0
    holds: int = 0
    held_ms: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*map(sum, zip(astuple(self), astuple(other), strict=True)))

    @property
    def handed_over(self) -> int:
        """To whatever."""
        return self.to_queue + self.to_agent + self.to_number


async def read_transfers(
    database: Database, org: str, period: Period, queues: Sequence[str] = ()
) -> Mapping[str, Tally]:
    """What became of contacts that arrived within a period, by queue.

    Args:
        database: The record.
        org: The organisation.
        period: The days.
        queues: Only these; all when empty.

    Raises:
        DatabaseAway: The database does not answer.
    """
    tallies: dict[str, Tally] = {}
    async with database.reading() as session:
        for table in (QueueVisit, Callback):
            for queue, *counts in await session.execute(transfers_of(table, org, period, queues)):
                tally = Tally(*(int(count or 0) for count in counts))
                tallies[queue] = tallies.get(queue, Tally()) + tally
    return tallies


def transfers_of(
    table: type[QueueVisit | Callback], org: str, period: Period, queues: Sequence[str]
) -> Rows:
    """Queue, and the counts of :class:`Tally` in their order."""
    received = QueueVisit.received.is_not(None) if table is QueueVisit else false()
    return (
        select(
            table.queue,
            func.count(table.answered_at),
            *(
                how_many(table.handed_to == to)
                for to in (Handed.QUEUE, Handed.AGENT, Handed.NUMBER)
            ),
            how_many(table.asked_first.is_(True)),
            how_many(received),
            func.sum(table.consultations),
            func.sum(table.holds),
            func.sum(table.held_ms),
        )
        .where(*arrived_in(table, org, period.begin, period.end, queues))
        .group_by(table.queue)
    )


def transfers_sheet(
    organisation: str, period: Period, tallies: Mapping[str, Tally], language: str
) -> Sheet:
    """The table.

    Args:
        organisation: Its name.
        period: The days.
        tallies: What was found.
        language: Of the headings.
    """

    def values(tally: Tally) -> list[Value]:
        return [
            tally.handled,
            tally.handed_over,
            tally.handed_over / tally.handled if tally.handled else None,
            tally.to_queue,
            tally.to_agent,
            tally.to_number,
            tally.asked_first,
            tally.received,
            tally.consultations,
            tally.holds,
            tally.held_ms / 1000,
            tally.held_ms / 1000 / tally.holds if tally.holds else None,
        ]

    headings: Headings = {
        "queue": (Word.QUEUE, Kind.TEXT),
        "handled": (Word.HANDLED, Kind.COUNT),
        "handed_over": (Word.HANDED_OVER, Kind.COUNT),
        "share": (Word.SHARE, Kind.SHARE),
        "to_queue": (Word.TO_A_QUEUE, Kind.COUNT),
        "to_agent": (Word.TO_AN_AGENT, Kind.COUNT),
        "to_number": (Word.TO_A_NUMBER, Kind.COUNT),
        "asked_first": (Word.ASKED_FIRST, Kind.COUNT),
        "received": (Word.RECEIVED, Kind.COUNT),
        "consultations": (Word.CONSULTATIONS, Kind.COUNT),
        "holds": (Word.HOLDS, Kind.COUNT),
        "held_seconds": (Word.HELD, Kind.SECONDS),
        "hold_seconds": (Word.HOLD_TIME, Kind.SECONDS),
    }
    total = sum(tallies.values(), Tally())
    return Sheet(
        title=f"{Word.TRANSFERS.spoken(language)}: {organisation}, {period.days}",
        notes=(
            "Handled: conversations of contacts that arrived in these days, callbacks included, as"
            " in the report of results.",
            "Handed over: those that their agent ended so; share of handled. Of all queues, as many"
            " are received as are handed over to queues and agents, but for contacts whose first"
            " conversation belongs to another day.",
            "Holds: over, of whatever length, also while somebody is asked; part of the talk time.",
        ),
        columns=columns(headings, language),
        rows=[[queue, *values(tallies[queue])] for queue in sorted(tallies)],
        total=[Word.TOTAL.spoken(language), *values(total)],
    )
