from __future__ import annotations

import pytest

from ivr.flow.load import load_all
from ivr.flow.numbers import e164, normalised, spellings
from tests.unit.flow.trees import DEMO

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("+46 8 465 004 00", "+46846500400"),
        ("+46 (0)8-465 004 00", "+46846500400"),
        ("08-465 004 00", "0846500400"),
        (" 100 ", "100"),
        ("", ""),
        ("anonymous", ""),
        ("٠٨", ""),
    ],
)
def test_a_number_is_plus_and_digits(written: str, plain: str) -> None:
    assert normalised(written) == plain


@pytest.mark.parametrize(
    "written",
    [
        *("+46701740605", "0701740605", "0046701740605", "46701740605", " 070-174 06 05 "),
        *("+46 (0)70 174 06 05", "+46.70.174.06.05", "\N{NO-BREAK SPACE}+46701740605"),
    ],
)
def test_a_number_of_a_plan_has_one_full_form(written: str) -> None:
    assert e164(written, ("SE", "DK")) == "+46701740605"


def test_a_number_without_a_country_lies_in_the_first() -> None:
    assert e164("20123456", ("DK", "SE")) == "+4520123456"
    assert e164("0701740605", ()) == ""
    assert e164("+46701740605", ()) == "+46701740605"


@pytest.mark.parametrize(
    "written",
    [
        *("", " ", "+", "anonymous", "100", "112", "+46112", "*11", "0" * 500, "+999123456789"),
        *("+46701740605;ext=5", "tel:+46701740605", "+46701740605 x5", "0700-CALLNOW1"),
        *("٠٧٠١٧٤٠٦٠٥", "+46701740605\r\n1", "++46701740605", "0701740605@0", "sip:0701740605@x"),
        *("+46 70\N{NON-BREAKING HYPHEN}174 06 05", "${EXTEN}", "+46 70 174 06 05 06 07 08 09"),
    ],
)
def test_what_is_no_number_of_a_plan_has_no_full_form(written: str) -> None:
    assert e164(written, ("SE", "DK")) == ""


@pytest.mark.parametrize(
    ("number", "national"),
    [("+46 8 465 004 00", "0846500400"), ("+45 32 10 10 10", "32101010")],
)
def test_a_national_form_reaches_an_international_number(number: str, national: str) -> None:
    assert national in spellings(number)


@pytest.mark.parametrize(
    "number",
    ["+46 8 465 004 00", "+46846500400", "46846500400", "0046846500400", "08-465 004 00", "100"],
)
def test_the_demo_answers_every_form_of_its_number(number: str) -> None:
    tree = load_all(DEMO).find(number)
    assert tree is not None
    assert tree.name == "reception"


@pytest.mark.parametrize("number", ["", "+", "10", "1000", "+46 8 465 004 02", "${EXTEN}"])
def test_another_number_is_answered_by_nobody(number: str) -> None:
    assert load_all(DEMO).find(number) is None
