"""Changes are noted and told, however long the store or Redis is away."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from ivr.live.book import Book, Entry
from store.errors import DatabaseAway
from store.events import Event, EventType
from store.stream import StreamUnavailable
from store.tree_history import TreeHistory
from store.tree_models import ChangeKind

pytestmark = pytest.mark.unit

CHANGED = Entry(
    "town",
    1000,
    "alva",
    ChangeKind.SAVED,
    Event(EventType.TREES_CHANGED, 1000, "town"),
    {"town/a.yaml": b"a"},
)


class Away:
    """A store and a stream, both away at first."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.naps = 0

    async def note(self, org: str, *_: object, **__: object) -> None:
        if self.naps < 2:
            raise DatabaseAway("locked")
        self.done.append(f"noted {org}")

    async def append(self, event: Event) -> str:
        if self.naps < 3:
            raise StreamUnavailable("gone")
        self.done.append(f"told {event.org}")
        return ""

    async def sleep(self, _: float) -> None:
        self.naps += 1


async def test_what_happened_waits_until_it_can_be_noted_and_told() -> None:
    away = Away()
    book = Book(cast(TreeHistory, away), {"town": away}, sleep=away.sleep)
    task = asyncio.create_task(book.run())
    book.write(CHANGED)
    await book.carried()
    task.cancel()
    assert away.done == ["noted town", "told town"]
    assert away.naps == 3


async def test_an_organisation_without_a_stream_is_noted_alone() -> None:
    away = Away()
    away.naps = 9
    book = Book(cast(TreeHistory, away), {})
    task = asyncio.create_task(book.run())
    book.write(CHANGED)
    await book.carried()
    task.cancel()
    assert away.done == ["noted town"]
