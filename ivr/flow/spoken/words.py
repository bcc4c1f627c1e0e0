"""Numbers in words by ``num2words``, put right where its Swedish and Danish go wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from babel.numbers import format_decimal
from num2words import num2words

WORDED: Final = frozenset({"sv", "da", "en"})
"""Languages in which everything is spoken in words."""

_SAME_NAME = "sv da en de es fi fr is it lt lv nl pl pt ru tr uk"
_LIBRARY: Mapping[str, str] = MappingProxyType(
    {tag: tag for tag in _SAME_NAME.split()} | {"nb": "no"}
)
"""Names of the languages whose numbers the library knows; the voices read digits in the others."""

_RIGHT: Mapping[str, tuple[tuple[re.Pattern[str], str], ...]] = MappingProxyType(
    {
        "sv": (
            (re.compile("ettt"), "ett"),
            (re.compile("tjugode$"), "tjugonde"),
            (re.compile("förtionde$"), "fyrtionde"),
        ),
        "da": (
            (re.compile("^en millioner"), "en million"),
            (re.compile("^([a-z]+ten) hundrede"), r"\1hundrede"),
            (re.compile("tusinde og ([a-z]*hundrede)"), r"tusind \1"),
            (re.compile("tusinde og"), "tusind og"),
            (re.compile("hundredete$"), "hundrede"),
            (re.compile("tusindte$"), "tusinde"),
            (re.compile("tredivete$"), "tredivte"),
            (re.compile("fyrreende$"), "fyrretyvende"),
            (re.compile("(?<!halv)tredsende$"), "tresindstyvende"),
            (re.compile("(halvtreds|halvfjerds|firs|halvfems)ende$"), r"\1indstyvende"),
        ),
    }
)


def cardinal(language: str, amount: Decimal) -> str:
    """``12.5`` as “tolv komma fem”; decimals of other languages go wrong in the library."""
    whole = amount == amount.to_integral_value()
    if language not in (_LIBRARY if whole else WORDED):
        return figures(language, amount)
    return _worded(language, int(amount) if whole else amount)


def nth(language: str, number: int) -> str:
    """``3`` as “tredje”."""
    if language not in _LIBRARY:
        return str(number)
    try:
        return _worded(language, number, "ordinal") or str(number)
    except (NotImplementedError, LookupError):  # the library knows the numbers, not these
        return str(number)


def year(language: str, number: int) -> str:
    """``1985`` as “nittonhundraåttiofem”."""
    if language == "sv":
        hundreds, rest = divmod(number, 100)
        if hundreds % 10 == 0 and hundreds != 20:  # as in 1066 and 3012
            return _worded("sv", number)
        return f"{_worded('sv', hundreds)}hundra{_worded('sv', rest) if rest else ''}"
    return _worded(language, number, "year") if language in WORDED else str(number)


def figures(language: str, amount: Decimal) -> str:
    """``1250.5`` in figures as the language writes them."""
    return format_decimal(amount, locale=language)


def _worded(language: str, number: int | Decimal, form: str = "cardinal") -> str:
    words = str(num2words(number, lang=_LIBRARY[language], to=form))
    for wrong, right in _RIGHT.get(language, ()):
        words = wrong.sub(right, words)
    return words
