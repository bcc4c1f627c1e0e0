"""What can be required, and how it is said to the scripts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import acd.skills
from acd.model.agent import Agent
from acd.model.queue import Queue
from acd.skills import Requirement, narrowed, sparing_backups, steps_to_wire

pytestmark = pytest.mark.unit


def test_equal_requirements_are_one_text_whatever_their_order() -> None:
    one = Requirement(0, {"topic.tax": 3, "language.sv": 10})
    other = Requirement(5, {"language.sv": 10, "topic.tax": 3})
    assert one.text == other.text == "language.sv>=10 topic.tax>=3"
    assert Requirement().text == ""


@pytest.mark.parametrize("skills", [{"sv": 0}, {"sv": 11}, {"a b": 1}, {"a>=1": 1}, {"": 1}])
def test_a_skill_has_a_plain_name_and_a_level_from_1_to_10(skills: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="Skill"):
        Requirement(0, skills)
    with pytest.raises(ValueError, match="Skill"):
        Agent("4001", "Ada", ("fees",), skills)


def test_steps_that_change_nothing_are_not_sent() -> None:
    steps = [Requirement(0, {"sv": 5}), Requirement(1, {"sv": 5}), Requirement(2)]
    assert steps_to_wire(steps) == (0, "sv>=5", 2, "")
    assert steps_to_wire(()) == ()


@pytest.mark.parametrize("times", [(1,), (0, 0), (0, 5, 5), (0, 5, 4)])
def test_steps_begin_at_once_and_follow_each_other(times: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="Requirement"):
        steps_to_wire([Requirement(after, {"sv": 1}) for after in times])
    with pytest.raises(ValueError, match="Requirement"):
        Requirement(-1)


def test_a_line_comes_before_whatever_a_name_may_begin_with() -> None:
    """What keeps a queue's lines together in an index, and apart from its plain line."""
    steps = Path(acd.skills.__file__).parent / "scripts" / "shared" / "lines.lua"
    (sign,) = re.findall(r"queue \.\. '\|(.)' \.\. asks", steps.read_text(encoding="utf-8"))
    assert sign < "," < min("-._0Aaå")


def test_who_is_preferred_and_who_is_spared_are_first_steps_before_those_that_are_required() -> (
    None
):
    steps = (Requirement(0, {"sv": 5}), Requirement(30_000))
    preferring = narrowed(steps, agent="4001", agent_ms=45_000)
    queue = Queue("fees", backup_seconds=60)
    assert steps_to_wire(sparing_backups(queue, preferring)) == (
        *(0, "@4001>=1 sv>=5|@>=1 sv>=5|sv>=5"),
        *(30_000, "@4001>=1|@>=1|"),
        *(45_000, "@>=1|"),
        *(60_000, ""),
    )


def test_whoever_prefers_nobody_in_a_queue_without_backups_asks_for_nothing_more() -> None:
    assert sparing_backups(Queue("fees"), ()) == ()
    assert narrowed((), agent="", agent_ms=45_000) == ()
    with pytest.raises(ValueError, match="Agent"):
        narrowed((), agent="4001 or 4002", agent_ms=45_000)
