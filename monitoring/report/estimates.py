"""How waits came out beside what was foretold of them, queue by queue.

The figures are those of :mod:`monitoring.definitions`, from the record instead of the metrics: of
answered calls whose wait was estimated when it began. Who found an agent ready, or gave up, is not
in them: there is no error to know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from monitoring.definitions.key_figures import ESTIMATE_BIAS, ESTIMATE_ERROR, ESTIMATES_HELD
from monitoring.definitions.terms import ANSWERED, ESTIMATED, IN_RANGE, LONGER, SHORTER, Term
from monitoring.report.headings import Headings, columns
from monitoring.report.intervals import Period
from monitoring.report.reading import Rows, arrived_in
from monitoring.report.sheet import Kind, Sheet, Value
from monitoring.report.words import Word
from store.database import Database
from store.models import QueueVisit, VisitOutcome

EARLIER = Term("earlier than the range")
LATER = Term("later than the range")
_FIGURES = (ESTIMATES_HELD, ESTIMATE_ERROR, ESTIMATE_BIAS)

Counts = Mapping[str, Counter[Term]]
"""By queue."""


async def read_estimates(
    database: Database, org: str, period: Period, queues: Sequence[str] = ()
) -> Counts:
    """The terms of contacts that arrived within a period and were answered.

    Args:
        database: The record.
        org: The organisation.
        period: The days.
        queues: Only these; all when empty.

    Raises:
        DatabaseAway: The database does not answer.
    """
    counts: dict[str, Counter[Term]] = {}
    async with database.reading() as session:
        for queue, *wait in await session.execute(waits_of(org, period, queues)):
            counts.setdefault(queue, Counter()).update(judged(*wait))
    return counts


def waits_of(org: str, period: Period, queues: Sequence[str]) -> Rows:
    """Queue, and what :func:`judged` takes."""
    return select(
        QueueVisit.queue,
        QueueVisit.waited_ms,
        QueueVisit.estimated_low_ms,
        QueueVisit.estimated_ms,
        QueueVisit.estimated_high_ms,
    ).where(
        *arrived_in(QueueVisit, org, period.begin, period.end, queues),
        QueueVisit.outcome == VisitOutcome.ANSWERED,
    )


def judged(
    waited: int | None, low: int | None, expected: int | None, high: int | None
) -> Counter[Term]:
    """The terms of one wait, all in milliseconds."""
    terms = Counter({ANSWERED: 1})
    if waited is None or low is None or expected is None or high is None:
        return terms
    lay = EARLIER if waited < low else LATER if waited > high else IN_RANGE
    error = LONGER if waited >= expected else SHORTER
    return terms + Counter({ESTIMATED: 1, lay: 1}) + Counter({error: abs(waited - expected)})


def estimates_sheet(organisation: str, period: Period, counts: Counts, language: str) -> Sheet:
    """The table.

    Args:
        organisation: Its name.
        period: The days.
        counts: What was found.
        language: Of the headings.
    """

    def values(terms: Counter[Term]) -> list[Value]:
        numbers = ANSWERED, ESTIMATED, IN_RANGE, EARLIER, LATER
        return [
            *(terms[term] for term in numbers),
            *(figure.of(terms) for figure in _FIGURES),
        ]

    headings: Headings = {
        "queue": (Word.QUEUE, Kind.TEXT),
        "answered": (Word.ANSWERED, Kind.COUNT),
        "estimated": (Word.ESTIMATED, Kind.COUNT),
        "inside": (Word.INSIDE, Kind.COUNT),
        "earlier": (Word.EARLIER, Kind.COUNT),
        "later": (Word.LATER, Kind.COUNT),
        "share_inside": (Word.SHARE, Kind.SHARE),
        "mean_error_seconds": (Word.ERROR, Kind.SECONDS),
        "bias_seconds": (Word.BIAS, Kind.SECONDS),
    }
    total: Counter[Term] = sum(counts.values(), Counter())
    return Sheet(
        title=f"{Word.ESTIMATES.spoken(language)}: {organisation}, {period.days}",
        notes=(
            *(f"{one.name}: {one.expression}; {one.source}" for one in _FIGURES),
            "Eight in ten should be inside; a bias above zero: callers wait longer than foretold.",
        ),
        columns=columns(headings, language),
        rows=[[queue, *values(counts[queue])] for queue in sorted(counts)],
        total=[Word.TOTAL.spoken(language), *values(total)],
    )
