from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from ivr.flow.errors import ExpressionError
from ivr.flow.texts import Phrase

pytestmark = pytest.mark.unit


def test_a_plain_text_is_put_on_one_line() -> None:
    assert Phrase.parse("  Tryck 1,\n  eller 2.\u00a0 ").render({}) == "Tryck 1, eller 2."


def test_expressions_are_filled_in() -> None:
    phrase = Phrase.parse("{{ organisation | upper }}: plats {{ position }}{{ '!' if x else '' }}")
    assert phrase.variables == {"organisation", "position", "x"}
    assert phrase.render({"organisation": "by", "position": 2, "x": True}) == "BY: plats 2!"


@pytest.mark.parametrize(
    "source",
    [
        "{% for x in y %}{{ x }}{% endfor %}",
        "{{ ''.__class__.__mro__ }}",
        "{{ caller.join('x') }}",
        "{{ range(9) }}",
        "{{ 'x' * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ [caller] }}",
        "{{ caller[0] }}",
        "{% include 'x' %}",
        "{{ caller | center(1000000000) }}",
        "{{ caller is divisibleby(2) }}",
        "{% set x = 1 %}",
        "{{ x",
        "{{ " + "(" * 900 + " }}",
        "{{ " + "not " * 400 + "x }}",
        "",
        "   ",
        "x" * 2001,
    ],
)
def test_what_could_run_code_or_eat_memory_is_refused(source: str) -> None:
    with pytest.raises(PydanticCustomError):
        Phrase.parse(source)


@pytest.mark.parametrize("expression", ["missing", "1 / 0", "caller + 1", "-caller"])
def test_a_failing_expression_leaves_the_rest_of_the_text(expression: str) -> None:
    phrase = Phrase.parse(f"Hej {{{{ {expression} }}}} och välkommen.")
    with pytest.raises(ExpressionError) as raised:
        phrase.render({"caller": "+4670"})
    assert raised.value.rest == "Hej och välkommen."


def test_a_value_cannot_bring_control_characters_into_speech() -> None:
    assert Phrase.parse("{{ caller }}").render({"caller": "4\x00\x1b[31m\r\n2"}) == "4 [31m 2"


@given(st.text(alphabet="{}%#|.()[]'\"~+-*/ \\ab1_xif\nåtrue", max_size=60), st.text(max_size=20))
def test_no_text_raises_anything_but_the_typed_errors(source: str, caller: str) -> None:
    try:
        phrase = Phrase.parse("{{" + source + "}}")
    except PydanticCustomError:
        return
    try:
        spoken = phrase.render({"caller": caller, "a": 1, "b": "x"})
    except ExpressionError as error:
        spoken = error.rest
    assert len(spoken) <= 10 * (len(source) + len(caller)) + 100
