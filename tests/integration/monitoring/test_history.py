"""A typical day from the record of the Sunday, and what planners ask of it by the command."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

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

__all__ = ["house"]  # a fixture

pytestmark = pytest.mark.integration

DAY = Period.of_days(SUNDAY, SUNDAY, Step.QUARTER, ZONE)


async def test_the_sunday_as_a_pattern(database: Database) -> None:
    await take_in(database)
    past = await read_history(database, ORG, DAY, NOW)
    fees, support = past.queues["fees"], past.queues["support"]
    assert past.days == {SUNDAY}
    # all whose end is known: 10 of the 12 offered, one waits still and one is unknown
    assert fees.arrivals == {7: 1, 32: 4, 35: 1, 36: 2, 42: 1, 44: 1}
    assert sorted(fees.talk_s) == [30, 100, 300, 600]
    assert sorted(fees.wrapup_s) == [20, 30, 50]
    assert sorted(fees.ring_s) == [10, 10, 20]
    assert (fees.waited_s, fees.abandoned) == (606, 3)
    assert fees.patience_s == 202
    assert sorted(support.ring_s) == [5, 12]
    assert support.patience_s is None
    # 4001 was paused from 11:30 to 12:00; 4002 came a minute late
    morning = past.duty_s["4001"]
    assert (morning[45], morning[46], morning[47], morning[48]) == (900, 0, 0, 900)
    assert past.duty_s["4002"][32] == 840


async def test_days_lie_on_top_of_each_other_and_those_without_calls_are_left_out(
    database: Database,
) -> None:
    await take_in(database)
    first, last = SUNDAY - timedelta(days=5), SUNDAY + timedelta(days=1)
    week = Period.of_days(first, last, Step.QUARTER, ZONE)
    past = await read_history(database, ORG, week, NOW)
    assert past.days == {SUNDAY - timedelta(days=1), SUNDAY}  # the record begins the day before
    sunday = await read_history(database, ORG, DAY, NOW)
    assert past.queues["fees"].arrivals > sunday.queues["fees"].arrivals


async def test_another_organisation_has_no_past(database: Database) -> None:
    await take_in(database)
    past = await read_history(database, "school", DAY, NOW)
    assert (past.days, past.queues, past.duty_s) == (frozenset(), {}, {})


def simulate(*arguments: str) -> Result:
    app = typer.Typer()
    register(app)
    app.command("other")(lambda: None)  # of one command typer makes no group
    return CliRunner(env={"COLUMNS": "160"}).invoke(app, ["simulate", *arguments])


def document(*arguments: str) -> dict[str, Any]:
    result = simulate(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.usefixtures("house")
def test_the_past_is_compared_with_fewer_agents_in_a_table() -> None:
    result = simulate(ORG, "--from", "2026-03-29", "--fewer", "1")
    assert result.exit_code == 0, result.output
    assert "Town Hall, 2026-03-29." in result.output
    assert "as it was       2" in result.output
    assert "1 fewer         1" in result.output
    assert "found nobody" in result.output


@pytest.mark.usefixtures("house")
def test_the_figures_of_the_past_come_near_to_what_was() -> None:
    (was,) = document(ORG, "--from", "2026-03-29", "--queue", "fees")["scenarios"]
    figures = was["figures"]
    assert figures["offered"]["value"] == pytest.approx(10, abs=2)
    assert figures["average_handle_time_seconds"]["value"] == pytest.approx(257.5 + 33.3, rel=0.2)


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "no organisation is named “nowhere”; known: preschool"),
        (["--from", "2020-01-01"], "the record knows no calls in 2020-01-01"),
        (["--queue", "nonsense"], "no queue is named “nonsense”"),
        (["--agents", "9,zwölf"], "with commas between"),
        (["--target", "80"], "80/20"),
        (["--calls-per-hour", "60"], "say how many agents"),
        (["--calls-per-hour", "60", "--fewer", "1"], "then there is no past"),
        (["--talk", "4 min"], "the past tells these"),
        (["--calls-per-hour", "60", "--agents", "3", "--talk", "4"], "20 s, 2 min or 1 h"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_sentence(arguments: list[str], said: str) -> None:
    dated = {"--from", "--calls-per-hour"} & set(arguments)
    result = simulate(*arguments, *([] if dated else ["--to", "2026-03-29"]))
    told = f"{result.output} {result.exception}"
    assert result.exit_code != 0
    assert said.lower() in " ".join(told.replace("│", " ").split()).lower()


def test_agents_for_a_target_are_found_and_the_line_that_grows_is_marked() -> None:
    steady = ["--calls-per-hour", "30", "--talk", "3 min", "--wrapup", "0 s"]
    found = document(*steady, "--agents", "1", "--target", "75/20")
    # Erlang C: 3 agents answer 80.0 %, 2 answer 39.2 %
    assert found["agents_needed"] == 3
    by_agents = {row["agents"]: row["figures"] for row in found["scenarios"]}
    assert by_agents[1] is None
    assert by_agents[3]["service_level"]["low"] < 0.7995 < by_agents[3]["service_level"]["high"]
