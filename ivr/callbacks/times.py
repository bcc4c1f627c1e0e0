"""The times that a caller may choose to be called at: the next full hours that are open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from ivr.flow.callback import DayTexts
from ivr.flow.hours import DAYS, Hours
from ivr.flow.texts import Text

_AHEAD_HOURS = 7 * 24 - 1  # so that the day of the week says which


def next_times(hours: Hours, zone: ZoneInfo, now: datetime, count: int) -> tuple[datetime, ...]:
    """The first full hours after ``now`` at which ``hours`` are open, a week ahead at most.

    Args:
        hours: Opening hours.
        zone: The organisation's, for hours that name none.
        now: Aware of its own zone.
        count: So many at most.

    Returns:
        Times in the zone of the hours.
    """
    return tuple(islice(_open(hours, hours.time_zone or zone, now), count))


def _open(hours: Hours, zone: ZoneInfo, now: datetime) -> Iterator[datetime]:
    began = now.astimezone(zone).replace(minute=0, second=0, microsecond=0).timestamp()
    for ahead in range(1, _AHEAD_HOURS + 1):
        time = datetime.fromtimestamp(began + ahead * 3600, zone)
        if hours.open_at(time, zone):
            yield time


def day_text(days: DayTexts, time: datetime, now: datetime) -> Text:
    """What the day of ``time`` is called on the day of ``now``."""
    ahead = (time.date() - now.astimezone(time.tzinfo).date()) // timedelta(days=1)
    named: Text = getattr(days, {0: "today", 1: "tomorrow"}.get(ahead, DAYS[time.weekday()]))
    return named
