"""Random callers through random valid trees: a call always ends, and no node's error is ours."""

from __future__ import annotations

import logging
import math
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from ivr.flow.call import CallerHungUp, CallFailed, QueueAway, QueueRequest
from ivr.flow.engine import MAX_STEPS, Run
from ivr.flow.memory import MemoryCall
from ivr.flow.pins import KnownPins
from ivr.flow.trace import EndReason, Fault, RunResult
from ivr.flow.tree import Tree
from tests.unit.flow.chance.people import Anybody, let_anything_happen, people
from tests.unit.flow.chance.town import NAMES, VERBS
from tests.unit.flow.chance.trees import END, nodes, tree_of_text, tree_texts

pytestmark = pytest.mark.unit

many = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
    ],
)
seeds = st.integers(0, 2**32)
WALKS = 20


@pytest.fixture(autouse=True)
def _no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "ivr.flow")  # thousands of failures that are meant


async def walked(tree: Tree, call: MemoryCall, seed: int) -> RunResult:
    chance = random.Random(seed)
    let_anything_happen(call.world, call.now(), chance)
    call.speech = chance.random() < 0.8
    pins = KnownPins({"alfa": "1"}, wrong=2)
    return await Run(tree, call, now=call.now, chance=chance.random, pins=pins).to_end()


@pytest.mark.parametrize("verb", VERBS)
async def test_nodes_of_every_type_are_made_and_walked(verb: str, tmp_path: Path) -> None:
    """A new type whose fields must fit each other needs a line in ``chance.fitting.MENDED``."""
    once = settings(many, database=None, phases=[Phase.generate])
    tree = tree_of_text(tmp_path, find(tree_texts([verb]), lambda _: True, settings=once))
    for seed in range(WALKS):
        person = Anybody(random.Random(seed), seed, hangs_up=False)
        call = MemoryCall(person, dialled="100", caller=person.number)
        result = await walked(tree, call, seed)
        assert verb in {step.visit.kind for step in result.trace}
        assert Fault.NODE not in {step.fault for step in result.trace}
        assert call.answered or not (call.heard or call.rides or call.messages)


@many
@given(text=tree_texts(), person=people(), seed=seeds)
async def test_a_call_always_ends_and_no_node_fails(
    tmp_path: Path, text: str, person: Anybody, seed: int
) -> None:
    call = MemoryCall(person, dialled="100", caller=person.number)
    result = await walked(tree_of_text(tmp_path, text), call, seed)
    assert result.fault in (None, Fault.TOO_MANY_STEPS)
    assert {step.fault for step in result.trace} <= {None, Fault.EXPRESSION}
    assert len(result.trace) <= MAX_STEPS
    assert call.ended == (result.reason is not EndReason.CALLER)
    for ride in call.rides:
        well_required(ride)


def test_queues_of_random_trees_require_skills_and_relax_that_step_by_step() -> None:
    found = find(
        nodes("queue", [END], ["a", END]),
        lambda node: len(node.get("relax", ())) > 1 and "{{" in str(node["require"]),
        settings=settings(max_examples=5000, database=None, phases=[Phase.generate]),
    )
    assert [step["after"] for step in found["relax"]][:2] == ["5 s", "10 s"]


def well_required(ride: QueueRequest) -> None:
    """What the queues take for granted of what a call requires."""
    times = [step.after for step in ride.require]
    assert times == sorted(set(times))
    assert times[:1] in ([], [0.0])
    assert all(time < (ride.max_wait or math.inf) for time in times)
    for step in ride.require:
        for name, least in step.skills.items():
            kind, value = name.split(".")
            assert value in (NAMES.skills or {})[kind]
            assert 1 <= least <= 10


class BadLine(MemoryCall):
    """A call on which anything may fail at any time."""

    def __init__(self, person: Anybody, chance: random.Random) -> None:
        super().__init__(person, dialled="100", caller=person.number)
        self._chance = chance

    def _maybe(self, operation: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def happens(*arguments: Any, **named: Any) -> Any:
            if self._chance.random() < 0.1:
                raise self._chance.choice([CallerHungUp(), CallFailed("x"), OSError("x")])
            return await operation(*arguments, **named)

        return happens

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name in ("answer", "say", "collect", "listen", "record", "queue", "hang_up"):
            return self._maybe(found)
        return found


@many
@given(text=tree_texts(), person=people(), seed=seeds)
async def test_whatever_fails_on_the_line_leaves_the_engine_as_a_result(
    tmp_path: Path, text: str, person: Anybody, seed: int
) -> None:
    call = BadLine(person, random.Random(seed))
    result = await walked(tree_of_text(tmp_path, text), call, seed)
    assert result.reason in EndReason
    assert len(result.trace) <= MAX_STEPS


class NoQueue(MemoryCall):
    async def queue(self, request: object) -> Any:
        raise QueueAway


@settings(many, max_examples=20)
@given(text=tree_texts(["queue", "say", "menu"]), person=people(), seed=seeds)
async def test_only_a_queue_that_is_away_is_told_to_who_runs_the_call(
    tmp_path: Path, text: str, person: Anybody, seed: int
) -> None:
    call = NoQueue(person, dialled="100", caller=person.number)
    try:
        result = await walked(tree_of_text(tmp_path, text), call, seed)
    except QueueAway:
        assert not call.ended
    else:
        assert all(step.visit.kind != "queue" for step in result.trace)
