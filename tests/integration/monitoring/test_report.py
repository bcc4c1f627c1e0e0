"""Reports of the Sunday from a real database, SQLite and PostgreSQL, and by the command."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from ivr.cli.report import register
from monitoring.definitions.service_level import formula
from monitoring.errors import UnknownFormula
from monitoring.report.agents import read_agents
from monitoring.report.contacts import read_contacts
from monitoring.report.counting import Question
from monitoring.report.intervals import Belongs, Period, Step
from monitoring.report.queues import QueueReport
from monitoring.report.reading import read_queues
from monitoring.report.results import read_results
from store.database import Database, open_database
from store.events import Event, EventType
from store.models import VisitOutcome
from store.projection import ContactProjection
from tests.day import DayStream
from tests.integration.following import caught_up
from tests.sunday import NOW, ORG, ZONE, sunday
from tests.unit.flow.trees import ORGANISATION, write
from tests.unit.monitoring.test_sunday import BY_ARRIVAL, BY_EVENT, SUNDAY, SUPPORT, nonzero

pytestmark = pytest.mark.integration

DAY = Period.of_days(SUNDAY, SUNDAY, Step.DAY, ZONE)
HEADINGS = (
    "interval,queue,offered,answered,abandoned,short_abandoned,flowed_out,waiting,unknown,"
    "callbacks,callbacks_talked,service_level_F4_20s,abandon_rate,abandon_rate_without_short,"
    "average_speed_of_answer_seconds,time_to_abandon_seconds,handle_time_seconds"
)


async def take_in(
    database: Database, batch: int = 7, events: Sequence[Event] | None = None
) -> None:
    stream = DayStream(list(sunday() if events is None else events))
    await caught_up(stream, ContactProjection(database, stream, ORG), batch)


@pytest.mark.parametrize("batch", [1, 7, 500])
async def test_the_record_has_the_figures_that_were_worked_out_by_hand(
    database: Database, batch: int
) -> None:
    await take_in(database, batch)
    by_arrival = await read_queues(database, ORG, Question(DAY))
    by_event = await read_queues(database, ORG, Question(DAY, Belongs.EVENT))
    assert nonzero(by_arrival.summed(queue="fees")) == BY_ARRIVAL
    assert nonzero(by_event.summed(queue="fees")) == BY_EVENT
    assert nonzero(by_event.summed(queue="support")) == SUPPORT


async def test_one_queue_alone_and_another_threshold(database: Database) -> None:
    await take_in(database)
    question = Question(DAY, threshold_ms=19_999)
    support = await read_queues(database, ORG, question, ["support"])
    assert nonzero(support.summed()) == SUPPORT
    fees = await read_queues(database, ORG, question, ["fees"])
    assert formula("F2").of(fees.summed()) == 2 / 4  # c7 waited 20 s


async def test_each_queue_is_judged_by_its_own_threshold(database: Database) -> None:
    await take_in(database)
    question = Question(DAY, own_ms={"fees": 19_999, "school": 1})
    fees = await read_queues(database, ORG, question, ["fees"])
    assert formula("F2").of(fees.summed()) == 2 / 4
    report = QueueReport("Town", question, fees, formula("F2"), True, "en")
    sheet = report.sheet()
    assert "service_level_F2_target" in [column.key for column in sheet.columns]
    assert "T = 20 s, of queues with a target 19 s (fees), 0 s (school)" in sheet.notes[0]


async def test_the_agents_of_the_day(database: Database) -> None:
    await take_in(database)
    agents = await read_agents(database, ORG, DAY, NOW)
    assert {agent: time.spent_ms.total() // 1000 for agent, time in agents.items()} == {
        "4009": 1800,
        "4001": 15_300,
        "4002": 18_000,
    }


async def test_another_organisation_has_no_part_in_it(database: Database) -> None:
    await take_in(database)
    assert (await read_queues(database, "school", Question(DAY))).cells == {}
    assert await read_agents(database, "school", DAY, NOW) == {}
    assert await read_contacts(database, "school", DAY) == []


async def test_lost_callers_are_listed_with_whom_an_agent_has_talked_to_since(
    database: Database,
) -> None:
    await take_in(database)
    lost = await read_contacts(database, ORG, DAY, [VisitOutcome.ABANDONED])
    assert [(row.contact, row.caller) for row in lost] == [
        ("c2", None),
        ("c4", "+46700000004"),
        ("c5", "+46700000005"),
    ]
    answered = [row.answered_since for row in lost]
    assert answered == [None, None, lost[2].queued_at + timedelta(minutes=58, seconds=10)]


async def test_two_callers_who_withhold_their_numbers_are_not_taken_for_one(
    database: Database,
) -> None:
    withheld = [
        replace(event, fields={**event.fields, "caller": "anonymous"})
        if event.type is EventType.CONTACT_STARTED
        else event
        for event in sunday()
    ]
    await take_in(database, events=withheld)
    lost = await read_contacts(database, ORG, DAY, [VisitOutcome.ABANDONED])
    assert [(row.contact, row.caller, row.answered_since) for row in lost[1:]] == [
        ("c4", "anonymous", None),
        ("c5", "anonymous", None),
    ]


def with_results() -> list[Event]:
    """The Sunday, and what its agents said came of three conversations."""
    day = sunday()
    at = day[-1].at
    given = [("c3", "fees", "resolved"), ("c9", "fees", "resolved"), ("c6", "support", "passed_on")]
    kind = EventType.CONTACT_RESULT_GIVEN
    return [
        *day,
        *(Event(kind, at, ORG, c, queue, "4001", {"result": result}) for c, queue, result in given),
    ]


async def test_results_are_told_with_their_times_and_the_callback_among_them(
    database: Database,
) -> None:
    await take_in(database, events=with_results())
    tallies = await read_results(database, ORG, DAY)
    assert {key: tally.handled for key, tally in tallies.items()} == {
        ("fees", ""): 3,
        ("fees", "resolved"): 2,
        ("support", ""): 1,
        ("support", "passed_on"): 1,
    }
    resolved = tallies["fees", "resolved"]
    assert (resolved.talked_ms, resolved.wrapped_up) == (300_000 + 120_000, 2)
    assert set(await read_results(database, ORG, DAY, ["support"])) == {
        ("support", ""),
        ("support", "passed_on"),
    }


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation whose record holds the Sunday."""
    text = ORGANISATION.replace("id: town", f"id: {ORG}")
    write(tmp_path / "trees" / ORG, "organisation.yaml", text)
    monkeypatch.setenv("VAXEL_SETTINGS", "/dev/null")
    monkeypatch.setenv("VAXEL_TREES", str(tmp_path / "trees"))
    monkeypatch.setenv("VAXEL_STATE", str(tmp_path / "state"))
    url = f"sqlite+aiosqlite:///{tmp_path / 'vaxel.db'}"
    monkeypatch.setenv("VAXEL_DATABASE_URL", url)
    database = await open_database(url)
    await take_in(database, events=with_results())
    await database.close()
    return tmp_path


def report(*arguments: str, columns: int = 400) -> Result:
    app = typer.Typer()
    register(app)
    options = [*arguments, "--from", "2026-03-29", "--language", "en"]
    return CliRunner(env={"COLUMNS": str(columns)}).invoke(app, ["report", *options])


@pytest.mark.usefixtures("house")
def test_the_table_names_the_formula_beside_its_figure() -> None:
    result = report("queues", "--each", "day", "--formula", "F1")
    assert "Service level F1 ≤ 20 s" in result.output
    assert "71.4 %" in result.output  # 5 of 7
    assert "service level F1 (abandons help): (AN≤T + AB≤T) / (AN + AB)" in result.output


@pytest.mark.usefixtures("house")
def test_a_narrow_terminal_breaks_no_word_and_no_figure() -> None:
    lines = report("queues", "--each", "day", columns=60).output.splitlines()
    words = {word for line in lines for word in line.split()}
    assert {"Abandoned", "Callbacks", "level", "0:32", "4:12"} <= words


@pytest.mark.usefixtures("house")
def test_the_csv_has_stable_headings_and_one_line_a_queue() -> None:
    result = report("queues", "--each", "day", "--formula", "F4", "--as", "csv")
    heading, fees, support = result.output.splitlines()
    assert heading == HEADINGS
    assert fees == "2026-03-29,fees,12,4,3,1,3,1,1,1,1,0.6,0.3,0.222222,31.75,19.666667,252.0"
    assert support == "2026-03-29,support,3,2,0,0,1,0,0,0,0,1.0,0.0,0.0,8.5,,75.0"


@pytest.mark.usefixtures("house")
def test_the_results_are_told_by_queue_and_beside_each_contact() -> None:
    told = report("results", "--as", "csv").output.splitlines()
    assert told[0] == "queue,result,name,handled,share,talk_seconds,wrapup_seconds"
    assert [line.split(",")[:5] for line in told[1:]] == [
        ["fees", "resolved", "resolved", "2", "0.4"],
        ["fees", "", "none given", "3", "0.6"],
        ["support", "passed_on", "passed on", "1", "0.5"],
        ["support", "", "none given", "1", "0.5"],
    ]
    contacts = csv.DictReader(io.StringIO(report("contacts", "--as", "csv").output))
    assert {row["contact"]: row["result"] for row in contacts if row["result"]} == {
        "c3": "resolved",
        "c6": "passed_on",
    }
    assert report("results", "--queue", "nowhere").exit_code == 2


@pytest.mark.usefixtures("house")
def test_transfers_are_told_by_queue_beside_what_was_handled() -> None:
    told = list(csv.DictReader(io.StringIO(report("transfers", "--as", "csv").output)))
    assert [(row["queue"], row["handled"], row["handed_over"]) for row in told] == [
        ("fees", "5", "0"),
        ("support", "2", "0"),
    ]
    assert report("transfers", "--queue", "nowhere").exit_code == 2


@pytest.mark.usefixtures("house")
def test_hours_of_all_queues_together_are_23_on_this_day() -> None:
    result = report("queues", "--total", "--as", "csv")
    rows = list(csv.DictReader(io.StringIO(result.output)))
    assert len(rows) == 23
    assert sum(int(row["offered"]) for row in rows) == 15


class Page(HTMLParser):
    """Which elements a page has, and what it would fetch."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [value or "" for name, value in attrs if name == "src"]


@pytest.mark.parametrize("kind", ["queues", "agents", "contacts"])
def test_the_page_is_one_file_that_fetches_nothing(house: Path, kind: str) -> None:
    file = house / "report.html"
    result = report(kind, "--as", "html", "--output", str(file))
    assert result.exit_code == 0, result.output
    page = Page(file.read_text(encoding="utf-8"))
    assert page.tags.count("svg") == (0 if kind == "contacts" else 1)
    assert page.tags.count("table") == 1
    assert not {"script", "link", "img"} & set(page.tags)
    assert page.fetched == []


@pytest.mark.usefixtures("house")
def test_lost_callers_by_the_command() -> None:
    result = report("contacts", "--outcome", "abandoned", "--as", "csv")
    rows = list(csv.DictReader(io.StringIO(result.output)))
    assert [row["caller"] for row in rows] == ["", "+46700000004", "+46700000005"]
    assert rows[1]["arrived"] == "2026-03-29T08:01:00.000+02:00"


def test_a_csv_file_is_one_whose_letters_a_spreadsheet_knows(house: Path) -> None:
    file = house / "report.csv"
    assert report("contacts", "--as", "csv", "--output", str(file)).exit_code == 0
    assert file.read_bytes().startswith(b"\xef\xbb\xbfarrived,queue,")


def test_what_cannot_be_written_is_told_with_a_sentence(house: Path) -> None:
    result = report("queues", "--output", str(house / "none" / "report.txt"))
    assert (result.exit_code, "cannot be written" in result.output) == (2, True)


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("kind", ["queues", "contacts"])
def test_a_queue_of_the_past_may_be_asked_for_and_one_that_never_was_may_not(kind: str) -> None:
    assert report(kind, "--queue", "fees").exit_code == 0  # the organisation has "support" alone
    typo = report(kind, "--queue", "feees")
    assert (typo.exit_code, "“feees”; known: support" in typo.output) == (2, True)


@pytest.mark.usefixtures("house")
def test_what_cannot_be_asked_is_refused_with_a_sentence() -> None:
    assert isinstance(report("queues", "--formula", "F9").exception, UnknownFormula)
    nobody = report("agents", "--org", "nobody")
    assert (nobody.exit_code, "named “nobody”; known: preschool" in nobody.output) == (2, True)
    backwards = report("queues", "--to", "2026-03-01")
    assert (backwards.exit_code, "before the first" in backwards.output) == (2, True)
