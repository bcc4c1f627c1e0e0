"""The consumer that turns an organisation's events into rows of the SQL store.

The position in the stream is saved in the same transaction as the rows, by compare-and-set: each
event has its effect exactly once, through crashes and with several processes at it. The rows are
worth no more than the stream: :meth:`ContactProjection.rebuild` makes them anew from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from store.act_records import ActRecords
from store.agent_records import AgentRecords
from store.database import Database
from store.events import Event
from store.following import EventReader, Gaps, follow
from store.models import (
    AgentPeriod,
    AgentSession,
    Callback,
    Contact,
    QueueVisit,
    RecordingPause,
    StreamPosition,
    SupervisorAct,
    SurveyQuestion,
    TreeStep,
)
from store.pause_records import PauseRecords
from store.records import Records
from store.records import Row as ContactRow
from store.step_records import StepRecords
from store.stream import BEGINNING
from store.survey_records import SurveyRecords

Row = ContactRow | TreeStep | SupervisorAct | SurveyQuestion

_CONSUMER = "contacts"
_BATCH = 200
_GATHER_SECONDS = 0.5  # a transaction costs as much as a whole call may; many share one


class ContactProjection:
    """Contacts, visits, callbacks, agents' times, answers, supervisors' acts of an organisation.

    Attributes:
        reached: Id of the last event that this process knows to be in the rows.
        gaps: What could not be taken in.
    """

    def __init__(
        self, database: Database, stream: EventReader, org: str, zone: tzinfo = UTC
    ) -> None:
        """Take in what happens to an organisation's contacts.

        Args:
            database: Where the rows are.
            stream: The events.
            org: The organisation.
            zone: By whose clock a day of its call trees begins.
        """
        self._zone = zone
        self._database = database
        self._stream = stream
        self._org = org
        self.reached = BEGINNING
        self.name = f"contacts of {org}"
        self.gaps = Gaps()

    async def run(self) -> None:
        """Follow the stream until cancelled; outages are waited for."""
        await follow(self._stream, self, batch=_BATCH, gather=_GATHER_SECONDS)

    async def rebuild(self) -> None:
        """Forget the organisation's rows and position; a running consumer makes them anew.

        Contacts whose events the stream no longer holds are lost: for repair, not for routine.
        What supervisors have done stays, and is told no second time.

        Raises:
            DatabaseAway: The database does not answer; nothing is changed.
        """
        async with self._database.writing() as session:
            for table in (
                *(QueueVisit, Callback, SurveyQuestion, Contact),
                *(AgentSession, AgentPeriod, RecordingPause, TreeStep),
            ):
                await session.execute(delete(table).where(table.org == self._org))
            await session.execute(
                update(StreamPosition).where(*self._mine()).values(last_id=BEGINNING)
            )

    async def position(self) -> str:
        """Id of the last event in the rows.

        Raises:
            DatabaseAway: The database does not answer.
        """
        known = await self._saved_position()
        if known is None:
            try:
                async with self._database.writing() as session:
                    first = {"consumer": _CONSUMER, "org": self._org, "last_id": BEGINNING}
                    await session.execute(insert(StreamPosition).values(first))
            except IntegrityError:  # another process was quicker, and may have gone on since
                known = await self._saved_position()
        self.reached = known or BEGINNING
        return self.reached

    async def take_in(self, after: str, events: Sequence[Event]) -> str:
        """Rows and position of a batch, in one transaction.

        Returns:
            The new position; where another consumer has taken in these events already, or the
            rows are being rebuilt, the position to go on from.

        Raises:
            DatabaseAway: The database does not answer. The batch is in the rows or not; the saved
                position tells.
        """
        if not events:
            return after
        async with self._database.writing() as session:
            moved = await session.execute(
                update(StreamPosition)
                .where(*self._mine(), StreamPosition.last_id == after)
                .values(last_id=events[-1].id)
                .returning(StreamPosition.last_id)
            )
            ours = moved.first() is not None
            if ours:
                records = await self._load(session, events)
                steps = StepRecords(self._org, self._zone)
                acts = ActRecords(self._org)
                surveys = SurveyRecords(self._org)
                for event in events:
                    records.apply(event)
                    steps.apply(event)
                    acts.apply(event)
                    surveys.apply(event)
                if steps:
                    steps.add_to(await session.scalars(steps.known()))
                if acts:
                    acts.add_to(await session.scalars(acts.known()))
                if surveys:
                    surveys.add_to(await session.scalars(surveys.known()))
                new = [*records.new, *steps.new, *acts.new, *surveys.new]
                await _insert(session, new)
        if not ours:
            return await self.position()
        self.reached = events[-1].id
        return self.reached

    async def _load(self, session: AsyncSession, events: Sequence[Event]) -> Records:
        agents = {event.agent for event in events if event.agent}
        sessions = await session.scalars(
            select(AgentSession)
            .where(
                AgentSession.org == self._org,
                AgentSession.agent.in_(agents),
                AgentSession.logged_out_at.is_(None),
            )
            .order_by(AgentSession.logged_in_at)
        )
        found = await session.scalars(
            select(AgentPeriod).where(
                AgentPeriod.org == self._org,
                AgentPeriod.agent.in_(agents),
                AgentPeriod.ended_at.is_(None),
            )
        )
        periods = found.all()
        ids = {event.contact for event in events if event.contact}
        ids |= {period.contact for period in periods if period.contact}
        contacts = await session.scalars(
            select(Contact).where(Contact.org == self._org, Contact.id.in_(ids))
        )
        visits = await session.scalars(
            select(QueueVisit)
            .where(QueueVisit.org == self._org, QueueVisit.contact.in_(ids))
            .order_by(QueueVisit.queued_at)
        )
        callbacks = await session.scalars(
            select(Callback)
            .where(Callback.org == self._org, Callback.contact.in_(ids))
            .order_by(Callback.id)
        )
        pauses = await session.scalars(
            select(RecordingPause).where(
                RecordingPause.org == self._org,
                RecordingPause.contact.in_(ids),
                RecordingPause.resumed_at.is_(None),
            )
        )
        return Records(
            self._org,
            contacts,
            visits,
            callbacks,
            agents=AgentRecords(self._org, sessions, periods),
            pauses=PauseRecords(self._org, pauses),
        )

    async def _saved_position(self) -> str | None:
        return await saved_position(self._database, self._org)

    def _mine(self) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return _of(self._org)


async def saved_position(database: Database, org: str) -> str | None:
    """Id of the last event that is in an organisation's rows, ``None`` before the first.

    Raises:
        DatabaseAway: The database does not answer.
    """
    async with database.reading() as session:
        return await session.scalar(select(StreamPosition.last_id).where(*_of(org)))


def _of(org: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return StreamPosition.consumer == _CONSUMER, StreamPosition.org == org


async def _insert(session: AsyncSession, rows: Iterable[Row]) -> None:
    """Insert rows, one statement a table.

    The session itself would send one a row, to learn of each the number that SQLite gives it.
    """
    tables: dict[type[Row], list[dict[str, object]]] = {}
    for row in rows:
        names = (column.key for column in row.__table__.columns)
        values = {name: getattr(row, name) for name in names}
        if values.get("id") is None:
            values.pop("id", None)
        tables.setdefault(type(row), []).append(values)
    for table, inserted in tables.items():
        # a table's rows alike, so that they share the statement
        await session.execute(insert(table), inserted, execution_options={"render_nulls": True})
