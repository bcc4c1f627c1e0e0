"""Whom Växel calls, and whom never."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ivr.flow.load import load_all
from ivr.numbers import (
    NumberCostly,
    NumberForeign,
    NumberInvalid,
    NumberOwn,
    NumberRefused,
    NumberWithheld,
    check_number,
    own_numbers,
    shown_numbers,
    spoken_digits,
)

pytestmark = pytest.mark.unit

NORDIC = ("SE", "DK", "NO", "FI")
OWN = ("+46 8 465 004 00", "100", "*11")
DEMO = Path(__file__).parents[3] / "dialplans"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+46701740605", "+46701740605"),
        ("070-174 06 05", "+46701740605"),
        ("0046701740605", "+46701740605"),
        ("46701740605", "+46701740605"),
        ("+46 (0)70 174 06 05", "+46701740605"),
        (" 08-465 004 99 ", "+46846500499"),
        ("010-700 00 00", "+46107000000"),
        ("004570123456", "+4570123456"),
        ("+4791234567", "+4791234567"),
        ("+358401234567", "+358401234567"),
    ],
)
def test_ordinary_numbers_are_called_however_they_are_written(text: str, number: str) -> None:
    assert check_number(text, NORDIC, OWN) == number


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", NumberWithheld),
        ("anonymous", NumberWithheld),
        ("*#", NumberWithheld),
        ("112", NumberInvalid),
        ("11414", NumberInvalid),
        ("+46112", NumberInvalid),
        ("0046112", NumberInvalid),
        ("08112", NumberInvalid),
        ("+45112", NumberInvalid),
        ("+47110", NumberInvalid),
        ("90000", NumberInvalid),
        ("118118", NumberInvalid),
        ("1177", NumberInvalid),
        ("070-174 06", NumberInvalid),
        ("+46 70 12345678901234567", NumberInvalid),
        ("0" * 500, NumberInvalid),
        ("+999123456789", NumberInvalid),
        ("+46701740605;ext=5", NumberInvalid),
        ("tel:+46701740605;phone-context=x", NumberInvalid),
        ("+46701740605@evil.example", NumberInvalid),
        ("+46701740605\r\nChannel: Local/1", NumberInvalid),
        ("${SHELL(1)}", NumberInvalid),
        ("0700-CALLNOW1", NumberInvalid),
        ("٠٧٠١٧٤٠٦٠٥", NumberInvalid),
        ("+442071838750", NumberForeign),
        ("+881612345678", NumberForeign),
        ("+18765551234", NumberForeign),
        ("0900-123 456", NumberCostly),
        ("0939-123 45 67", NumberCostly),
        ("0944-123 45 67", NumberCostly),
        ("+35860012345", NumberCostly),
        ("0771-123 456", NumberCostly),
        ("020-12 34 56", NumberCostly),
        ("+4590123456", NumberCostly),
        ("+4782900000", NumberCostly),
        ("100", NumberOwn),
        ("08-465 004 00", NumberOwn),
        ("0046846500400", NumberOwn),
        ("+46 (0)8 465 004 00", NumberOwn),
    ],
)
def test_what_must_not_be_called_is_refused_with_its_reason(
    text: str, why: type[NumberRefused]
) -> None:
    with pytest.raises(NumberRefused) as refused:
        check_number(text, NORDIC, OWN)
    assert type(refused.value) is why
    assert refused.value.code.startswith("number.")
    assert not any(character.isdecimal() for character in text) or text not in str(refused.value)


def test_a_country_is_called_only_where_the_installation_says_so() -> None:
    assert check_number("+442071838750", ("GB",), ()) == "+442071838750"
    with pytest.raises(NumberForeign):
        check_number("+46701740605", ("GB",), ())
    with pytest.raises(NumberForeign):
        check_number("+46701740605", (), ())


def test_a_number_is_read_out_as_people_at_home_would_dial_it() -> None:
    assert spoken_digits("+46701740605", NORDIC) == "0701740605"
    assert spoken_digits("+4570123456", NORDIC) == "004570123456"
    assert spoken_digits("+46701740605", ("DK", "SE")) == "0046701740605"


def test_the_installation_knows_its_own_numbers_and_what_it_shows() -> None:
    catalogue = load_all(DEMO)
    assert {"+46 8 465 004 00", "100"} <= set(own_numbers(catalogue))
    assert shown_numbers(catalogue)["demo"] == "+46846500400"


def test_the_number_that_is_shown_leads_back_to_us_whether_or_not_a_tree_answers_it() -> None:
    demo = load_all(DEMO)
    switchboard = demo.organisations["demo"].model_copy(update={"number": "+46 8 465 009 00"})
    catalogue = replace(demo, organisations={"demo": switchboard})
    with pytest.raises(NumberOwn):
        check_number("08-465 009 00", NORDIC, own_numbers(catalogue))
