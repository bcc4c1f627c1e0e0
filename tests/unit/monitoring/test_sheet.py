"""How a report's values look to people and to machines."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from monitoring.errors import NoSuchDay, TooManyIntervals
from monitoring.report.intervals import Period, Step
from monitoring.report.page import as_page
from monitoring.report.sheet import Column, Kind, Said, Sheet, Value, as_csv, as_json, shown
from monitoring.report.words import (
    ACTS,
    LANGUAGES,
    OUTCOMES,
    REFUSALS,
    Word,
    act_in,
    outcome_in,
    refusal_in,
)
from store.act_models import PRESENT
from store.contract.table import KINDS
from store.contract.values import Word as OneOf
from store.events import EventType
from store.models import VisitOutcome

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (0.8301, Kind.SHARE, "83.0 %"),
        (1, Kind.SHARE, "100.0 %"),
        (0, Kind.SECONDS, "0:00"),
        (65.4, Kind.SECONDS, "1:05"),
        (7400, Kind.SECONDS, "2:03:20"),
        (-65.4, Kind.SECONDS, "−1:05"),
        (-0.4, Kind.SECONDS, "0:00"),
        (4.333, Kind.MEAN, "4.33"),
        (Said("move", "flytta"), Kind.TEXT, "flytta"),
        (None, Kind.SECONDS, "–"),
        (12, Kind.COUNT, "12"),
        (datetime(2026, 3, 29, 8, 1, tzinfo=UTC), Kind.TIME, "2026-03-29 08:01:00"),
    ],
)
def test_a_value_for_people(value: Value, kind: Kind, text: str) -> None:
    assert shown(value, kind, "en") == text


def test_a_share_has_the_decimal_mark_of_its_language() -> None:
    assert [shown(0.8301, Kind.SHARE, language) for language in LANGUAGES] == [
        "83,0 %",
        "83,0 %",
        "83.0 %",
    ]


def sheet(*rows: list[Value], seldom: bool = False) -> Sheet:
    columns = [Column("caller", "Caller", Kind.TEXT), Column("n", "N", Kind.COUNT, seldom)]
    return Sheet("T", [], columns, rows, total=["Total", None])


@pytest.mark.parametrize("text", ["=1+1", "-1", "@SUM(A1)", "+46*2", "\tx", "\n=1"])
def test_what_a_spreadsheet_would_calculate_stays_a_text(text: str) -> None:
    _, row = csv.reader(io.StringIO(as_csv(sheet([text, 1]))))
    assert row == [f"'{text}", "1"]


def test_programs_get_codes_and_numbers_and_null_in_json() -> None:
    told = as_json(sheet([Said("move", "flytta"), None], ["=1+1", 0.5]))
    assert json.loads(told) == [{"caller": "move", "n": None}, {"caller": "=1+1", "n": 0.5}]
    assert as_csv(sheet([Said("move", "flytta"), None])) == "caller,n\nmove,\n"


def test_a_callers_number_stays_as_it_is() -> None:
    assert as_csv(sheet(["+46700000004", 1])) == "caller,n\n+46700000004,1\n"


def test_a_column_that_seldom_holds_anything_is_shown_to_people_where_it_does() -> None:
    assert len(sheet(["a", 0], seldom=True).for_people().columns) == 1
    assert len(sheet(["a", 0], ["b", 2], seldom=True).for_people().columns) == 2
    assert as_csv(sheet(["a", 0], seldom=True)) == "caller,n\na,0\n"


def test_text_from_outside_is_no_markup_of_the_page() -> None:
    page = as_page(sheet(["<script>", 1]), language="en", made=datetime.now(UTC))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_every_heading_is_there_in_every_language() -> None:
    assert all(all(word.value) and len(word.value) == len(LANGUAGES) for word in Word)
    assert Word.QUEUE.spoken("da") == "Kø"
    assert Word.QUEUE.spoken("fi") == "Queue"
    assert set(OUTCOMES) == {*VisitOutcome, ""}
    assert outcome_in("sv", VisitOutcome.ABANDONED) == "avbrutet"


def test_each_act_and_refusal_of_a_supervisor_has_words() -> None:
    def words(kind: EventType, name: str) -> set[str]:
        field = KINDS[kind].field(name)
        assert field is not None
        assert isinstance(field.value, OneOf)
        return set(field.value.words)

    acts = words(EventType.SUPERVISOR_ACTED, "act") | words(EventType.SUPERVISOR_JOINED, "mode")
    assert set(ACTS) == {*acts, PRESENT, ""} >= words(EventType.SUPERVISOR_REFUSED, "act")
    assert set(REFUSALS) == words(EventType.SUPERVISOR_REFUSED, "reason")
    assert act_in("da", "whisper") == "hviske"
    assert (act_in("sv", "teleport"), refusal_in("sv", "because")) == ("teleport", "because")


def test_a_report_of_more_intervals_than_anybody_reads_is_refused() -> None:
    with pytest.raises(TooManyIntervals, match="--each"):
        Period.of_days(date(2020, 1, 1), date(2026, 1, 1), Step.QUARTER, ZoneInfo("UTC"))


@pytest.mark.parametrize("day", [date.min, date.max])
def test_days_at_the_end_of_the_calendar_are_refused(day: date) -> None:
    with pytest.raises(NoSuchDay, match="--from"):
        Period.of_days(day, day, Step.DAY, ZoneInfo("Europe/Stockholm"))


@pytest.mark.parametrize("step", Step)
def test_a_title_says_the_days_however_they_are_cut(step: Step) -> None:
    zone = ZoneInfo("Europe/Stockholm")
    one = Period.of_days(date(2026, 10, 25), date(2026, 10, 25), step, zone)
    many = Period.of_days(date(2026, 10, 1), date(2026, 10, 31), step, zone)
    assert (one.days, many.days) == ("2026-10-25", "2026-10-01 – 2026-10-31")
