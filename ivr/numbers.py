"""Whom Växel may call: telephone numbers read, judged and made speakable.

What ``phonenumbers`` (Google's metadata of all numbering plans) knows of a number decides. Only
numbers of people and offices at an ordinary price are called: a caller must not be able to make
the installation dial a premium service, another continent, or itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import ClassVar, Final

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from ivr.flow.load import Catalogue
from ivr.flow.numbers import e164, normalised, parsed

LONGEST: Final = 16
"""Digits, with a leading 00; E.164 has 15 at most."""

_ORDINARY: Final = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.VOIP,
        PhoneNumberType.UAN,  # a company's number for all of its sites, at the ordinary price
    }
)


class NumberRefused(Exception):
    """Base of all. ``code`` is stable: it appears in logs and interfaces; never rename one."""

    code: ClassVar[str] = "number"


class NumberWithheld(NumberRefused):
    """There is no number at all."""

    code = "number.withheld"

    def __init__(self) -> None:
        super().__init__("The number is withheld. Ask for a number that can be called.")


class NumberInvalid(NumberRefused):
    """It belongs to no numbering plan, or is too short or too long for its own."""

    code = "number.invalid"

    def __init__(self) -> None:
        super().__init__("This is no telephone number. Write it as +46 70 123 45 67.")


class NumberForeign(NumberRefused):
    """It lies in a country that is not called."""

    code = "number.foreign"

    def __init__(self, regions: Sequence[str]) -> None:
        super().__init__(
            f"Numbers of this country are not called, only of {', '.join(regions) or 'none'}. "
            "The setting outgoing.regions says which are."
        )


class NumberCostly(NumberRefused):
    """A premium, shared-cost, free-phone or other special service."""

    code = "number.costly"

    def __init__(self) -> None:
        super().__init__("This is a number of a special service. Give an ordinary or mobile one.")


class NumberOwn(NumberRefused):
    """One that leads back to the installation: it would call itself."""

    code = "number.own"

    def __init__(self) -> None:
        super().__init__("This is one of our own numbers. Give the number of the caller.")


def check_number(text: str, regions: Sequence[str], own: Collection[str]) -> str:
    """The number to call, in E.164 (``+46701234567``).

    Args:
        text: As a caller id, as keyed, or as a person writes it.
        regions: Countries that may be called, ISO 3166; the first is that of a number that is
            written without one.
        own: The numbers that lead back to the installation, in any form.

    Raises:
        NumberRefused: It cannot or must not be called; the class says why.
    """
    if not any(character.isdecimal() for character in text):
        raise NumberWithheld  # trunks say it by no number, or by a word such as “anonymous”
    ours = {form for number in own for form in (normalised(number), e164(number, regions))} - {""}
    if normalised(text) in ours:
        raise NumberOwn
    number = parsed(text, regions)
    if number is None or not phonenumbers.is_valid_number(number):
        raise NumberInvalid
    if phonenumbers.region_code_for_number(number) not in regions:
        raise NumberForeign(regions)
    if phonenumbers.number_type(number) not in _ORDINARY:
        raise NumberCostly
    called = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if called in ours:
        raise NumberOwn
    return called


def spoken_digits(number: str, regions: Sequence[str]) -> str:
    """The digits of an E.164 number as people of the first region would dial it."""
    called = phonenumbers.parse(number)
    home = regions[0] if regions else None
    if phonenumbers.region_code_for_number(called) == home:
        written = phonenumbers.format_number(called, PhoneNumberFormat.NATIONAL)
    else:
        written = f"00{number}"
    return re.sub(r"[^0-9]", "", written)


def own_numbers(catalogue: Catalogue) -> tuple[str, ...]:
    """Every number that a call tree of the installation answers, or that its calls show."""
    shown = (org.number for org in catalogue.organisations.values() if org.number)
    return (*shown, *(number for tree in catalogue.trees for number in tree.numbers))


def shown_numbers(catalogue: Catalogue) -> dict[str, str]:
    """What people who are called back see, by organisation: its own number, ``""`` for none."""
    return {
        org: _first_full((organisation.number or "", *_numbers_of(catalogue, org)))
        for org, organisation in catalogue.organisations.items()
    }


def _numbers_of(catalogue: Catalogue, org: str) -> Iterator[str]:
    for tree in catalogue.trees:
        if tree.organisation.id == org:
            yield from tree.numbers


def _first_full(numbers: Iterable[str]) -> str:
    return next((normalised(number) for number in numbers if number.startswith("+")), "")
