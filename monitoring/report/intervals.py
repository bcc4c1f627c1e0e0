"""A period of local days cut into intervals, right over the changes of summer time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from monitoring.errors import NoSuchDay, TooManyIntervals

_MOST = 20_000  # 15-minute intervals of half a year; more is a mistake, not a report


class Step(StrEnum):
    """How long an interval is."""

    QUARTER = "15m"
    HALF = "30m"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"  # from Monday
    MONTH = "month"


class Belongs(StrEnum):
    """Which interval a contact is counted in; two reports agree only if they use the same rule."""

    ARRIVAL = "arrival"
    """When it entered the queue, with all that became of it. Planning needs this one; the default
    of reports. The last intervals change until their contacts are over."""
    EVENT = "event"
    """When each thing happened: offered at the arrival, answered at the answer, abandoned at the
    hang-up, handle time at the end of the after-call work (so Genesys; Cisco likewise counts at the
    event). Prometheus can only do this."""


_INSTANT = timedelta(microseconds=1)
_LENGTHS = {
    Step.QUARTER: timedelta(minutes=15),
    Step.HALF: timedelta(minutes=30),
    Step.HOUR: timedelta(hours=1),
}


@dataclass(frozen=True, slots=True)
class Period:
    """Whole local days in intervals.

    Attributes:
        edges: Instants in UTC, ascending: interval n lasts from the n-th to the next, exclusive.
        zone: The clock of the organisation.
        step: What it was cut by.
    """

    edges: tuple[datetime, ...]
    zone: ZoneInfo
    step: Step

    @classmethod
    def of_days(cls, first: date, last: date, step: Step, zone: ZoneInfo) -> Period:
        """From the first day's midnight to the end of the last.

        Hours and parts of them are true lengths: the day on which the clock goes forward has 23
        hours, the one on which it goes back 25. Weeks and months that begin before the first day or
        end after the last are cut off there.

        Raises:
            NoSuchDay: They are at the end of the calendar.
            TooManyIntervals: Nobody would read so many.
        """
        try:
            begin, end = _midnight(first, zone), _midnight(last + timedelta(days=1), zone)
        except OverflowError as error:
            raise NoSuchDay from error
        length = _LENGTHS.get(step)
        number = (last - first).days * (1 if length is None else timedelta(days=1) // length)
        if number > _MOST:
            raise TooManyIntervals(_MOST)
        if length is None:
            inner = {_midnight(day, zone) for day in _days(first, last) if _begins(day, step)}
        else:
            inner = {begin + n * length for n in range(-(-(end - begin) // length))}
        return cls(tuple(sorted(inner | {begin, end})), zone, step)

    @property
    def begin(self) -> datetime:
        """The first moment."""
        return self.edges[0]

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return self.edges[-1]

    @property
    def days(self) -> str:
        """The first and the last day, for a title."""
        first = f"{self.begin.astimezone(self.zone):%Y-%m-%d}"
        last = f"{(self.end - _INSTANT).astimezone(self.zone):%Y-%m-%d}"
        return first if first == last else f"{first} – {last}"

    def __len__(self) -> int:
        return len(self.edges) - 1

    def __iter__(self) -> Iterator[tuple[datetime, datetime]]:
        return pairwise(self.edges)

    def find(self, moment: datetime) -> int | None:
        """The number of the interval that a moment lies in; ``None`` outside the period."""
        number = bisect_right(self.edges, moment) - 1
        return number if 0 <= number < len(self) else None

    def label(self, number: int) -> str:
        """An interval's name by the local clock; of two equal hours each says its zone."""
        begin, end = (edge.astimezone(self.zone) for edge in self.edges[number : number + 2])
        if self.step in _LENGTHS:
            twice = begin.replace(fold=0).utcoffset() != begin.replace(fold=1).utcoffset()
            return f"{begin:%Y-%m-%d %H:%M}" + (f" {begin:%Z}" if twice else "")
        last = end - _INSTANT
        return f"{begin:%Y-%m-%d}" + ("" if last.date() == begin.date() else f" – {last:%Y-%m-%d}")


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _begins(day: date, step: Step) -> bool:
    match step:
        case Step.WEEK:
            return day.weekday() == 0
        case Step.MONTH:
            return day.day == 1
        case _:
            return True
