"""What supervisors do is kept: each act once, to its end, longer than the events, not for ever."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from store.columns import instant
from store.database import Database
from store.events import Event, EventType
from store.models import Contact, SupervisorAct
from store.projection import ContactProjection
from tests.day import DayStream
from tests.integration.following import caught_up
from tests.supervised_day import ACTS, AT, DISA, ORG, afternoon

pytestmark = pytest.mark.integration

Row = tuple[Any, ...]


async def acts(database: Database) -> list[Row]:
    async with database.reading() as session:
        found = await session.scalars(select(SupervisorAct).order_by(SupervisorAct.at))
        return [
            (
                (row.at - instant(AT)).total_seconds(),
                row.supervisor,
                row.via,
                row.act,
                row.outcome,
                row.reason,
                row.agent,
                row.contact,
                row.ended_at and (row.ended_at - row.at).total_seconds(),
            )
            for row in found
        ]


async def take_in(database: Database, events: list[Event], batch: int = 500) -> DayStream:
    stream = DayStream(events)
    await caught_up(stream, ContactProjection(database, stream, ORG), batch)
    return stream


@pytest.mark.parametrize("batch", [1, 2, 500])
async def test_each_act_is_a_row_and_each_presence_has_its_length(
    database: Database, batch: int
) -> None:
    await take_in(database, afternoon(), batch)
    assert await acts(database) == ACTS
    async with database.reading() as session:
        moved = await session.scalar(select(SupervisorAct).where(SupervisorAct.act == "move"))
        first = await session.scalar(select(SupervisorAct).where(SupervisorAct.act == "prioritise"))
    assert moved is not None
    assert (moved.queue, moved.to_queue, moved.phone) == ("fees", "support", None)
    assert first is not None
    assert first.credit_ms == 60_000


@pytest.mark.parametrize("batch", [1, 500])
async def test_a_rebuild_loses_no_act_and_tells_none_twice(database: Database, batch: int) -> None:
    stream = await take_in(database, afternoon())
    projection = ContactProjection(database, stream, ORG)
    await projection.rebuild()
    kept = stream.events[4:]  # the stream does not reach back to the beginning any more
    position = await projection.position()
    for at in range(0, len(kept), batch):
        position = await projection.take_in(position, kept[at : at + batch])
    assert position == kept[-1].id
    assert await acts(database) == ACTS


async def test_a_presence_that_begins_again_keeps_its_own_end(database: Database) -> None:
    def event(kind: EventType, second: int, **own: str) -> Event:
        told = {"by": DISA, "phone": "agent2", **own}
        return Event(kind, AT + second * 1000, ORG, "c1", "fees", "4001", told)

    joined, left = EventType.SUPERVISOR_JOINED, EventType.SUPERVISOR_LEFT
    events = [
        event(joined, 0, mode="listen"),
        event(left, 3, duration="3000"),
        event(joined, 5, mode="listen"),
    ]
    stream = await take_in(database, events)
    await ContactProjection(database, stream, ORG).rebuild()
    await caught_up(stream, ContactProjection(database, stream, ORG))
    assert [(at, lasted) for at, *_, lasted in await acts(database)] == [(0, 3), (5, None)]


async def test_a_presence_ends_no_earlier_than_it_began_whatever_another_clock_says(
    database: Database,
) -> None:
    here = {"by": DISA, "phone": "agent2"}
    joined = Event(
        EventType.SUPERVISOR_JOINED, AT, ORG, "c1", "q", "4001", {**here, "mode": "listen"}
    )
    left = Event(
        EventType.SUPERVISOR_LEFT, AT - 700, ORG, "c1", "q", "4001", {**here, "duration": "0"}
    )
    await take_in(database, [joined, left])
    assert [(at, lasted) for at, *_, lasted in await acts(database)] == [(0, 0)]


async def test_two_processes_note_each_act_once(database: Database) -> None:
    stream = DayStream(afternoon())
    one, other = (ContactProjection(database, stream, ORG) for _ in range(2))
    begin = await one.position()
    assert await other.position() == begin
    await one.take_in(begin, stream.events)
    assert await other.take_in(begin, stream.events[:3]) == stream.events[-1].id
    assert await acts(database) == ACTS


async def test_nothing_of_a_caller_is_kept_but_the_contacts_id(database: Database) -> None:
    started = Event(
        EventType.CONTACT_STARTED,
        AT,
        ORG,
        "c1",
        fields={"caller": "+46701740605", "dialled": "100", "tree": "main", "version": "0a1b"},
    )
    await take_in(database, [started, *afternoon()])
    async with database.reading() as session:
        rows = (await session.scalars(select(SupervisorAct))).all()
        assert (await session.scalars(select(Contact.caller))).all() != []
    values = [
        getattr(row, column.key) for row in rows for column in SupervisorAct.__table__.columns
    ]
    assert "+46701740605" not in map(str, values)
