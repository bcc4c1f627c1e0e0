"""How often callers went which way: counted by day, each event once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from monitoring.report.steps import read_steps
from store.database import Database
from store.errors import DatabaseAway
from store.events import Event, EventType
from store.models import TreeStep
from store.projection import ContactProjection
from tests.day import DayStream
from tests.integration.following import caught_up

pytestmark = pytest.mark.integration

ORG, TREE = "town", "reception"
STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOON = int(datetime(2026, 3, 28, 12, tzinfo=UTC).timestamp() * 1000)
LATE = int(datetime(2026, 3, 28, 23, 30, tzinfo=UTC).timestamp() * 1000)  # 00:30 in Stockholm
DAY, NEXT = date(2026, 3, 28), date(2026, 3, 29)


def visited(contact: str, node: str, source: str, way: str, at: int = NOON) -> Event:
    own = {"tree": TREE, "node": node, "kind": "say", "from": source, "way": way}
    told = {name: text for name, text in own.items() if text}
    return Event(EventType.NODE_VISITED, at, ORG, contact, fields=told)


def ended(contact: str, node: str, reason: str, at: int = NOON) -> Event:
    own = {"tree": TREE, "node": node, "reason": reason, "language": "sv"}
    return Event(EventType.CONTACT_ENDED, at, ORG, contact, fields=own)


def events() -> list[Event]:
    return [
        visited("c1", "main", "", "start"),
        visited("c2", "main", "", "start"),
        visited("c1", "support", "main", "choices.1.goto"),
        visited("c2", "support", "main", "choices.2.goto"),
        ended("c1", "support", "caller"),
        visited("c2", "support", "", ""),  # taken up by another controller
        visited("c2", "bye", "support", ""),
        ended("c2", "bye", "tree"),
        visited("c3", "main", "", "start", LATE),
        ended("c3", "main", "caller", LATE),
        visited("c4", "main", "", "start", 10**17),  # no time of this calendar
        Event(EventType.CONTACT_ENDED, NOON, ORG, "c5", fields={"reason": "lost"}),
        Event(EventType.NODE_VISITED, NOON, ORG, "c6", fields={"tree": TREE, "node": "main"}),
    ]


FIRST_DAY = {
    ("", "main", "start"): 2,
    ("main", "support", "choices.1.goto"): 1,
    ("main", "support", "choices.2.goto"): 1,
    ("support", "", "caller"): 1,
    ("support", "bye", ""): 1,
    ("bye", "", "tree"): 1,
}


async def take_in(database: Database, batch: int) -> DayStream:
    stream = DayStream(events())
    await caught_up(stream, ContactProjection(database, stream, ORG, STOCKHOLM), batch)
    return stream


async def counted(database: Database, first: date, last: date) -> dict[tuple[str, str, str], int]:
    rows = await read_steps(database, ORG, TREE, first, last)
    return {(row.source, row.target, row.way): row.calls for row in rows}


@pytest.mark.parametrize("batch", [1, 3, 500])
async def test_each_step_is_counted_on_the_organisations_day(
    database: Database, batch: int
) -> None:
    await take_in(database, batch)
    assert await counted(database, DAY, DAY) == FIRST_DAY
    assert await counted(database, NEXT, NEXT) == {
        ("", "main", "start"): 1,
        ("main", "", "caller"): 1,
    }
    assert (await counted(database, DAY, NEXT))["", "main", "start"] == 3


async def test_a_step_has_one_row_a_day_however_many_batches_tell_it(database: Database) -> None:
    await take_in(database, 1)
    async with database.reading() as session:
        rows = (await session.scalars(select(TreeStep).where(TreeStep.source == ""))).all()
    assert sorted((row.day, row.calls) for row in rows) == [(DAY, 2), (NEXT, 1)]


async def test_a_consumer_killed_within_any_batch_counts_nothing_twice(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = DayStream(events())
    load = ContactProjection._load

    async def die(*_: object) -> None:
        raise DatabaseAway("killed after the position was written, before the commit")

    for _ in stream.events:
        projection = ContactProjection(database, stream, ORG, STOCKHOLM)
        position = await projection.position()
        batch = await stream.read(position, 1)
        monkeypatch.setattr(ContactProjection, "_load", die)
        with pytest.raises(DatabaseAway):
            await projection.take_in(position, batch)
        monkeypatch.setattr(ContactProjection, "_load", load)
        await projection.take_in(position, batch)
    assert await counted(database, DAY, DAY) == FIRST_DAY


async def test_a_rebuild_counts_anew(database: Database) -> None:
    stream = await take_in(database, 500)
    projection = ContactProjection(database, stream, ORG, STOCKHOLM)
    await projection.rebuild()
    assert await counted(database, DAY, NEXT) == {}
    await caught_up(stream, projection, 4)
    assert await counted(database, DAY, DAY) == FIRST_DAY


async def test_other_trees_and_organisations_have_no_part_in_it(database: Database) -> None:
    await take_in(database, 500)
    assert await read_steps(database, "school", TREE, DAY, NEXT) == []
    assert await read_steps(database, ORG, "office", DAY, NEXT) == []
