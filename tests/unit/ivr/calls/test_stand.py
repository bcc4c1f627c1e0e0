"""Where a call stands: what is written on its channel comes back, within Asterisk's bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.calls.stand import MOST_BYTES, STOOD_WITH, Stand
from wire.agi.commands import command

pytestmark = pytest.mark.unit

NAMES = st.from_regex(r"\A[a-z][a-z0-9_]{0,31}\Z").filter(
    lambda name: name not in {"organisation", "language", "caller", "dialled"}
)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()


def test_a_stand_comes_back_as_it_was() -> None:
    values = {"case": 'BYGG "1" \\ \n ${X}', "age": 70, "vip": True, "none": None}
    stand = Stand("support", "en", {"main": "support", "topic": "fees"}, values)
    assert stand.place() == "support|en|main=support|topic=fees"
    assert Stand.read(stand.place(), stand.luggage()) == stand
    assert Stand.read("", "") == Stand()


@given(st.dictionaries(NAMES, PLAIN, max_size=40))
def test_any_values_fit_one_command_and_one_answer(values: dict[str, object]) -> None:
    luggage = Stand("a", "sv", {}, values).luggage()
    assert len(luggage.encode()) <= MOST_BYTES
    assert luggage.isprintable()
    assert len(command("SET VARIABLE", STOOD_WITH, luggage).line) <= 2_046
    back = Stand.read("a|sv", luggage).values
    assert all(values[name] == value for name, value in back.items())
    if len(luggage) < MOST_BYTES / 2 and all(len(repr(v)) < 50 for v in values.values()):
        assert back == values


def test_what_is_too_long_is_left_behind_alone() -> None:
    stand = Stand("a", "sv", {}, {"first": 1, "long": "x" * 2000, "last": 2})
    assert stand.luggage() == '{"first":1,"last":2}'


def test_what_is_neither_text_nor_number_is_left_behind() -> None:
    assert Stand("a", "sv", {}, {"found": [1], "answer": {"a": 1}, "x": 1}).luggage() == '{"x":1}'


@pytest.mark.parametrize(
    "luggage", ["{", "[1]", "1", "null", '{"a":[1]}', '{"caller":"x"}', "[" * 900, '{"a":{"b":1}}']
)
def test_damaged_luggage_is_none(luggage: str) -> None:
    assert Stand.read("a|sv|x|=|b=c=d|e=f", luggage) == Stand("a", "sv", {"": "", "e": "f"}, {})


def test_personal_values_are_not_printed() -> None:
    assert "0701740605" not in repr(Stand("a", "sv", {}, {"phone": "0701740605"}))
