from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ivr.flow.callback import CallbackOffer
from ivr.flow.engine import Run
from ivr.flow.memory import MemoryCall, Script
from ivr.flow.tree import Exit, Path_, Tree
from tests.unit.flow.trees import tree_of

pytestmark = pytest.mark.unit

MENU = (
    "  a: {menu: {sv: välj, en: choose}, choices: {1: {goto: end}, 2: {goto: end}},"
    " on_invalid: {repeat: 0, then: end}, on_silence: {repeat: 0, then: end}}\n"
)
LANGUAGE = (
    "  a: {language: {sv: tryck 1, en: press 2}, choices: {1: sv, 2: en, 3: en},"
    " repeat: 0, then: end}\n"
)
QUEUE = "  a: {queue: support, max_wait: 1 min, then: end, on_timeout: end, on_nobody: end}\n"
HOURS = "  a: {hours: office, open: end, closed: end}\n"


async def taken(tree: Tree, keys: str) -> Path_:
    """The way by which a call has left the tree's first node."""
    call = MemoryCall(Script.parse(keys), dialled="100")
    result = await Run(tree, call, now=call.now).to_end()
    leaving = result.trace[0].leaving
    assert leaving is not None
    assert tree.way_of("a", leaving) == tree.nodes["a"].way_of(leaving)
    return tree.way_taken("a", leaving)


WAYS: Sequence[tuple[str, str, Path_]] = [
    (MENU, "1", ("choices", "1", "goto")),
    (MENU, "2", ("choices", "2", "goto")),
    (MENU, "7", ("on_invalid", "then")),
    (MENU, ",", ("on_silence", "then")),
    (LANGUAGE, "1", ("choices", "1")),
    (LANGUAGE, "3", ("choices", "3")),
    (LANGUAGE, ",", ("then",)),
    (QUEUE, "a", ("then",)),
    (QUEUE, "t", ("on_timeout",)),
    (QUEUE, "n", ("on_nobody",)),
    (HOURS, "", ("open",)),
]


@pytest.mark.parametrize(("node", "keys", "way"), WAYS)
async def test_of_ways_to_the_same_node_the_one_taken_is_known(
    tmp_path: Path, node: str, keys: str, way: Path_
) -> None:
    tree = tree_of(tmp_path, node)
    assert await taken(tree, keys) == way
    assert way in list(tree.nodes["a"].ways(tree.organisation))


async def test_being_called_back_is_a_way_where_the_queue_offers_it(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, QUEUE)
    support = tree.organisation.queues["support"]
    offered = support.model_copy(update={"callback": CallbackOffer()})
    offering = tree.organisation.model_copy(update={"queues": {"support": offered}})
    assert ("called_back",) not in list(tree.nodes["a"].ways(tree.organisation))
    assert ("called_back",) in list(tree.nodes["a"].ways(offering))
    assert await taken(tree, "c") == ("called_back",)


async def test_who_hangs_up_has_left_by_no_way(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, MENU)
    call = MemoryCall(Script.parse("h"), dialled="100")
    result = await Run(tree, call, now=call.now).to_end()
    assert result.trace[0].leaving is None


async def test_the_end_of_a_tree_is_no_way(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, "  a: {hang_up: }\n")
    assert await taken(tree, "") == ()


async def test_values_given_to_a_run_are_known_to_its_texts(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, "  a: {hang_up: }\n")
    call = MemoryCall(Script.parse(""), dialled="100")
    run = Run(tree, call, now=call.now, language="en", values={"age": 65})
    await run.to_end()
    assert (run.values, run.language) == ({"age": 65}, "en")


async def test_a_way_is_remembered_as_it_was_found(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, MENU)
    assert [await taken(tree, keys) for keys in ("1", "2", "1", "2")] == [
        ("choices", "1", "goto"),
        ("choices", "2", "goto"),
    ] * 2


def test_an_exit_that_only_names_its_node_is_told_where_one_arrow_leads_there(
    tmp_path: Path,
) -> None:
    tree = tree_of(tmp_path, HOURS.replace("open: end", "open: b") + "  b: {hang_up: }\n")
    assert tree.way_of("a", Exit("b", "open")) == ("open",)
    assert tree_of(tmp_path, HOURS).way_of("a", Exit("end", "open")) == ()
