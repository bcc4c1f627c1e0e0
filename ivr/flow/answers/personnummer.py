"""``personnummer``: the Swedish one, also a coordination number (samordningsnummer).

Source: Skatteverket, SKV 704. The last digit is a Luhn check digit over the nine before it; a
coordination number has 60 added to the day.
"""

from __future__ import annotations

from ivr.flow.answers.kind import Circumstances, day, only_digits

_COORDINATION = 60


class Personnummer:
    """Ten digits (``yymmddnnnc``) or twelve (``yyyymmddnnnc``).

    Ten digits mean the latest such day that has been: a telephone has no ``+`` by which people of
    a hundred years write theirs, so they key twelve. A day to come is nobody's birth. Its value is
    all twelve digits.
    """

    longest = 12

    def answer(self, keys: str, at: Circumstances) -> str | None:
        """All twelve digits."""
        if not only_digits(keys) or len(keys) not in (10, 12) or not _luhn(keys[-10:]):
            return None
        century = at.today.year // 100
        centuries = (keys[:2],) if len(keys) == 12 else (f"{century}", f"{century - 1}")
        short = keys[-10:]
        for first in centuries:
            of_month = int(short[4:6])
            if of_month > _COORDINATION:
                of_month -= _COORDINATION
            born = day(first + short[:2], short[2:4], str(of_month))
            if born is not None and born.year >= 1800 and born <= at.today:
                return first + short
        return None


def _luhn(digits: str) -> bool:
    """Whether ten digits end with their check digit."""
    total = 0
    for index, digit in enumerate(digits):
        product = int(digit) * (2 if index % 2 == 0 else 1)
        total += product - 9 if product > 9 else product
    return total % 10 == 0
