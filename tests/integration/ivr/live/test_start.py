"""A start, and commands, beside files that somebody has broken."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ivr.cli import application
from ivr.flow.errors import TreesInvalidError
from ivr.live.first import First, first_trees, in_place
from ivr.live.known import known_trees
from ivr.live.survey import survey
from ivr.platform.errors import TreesInvalid
from ivr.settings import Settings
from store.database import Database, open_database
from store.tree_history import TreeHistory
from store.tree_models import ChangeKind
from tests.unit.flow.trees import write
from tests.unit.ivr.live.house import House

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
WRONG = "tree.yaml:4:45: error: no node is named “edn”; did you mean “end”?"


async def noted(root: Path, database: Database) -> None:
    """What is right on disk has served."""
    for org, part in survey(root).parts.items():
        await TreeHistory(database).note(org, part.files, who="bo", how=ChangeKind.SAVED, at=NOW)


async def begun(root: Path, database: Database) -> First:
    return await first_trees(root, lambda: in_place(TreeHistory(database)))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "trees", north="100", south="200")


async def test_an_organisation_with_a_slip_in_it_is_served_as_it_was(
    house: House, database: Database
) -> None:
    await noted(house.root, database)
    version = await TreeHistory(database).version("north", "1")
    house.spoil("north")
    first = await begun(house.root, database)
    assert set(first.parts) == {"north", "south"}
    north = first.parts["north"]
    assert (north.version, north.files) == (version.digest, version.files)
    assert north.catalogue.folders == {"north": house.root / "north"}
    assert north.catalogue.find("100") is not None
    (warning,) = first.warnings()
    assert warning.startswith("north gets version 1, its files cannot be used: ")
    assert warning.endswith(WRONG)


async def test_one_that_never_was_is_left_out_and_the_others_are_served(
    house: House, database: Database
) -> None:
    house.spoil("north")
    first = await begun(house.root, database)
    assert (set(first.parts), set(first.older)) == ({"south"}, set())
    (warning,) = first.warnings()
    assert warning.startswith("north is NOT SERVED, nobody answers its numbers: ")
    assert warning.endswith(WRONG)


async def test_with_a_broken_base_all_are_served_as_they_were(
    house: House, database: Database
) -> None:
    write(house.root, "base.yaml", "texts: {}\n")
    await noted(house.root, database)
    write(house.root, "base.yaml", "texts: [\n")
    first = await begun(house.root, database)
    assert set(first.older) == {"north", "south"}
    assert all("base.yaml:" in warning for warning in first.warnings())


async def test_where_nothing_can_be_served_a_start_is_refused(
    house: House, database: Database
) -> None:
    write(house.root, "base.yaml", "texts: [\n")
    with pytest.raises(TreesInvalidError):
        await begun(house.root, database)


async def test_a_version_whose_number_another_has_now_is_not_served(
    house: House, database: Database
) -> None:
    await noted(house.root, database)
    house.say("north", "hello", "300")
    house.spoil("north")
    house.say("south", "hello", "100")
    first = await begun(house.root, database)
    assert set(first.parts) == {"south"}
    assert "version 1 has the number 100, which south has now" in first.unserved["north"]


async def test_a_version_that_cannot_be_used_any_more_is_told(
    house: House, database: Database
) -> None:
    files = {**survey(house.root).parts["north"].files, "north/tree.yaml": b"start: nowhere"}
    await TreeHistory(database).note("north", files, who="bo", how=ChangeKind.SAVED, at=NOW)
    house.spoil("north")
    first = await begun(house.root, database)
    assert "nor can version 1 be used any more" in first.unserved["north"]


async def test_an_organisation_that_was_taken_away_stays_away(
    house: House, database: Database
) -> None:
    await noted(house.root, database)
    for file in (house.root / "north").iterdir():
        file.unlink()
    house.spoil("south")
    assert set((await begun(house.root, database)).parts) == {"south"}


async def test_a_start_with_right_files_asks_no_store(house: House, database: Database) -> None:
    await database.close()
    first = await begun(house.root, database)
    assert set(first.parts) == {"north", "south"}
    assert list(first.warnings()) == []


async def test_while_the_store_is_away_the_others_are_served(house: House, tmp_path: Path) -> None:
    house.spoil("north")
    away = Settings(
        trees=house.root,
        state=tmp_path,
        database_url=f"sqlite+aiosqlite:///{tmp_path / 'none' / 'vaxel.db'}",
    )
    told: list[str] = []
    assert set((await known_trees(away, told.append)).organisations) == {"south"}
    assert len(told) == 1


async def test_a_folder_without_any_organisation_is_told(tmp_path: Path) -> None:
    with pytest.raises(TreesInvalid, match="there is no organisation here"):
        await known_trees(Settings(trees=tmp_path, state=tmp_path), print)


@pytest.fixture
def broken(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, redis_url: str) -> House:
    """An installation whose north has served and cannot be used now."""
    for name, value in {
        "SETTINGS": "/dev/null",
        "TREES": str(house.root),
        "STATE": str(tmp_path / "state"),
        "REDIS_URL": redis_url,
    }.items():
        monkeypatch.setenv(f"VAXEL_{name}", value)
    (tmp_path / "state" / "recordings").mkdir(parents=True)

    async def keep() -> None:
        database = await open_database(f"sqlite+aiosqlite:///{tmp_path / 'state' / 'vaxel.db'}")
        await noted(house.root, database)
        await database.close()

    asyncio.run(keep())
    house.spoil("north")
    return house


def vaxel(*arguments: str) -> Result:
    return CliRunner().invoke(application(arguments[0]), arguments)


@pytest.mark.parametrize(
    "command",
    [
        ("callbacks", "list", "--org", "north"),
        ("callbacks", "list", "--org", "south"),
        ("announcements", "list", "north"),
        ("recordings", "expire"),
        ("report", "queues", "--org", "north"),
        ("prompts", "list", "south"),
        ("draw", "south", "--as", "dot"),
    ],
)
@pytest.mark.usefixtures("broken")
def test_commands_do_their_work_with_a_warning(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = vaxel(*command)
    assert told.exit_code == 0, (told.output, told.exception)
    assert told.stderr.startswith("Warning: north gets version 1, its files cannot be used: ")
    assert WRONG in told.stderr
