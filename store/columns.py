"""What the tables are made of: instants, text from outside, closed sets of words.

Times are instants: time-zone aware ``datetime`` in UTC on the Python side, always. SQLite keeps
them as UTC text without an offset, PostgreSQL as ``timestamptz``; :class:`UtcDateTime` refuses a
naive time, so that no local time can slip in.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from sqlalchemy import BigInteger, DateTime, Enum, Integer, MetaData, String
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An instant with millisecond resolution, aware and in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware times only, turned to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone is no instant; give it tzinfo=UTC")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware, in UTC, whatever the database keeps."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class OutsideText(TypeDecorator[str]):
    """Text that came from outside, e.g. a caller id: kept as far as every database can keep it.

    A NUL, half a surrogate pair (a byte that was no UTF-8) or too many letters would be refused
    by one database or the other, and the event behind it tried for ever.
    """

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Without NUL, odd halves as ``?``, cut to the column's length."""
        if value is None:
            return None
        whole = value.replace("\0", "").encode(errors="replace").decode()
        return whole[: self.length]


def instant(epoch_ms: int) -> datetime:
    """The UTC time of an event's epoch milliseconds.

    Raises:
        ValueError: The number lies outside the years 1 to 9999.
    """
    try:
        seconds, milliseconds = divmod(epoch_ms, 1000)
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=milliseconds * 1000)
    except (OverflowError, OSError) as error:
        raise ValueError(f"{epoch_ms} ms is no time of this calendar") from error


def text_of(kind: type[StrEnum]) -> Enum:
    """Column type of a closed set of words: plain text, so that a new word needs no migration."""
    return Enum(
        kind,
        native_enum=False,
        length=16,
        values_callable=lambda members: [m.value for m in members],
    )


CountedId = Annotated[
    int,
    mapped_column(
        # SQLite counts only an INTEGER key up by itself
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
]
"""A key that the database gives."""


class Base(DeclarativeBase):
    """All tables; constraints have names, so that a migration can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
