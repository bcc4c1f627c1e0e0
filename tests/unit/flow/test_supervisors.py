"""Supervisors in an organisation's file: what they may do, whose conversations are private."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.load import check, load_organisation
from ivr.flow.supervision import Right, SupervisionTexts, WaitingTexts
from tests.unit.flow.trees import END, ORGANISATION, check_organisation, texts, write

pytestmark = pytest.mark.unit

_ACTS = texts(dict.fromkeys(Right, 0), "      ")
_PARTS = {"acts", "waiting"}
_OTHERS = texts(dict.fromkeys(SupervisionTexts.model_fields.keys() - _PARTS), "    ")
_WAITING = texts(WaitingTexts.model_fields, "      ")
WORDS = f"  supervision:\n    acts:\n{_ACTS}\n    waiting:\n{_WAITING}\n{_OTHERS}\n"
LED = f"""{ORGANISATION}{WORDS}supervisors:
  4900: {{name: Disa, may: [listen, pause]}}
"""
SLIPS = {
    "right that is none": ("[listen,", "[«lisen,", "no right is named “lisen”", "listen"),
    "no right at all": ("[listen, pause]", "«[]", "at least one entry is needed here", ""),
    "number that is none": ("  4900:", "  «Disa:", "“Disa” is no supervisor's number", ""),
    "PIN in the file": ("name: Disa,", "name: Disa, «pin: 1,", "“pin” is not known here", ""),
    "agent's number": ("  4900:", "  4001:", "the agent Alva has this number", ""),
    "queue that is somehow private": (
        "support: {}",
        "support: {«supervision: newer}",
        "“newer” does not say whether supervisors may come in",
        "never",
    ),
}


@pytest.mark.parametrize(("old", "new", "message", "nearest"), SLIPS.values(), ids=SLIPS)
def test_each_slip_is_told_at_its_place_with_the_nearest_name(
    tmp_path: Path, old: str, new: str, message: str, nearest: str
) -> None:
    assert old in LED
    found = check_organisation(tmp_path, LED.replace(old, new, 1))
    (problem,) = [one for one in found.problems if one.message.startswith(message)]
    assert nearest in problem.advice
    if found.marked:
        assert ((problem.line, problem.column),) == found.marked


def test_supervisors_need_words(tmp_path: Path) -> None:
    found = check_organisation(tmp_path, LED.replace(WORDS, ""))
    assert "nothing is written that supervisors would hear" in found.messages


def test_supervisors_and_private_queues_are_read(tmp_path: Path) -> None:
    text = LED.replace("support: {}", "support: {supervision: never}")
    write(tmp_path, "organisation.yaml", text)
    organisation = load_organisation(tmp_path)
    assert organisation.supervisors["4900"].may == (Right.LISTEN, Right.PAUSE)
    assert not organisation.queues["support"].supervision.allowed
    assert organisation.people == ("4001", "4900")


def test_a_queue_that_says_nothing_may_be_heard_and_tells_the_agent_nothing(tmp_path: Path) -> None:
    write(tmp_path, "organisation.yaml", ORGANISATION)
    policy = load_organisation(tmp_path).queues["support"].supervision
    assert policy.allowed
    assert not policy.tell_agent


def test_an_agent_may_be_a_supervisor_too(tmp_path: Path) -> None:
    text = LED.replace("  4900: {name: Disa,", "  4001: {name: Alva,")
    write(tmp_path, "organisation.yaml", text)
    assert load_organisation(tmp_path).people == ("4001",)


@pytest.mark.parametrize(("other", "wrong"), [("Disa", False), ("Eskil", True)])
def test_a_supervisors_number_is_one_persons_in_all_organisations(
    tmp_path: Path, other: str, wrong: bool
) -> None:
    write(tmp_path / "town", "organisation.yaml", LED)
    village = (
        LED.replace("id: town", "id: village")
        .replace("name: Town Hall", "name: Village Hall")
        .replace("name: Disa", f"name: {other}")
    )
    write(tmp_path / "village", "organisation.yaml", village)
    for name, number in (("town", "100"), ("village", "101")):
        write(tmp_path / name, "main.yaml", f'numbers: ["{number}"]\nstart: end\nnodes:\n{END}')
    told = [one.message for one in check(tmp_path).problems if one.code == "number_of_another"]
    assert told == (
        ["Village Hall has this number for Eskil", "Town Hall has this number for Disa"]
        if wrong
        else []
    )
