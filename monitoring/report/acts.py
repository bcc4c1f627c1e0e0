"""The audit log of supervisors: who was in whose conversation and how long, who paused whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from monitoring.report.intervals import Period
from monitoring.report.sheet import Column, Kind, Said, Sheet, Value
from monitoring.report.words import Word, act_in, refusal_in
from store.database import Database
from store.models import ActOutcome, SupervisorAct, Via


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which acts; all of them where it says nothing.

    Attributes:
        begin: Those from here on,
        end: and before this.
        supervisor: Only of this number or token.
        agent: Only those on this agent.
        after: Only those behind this row.
        most: At most so many.
    """

    begin: datetime | None = None
    end: datetime | None = None
    supervisor: str = ""
    agent: str = ""
    after: int = 0
    most: int | None = None


async def read_acts(database: Database, org: str, wanted: Wanted) -> Sequence[SupervisorAct]:
    """Supervisors' acts, in the order in which they were noted.

    Raises:
        DatabaseAway: The database does not answer.
    """
    chosen = (
        select(SupervisorAct)
        .where(SupervisorAct.org == org, SupervisorAct.id > wanted.after)
        .order_by(SupervisorAct.id)
        .limit(wanted.most)
    )
    if wanted.begin is not None:
        chosen = chosen.where(SupervisorAct.at >= wanted.begin)
    if wanted.end is not None:
        chosen = chosen.where(SupervisorAct.at < wanted.end)
    if wanted.supervisor:
        chosen = chosen.where(SupervisorAct.supervisor == wanted.supervisor)
    if wanted.agent:
        chosen = chosen.where(SupervisorAct.agent == wanted.agent)
    async with database.reading() as session:
        return (await session.scalars(chosen)).all()


def lasted_ms(act: SupervisorAct) -> int | None:
    """How long a presence lasted; ``None`` of other acts, and where no end is known."""
    if act.ended_at is None:
        return None
    return round((act.ended_at - act.at) / timedelta(milliseconds=1))


def acts_sheet(
    organisation: str,
    period: Period,
    acts: Sequence[SupervisorAct],
    names: Mapping[str, str],
    language: str,
) -> Sheet:
    """The table; it names people at work, which is personal.

    Args:
        organisation: Its name.
        period: The days.
        acts: What was found.
        names: Of supervisors and agents by number, as far as they are known.
        language: Of headings and words.
    """
    headings: Sequence[tuple[str, Word, Kind, bool]] = (
        ("at", Word.TIME, Kind.TIME, False),
        ("supervisor", Word.SUPERVISOR, Kind.TEXT, False),
        ("supervisor_name", Word.NAME, Kind.TEXT, True),
        ("via", Word.VIA, Kind.TEXT, False),
        ("phone", Word.PHONE, Kind.TEXT, True),
        ("act", Word.ACT, Kind.TEXT, False),
        ("agent", Word.AGENT, Kind.TEXT, True),
        ("agent_name", Word.NAME, Kind.TEXT, True),
        ("queue", Word.QUEUE, Kind.TEXT, True),
        ("contact", Word.CONTACT, Kind.TEXT, True),
        ("lasted_seconds", Word.LASTED, Kind.SECONDS, True),
        ("refused", Word.REFUSED, Kind.TEXT, True),
        ("pause", Word.PAUSED, Kind.TEXT, True),
        ("to_queue", Word.TO_QUEUE, Kind.TEXT, True),
        ("credit_seconds", Word.CREDIT, Kind.SECONDS, True),
    )

    vias = {
        Via.PHONE: Word.PHONE.spoken(language).lower(),
        Via.API: Word.API.spoken(language),
    }

    def seconds(milliseconds: int | None) -> float | None:
        return None if milliseconds is None else milliseconds / 1000

    def row(act: SupervisorAct) -> list[Value]:
        refused = act.outcome is ActOutcome.REFUSED
        code = act.reason or ""
        return [
            act.at.astimezone(period.zone),
            act.supervisor,
            names.get(act.supervisor),
            Said(act.via, vias[act.via]),
            act.phone,
            Said(act.act or "", act_in(language, act.act or "")),
            act.agent,
            names.get(act.agent or ""),
            act.queue,
            act.contact,
            seconds(lasted_ms(act)),
            Said(code, refusal_in(language, code)) if refused else None,
            None if refused else act.reason,
            act.to_queue,
            seconds(act.credit_ms),
        ]

    return Sheet(
        title=f"{Word.AUDIT.spoken(language)}: {organisation}, {period.days}",
        notes=(
            "Lasted: from coming into the conversation to leaving it, or to another way of being"
            " in it.",
        ),
        columns=[
            Column(key, word.spoken(language), kind, seldom=seldom)
            for key, word, kind, seldom in headings
        ],
        rows=[row(act) for act in acts],
    )
