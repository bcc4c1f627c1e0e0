"""Numbers, places in a row and money, as a person says them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Final, NamedTuple

from babel.numbers import get_currency_name, is_currency

from ivr.flow.spoken.values import amount_of, whole_of
from ivr.flow.spoken.words import WORDED, cardinal, figures, nth

KRONA: Final = "SEK"

_AND = MappingProxyType({"sv": "och", "da": "og", "en": "and"})
_HUNDREDTH = Decimal("0.01")


class _Coins(NamedTuple):
    """One and many of a currency's unit and of its hundredth."""

    one: str
    many: str
    small: str
    smalls: str


_COINS: Mapping[tuple[str, str], _Coins] = MappingProxyType(
    {
        ("sv", "SEK"): _Coins("krona", "kronor", "öre", "öre"),
        ("da", "SEK"): _Coins("krone", "kroner", "øre", "øre"),
        ("en", "SEK"): _Coins("krona", "kronor", "öre", "öre"),
        ("sv", "DKK"): _Coins("dansk krona", "danska kronor", "öre", "öre"),
        ("da", "DKK"): _Coins("krone", "kroner", "øre", "øre"),
        ("en", "DKK"): _Coins("krone", "kroner", "øre", "øre"),
        ("sv", "EUR"): _Coins("euro", "euro", "cent", "cent"),
        ("da", "EUR"): _Coins("euro", "euro", "cent", "cent"),
        ("en", "EUR"): _Coins("euro", "euros", "cent", "cents"),
    }
)
"""What callers say; the libraries say “svenska kronor”."""


def number(language: str, value: object) -> str:
    """``250`` as “tvåhundrafemtio”, ``2.5`` as “två komma fem”."""
    return cardinal(language, amount_of(value))


def ordinal(language: str, value: object) -> str:
    """``3`` as “tredje”."""
    return nth(language, whole_of(value))


def money(language: str, value: object, currency: str = KRONA) -> str:
    """``12.5`` as “tolv kronor och femtio öre”.

    Args:
        language: Of the text.
        value: The amount, rounded to hundredths.
        currency: ISO 4217 code, e.g. ``EUR``. In Danish both ``SEK`` and ``DKK`` are “kroner”.

    Raises:
        ValueError: The value is no number, or there is no such currency.
    """
    amount = amount_of(value).quantize(_HUNDREDTH, ROUND_HALF_UP)
    if not is_currency(currency):
        raise ValueError("there is no such currency")
    coins = _COINS.get((language, currency))
    if coins is None:
        return _by_name(language, amount, currency)
    units, hundredths = divmod(int(abs(amount) * 100), 100)
    said = []
    if units or not hundredths:
        said.append(f"{_counted(language, units)} {coins.one if units == 1 else coins.many}")
    if hundredths:
        small = coins.small if hundredths == 1 else coins.smalls
        counted = (
            cardinal(language, Decimal(hundredths))
            if small == "öre"  # neuter in Swedish, as the library counts
            else _counted(language, hundredths)
        )
        said.append(f"{counted} {small}")
    minus = "minus " if amount < 0 else ""
    return minus + f" {_AND[language]} ".join(said)


def _by_name(language: str, amount: Decimal, currency: str) -> str:
    """An amount of a currency for which we have no everyday word."""
    whole = amount == amount.to_integral_value()
    shown = amount.to_integral_value() if whole else amount
    said = cardinal(language, shown) if language in WORDED else figures(language, shown)
    return f"{said} {get_currency_name(currency, count=shown, locale=language)}"


def _counted(language: str, count: int) -> str:
    """A number before a noun of common gender: “en krona”, “tjugoen kronor”."""
    words = cardinal(language, Decimal(count))
    if language == "sv":
        return re.sub("ett$", "en", words)
    return re.sub(r"\bet$", "en", words) if language == "da" else words
