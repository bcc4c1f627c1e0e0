"""``vaxel audit``: who listened to whom, asked for weeks later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ivr import cli
from store.database import open_database
from store.projection import ContactProjection
from tests.day import DayStream
from tests.integration.following import caught_up
from tests.supervised_day import ACTS, BOARD, ORG, afternoon
from tests.unit.flow.trees import ORGANISATION, write

pytestmark = pytest.mark.integration

DAY = ("--from", "2026-11-23", "--language", "en")


@pytest.fixture(autouse=True)
async def _house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "trees" / ORG, "organisation.yaml", ORGANISATION)
    monkeypatch.setenv("VAXEL_SETTINGS", "/dev/null")
    monkeypatch.setenv("VAXEL_TREES", str(tmp_path / "trees"))
    monkeypatch.setenv("VAXEL_STATE", str(tmp_path / "state"))
    url = f"sqlite+aiosqlite:///{tmp_path / 'vaxel.db'}"
    monkeypatch.setenv("VAXEL_DATABASE_URL", url)
    database = await open_database(url)
    stream = DayStream(afternoon())
    await caught_up(stream, ContactProjection(database, stream, ORG))
    await database.close()


def vaxel(*arguments: str, code: int = 0) -> str:
    result = CliRunner(env={"COLUMNS": "400"}).invoke(
        cli.application("audit"), ["audit", *arguments]
    )
    assert result.exit_code == code, result.output
    return result.output


def told(*arguments: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads(vaxel(*DAY, "--as", "json", *arguments))
    return items


def test_programs_are_told_every_act_by_its_code() -> None:
    items = told()
    assert sorted(
        (one["supervisor"], one["act"], one["lasted_seconds"]) for one in items
    ) == sorted((who, act or "", lasted) for _, who, _, act, *_, lasted in ACTS), items
    [refused] = [one for one in items if one["refused"] == "queue"]
    assert (refused["act"], refused["agent"], refused["contact"]) == ("listen", "4001", "c1")
    [paused] = [one for one in items if one["pause"]]
    assert (paused["at"], paused["agent"], paused["pause"]) == (
        "2026-11-23T21:00:21.000+01:00",
        "4002",
        "lunch",
    )


def test_people_are_told_in_their_language() -> None:
    table = vaxel(*DAY)
    assert "Supervisors' acts" in table
    whisper = next(line for line in table.splitlines() if "whisper" in line)
    assert whisper.split()[:6] == ["2026-11-23", "21:00:15", "4900", "phone", "agent2", "whisper"]
    assert {"Alva", "0:04"} <= set(whisper.split())
    danish = vaxel("--from", "2026-11-23", "--language", "da")
    assert ("hviske" in danish, "forkert pinkode" in danish) == (True, True)
    assert "viska" in vaxel("--from", "2026-11-23", "--language", "sv")


def test_supervisor_agent_and_day_choose() -> None:
    assert {one["supervisor"] for one in told("--supervisor", BOARD)} == {BOARD}
    assert [one["act"] for one in told("--agent", "4002")] == ["pause"]
    assert json.loads(vaxel("--from", "2026-11-24", "--as", "json")) == []
    assert "no agent is named “4003”" in vaxel(*DAY, "--agent", "4003", code=2)
