"""``set``: what a value becomes, and that a failure costs that value alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.trace import EndReason, Fault
from tests.unit.flow.nodes.walk import walk
from tests.unit.flow.trees import check_nodes

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("5", 5),
        ("0", 0),
        ("0701", "0701"),
        ("-5", "-5"),
        ("1.5", "1.5"),
        ("''", ""),
        ("plain", "plain"),
        ("'a { b'", "a { b"),
        ("'{{ 2 + 3 }}'", 5),
        ("' {{ 2 > 3 }} '", False),
        ("'{{ dialled }}'", "100"),
        ("'{{ dialled|int + 1 }}'", 101),
        ("'{{ dialled }}{{ dialled }}'", "100100"),
        ("'from {{ organisation }}'", "from Town Hall"),
        ("'{{ \"a}}b\" }}'", "a}}b"),
        ("9999999999999999999999", "9999999999999999999999"),
    ],
)
async def test_a_value_is_what_its_writing_says(
    tmp_path: Path, written: str, value: object
) -> None:
    walked = await walk(tmp_path, f"  a: {{set: {{x: {written}}}, then: end}}\n")
    assert walked.run.values == {"x": value}
    assert type(walked.run.values["x"]) is type(value)
    assert walked.way[0] == ("a", "set")


async def test_a_value_sees_those_set_before_it(tmp_path: Path) -> None:
    nodes = "  a: {set: {x: 1, y: '{{ x + 1 }}', z: '{{ y }}'}, then: end}\n"
    walked = await walk(tmp_path, nodes)
    assert walked.run.values == {"x": 1, "y": 2, "z": 2}


async def test_what_cannot_be_worked_out_leaves_the_variable_as_it_was(tmp_path: Path) -> None:
    nodes = (
        "  a: {set: {x: 1}, then: b}\n"
        "  b: {set: {x: '{{ caller / 0 }}', y: '{{ unset }}', z: 2}, then: c}\n"
        "  c: {set: {z: 3, unset: 1}, then: end}\n"
    )
    walked = await walk(tmp_path, nodes)
    assert walked.run.values == {"x": 1, "z": 3, "unset": 1}
    assert [step.fault for step in walked.result.trace] == [None, Fault.EXPRESSION, None, None]
    assert walked.result.reason is EndReason.TREE


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ("  a: {set: «{}, then: end}\n", "at least one entry is needed here"),
        ("  a: {set: {«caller: 1}, then: end}\n", "“caller” is known of every call"),
        ("  a: {set: {«Foo: 1}, then: end}\n", "“Foo” cannot name a value"),
        ("  a: {set: {x: «'{{ y }}'}, then: end}\n", "no variable is named “y”"),
        ("  a: {set: {x: «'{{ '}, then: end}\n", "the expression cannot be read"),
        ("  a: {set: {x: «'{{ x() }}'}, then: end}\n", "an expression cannot hold this"),
        (f"  a: {{set: {{x: «{'y' * 2001}}}, then: end}}\n", "the text is longer than 2000"),
        ("  a: {set: {x: «[1]}, then: end}\n", "a text was expected here"),
        (
            "  a: {branch: [{when: caller, goto: end}], otherwise: b}\n"
            "  b: {set: {x: 2}, then: «a}\n",
            "this goes round for ever",
        ),
    ],
)
def test_each_slip_is_told_at_its_place(tmp_path: Path, nodes: str, message: str) -> None:
    found = check_nodes(tmp_path, nodes)
    assert found.places == found.marked
    assert found.messages[0].startswith(message)
