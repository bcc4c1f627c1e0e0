"""Times of the tables, and that every database takes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from store.models import Base, OutsideText, UtcDateTime, instant

pytestmark = pytest.mark.unit


def test_an_instant_is_exact_to_the_millisecond() -> None:
    expected = datetime(2025, 11, 24, 9, 0, 0, 123_000, tzinfo=UTC)
    assert instant(1_763_974_800_123) == expected


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        UtcDateTime().process_bind_param(datetime(2025, 11, 24), sqlite.dialect())


def test_a_local_time_is_kept_as_utc() -> None:
    local = datetime(2025, 11, 24, 10, tzinfo=timezone(timedelta(hours=1)))
    kept = UtcDateTime().process_bind_param(local, sqlite.dialect())
    assert kept is not None
    assert kept.isoformat() == "2025-11-24T09:00:00+00:00"


def test_what_sqlite_gives_back_without_a_zone_is_utc() -> None:
    read = UtcDateTime().process_result_value(datetime(2025, 11, 24, 9), sqlite.dialect())
    assert read == datetime(2025, 11, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outside", "kept"),
    [
        ("+46 70 123", "+46 70 123"),
        ("'; DROP TABLE contacts--", "'; DROP TABLE contacts--"),
        ("a\0b", "ab"),
        ("Zo\udceb", "Zo?"),
        ("Zoë 😀", "Zoë 😀"),
        ("9" * 500, "9" * 128),
        (None, None),
    ],
)
def test_text_from_outside_is_kept_as_every_database_can_keep_it(
    outside: str | None, kept: str | None
) -> None:
    assert OutsideText(128).process_bind_param(outside, sqlite.dialect()) == kept


def test_every_table_can_be_made_on_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    for table in Base.metadata.sorted_tables:
        text = str(CreateTable(table).compile(dialect=dialect))
        text += "".join(str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes)
        assert "WITHOUT TIME ZONE" not in text
        assert all(len(str(c.name)) <= 63 for c in table.constraints | table.indexes)
