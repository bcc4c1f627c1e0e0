"""Named opening hours: weekly spans in a time zone, and days that are different."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Annotated, Any, Self, TypeAlias
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator, Field, PlainValidator, PrivateAttr, model_validator

from ivr.flow.faults import Strict, fault, faults
from ivr.flow.holidays import Holidays, parse_date
from ivr.flow.vocabulary import NotEmpty, Table

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])\s*[-–]\s*([01][0-9]|2[0-4]):([0-5][0-9])")
_MIDNIGHT = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Part of a day, in minutes from midnight by the clock on the wall; ``end`` is outside."""

    start: int
    end: int

    @classmethod
    def parse(cls, value: str) -> Span:
        """Read ``08:00-17:00``; ``24:00`` is the day's end."""
        match = _SPAN.fullmatch(value.strip())
        if match is None:
            raise fault(
                "bad_span",
                f"“{value}” is not a span of hours",
                advice="write it as 08:00-17:00, or “closed”",
            )
        first_hour, first_minute, last_hour, last_minute = map(int, match.groups())
        span = cls(first_hour * 60 + first_minute, last_hour * 60 + last_minute)
        if span.end > _MIDNIGHT:
            raise fault("bad_span", f"“{value}” ends after 24:00", advice="the day ends at 24:00")
        if span.start >= span.end:
            raise fault(
                "bad_span",
                f"“{value}” ends before it begins",
                advice="split a night in two days: 22:00-24:00, and 00:00-06:00 on the next",
            )
        return span


def _spans(value: object) -> tuple[Span, ...]:
    """The spans of one day: ``closed``, one span, or a list of them."""
    if isinstance(value, str):
        value = [] if value.strip() == "closed" else [value]
    if not isinstance(value, list):
        raise fault("bad_span", "a span of hours was expected here", advice="write 08:00-17:00")
    spans: list[Span] = []
    for item in value:
        if not isinstance(item, str):
            raise fault("bad_span", "a span of hours was expected here", advice="write 08:00-17:00")
        spans.append(Span.parse(item))
    spans.sort()
    for before, after in pairwise(spans):
        if after.start < before.end:
            raise fault("bad_span", "two spans of this day overlap", advice="join them to one")
    return tuple(spans)


def _days(value: str) -> Iterator[int]:
    """Day numbers of ``mon`` or ``mon-fri``, Monday is 0."""
    first, _, last = value.partition("-")
    for day in (first, last or first):
        if day not in DAYS:
            raise fault("bad_day", f"“{value}” is not a day of the week", name=day, known=DAYS)
    begin, end = DAYS.index(first), DAYS.index(last or first)
    if begin > end:
        raise fault(
            "bad_day", f"“{value}” runs over the end of the week", advice="the week is mon-sun"
        )
    yield from range(begin, end + 1)


def _day(value: str) -> str:
    for _ in _days(value):
        pass
    return value


def _zone(value: object) -> ZoneInfo:
    name = value if isinstance(value, str) else ""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise fault(
            "bad_time_zone",
            f"no time zone is named “{name}”",
            name=name,
            known=available_timezones(),
        ) from error


def _on_holidays(value: object) -> tuple[Span, ...] | None:
    """The spans of a holiday; ``None`` where it is a day as any other (``open``)."""
    if isinstance(value, str) and value.strip() == "open":
        return None
    return _spans(value)


Spans: TypeAlias = Annotated[
    tuple[Span, ...], PlainValidator(_spans, json_schema_input_type=str | list[str])
]
HolidaySpans: TypeAlias = Annotated[
    tuple[Span, ...] | None, PlainValidator(_on_holidays, json_schema_input_type=str | list[str])
]
Day: TypeAlias = Annotated[str, BeforeValidator(_day, json_schema_input_type=str)]
Date: TypeAlias = Annotated[date, PlainValidator(parse_date, json_schema_input_type=str)]
TimeZone: TypeAlias = Annotated[ZoneInfo, PlainValidator(_zone, json_schema_input_type=str)]


class Hours(Strict):
    """When something is open.

    Attributes:
        weekly: Spans a day of the week, by ``mon`` … ``sun`` or ``mon-fri``; other days are closed.
        exceptions: Dates on which neither the day of the week nor a holiday counts.
        holidays: Spans on the organisation's holidays: ``closed`` (as when left out), hours such
            as ``08:00-12:00``, or ``open`` where a holiday is a day as any other.
        time_zone: Where; the organisation's own when left out.
    """

    weekly: Annotated[Table[Day, Spans], NotEmpty]
    exceptions: Table[Date, Spans] = Field(default_factory=dict)
    holidays: HolidaySpans = ()
    time_zone: TimeZone | None = None
    _kept: Holidays | None = PrivateAttr(default=None)

    def keep(self, holidays: Holidays | None) -> None:
        """Take in the organisation's holidays; once, when it is read."""
        self._kept = holidays

    @property
    def ever_open(self) -> bool:
        """Whether there is a moment at which it is open."""
        holiday = self.holidays if self._kept is not None else ()
        return any([holiday, *self.weekly.values(), *self.exceptions.values()])

    @model_validator(mode="after")
    def _days_once(self) -> Self:
        seen: dict[int, str] = {}
        errors: list[tuple[tuple[str | int, ...], Any]] = []
        for key in self.weekly:
            for day in _days(key):
                if day in seen:
                    message = f"{DAYS[day]} already has its hours by “{seen[day]}”"
                    errors.append((("weekly", key), fault("day_twice", message)))
                    break
                seen[day] = key
        faults("Hours", errors)
        return self

    def open_at(self, now: datetime, zone: ZoneInfo) -> bool:
        """Whether it is open.

        Args:
            now: A moment, aware of its own zone.
            zone: The organisation's time zone, for hours that name none.
        """
        local = now.astimezone(self.time_zone or zone)
        minute = local.hour * 60 + local.minute
        return any(span.start <= minute < span.end for span in self._on(local.date()))

    def _on(self, day: date) -> tuple[Span, ...]:
        if day in self.exceptions:
            return self.exceptions[day]
        if self.holidays is not None and self._kept is not None and self._kept.include(day):
            return self.holidays
        week: Mapping[str, tuple[Span, ...]] = self.weekly
        for key, spans in week.items():
            if day.weekday() in _days(key):
                return spans
        return ()
