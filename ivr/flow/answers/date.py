"""``date``: eight digits, day first or year first."""

from __future__ import annotations

from typing import Final

from ivr.flow.answers.kind import Circumstances, day, only_digits

_YEARS: Final = range(1800, 2200)


class Date:
    """A day as ``ddmmyyyy`` or ``yyyymmdd``; both are taken, since callers do not know which.

    That is never unsure: years are those from 1800 to 2199, so the two middle digits are a century
    in the one form and a month in the other. Its value is ``yyyy-mm-dd``, which compares as days
    do.
    """

    longest = 8

    def answer(self, keys: str, at: Circumstances) -> str | None:
        """The day in ISO 8601."""
        if not only_digits(keys) or len(keys) != self.longest:
            return None
        forms = ((keys[:4], keys[4:6], keys[6:]), (keys[4:], keys[2:4], keys[:2]))
        for year, month, of_month in forms:
            found = day(year, month, of_month)
            if found is not None and found.year in _YEARS:
                return found.isoformat()
        return None
