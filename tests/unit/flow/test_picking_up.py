"""When a call is picked up: at the first node that needs a caller who hears or is heard."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.call import Cause
from ivr.flow.document import read
from ivr.flow.engine import Run
from ivr.flow.memory import MemoryCall, Script
from ivr.flow.nodes import NODE_TYPES
from tests.unit.flow.chance.town import RICH
from tests.unit.flow.trees import tree_of, write

pytestmark = pytest.mark.unit

QUIET = frozenset(
    {
        *("branch", "hours", "http", "queue_data", "recognise", "return", "set", "sms", "split"),
        "switch_announcement",
    }
)
BUSY = "{hang_up: , cause: busy}"
SAY = "{sv: hej, en: hello}"


async def called(folder: Path, nodes: str) -> MemoryCall:
    call = MemoryCall(Script(()), dialled="100")
    await Run(tree_of(folder, nodes, RICH), call, now=call.now).to_end()
    return call


@pytest.mark.parametrize("verb", NODE_TYPES)
def test_a_node_is_quiet_of_which_the_caller_never_hears_anything(
    verb: str, tmp_path: Path
) -> None:
    (tmp_path / "example.yaml").write_text(NODE_TYPES[verb].example, encoding="utf-8")
    data = read(tmp_path / "example.yaml").data
    assert isinstance(data, dict)
    written = [node for node in data.values() if isinstance(node, dict) and verb in node]
    quiet = {NODE_TYPES[verb].model_validate(node).quiet() for node in written}
    assert quiet == {verb in QUIET}


@pytest.mark.parametrize(
    "way",
    [
        "set: {seen: 1}, then: b",
        "branch: [{when: caller, goto: b}], otherwise: end",
        "split: [{share: 100 %, goto: b}]",
        f"sms: {SAY}, then: end, on_failure: b",
        "switch_announcement: alfa, turn: off, then: b, on_failure: end",
        "queue_data: support, into: {waiting: waiting}, then: b",
    ],
)
async def test_a_call_that_is_turned_away_behind_a_quiet_node_is_never_picked_up(
    tmp_path: Path, way: str
) -> None:
    call = await called(tmp_path, f"  a: {{{way}}}\n  b: {BUSY}\n")
    assert (call.answered, call.ended, call.cause) == (False, True, Cause.BUSY)


async def test_a_sub_tree_picks_up_nothing_by_itself(tmp_path: Path) -> None:
    inner = "start: x\nnodes:\n  x: {hours: office, open: y, closed: y}\n  y: {return: done}\n"
    write(tmp_path / "town" / "shared", "sub.yaml", inner)
    call = await called(tmp_path, f"  a: {{use: sub, exits: {{done: b}}}}\n  b: {BUSY}\n")
    assert (call.answered, call.cause) == (False, Cause.BUSY)


async def test_an_announcement_picks_up_even_when_it_is_off_because_it_may_be_on(
    tmp_path: Path,
) -> None:
    call = await called(tmp_path, f"  a: {{announcement: alfa, then: b}}\n  b: {BUSY}\n")
    assert (call.answered, call.heard, call.cause) == (True, [], Cause.BUSY)
