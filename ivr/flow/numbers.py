"""Telephone numbers as admins write them and as trunks deliver them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, TypeAlias

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat
from pydantic import AfterValidator

from ivr.flow.faults import fault

_TRUNK_PREFIXES: Mapping[str, str] = MappingProxyType(
    {"46": "0", "45": "", "47": "", "354": "", "358": "0"}
)
"""What stands before a national number, by Nordic country code."""

_FORM = re.compile(r"\+?[0-9]{1,15}")
_WRITTEN = re.compile(r"\+?[0-9 ().\-]{1,40}", re.ASCII)


def normalised(number: str) -> str:
    """``number`` as ``+`` and digits, without the ``(0)`` that some write after the country."""
    if number.strip().startswith("+"):
        number = number.replace("(0)", "")
    digits = re.sub(r"[^0-9]", "", number)
    return f"+{digits}" if number.strip().startswith("+") else digits


def spellings(number: str) -> frozenset[str]:
    """The forms in which a trunk may deliver ``number``: ``+46 8…`` also as ``00468…``, ``08…``."""
    number = normalised(number)
    if not number.startswith("+"):
        return frozenset({number})
    digits = number[1:]
    forms = {number, digits, f"00{digits}"}
    for country, trunk in _TRUNK_PREFIXES.items():
        if digits.startswith(country) and len(digits) > len(country):
            forms.add(trunk + digits[len(country) :])
    return frozenset(forms)


def e164(number: str, regions: Sequence[str]) -> str:
    """``number`` in E.164 (``+46701234567``), ``""`` where it is none; see :func:`parsed`."""
    found = parsed(number, regions)
    return "" if found is None else phonenumbers.format_number(found, PhoneNumberFormat.E164)


def parsed(number: str, regions: Sequence[str]) -> PhoneNumber | None:
    """What ``phonenumbers`` makes of a number; ``None`` where no plan has one of its length.

    Args:
        number: Digits, blanks and ``+ ( ) . -``. Letters, extensions and parameters of ``tel:``,
            which ``phonenumbers`` would take, make it none: they are nobody's caller id.
        regions: Countries, ISO 3166; the first is that of a number that is written without one.
    """
    number = number.strip()
    if not _WRITTEN.fullmatch(number):
        return None
    try:
        found = phonenumbers.parse(number, next(iter(regions), None))
    except NumberParseException:
        return None
    return found if phonenumbers.is_possible_number(found) else None


def _number(value: str) -> str:
    if re.search(r"[^0-9+ ().\-]", value) or not _FORM.fullmatch(normalised(value)):
        raise fault(
            "bad_number",
            f"“{value}” is not a telephone number",
            advice="write it as +46 8 465 004 00, or a short number as 100",
        )
    return value


Number: TypeAlias = Annotated[str, AfterValidator(_number)]


def _full_number(value: str) -> str:
    number = parsed(value, ())
    if number is None or not phonenumbers.is_valid_number(number):
        raise fault(
            "no_full_number",
            f"“{value}” is not the full number of a telephone",
            advice="write it with its country, as +46 70 174 06 05",
        )
    return value


FullNumber: TypeAlias = Annotated[str, AfterValidator(_full_number)]
"""A number as its whole country and the others dial it."""
