"""What came of conversations by the agents' word, queue by queue, and the time that each took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from monitoring.report.headings import Headings, columns
from monitoring.report.intervals import Period
from monitoring.report.reading import Rows, arrived_in
from monitoring.report.sheet import Kind, Sheet, Value
from monitoring.report.words import Word
from store.database import Database
from store.models import Callback, QueueVisit


@dataclass(slots=True)
class Tally:
    """Conversations with one result.

    Attributes:
        handled: How many.
        talked_ms: For how long, together.
        wrapup_ms: After-call work for them, together.
        wrapped_up: How many of them had any that is over.
    """

    handled: int = 0
    talked_ms: int = 0
    wrapup_ms: int = 0
    wrapped_up: int = 0

    def add(self, handled: int, talked_ms: int, wrapup_ms: int, wrapped_up: int) -> None:
        """Add others."""
        self.handled += handled
        self.talked_ms += talked_ms
        self.wrapup_ms += wrapup_ms
        self.wrapped_up += wrapped_up


Tallies = Mapping[tuple[str, str], Tally]
"""By queue and result; ``""`` is none."""


async def read_results(
    database: Database, org: str, period: Period, queues: Sequence[str] = ()
) -> Tallies:
    """The results of contacts that arrived within a period and were answered.

    Args:
        database: The record.
        org: The organisation.
        period: The days.
        queues: Only these; all when empty.

    Raises:
        DatabaseAway: The database does not answer.
    """
    tallies: dict[tuple[str, str], Tally] = {}
    async with database.reading() as session:
        for table in (QueueVisit, Callback):
            for queue, result, *counts in await session.execute(
                results_of(table, org, period, queues)
            ):
                tally = tallies.setdefault((queue, result or ""), Tally())
                tally.add(*(int(count or 0) for count in counts))
    return tallies


def results_of(
    table: type[QueueVisit | Callback], org: str, period: Period, queues: Sequence[str]
) -> Rows:
    """Queue, result, and what :meth:`Tally.add` takes."""
    return (
        select(
            table.queue,
            table.result,
            func.count(),
            func.sum(table.talked_ms),
            func.sum(table.wrapup_ms),
            func.count(table.wrapup_ms),
        )
        .where(
            *arrived_in(table, org, period.begin, period.end, queues),
            table.answered_at.is_not(None),
        )
        .group_by(table.queue, table.result)
    )


def results_sheet(
    organisation: str, period: Period, tallies: Tallies, names: Mapping[str, str], language: str
) -> Sheet:
    """The table.

    Args:
        organisation: Its name.
        period: The days.
        tallies: What was found.
        names: Of the results, as people say them, as far as they are known.
        language: Of the headings.
    """
    total, of_queue = Tally(), Counter[str]()
    for (queue, _), tally in tallies.items():
        of_queue[queue] += tally.handled
        total.add(tally.handled, tally.talked_ms, tally.wrapup_ms, tally.wrapped_up)

    def values(tally: Tally, whole: int) -> list[Value]:
        talked, wrapped = tally.talked_ms / 1000, tally.wrapup_ms / 1000
        return [
            tally.handled,
            tally.handled / whole if whole else None,
            talked / tally.handled if tally.handled else None,
            wrapped / tally.wrapped_up if tally.wrapped_up else None,
        ]

    headings: Headings = {
        "queue": (Word.QUEUE, Kind.TEXT),
        "result": (Word.RESULT, Kind.TEXT),
        "name": (Word.NAME, Kind.TEXT),
        "handled": (Word.HANDLED, Kind.COUNT),
        "share": (Word.SHARE, Kind.SHARE),
        "talk_seconds": (Word.TALK_TIME, Kind.SECONDS),
        "wrapup_seconds": (Word.WRAPUP_TIME, Kind.SECONDS),
    }
    none = Word.NO_RESULT.spoken(language)
    return Sheet(
        title=f"{Word.RESULTS.spoken(language)}: {organisation}, {period.days}",
        notes=("Share of the conversations of the same queue; the last result given counts.",),
        columns=columns(headings, language),
        rows=[
            [
                queue,
                result,
                names.get(result, "") if result else none,
                *values(tallies[queue, result], of_queue[queue]),
            ]
            for queue, result in sorted(tallies, key=lambda key: (key[0], not key[1], key[1]))
        ],
        total=[Word.TOTAL.spoken(language), "", "", *values(total, total.handled)],
    )
