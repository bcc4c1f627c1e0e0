"""A typical day from the record of the Sunday, and what planners ask of it by the command."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import typer
from typer.testing import CliRunner, Result

from ivr.cli.simulate import register
from monitoring.report.history import read_history
from monitoring.report.intervals import Period, Step
from store.database import Database
from tests.integration.monitoring.test_report import house, take_in
from tests.sunday import NOW, ORG, ZONE
from tests.unit.monitoring.test_sunday import SUNDAY

__all__ = ["house"]

pytestmark = pytest.mark.integration

DAY = Period.of_days(SUNDAY, SUNDAY, Step.QUARTER, ZONE)


async def test_the_days_without_calls_are_left_out(database: Database) -> None:
    await take_in(database)
    week = Period.of_days(SUNDAY - timedelta(days=6), SUNDAY, Step.QUARTER, ZONE)
    past = await read_history(database, ORG, week, NOW)
    assert past.days == {SUNDAY}
    assert past == await read_history(database, ORG, DAY, NOW)


async def test_the_sunday_as_a_pattern(database: Database) -> None:
    await take_in(database)
    past = await read_history(database, ORG, DAY, NOW)
    print(past)
    assert 0


def simulate(*arguments: str) -> Result:
    app = typer.Typer()
    register(app)
    app.command("other")(lambda: None)
    return CliRunner(env={"COLUMNS": "120"}).invoke(app, ["simulate", *arguments])


@pytest.mark.usefixtures("house")
def test_x() -> None:
    result = simulate(ORG, "--from", "2026-03-29", "--fewer", "1")
    print(result.output, result.exception)
    assert 0
