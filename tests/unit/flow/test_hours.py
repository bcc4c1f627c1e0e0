from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ivr.flow.hours import Hours

pytestmark = pytest.mark.unit

STOCKHOLM = ZoneInfo("Europe/Stockholm")
OFFICE = Hours.model_validate(
    {
        "weekly": {"mon-thu": "08:00-17:00", "fri": ["13:00-16:00", "08:00-12:00"]},
        "exceptions": {"2026-12-24": "closed", "2026-12-26": "10:00-12:00"},
    }
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        ("2026-11-23T07:59:59", False),
        ("2026-11-23T08:00:00", True),
        ("2026-11-23T16:59:59", True),
        ("2026-11-23T17:00:00", False),
        ("2026-11-27T12:30:00", False),  # Friday's lunch
        ("2026-11-27T13:00:00", True),
        ("2026-11-28T10:00:00", False),  # a Saturday
        ("2026-12-24T10:00:00", False),  # a Thursday, but an exception
        ("2026-12-26T10:00:00", True),  # a Saturday, but an exception
    ],
)
def test_opening_hours_follow_the_week_and_its_exceptions(when: str, is_open: bool) -> None:
    assert OFFICE.open_at(at(when), STOCKHOLM) is is_open


def test_hours_are_by_the_clock_on_the_wall_summer_and_winter() -> None:
    assert OFFICE.open_at(datetime(2026, 7, 1, 6, 0, tzinfo=UTC), STOCKHOLM)
    assert not OFFICE.open_at(datetime(2026, 12, 1, 6, 59, tzinfo=UTC), STOCKHOLM)
    assert OFFICE.open_at(datetime(2026, 12, 1, 7, 0, tzinfo=UTC), STOCKHOLM)


def test_hours_may_have_a_time_zone_of_their_own() -> None:
    nuuk = Hours.model_validate({"weekly": {"mon-sun": "08:00-09:00"}, "time_zone": "America/Nuuk"})
    assert nuuk.open_at(datetime(2026, 1, 5, 10, 30, tzinfo=UTC), STOCKHOLM)
    assert not nuuk.open_at(datetime(2026, 1, 5, 7, 30, tzinfo=UTC), STOCKHOLM)


def test_a_whole_day_has_no_gap_at_midnight() -> None:
    always = Hours.model_validate({"weekly": {"mon-sun": "00:00-24:00"}})
    assert always.open_at(at("2026-11-23T23:59:59.999"), STOCKHOLM)
    assert always.open_at(at("2026-11-24T00:00:00"), STOCKHOLM)
