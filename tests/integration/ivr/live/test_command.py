"""``vaxel trees`` as a person uses it, without a controller."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from ivr.cli.tree_versions import register
from ivr.live.survey import survey
from ivr.platform.errors import PlatformError, RollbackRefused
from store.database import open_database
from store.tree_history import TreeHistory
from store.tree_models import ChangeKind
from tests.unit.ivr.live.house import House

pytestmark = pytest.mark.integration


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """The town “north”, which said “one” and says “two”, both versions kept."""
    (tmp_path / "state").mkdir()
    monkeypatch.setenv("VAXEL_SETTINGS", "/dev/null")
    monkeypatch.setenv("VAXEL_TREES", str(tmp_path / "trees"))
    monkeypatch.setenv("VAXEL_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("VAXEL_HTTP__PORT", "9")
    house = asyncio.run(_house(tmp_path / "trees"))
    for day, text in enumerate(("one", "two"), 1):
        house.say("north", text, "100")
        asyncio.run(_note(tmp_path, datetime(2026, 11, day, tzinfo=UTC)))
    return house


async def _house(root: Path) -> House:
    return House(root, north="100")


async def _note(folder: Path, at: datetime) -> None:
    database = await open_database(f"sqlite+aiosqlite:///{folder / 'state' / 'vaxel.db'}")
    files = survey(folder / "trees").parts["north"].files
    history = TreeHistory(database)
    await history.note("north", files, who="alva", how=ChangeKind.SAVED, at=at)
    await database.close()


def vaxel(*arguments: str) -> Result:
    app = typer.Typer()
    register(app)
    app.command("nothing")(lambda: None)  # one group alone would lose its name
    return CliRunner().invoke(app, ["trees", *arguments])


@pytest.mark.usefixtures("town")
def test_history_tells_which_version_when_by_whom_and_how() -> None:
    told = vaxel("history", "north").output.splitlines()
    assert [line.split()[0] for line in told] == ["version", "2", "1"]
    assert all(word in told[1] for word in ("2026-11-02", "alva", "saved, in place"))
    assert vaxel("history", "north", "--most", "1").output.count("\n") == 2


def test_diff_shows_what_is_on_disk_and_not_in_place(town: House) -> None:
    same = vaxel("diff", "north")
    assert (same.exit_code, same.output) == (0, "Version 2 is what is on disk.\n")
    town.say("north", "three", "100")
    told = vaxel("diff", "north")
    assert told.exit_code == 1
    assert "--- north/tree.yaml (version 2)\n+++ north/tree.yaml (on disk)\n" in told.output
    assert (
        "\n-  a: {say: {sv: two sv, en: two}, then: end}\n+  a: {say: {sv: three sv" in told.output
    )


@pytest.mark.usefixtures("town")
def test_diff_shows_what_two_versions_do_not_share() -> None:
    told = vaxel("diff", "north", "1", "2").output
    assert "+++ north/tree.yaml (version 2)" in told
    assert "+  a: {say: {sv: two sv, en: two}, then: end}" in told
    assert vaxel("diff", "north", "1", "1").exit_code == 0


def test_a_hostile_files_difference_cannot_move_a_cursor(town: House) -> None:
    (town.root / "north" / "tree.yaml").write_bytes(b"\x1b[2J\xff")
    assert "\x1b" not in vaxel("diff", "north").output


def test_rollback_puts_the_version_before_back_and_says_what_was_kept(town: House) -> None:
    told = vaxel("rollback", "north")
    assert told.output == (
        "Version 1 of north is back: north/tree.yaml.\n"
        "What was there before is kept as version 2.\n"
        "No controller answers; it takes the files up when it starts.\n"
    )
    assert "one" in (town.root / "north" / "tree.yaml").read_text()
    assert "rolled back to, in place" in vaxel("history", "north").output


@pytest.mark.usefixtures("town")
def test_a_roll_back_to_what_is_there_is_told() -> None:
    assert isinstance(vaxel("rollback", "north", "2").exception, RollbackRefused)


@pytest.mark.usefixtures("town")
def test_an_organisation_that_is_not_known_is_told_with_the_one_that_was_meant() -> None:
    told = vaxel("history", "nort")
    assert isinstance(told.exception, PlatformError)
    assert str(told.exception) == "No version of “nort” is kept; did you mean “north”?"


@pytest.mark.usefixtures("town")
def test_a_reload_without_a_controller_says_when_the_files_are_taken_up() -> None:
    told = vaxel("reload")
    assert (told.exit_code, told.output) == (
        0,
        "No controller answers; it takes the files up when it starts.\n",
    )
