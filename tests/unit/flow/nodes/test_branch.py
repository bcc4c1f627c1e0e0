"""``branch``: the first condition that holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.trace import Fault
from tests.unit.flow.nodes.walk import walk
from tests.unit.flow.trees import check_nodes

pytestmark = pytest.mark.unit

ENDS = "  young: {hang_up: }\n  old: {hang_up: }\n  other: {hang_up: }\n"


def branching(conditions: str, value: str = "70") -> str:
    return (
        f"  a: {{set: {{age: {value}}}, then: b}}\n"
        f"  b: {{branch: [{conditions}], otherwise: other}}\n{ENDS}"
    )


@pytest.mark.parametrize(
    ("value", "last", "outcome"),
    [("12", "young", "when_1"), ("70", "old", "when_2"), ("40", "other", "otherwise")],
)
async def test_the_first_way_whose_condition_holds_is_taken(
    tmp_path: Path, value: str, last: str, outcome: str
) -> None:
    ways = "{when: age < 18, goto: young}, {when: '{{ age >= 65 }}', goto: old}"
    walked = await walk(tmp_path, branching(ways, value))
    assert walked.way[1:] == [("b", outcome), (last, "hung_up")]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("dialled == \"100\" and language in 'sv'", None),
        ("dialled == '100' and language == 'sv'", True),
        ("caller", True),
        ("age - 70", False),
        ("not age is defined", False),
        ("age is undefined", False),
    ],
)
async def test_a_condition_holds_when_it_comes_to_something(
    tmp_path: Path, condition: str, holds: bool | None
) -> None:
    quoted = condition.replace("'", "''")
    walked = await walk(tmp_path, branching(f"{{when: '{quoted}', goto: old}}"))
    expected = True if holds is None else holds
    assert walked.way[1] == ("b", "when_1" if expected else "otherwise")


async def test_a_condition_that_cannot_be_worked_out_does_not_hold(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ways = "{when: age > caller, goto: young}, {when: caller > age, goto: young}"
    walked = await walk(tmp_path, branching(f"{ways}, {{when: age, goto: old}}"))
    assert walked.way[1] == ("b", "when_3")
    assert walked.result.trace[1].fault is Fault.EXPRESSION
    assert caplog.messages == ["an expression failed; the node goes on without it"] * 2


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ("  a: {branch: «[], otherwise: end}\n", "at least one entry is needed here"),
        ("  «a: {branch: [{when: caller, goto: end}]}\n", "“otherwise” is missing"),
        ("  a: {branch: [{when: caller, goto: «edn}], otherwise: end}\n", "no node is named “edn”"),
        ("  a: {branch: [{when: «age, goto: end}], otherwise: end}\n", "no variable is named"),
        ("  a: {branch: [{when: «'caller +', goto: end}], otherwise: end}\n", "the expression"),
        ("  a: {branch: [{when: caller, goto: «a}], otherwise: end}\n", "this goes round for ever"),
    ],
)
def test_each_slip_is_told_at_its_place(tmp_path: Path, nodes: str, message: str) -> None:
    found = check_nodes(tmp_path, nodes)
    assert found.places == found.marked
    assert found.messages[0].startswith(message)
