"""``cpr``: the Danish personnummer.

Source: cpr.dk, “Opbygning af CPR-nummeret” and “Personnumre uden kontrolciffer (modulus 11
kontrol)”. Since 1 October 2007 numbers are given out whose last digit is no modulus 11 check digit,
when those with one are used up; so far that was only for people born on a first of January. They
are right numbers, and whoever has one must not be turned away.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from ivr.flow.answers.kind import Circumstances, day, only_digits

_WEIGHTS: Final = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_UNCHECKED_SINCE: Final = date(2007, 10, 1)


class Cpr:
    """Ten digits, ``ddmmyynnnn``; the seventh tells the century.

    The check digit must be right, except for people born on a first of January and for those born
    since 1 October 2007. A day that is no day or is to come is refused; so is a hospital's
    replacement number with 60 added to the day, which no authority knows a person by. Its value is
    the ten digits.
    """

    longest = 10

    def answer(self, keys: str, at: Circumstances) -> str | None:
        """The ten digits."""
        if not only_digits(keys) or len(keys) != self.longest:
            return None
        born = day(_century(keys) + keys[4:6], keys[2:4], keys[:2])
        if born is None or born > at.today:
            return None
        checked = born < _UNCHECKED_SINCE and (born.month, born.day) != (1, 1)
        return None if checked and not _modulus_11(keys) else keys


def _century(digits: str) -> str:
    seventh, year = int(digits[6]), int(digits[4:6])
    if seventh <= 3:
        return "19"
    if seventh in (4, 9):
        return "20" if year <= 36 else "19"
    return "20" if year <= 57 else "18"


def _modulus_11(digits: str) -> bool:
    pairs = zip(digits, _WEIGHTS, strict=True)
    return sum(int(digit) * weight for digit, weight in pairs) % 11 == 0
