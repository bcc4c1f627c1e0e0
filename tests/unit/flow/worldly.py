"""An organisation with all that nodes may reach outside of the tree, and calls to it in memory."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from ivr.flow.engine import Run
from ivr.flow.memory import MemoryCall, Script
from ivr.flow.trace import Observed, Observer, RunResult, Told
from tests.unit.flow.trees import ORGANISATION, tree_of

MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
CALLER = "+46 70 174 06 05"
WORLDLY = f"""{ORGANISATION}
http_hosts: [api.example.se, "localhost:8080", 127.0.0.0/8]
transfers: ["+46 8 465 004 00", "+46 31*", "sip:partner.example.se", "112"]
callers:
  blocked: ["+46 900*"]
  vip: ["070-174 06 05"]
  keep: 30 days
announcements:
  storm: {{sv: Det stormar., en: There is a storm.}}
"""


def line(keys: str = "", caller: str = CALLER) -> MemoryCall:
    return MemoryCall(Script.parse(keys), dialled="100", caller=caller, began=MONDAY)


async def walk(
    folder: Path, nodes: str, call: MemoryCall, observe: Observer | None = None
) -> RunResult:
    tree = tree_of(folder, nodes, WORLDLY)
    return await Run(tree, call, now=call.now, observe=observe).to_end()


async def told(folder: Path, nodes: str, call: MemoryCall) -> tuple[list[Told], RunResult]:
    """What the nodes tell of their work, and how it went."""
    seen: list[Observed] = []

    async def observe(what: Observed) -> None:
        seen.append(what)

    result = await walk(folder, nodes, call, observe)
    return [what for what in seen if isinstance(what, Told)], result


def way(result: RunResult) -> list[tuple[str, str]]:
    return [(step.visit.node, step.outcome) for step in result.trace]


def said(call: MemoryCall) -> list[str]:
    return [utterance.text for utterance in call.heard]
