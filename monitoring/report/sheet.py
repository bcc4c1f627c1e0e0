"""A report as a table of typed values; how it looks is the business of whoever shows it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Final

_FORMULA = re.compile(r"[=\-@\t\r\n]|\+(?!\d+$)")  # a caller's number is none


@dataclass(frozen=True, slots=True)
class Said:
    """A code, which machines are given, and the words for it, which people are."""

    code: str
    words: str


Value = str | int | float | datetime | Said | None


class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    COUNT = "count"
    SECONDS = "seconds"
    SHARE = "share"  # 0 to 1
    TIME = "time"  # local
    MEAN = "mean"  # of numbers that people give


_DECIMAL: Final = {Kind.SHARE: ".1%", Kind.MEAN: ".2f"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        key: Stable, for machines: the heading of the CSV file.
        heading: For people.
        kind: What it holds.
        seldom: People see it only where there is any of it; machines always do.
    """

    key: str
    heading: str
    kind: Kind
    seldom: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table.

    Attributes:
        title: What it is and of when.
        notes: How it was counted: the formulas' names and rules.
        columns: From left to right.
        rows: One value a column.
        total: Of all rows, where there is one.
    """

    title: str
    notes: Sequence[str]
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    total: Sequence[Value] | None = None

    def for_people(self) -> Sheet:
        """Without the columns that seldom hold anything and hold nothing here."""
        every = self.rows if self.total is None else [*self.rows, self.total]
        kept = [
            at
            for at, column in enumerate(self.columns)
            if not column.seldom or any(row[at] for row in every)
        ]

        def narrow(row: Sequence[Value]) -> list[Value]:
            return [row[at] for at in kept]

        return replace(
            self,
            columns=[self.columns[at] for at in kept],
            rows=[narrow(row) for row in self.rows],
            total=None if self.total is None else narrow(self.total),
        )


def shown(value: Value, kind: Kind, language: str) -> str:
    """A value for people: ``83.0 %`` (``83,0 %``), ``−1:05``, ``2:03:20``."""
    match value:
        case None:
            return "–"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}"
        case Said():
            return value.words
        case float() | int() if kind in _DECIMAL:
            text = format(value, _DECIMAL[kind]).replace("%", " %")
            return text if language == "en" else text.replace(".", ",")
        case float() | int() if kind is Kind.SECONDS:
            sign = "−" if round(value) < 0 else ""
            minutes, seconds = divmod(abs(round(value)), 60)
            hours, minutes = divmod(minutes, 60)
            rest = f"{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
            return f"{sign}{hours}:{rest}" if hours else f"{sign}{rest}"
        case _:
            return str(value)


def as_csv(sheet: Sheet) -> str:
    """The rows for machines: stable headings, seconds, shares of 1, times with their offset.

    The total is left out: whoever reads this adds up for themselves. A text that a spreadsheet
    would take for a formula is kept a text.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.key for column in sheet.columns])
    for row in sheet.rows:
        writer.writerow([_plain(value) for value in row])
    return text.getvalue()


def as_json(sheet: Sheet) -> str:
    """The rows for programs: an array of objects, as in the CSV file but with null and numbers."""
    keys = [column.key for column in sheet.columns]
    rows = [dict(zip(keys, map(_told, row), strict=True)) for row in sheet.rows]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def _told(value: Value) -> str | int | float | None:
    match value:
        case str():
            return value
        case None:
            return None
        case _:
            return _plain(value)


def _plain(value: Value) -> str | int | float:
    match value:
        case None:
            return ""
        case datetime():
            return value.isoformat(timespec="milliseconds")
        case float():
            return round(value, 6)
        case Said():
            return value.code
        case str() if _FORMULA.match(value):
            return f"'{value}"
        case _:
            return value
