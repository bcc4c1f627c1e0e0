"""Days and times of day, as a person says them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from babel.dates import format_date, format_time

from ivr.flow.spoken.values import day_of, time_of
from ivr.flow.spoken.words import WORDED, cardinal, nth, year

_DAY: Mapping[str, str] = MappingProxyType(
    {"sv": "den {nth} {month}", "da": "den {nth} {month}", "en": "the {nth} of {month}"}
)
_NOON = 12


def date(language: str, value: object) -> str:
    """``2026-12-24`` as “den tjugofjärde december tjugohundratjugosex”."""
    moment = day_of(value)
    if language not in WORDED:
        return format_date(moment, "long", locale=language)
    return f"{day(language, moment)} {year(language, moment.year)}"


def day(language: str, value: object) -> str:
    """``2026-12-24`` as “den tjugofjärde december”: for a day of which everybody knows the year."""
    moment = day_of(value)
    if language not in WORDED:
        return format_date(moment, "d MMMM", locale=language)
    month = format_date(moment, "MMMM", locale=language)
    return _DAY[language].format(nth=nth(language, moment.day), month=month)


def weekday(language: str, value: object) -> str:
    """``2026-12-24`` as “torsdag”."""
    return format_date(day_of(value), "EEEE", locale=language)


def time(language: str, value: object) -> str:
    """``14:30`` as “fjorton och trettio”, “fjorten tredive”, “two thirty p.m.”.

    The word for o'clock is left to the text: “klockan {{ opens | time }}”.
    """
    moment = time_of(value)
    if language not in WORDED:
        return format_time(moment, "short", locale=language)
    if language == "en":
        return _by_twelve(moment)
    hour, minute = (cardinal(language, Decimal(part)) for part in (moment.hour, moment.minute))
    if moment.minute == 0:
        return hour
    if moment.minute < 10:
        return f"{hour} {cardinal(language, Decimal(0))} {minute}"
    return f"{hour} och {minute}" if language == "sv" else f"{hour} {minute}"


def _by_twelve(moment: dt.time) -> str:
    """English says the half of the day."""
    if moment.minute == 0 and moment.hour % _NOON == 0:
        return "noon" if moment.hour else "midnight"
    hour = cardinal("en", Decimal((moment.hour - 1) % _NOON + 1))
    half = "a.m." if moment.hour < _NOON else "p.m."
    if moment.minute == 0:
        return f"{hour} {half}"
    minute = cardinal("en", Decimal(moment.minute))
    return f"{hour} {'oh ' if moment.minute < 10 else ''}{minute} {half}"
