"""A typical day of the past, as planners need it: who called, how long it took, who was there.

A day on which nobody called was closed and is left out; the others are put on top of each other,
quarter-hour by quarter-hour of the local clock. Callbacks are not in it: their calls go out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import starmap
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select

from monitoring.report.intervals import Period
from monitoring.report.reading import periods_of
from store.database import Database
from store.doing import AgentState
from store.models import AgentPeriod, QueueVisit, VisitOutcome

QUARTERS = 96
QUARTER = timedelta(minutes=15)
_ON_DUTY = frozenset({AgentState.READY, AgentState.RESERVED, AgentState.TALKING, AgentState.WRAPUP})


@dataclass(frozen=True, slots=True)
class PastVisit:
    """A visit to a queue that is over, and how long the agent's phone had rung for it."""

    queue: str
    queued_at: datetime
    outcome: VisitOutcome
    waited_ms: int | None
    talked_ms: int | None
    wrapup_ms: int | None
    ring_from: datetime | None
    ring_until: datetime | None


@dataclass(frozen=True, slots=True)
class PastDuty:
    """What an agent did for a while."""

    agent: str
    state: AgentState
    reason: str | None
    began_at: datetime
    ended_at: datetime | None


@dataclass(slots=True)
class QueueHistory:
    """One queue over all days.

    Attributes:
        arrivals: By quarter-hour of the day, of all days together.
        talk_s: Each conversation.
        wrapup_s: Each after-call work that is over.
        ring_s: Each time from the offer to the answer.
        waited_s: Sum of the waits of all, however they ended.
        abandoned: How many hung up.
    """

    arrivals: Counter[int] = field(default_factory=Counter)
    talk_s: list[float] = field(default_factory=list)
    wrapup_s: list[float] = field(default_factory=list)
    ring_s: list[float] = field(default_factory=list)
    waited_s: float = 0.0
    abandoned: int = 0

    @property
    def patience_s(self) -> float | None:
        """Mean patience, ``None`` where nobody hung up.

        A wait that ended by an answer only says that the patience was longer; for exponential
        patience the likeliest mean is all waits over those who hung up (Mandelbaum and Zeltyn, The
        Palm/Erlang-A queue, 2005, section 5).
        """
        return self.waited_s / self.abandoned if self.abandoned and self.waited_s else None


@dataclass(frozen=True, slots=True)
class History:
    """A period of the past.

    Attributes:
        days: Those on which somebody called.
        queues: By name.
        duty_s: Seconds on duty, pauses left out, of each agent by quarter-hour of the day, of all
            those days together.
    """

    days: frozenset[date]
    queues: Mapping[str, QueueHistory]
    duty_s: Mapping[str, Counter[int]]


async def read_history(database: Database, org: str, period: Period, now: datetime) -> History:
    """What the record knows of a period.

    Args:
        database: The record.
        org: The organisation.
        period: Whole local days.
        now: Until when what lasts yet has lasted.

    Raises:
        DatabaseAway: The database does not answer.
    """
    rung = and_(
        AgentPeriod.org == QueueVisit.org,
        AgentPeriod.contact == QueueVisit.contact,
        AgentPeriod.agent == QueueVisit.agent,
        AgentPeriod.state == AgentState.RESERVED,
        AgentPeriod.ended_at == QueueVisit.answered_at,
    )
    visits = (
        select(
            QueueVisit.queue,
            QueueVisit.queued_at,
            QueueVisit.outcome,
            QueueVisit.waited_ms,
            QueueVisit.talked_ms,
            QueueVisit.wrapup_ms,
            AgentPeriod.began_at,
            AgentPeriod.ended_at,
        )
        .outerjoin(AgentPeriod, rung)
        .where(
            QueueVisit.org == org,
            QueueVisit.queued_at >= period.begin,
            QueueVisit.queued_at < period.end,
            QueueVisit.outcome.is_not(None),
        )
    )
    async with database.reading() as session:
        seen = await session.execute(visits)
        worked = await session.execute(periods_of(org, period))
        return history(list(starmap(PastVisit, seen)), starmap(PastDuty, worked), period, now)


def history(
    visits: Iterable[PastVisit], duties: Iterable[PastDuty], period: Period, now: datetime
) -> History:
    """Put the days of a period on top of each other."""
    days: set[date] = set()
    queues: defaultdict[str, QueueHistory] = defaultdict(QueueHistory)
    for visit in visits:
        if visit.outcome is VisitOutcome.TAKEN_OVER:
            continue  # it did not arrive
        day, quarter = _place(visit.queued_at, period.zone)
        days.add(day)
        queue = queues[visit.queue]
        queue.arrivals[quarter] += 1
        queue.waited_s += (visit.waited_ms or 0) / 1000
        queue.abandoned += visit.outcome is VisitOutcome.ABANDONED
        if visit.talked_ms is not None:
            queue.talk_s.append(visit.talked_ms / 1000)
        if visit.wrapup_ms is not None:
            queue.wrapup_s.append(visit.wrapup_ms / 1000)
        if visit.ring_from is not None and visit.ring_until is not None:
            queue.ring_s.append((visit.ring_until - visit.ring_from).total_seconds())

    duty: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for one in duties:
        if one.state not in _ON_DUTY:
            continue
        moment = max(one.began_at, period.begin)
        end = min(one.ended_at or now, period.end)
        while moment < end:
            day, quarter = _place(moment, period.zone)
            until = min(_next_quarter(moment), end)
            if day in days:
                duty[one.agent][quarter] += round((until - moment).total_seconds())
            moment = until
    return History(frozenset(days), dict(queues), dict(duty))


def _place(moment: datetime, zone: ZoneInfo) -> tuple[date, int]:
    local = moment.astimezone(zone)
    return local.date(), local.hour * 4 + local.minute // 15


def _next_quarter(moment: datetime) -> datetime:
    """Quarter-hours of every zone's clock begin at those of UTC."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + ((moment - epoch) // QUARTER + 1) * QUARTER
