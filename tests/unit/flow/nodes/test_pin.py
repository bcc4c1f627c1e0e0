"""``pin``: who knows it goes on; who guesses is stopped, in this call and in the next."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.pins import KnownPins, Verdict
from ivr.flow.sensitive import Sensitive
from tests.unit.flow.nodes.walk import walk
from tests.unit.flow.trees import check_nodes

pytestmark = pytest.mark.unit

NODES = (
    "  a: {pin: {sv: pinkod, en: x}, of: door, attempts: 2, then: inside, on_wrong: outside}\n"
    "  inside: {hang_up: }\n  outside: {say: {sv: ute, en: x}, then: end}\n"
)
PIN = "246810"


def keeper(wrong: int = 5) -> KnownPins:
    return KnownPins({"door": PIN}, wrong=wrong)


class NobodyCounts:
    """Redis goes away behind so many questions for the lock."""

    def __init__(self, answers: int) -> None:
        self.answers = answers

    async def check(self, _name: str, _caller: str, given: Sensitive | None) -> Verdict:
        self.answers -= 1
        return Verdict.AWAY if given or self.answers < 0 else Verdict.WRONG


@pytest.mark.parametrize(
    ("keys", "outcome", "heard"),
    [
        (f"{PIN}#", "right", ["pinkod"]),
        (PIN, "right", ["pinkod"]),
        (f"1#,{PIN}#", "right", ["pinkod", "wrong sv", "pinkod"]),
        (f",{PIN}#", "right", ["pinkod", "pinkod"]),
        ("1#,2#", "wrong", ["pinkod", "wrong sv", "pinkod", "wrong sv", "ute"]),
        (",", "wrong", ["pinkod", "pinkod", "ute"]),
        ("#,*#", "wrong", ["pinkod", "pinkod", "wrong sv", "ute"]),
        (f"{PIN}0#,{PIN[:-1]}#", "wrong", ["pinkod", "wrong sv", "pinkod", "wrong sv", "ute"]),
    ],
)
async def test_the_right_pin_leads_in_and_so_many_tries_lead_out(
    tmp_path: Path, keys: str, outcome: str, heard: list[str]
) -> None:
    walked = await walk(tmp_path, NODES, keys, pins=keeper())
    assert walked.way[0] == ("a", outcome)
    assert walked.way[1][0] == ("inside" if outcome == "right" else "outside")
    assert walked.heard == heard


async def test_a_caller_who_guesses_over_several_calls_is_locked_out(tmp_path: Path) -> None:
    pins = keeper(wrong=3)
    await walk(tmp_path, NODES, "1#,2#", pins=pins)
    third = await walk(tmp_path, NODES, "3#", pins=pins)
    assert third.way[0] == ("a", "locked")
    assert third.heard == ["pinkod", "locked sv", "ute"]
    fourth = await walk(tmp_path, NODES, f"{PIN}#", pins=pins)
    assert fourth.heard == ["locked sv", "ute"], "not asked, and not told that it would be right"
    other = await walk(tmp_path, NODES, f"{PIN}#", pins=pins, caller="+46701740606")
    assert other.way[0] == ("a", "right")


@pytest.mark.parametrize(("answers", "heard"), [(0, ["ute"]), (1, ["pinkod", "ute"])])
async def test_nobody_is_let_in_while_tries_cannot_be_counted(
    tmp_path: Path, answers: int, heard: list[str]
) -> None:
    walked = await walk(tmp_path, NODES, f"{PIN}#,{PIN}#", pins=NobodyCounts(answers))
    assert walked.way[0] == ("a", "away")
    assert walked.heard == heard


async def test_the_right_pin_wipes_the_count() -> None:
    pins = keeper(wrong=2)
    for _ in range(3):
        assert await pins.check("door", "c", Sensitive("1")) is Verdict.WRONG
        assert await pins.check("door", "c", Sensitive(PIN)) is Verdict.RIGHT


async def test_a_question_for_the_lock_is_not_counted() -> None:
    pins = keeper(wrong=1)
    assert [await pins.check("door", "c", None) for _ in range(3)] == [Verdict.WRONG] * 3
    assert await pins.check("door", "c", Sensitive("1")) is Verdict.LOCKED
    assert await pins.check("door", "c", None) is Verdict.LOCKED


@pytest.mark.parametrize("given", ["", "1", "é", "0" * 12])
async def test_a_pin_that_nobody_has_made_is_never_right(given: str) -> None:
    assert await keeper().check("window", "c", Sensitive(given)) is Verdict.WRONG


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        (NODES.replace("of: door", "of: «'1234'"), "“1234” is no identifier"),
        (NODES.replace("attempts: 2", "attempts: «6"), "the number is too big"),
        (NODES.replace("outside}", "«a}"), "this goes round for ever"),
    ],
)
def test_each_slip_is_told_at_its_place(tmp_path: Path, nodes: str, message: str) -> None:
    found = check_nodes(tmp_path, nodes)
    errors = [problem for problem in found.problems if problem.severity == "error"]
    assert [(problem.line, problem.column) for problem in errors] == list(found.marked)
    assert errors[0].message.startswith(message)
