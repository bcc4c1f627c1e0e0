"""Signs read out one by one: case numbers, telephone numbers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

import phonenumbers

from ivr.flow.spoken.values import text_of
from ivr.flow.spoken.words import WORDED, cardinal

_HOME: Mapping[str, str] = MappingProxyType(
    {"sv": "SE", "da": "DK", "nb": "NO", "fi": "FI", "is": "IS"}
)
"""The country whose numbers are said without its code, by language."""

_PLUS = "plus"


def digits(language: str, value: object) -> str:
    """``SN-4012`` as “S N, fyra noll ett två”: each sign alone, a pause for what parts them."""
    groups: list[list[str]] = [[]]
    for sign in text_of(value):
        if sign.isalnum():
            groups[-1].append(_said(language, sign))
        elif groups[-1]:
            groups.append([])
    said = ", ".join(" ".join(group) for group in groups if group)
    if not said:
        raise ValueError("there is neither a digit nor a letter in it")
    return said


def phone(language: str, value: object) -> str:
    """``+46701740605`` as “noll sju noll, ett sju fyra, noll sex, noll fem”.

    A number of another country than the language's own keeps its code, with “plus” before it; one
    that is in no plan is read as it is written.
    """
    text = text_of(value)
    if not any(sign.isdecimal() for sign in text):
        raise ValueError("this is no telephone number")
    home = _HOME.get(language)
    try:
        found = phonenumbers.parse(text, home)
    except phonenumbers.NumberParseException:
        return _abroad(language, text)
    if not phonenumbers.is_possible_number(found):
        return _abroad(language, text)
    own = phonenumbers.region_code_for_number(found) == home
    form = phonenumbers.PhoneNumberFormat
    written = phonenumbers.format_number(found, form.NATIONAL if own else form.INTERNATIONAL)
    return _abroad(language, written)


def _abroad(language: str, written: str) -> str:
    said = digits(language, written)
    return f"{_PLUS} {said}" if written.startswith("+") else said


def _said(language: str, sign: str) -> str:
    if sign.isdecimal() and language in WORDED:
        return cardinal(language, Decimal(int(sign)))
    return sign.upper()
