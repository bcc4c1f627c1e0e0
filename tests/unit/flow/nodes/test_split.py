"""``split``: shares of the callers, by a chance that tests choose."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from ivr.flow.engine import Run
from ivr.flow.memory import MemoryCall, Script
from tests.unit.flow.nodes.walk import walk
from tests.unit.flow.trees import check_nodes, tree_of

pytestmark = pytest.mark.unit

SPLIT = (
    "  a: {split: [{share: 70 %, goto: b}, {share: 29.5%, goto: c}, {share: 0.5 %, goto: d}]}\n"
    "  b: {hang_up: }\n  c: {hang_up: }\n  d: {hang_up: }\n"
)


@pytest.mark.parametrize(
    ("drawn", "node", "outcome"),
    [
        (0.0, "b", "share_1"),
        (0.699, "b", "share_1"),
        (0.7, "c", "share_2"),
        (0.994, "c", "share_2"),
        (0.9951, "d", "share_3"),
        (0.9999999999999999, "d", "share_3"),
    ],
)
async def test_a_draw_falls_into_its_share(
    tmp_path: Path, drawn: float, node: str, outcome: str
) -> None:
    walked = await walk(tmp_path, SPLIT, chance=lambda: drawn)
    assert walked.way == [("a", outcome), (node, "hung_up")]


async def test_many_callers_come_to_the_shares_and_one_seed_to_the_same_ways(
    tmp_path: Path,
) -> None:
    tree = tree_of(tmp_path, SPLIT)

    async def ways(seed: int) -> list[str]:
        chance = random.Random(seed).random
        calls = [MemoryCall(Script(()), dialled="100") for _ in range(2000)]
        runs = [Run(tree, call, now=call.now, chance=chance) for call in calls]
        return [(await run.to_end()).last_node for run in runs]

    first = await ways(7)
    assert first == await ways(7)
    assert first != await ways(8)
    counted = Counter(first)
    assert 1340 < counted["b"] < 1460  # 1,400 and three times its deviation
    assert 530 < counted["c"] < 650


async def test_without_a_given_chance_every_way_is_taken(tmp_path: Path) -> None:
    nodes = SPLIT.replace("70 %", "50 %").replace("29.5%", "49.5 %")
    tree = tree_of(tmp_path, nodes)
    calls = [MemoryCall(Script(()), dialled="100") for _ in range(200)]
    ends = [(await Run(tree, call, now=call.now).to_end()).last_node for call in calls]
    assert {"b", "c"} <= set(ends)


@pytest.mark.parametrize(
    ("ways", "message", "advice"),
    [
        (
            "«{split: [{share: 70 %, goto: end}, {share: 20 %, goto: end}]}",
            "the shares are 90 % together",
            "make them 100 %",
        ),
        (
            "«{split: [{share: 99.99 %, goto: end}, {share: 0.02 %, goto: end}]}",
            "the shares are 100.01 % together",
            "make them 100 %",
        ),
        ("{split: [{share: «100, goto: end}]}", "“100” is not a share", "write it in percent"),
        ("{split: [{share: «0 %, goto: end}]}", "“0 %” is not a share", "write it in percent"),
        ("{split: [{share: «101 %, goto: end}]}", "“101 %” is not a share", "write it in percent"),
        ("{split: «[]}", "at least one entry is needed here", ""),
    ],
)
def test_each_slip_is_told_at_its_place(
    tmp_path: Path, ways: str, message: str, advice: str
) -> None:
    found = check_nodes(tmp_path, f"  a: {ways}\n")
    errors = [problem for problem in found.problems if problem.severity == "error"]
    assert [(problem.line, problem.column) for problem in errors] == list(found.marked)
    assert errors[0].message == message
    assert errors[0].advice.startswith(advice)
