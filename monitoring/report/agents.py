"""The agents' report: what each did of the time that they were logged in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import starmap

from monitoring.definitions import terms
from monitoring.definitions.key_figures import OCCUPANCY
from monitoring.report.intervals import Period
from monitoring.report.reading import periods_of
from monitoring.report.sheet import Column, Kind, Sheet, Value
from monitoring.report.words import Word
from store.database import Database
from store.doing import AgentState

_SHOWN = (
    (AgentState.TALKING, Word.TALKING),
    (AgentState.WRAPUP, Word.WRAPUP),
    (AgentState.READY, Word.READY),
    (AgentState.RESERVED, Word.RESERVED),
    (AgentState.PAUSED, Word.PAUSED),
    (AgentState.DIALLING, Word.DIALLING),
    (AgentState.OUTBOUND, Word.OUTBOUND),
)


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """What a report needs of :class:`store.models.AgentPeriod`."""

    agent: str
    state: AgentState
    reason: str | None
    began_at: datetime
    ended_at: datetime | None


@dataclass(slots=True)
class AgentTime:
    """One agent's time within a period.

    Attributes:
        spent_ms: In each state.
        paused_ms: By reason.
        handled: Conversations that began.
        outbound_calls: Calls of their own that began.
    """

    spent_ms: Counter[AgentState] = field(default_factory=Counter)
    paused_ms: Counter[str] = field(default_factory=Counter)
    handled: int = 0
    outbound_calls: int = 0

    @property
    def occupancy(self) -> float | None:
        """See :data:`monitoring.definitions.key_figures.OCCUPANCY`."""
        return OCCUPANCY.of({terms.SPENT[state]: spent for state, spent in self.spent_ms.items()})


async def read_agents(
    database: Database, org: str, period: Period, now: datetime
) -> dict[str, AgentTime]:
    """The time of every agent who was logged in during a period.

    Raises:
        DatabaseAway: The database does not answer.
    """
    async with database.reading() as session:
        rows = await session.execute(periods_of(org, period))
        return times(starmap(PeriodRow, rows), period, now)


def times(rows: Iterable[PeriodRow], period: Period, now: datetime) -> dict[str, AgentTime]:
    """Add up, cut off at the ends of the period; what lasts yet has lasted until now."""
    end = min(period.end, now)
    agents: dict[str, AgentTime] = {}
    for row in rows:
        began = max(row.began_at, period.begin)
        spent = min(row.ended_at or end, end) - began
        if spent < timedelta():
            continue
        agent = agents.setdefault(row.agent, AgentTime())
        spent_ms = round(spent / timedelta(milliseconds=1))
        agent.spent_ms[row.state] += spent_ms
        if row.state is AgentState.PAUSED:
            agent.paused_ms[row.reason or ""] += spent_ms
        elif row.state is AgentState.TALKING and row.began_at >= period.begin:
            agent.handled += 1
        elif row.state is AgentState.DIALLING and row.began_at >= period.begin:
            agent.outbound_calls += 1
    return agents


def agents_sheet(
    organisation: str,
    period: Period,
    agents: Mapping[str, AgentTime],
    names: Mapping[str, str],
    language: str,
) -> Sheet:
    """The table.

    Args:
        organisation: Its name.
        period: The days.
        agents: By id.
        names: Of the agents, as far as they are known.
        language: Of the headings.
    """
    reasons = sorted({reason for one in agents.values() for reason in one.paused_ms})
    total = AgentTime()
    for one in agents.values():
        total.spent_ms.update(one.spent_ms)
        total.paused_ms.update(one.paused_ms)
        total.handled += one.handled
        total.outbound_calls += one.outbound_calls

    def values(one: AgentTime) -> Sequence[Value]:
        return [
            one.handled,
            one.spent_ms.total() / 1000,
            *(one.spent_ms[state] / 1000 for state, _ in _SHOWN),
            *(one.paused_ms[reason] / 1000 for reason in reasons),
            one.outbound_calls,
            one.occupancy,
        ]

    paused = Word.PAUSED.spoken(language)
    return Sheet(
        title=f"{Word.AGENTS.spoken(language)}: {organisation}, {period.days}",
        notes=(f"{OCCUPANCY.name}: {OCCUPANCY.expression} ({OCCUPANCY.source}).",),
        columns=[
            Column("agent", Word.AGENT.spoken(language), Kind.TEXT),
            Column("name", Word.NAME.spoken(language), Kind.TEXT),
            Column("handled", Word.HANDLED.spoken(language), Kind.COUNT),
            Column("logged_in_seconds", Word.LOGGED_IN.spoken(language), Kind.SECONDS),
            *(
                Column(f"{state.value}_seconds", word.spoken(language), Kind.SECONDS)
                for state, word in _SHOWN
            ),
            *(
                Column(f"paused_{reason}_seconds", f"{paused}: {reason or '–'}", Kind.SECONDS)
                for reason in reasons
            ),
            Column("outbound_calls", Word.OUTBOUND_CALLS.spoken(language), Kind.COUNT),
            Column("occupancy", Word.OCCUPANCY.spoken(language), Kind.SHARE),
        ],
        rows=[[agent, names.get(agent, ""), *values(agents[agent])] for agent in sorted(agents)],
        total=[Word.TOTAL.spoken(language), "", *values(total)],
    )
