from __future__ import annotations

import pytest

from ivr.flow.load import load_all
from ivr.flow.numbers import normalised, spellings
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
