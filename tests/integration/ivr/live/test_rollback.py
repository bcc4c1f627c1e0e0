"""Versions of real files in real databases: kept, compared, put back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.live.rollback import RolledBack, roll_back
from ivr.live.survey import survey
from ivr.platform.errors import RollbackRefused
from store.database import Database
from store.errors import TreeVersionUnknown
from store.tree_history import TreeHistory
from store.tree_models import ChangeKind
from tests.unit.flow.trees import write
from tests.unit.ivr.live.house import GREETING, House

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


class Town:
    """The town “north” at number 100, beside “south” at 200, and what is kept of its versions."""

    def __init__(self, root: Path, history: TreeHistory) -> None:
        self.root = root
        self.house = House(root, north="100", south="200")
        self.history = history
        self.tree = root / "north" / "tree.yaml"

    async def save(self, text: str, number: str = "100") -> None:
        """Another sentence, which the controller takes up."""
        self.house.say("north", text, number)
        await self.note()

    async def note(self, org: str = "north") -> None:
        part = survey(self.root).parts[org]
        await self.history.note(org, part.files, who="alva", how=ChangeKind.SAVED, at=NOW)

    async def roll_back(self, which: str = "") -> RolledBack:
        return await roll_back(self.root, "north", which, self.history, who="bo", now=NOW)

    async def told(self) -> list[tuple[int, str]]:
        return [(one.number, one.how.value) for one in await self.history.changes("north")]


@pytest.fixture
async def town(tmp_path: Path, database: Database) -> Town:
    """Two versions: it says “one”, then “two”."""
    it = Town(tmp_path / "trees", TreeHistory(database))
    await it.save("one")
    await it.save("two")
    return it


async def test_without_a_name_the_version_before_is_put_back(town: Town) -> None:
    two = town.tree.read_text()
    done = await town.roll_back()
    assert "one" in town.tree.read_text()
    assert (done.wanted.number, done.kept.number, done.files) == (1, 2, ["north/tree.yaml"])
    assert (await town.history.version("north", "2")).files["north/tree.yaml"] == two.encode()
    assert await town.told() == [(1, "rolled_back"), (2, "saved"), (1, "saved")]


async def test_what_is_broken_on_disk_is_kept_and_what_calls_get_is_put_back(town: Town) -> None:
    town.tree.write_bytes(b"\xffnumbers: [")
    done = await town.roll_back()
    assert "two" in town.tree.read_text()
    kept = await town.history.version("north", str(done.kept.number))
    assert kept.files["north/tree.yaml"] == b"\xffnumbers: ["
    # what was only kept was never in place, and what is put back was so all the time
    assert await town.told() == [(3, "kept"), (2, "saved"), (1, "saved")]


async def test_a_version_is_put_back_by_its_number_or_its_hash(town: Town) -> None:
    await town.save("three")
    version = await town.history.version("north", "1")
    await town.roll_back(version.digest[:12])
    assert "one" in town.tree.read_text()
    await town.roll_back("3")
    assert "three" in town.tree.read_text()


async def test_files_that_came_later_are_removed_and_kept(town: Town) -> None:
    write(
        town.root / "north", "night.yaml", "numbers: ['109']\nstart: e\nnodes:\n  e: {hang_up: }\n"
    )
    await town.note()
    done = await town.roll_back("2")
    assert not (town.root / "north" / "night.yaml").exists()
    assert "north/night.yaml" in (await town.history.version("north", str(done.kept.number))).files


async def test_shared_files_stay_as_they_are_and_make_it_another_version(town: Town) -> None:
    write(town.root / "shared", "greeting.yaml", GREETING)
    await town.note()
    done = await town.roll_back("1")
    assert (town.root / "shared" / "greeting.yaml").exists()
    assert done.shared == ["shared/greeting.yaml"]
    assert (done.wanted.number, done.change.number) == (1, 4)


async def test_a_version_that_lies_there_already_is_told(town: Town) -> None:
    with pytest.raises(RollbackRefused, match="already"):
        await town.roll_back("2")


async def test_a_version_whose_number_is_another_ones_by_now_is_refused(town: Town) -> None:
    await town.save("moved", "101")
    town.house.say("south", "mine now", "100")
    with pytest.raises(RollbackRefused, match="the number 100 is claimed twice") as refused:
        await town.roll_back("1")
    assert f"{town.root}/south/tree.yaml:1:" in str(refused.value)
    assert "moved" in town.tree.read_text()


async def test_another_organisations_slip_holds_up_no_roll_back(town: Town) -> None:
    town.house.spoil("south")
    await town.roll_back("1")
    assert "one" in town.tree.read_text()


async def test_there_is_no_way_back_from_the_first_version(
    tmp_path: Path, database: Database
) -> None:
    town = Town(tmp_path / "trees", TreeHistory(database))
    with pytest.raises(TreeVersionUnknown):
        await town.roll_back()
    await town.save("one")
    with pytest.raises(RollbackRefused, match="before the one in place"):
        await town.roll_back()
