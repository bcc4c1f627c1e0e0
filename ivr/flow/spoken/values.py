"""What a value is before it is spoken: an amount, a day, a time of day.

Values come from keys that callers press, from other systems and from the tree itself, so a number
may be a number or text. What cannot be understood is a ``ValueError``.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import Final

LARGEST: Final = 10**12
"""Amounts are below this: nobody follows a longer number by ear."""

_LONGEST = 40  # characters of a number, date or time written as text
_DECIMALS = Decimal("0.0001")
_BLANKS = re.compile(r"[\s\u00a0\u202f]+")


def amount_of(value: object) -> Decimal:
    """A number: ``250``, ``12.5``, ``"1 250,50"``; no more than four decimals are kept."""
    if isinstance(value, bool):
        raise ValueError("true and false are no numbers")
    text = _BLANKS.sub("", _short(value)).replace("−", "-").replace(",", ".")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ValueError("this is no number") from None
    if not amount.is_finite() or abs(amount) >= LARGEST:
        raise ValueError("this number is too large to be spoken")
    return amount.quantize(_DECIMALS).normalize() + 0


def whole_of(value: object) -> int:
    """A number without decimals, 0 or more."""
    amount = amount_of(value)
    if amount != amount.to_integral_value() or amount < 0:
        raise ValueError("this is no whole number")
    return int(amount)


def day_of(value: object) -> dt.date:
    """A day: a date, or text as ``2026-12-24``, ``20261224`` or ``2026-12-24T10:30``."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    return dt.datetime.fromisoformat(_short(value).strip()).date()


def time_of(value: object) -> dt.time:
    """A time of day: a time, or text as ``14:30``, ``14.30``, ``1430`` or ``2026-12-24T14:30``."""
    if isinstance(value, dt.datetime):
        return value.time()
    if isinstance(value, dt.time):
        return value
    text = _short(value).strip()
    if "T" in text:
        return dt.datetime.fromisoformat(text).time()
    return dt.time.fromisoformat((f"0{text}" if _lacks_zero(text) else text).replace(".", ":"))


def text_of(value: object) -> str:
    """Signs to be read out one by one, not empty."""
    text = _short(value).strip()
    if not text:
        raise ValueError("there is nothing to be spoken")
    return text


def _lacks_zero(text: str) -> bool:
    """Whether a time begins with an hour of one digit: ``8:30``, ``830``."""
    return re.fullmatch(r"\d[:.]\d\d|\d\d\d|\d", text) is not None


def _short(value: object) -> str:
    if isinstance(value, float):
        return repr(value)
    text = str(value)
    if len(text) > _LONGEST:
        raise ValueError("this is too long to be a value")
    return text
