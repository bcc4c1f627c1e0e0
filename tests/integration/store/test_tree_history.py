"""The versions of call trees on real databases."""

from __future__ import annotations

import asyncio

import pytest

from store.database import Database
from store.errors import TreeVersionUnknown
from store.models import ChangeKind, instant
from store.tree_files import digest_of
from store.tree_history import Change, TreeHistory

pytestmark = pytest.mark.integration

BASE = {"base.yaml": b"languages: [sv]\n"}
FIRST = {**BASE, "town/organisation.yaml": b"id: town\n", "town/a.yaml": b"start: a\n"}
SECOND = {**FIRST, "town/a.yaml": "start: Välkommen\n".encode("latin-1")}  # whatever its bytes


@pytest.fixture
def history(database: Database) -> TreeHistory:
    return TreeHistory(database)


async def note(
    history: TreeHistory,
    files: dict[str, bytes],
    at: int = 0,
    *,
    org: str = "town",
    how: ChangeKind = ChangeKind.SAVED,
) -> Change:
    return await history.note(org, files, who="alva", how=how, at=instant(at))


def test_the_hash_is_of_names_and_contents_whatever_their_order() -> None:
    assert digest_of(FIRST) == digest_of(dict(reversed(FIRST.items())))
    assert digest_of({"a": b"b"}) != digest_of({"b": b"a"}) != digest_of({"ab": b""})


async def test_each_version_is_kept_with_who_and_when(history: TreeHistory) -> None:
    await note(history, FIRST, 1000, how=ChangeKind.STARTED)
    await note(history, SECOND, 2000)

    newest, oldest = await history.changes("town")

    assert (newest.number, newest.who, newest.at) == (2, "alva", instant(2000))
    assert (oldest.number, oldest.how, oldest.digest) == (1, "started", digest_of(FIRST))
    assert (await history.version("town", "1")).files == FIRST
    assert (await history.version("town", newest.digest[:12])).files == SECOND
    assert [change.number for change in await history.changes("town", most=1)] == [2]


async def test_what_is_in_place_already_is_no_change(history: TreeHistory) -> None:
    first = await note(history, FIRST, 1000)
    assert await note(history, FIRST, 2000) == first
    assert await history.changes("town") == [first]


async def test_the_same_files_are_one_version_though_they_come_back(history: TreeHistory) -> None:
    for at, files in enumerate((FIRST, SECOND, FIRST)):
        await note(history, files, at)
    assert [change.number for change in await history.changes("town")] == [1, 2, 1]
    in_place = await history.in_place("town")
    assert in_place is not None
    assert in_place.files == FIRST


async def test_what_is_only_kept_is_never_in_place(history: TreeHistory) -> None:
    await note(history, FIRST)
    await note(history, SECOND, 1000, how=ChangeKind.KEPT)
    await note(history, FIRST, 2000, how=ChangeKind.KEPT)  # it is there already

    assert [(one.number, one.how) for one in await history.changes("town")] == [
        (2, "kept"),
        (1, "saved"),
    ]
    in_place = await history.in_place("town")
    assert in_place is not None
    assert in_place.number == 1


async def test_organisations_are_numbered_each_by_itself(history: TreeHistory) -> None:
    await note(history, FIRST)
    await note(history, SECOND)
    other = await note(history, BASE, org="parish")
    assert other.number == 1
    assert await history.organisations() == ["parish", "town"]
    assert await history.in_place("nobody") is None


async def test_controllers_that_note_the_same_at_once_note_it_once(history: TreeHistory) -> None:
    await note(history, FIRST)
    await asyncio.gather(*(note(history, SECOND, 1000) for _ in range(8)))
    assert [change.number for change in await history.changes("town")] == [2, 1]


@pytest.mark.parametrize("which", ["3", "0", "", "zzz"])
async def test_a_version_that_is_not_there_is_told_with_those_that_are(
    history: TreeHistory, which: str
) -> None:
    await note(history, FIRST)
    await note(history, SECOND)
    with pytest.raises(TreeVersionUnknown, match="they are 1 to 2"):
        await history.version("town", which)
