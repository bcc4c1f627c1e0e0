"""``phone``: a telephone number that exists, of the organisation's country or any other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from ivr.flow.answers.kind import Circumstances, only_digits
from ivr.flow.numbers import normalised, parsed

REGIONS: Final = ("SE", "DK")
_TRUNK: Final = {"SE": "0"}
_ABROAD: Final = "00"


class Phone:
    """A number as people dial it: ``0701234567``, ``20123456`` in Denmark, or ``0046701234567``.

    It is looked for in the organisation's own country first. In a country where national numbers
    begin with 0 one without it is none: it would be a Danish one in Sweden. Its value is E.164,
    ``+46701234567``.
    """

    longest = 17  # 00 and the 15 digits of E.164

    def answer(self, keys: str, at: Circumstances) -> str | None:
        """The number in E.164."""
        if not only_digits(keys):
            return None
        for region in at.regions:
            if not keys.startswith((_TRUNK.get(region, ""), _ABROAD)):
                continue
            number = parsed(keys, (region,))
            if number is not None and phonenumbers.is_valid_number(number):
                return phonenumbers.format_number(number, PhoneNumberFormat.E164)
        return None


def regions_of(number: str | None) -> tuple[str, ...]:
    """The countries of an organisation with this number: its own first, then Sweden and Denmark."""
    return tuple(dict.fromkeys((*_region(number or ""), *REGIONS)))


def _region(number: str) -> Iterator[str]:
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(normalised(number)))
    except NumberParseException:
        return
    if region is not None:
        yield region
