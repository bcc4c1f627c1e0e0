"""The engine alone, on calls in memory: no telephone, no sound, no network.

Times are of the processor and not of the clock, so that whoever else uses the machine does not
count. Four figures:

- *a node*: a chain of nodes that each speak a text, with an observer as the controller has one,
  less what it costs to await an empty coroutine as often;
- *a call*: callers of many minds through the demo's reception, as fast as one core can;
- *a waiting call*: everything that one more caller in a queue adds to the Python heap, from the
  task that runs the call down (``Run``, ``Conversation``, trace, ``MemoryCall`` with what it has
  said, the suspended coroutines and the future that they wait for). Not counted are the tree, which
  all calls share, and what a real line adds: its socket and session;
- *a test*: an admin's test of the demo's reception, reading and checking of all files included.
"""

from __future__ import annotations

import asyncio
import gc
import shutil
import sys
import tempfile
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from ivr.flow.call import QueueOutcome, QueueRequest
from ivr.flow.engine import Run
from ivr.flow.load import load_all
from ivr.flow.memory import MemoryCall, Script
from ivr.flow.nodes.hang_up import HangUp
from ivr.flow.nodes.say import Say
from ivr.flow.trace import EndReason, Observed, RunResult
from ivr.flow.tree import Node, Tree
from ivr.flow.trials.suite import try_all
from tests.load.ratios import CannotMeasure, Ratio

TREES = Path(__file__).resolve().parents[3] / "dialplans"
CHAIN = 400
WALKS = 25
CALLS = 2_000
WAITING = 2_000
TESTS = 600

CALLERS = (
    ["1", "1", "a"],
    ["2", "0", "a"],
    ["3", "say opening hours", "say customer service", "a"],
    ["1", "9", "2", "1", "a"],
    ["", "", "7", "", "", "a"],
    ["3", "1", "n"],
    ["1", "0", "t", ""],
    ["2", "h"],
)
"""What eight callers do at the demo's reception: quick, lost, silent, unlucky and gone."""


def measure(rounds: int) -> list[Ratio]:
    """Processor's time and memory of calls in memory.

    Raises:
        CannotMeasure: A call or a test did not go as it should.
    """
    reception = _reception()
    chain = _chain(reception)
    figures: dict[str, list[float]] = defaultdict(list)
    for number in range(1, rounds + 1):
        figures["node"].append(_of_each(_walks(chain), CHAIN * WALKS))
        figures["floor"].append(_of_each(_nothing(CHAIN * WALKS), CHAIN * WALKS))
        figures["call"].append(_of_each(_calls(reception), CALLS))
        figures["heap"].append(asyncio.run(_waiting(reception)))
        figures["tests"].append(_tests())
        print(f"  round {number} of {rounds}", file=sys.stderr, flush=True)
    node, floor = median(figures["node"]) * 1e6, median(figures["floor"]) * 1e6
    call = median(figures["call"])
    return [
        Ratio(
            "engine: a node less an empty coroutine, µs",
            node - floor,
            50,
            f"{node:.1f} µs a node that speaks, {floor:.2f} µs an empty coroutine",
            at_most=True,
        ),
        Ratio(
            "calls through the demo's reception a minute and core",
            60 / call,
            100_000,
            f"{call * 1e6:.0f} µs a call",
        ),
        Ratio(
            "a waiting call's memory in KB",
            median(figures["heap"]) / 1000,
            20,
            f"{WAITING:,} callers in a queue, each with all that is kept of the call",
            at_most=True,
        ),
        Ratio(
            "admins' tests a second, reading included",
            median(figures["tests"]),
            300,
            f"{TESTS} tests in one file",
        ),
    ]


def _reception() -> Tree:
    tree = load_all(TREES).find("100")
    if tree is None:
        raise CannotMeasure("the demo's reception no longer answers 100; change tests/load/trees")
    return tree


def _chain(reception: Tree) -> Tree:
    """A tree of which each node speaks the demo's first words and leads to the next."""
    first = reception.nodes[reception.start]
    nodes: dict[str, Node] = {
        str(index): first.model_copy(update={"then": str(index + 1)}) for index in range(CHAIN - 1)
    }
    if not isinstance(first, Say):
        raise CannotMeasure("the demo's reception begins with no “say”; change tests/load/trees")
    last = HangUp.model_validate({"hang_up": ""})
    return replace(reception, start="0", nodes=nodes | {str(CHAIN - 1): last})


def _of_each(work: Coroutine[Any, Any, None], times: int) -> float:
    """Processor's seconds that each of ``times`` in ``work``, a coroutine, takes."""
    gc.collect()
    began = time.process_time()
    asyncio.run(work)
    return (time.process_time() - began) / times


async def _walks(chain: Tree) -> None:
    for _ in range(WALKS):
        result = await _call(chain, ())
        if len(result.trace) != CHAIN or result.reason is not EndReason.TREE:
            raise CannotMeasure(f"the chain ended at node {result.last_node}: {result.fault}")


async def _nothing(times: int) -> None:
    for _ in range(times):
        await _empty()


async def _empty() -> None:
    pass


async def _calls(reception: Tree) -> None:
    for number in range(CALLS):
        result = await _call(reception, CALLERS[number % len(CALLERS)])
        if result.reason is EndReason.FAILED:
            raise CannotMeasure(f"a call failed at {result.last_node}: {result.fault}")


async def _call(tree: Tree, acts: Sequence[str]) -> RunResult:
    call = MemoryCall(Script(acts), dialled="100")
    return await Run(tree, call, now=call.now, observe=_observe).to_end()


async def _observe(what: Observed) -> None:
    pass


class _Held(MemoryCall):
    """A call that stays in the queue until it is let go."""

    def __init__(self, waiting: list[asyncio.Future[QueueOutcome]]) -> None:
        super().__init__(Script(["3", "1"]), dialled="100")
        self._waiting = waiting

    async def queue(self, request: QueueRequest) -> QueueOutcome:
        turn: asyncio.Future[QueueOutcome] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        return await turn


async def _waiting(reception: Tree) -> float:
    """Bytes of the heap that each of many waiting calls takes."""
    turns: list[asyncio.Future[QueueOutcome]] = []

    def ring() -> asyncio.Task[RunResult]:
        call = _Held(turns)
        return asyncio.create_task(Run(reception, call, now=call.now, observe=_observe).to_end())

    calls = [ring()]  # what the first call leaves behind for all others is not counted
    await asyncio.sleep(0)
    gc.collect()
    tracemalloc.start()
    calls += [ring() for _ in range(WAITING)]
    await asyncio.sleep(0)
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    if len(turns) != WAITING + 1:
        raise CannotMeasure(f"{len(turns)} of {WAITING + 1} callers came to the queue")
    for turn in turns:
        turn.set_result(QueueOutcome.TALKED)
    await asyncio.gather(*calls)
    return taken / WAITING


def _tests() -> float:
    """Tests a second of the processor."""
    with tempfile.TemporaryDirectory() as folder:
        demo = Path(folder) / "demo"
        shutil.copytree(TREES / "demo", demo)
        shutil.copy(TREES / "base.yaml", folder)
        lines = [
            f"  caller {number}:\n"
            f"    when: [press 1, press {number % 2}]\n"
            "    then: {hears: [Välkommen*, Tack för*], by: [opening, main, goodbye]}\n"
            for number in range(TESTS)
        ]
        (demo / "reception.test.yaml").write_text("tests:\n" + "".join(lines), encoding="utf-8")
        gc.collect()
        began = time.process_time()
        report = try_all(demo)
        took = time.process_time() - began
    if not report.passed:
        raise CannotMeasure("a test failed that should pass")
    return TESTS / took
