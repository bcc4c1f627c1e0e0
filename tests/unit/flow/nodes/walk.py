"""A call in memory through a small tree, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ivr.flow.engine import Run
from ivr.flow.memory import MemoryCall, Script
from ivr.flow.pins import NO_PINS, Pins
from ivr.flow.trace import Observed, RunResult
from tests.unit.flow.trees import ORGANISATION, tree_of

MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
RETRIES = "on_invalid: {repeat: 1, then: invalid}, on_silence: {repeat: 1, then: silent}"
ENDS = "  invalid: {hang_up: }\n  silent: {say: {sv: tyst, en: silent}, then: end}\n"


@dataclass(frozen=True, slots=True)
class Walk:
    """A call that is over."""

    call: MemoryCall
    run: Run
    result: RunResult
    seen: tuple[Observed, ...]

    @property
    def way(self) -> list[tuple[str, str]]:
        return [(step.visit.node, step.outcome) for step in self.result.trace]

    @property
    def heard(self) -> list[str]:
        return [utterance.text for utterance in self.call.heard]

    @property
    def seconds(self) -> float:
        return (self.call.now() - MONDAY).total_seconds()


async def walk(
    folder: Path,
    nodes: str,
    keys: str = "",
    *,
    organisation: str = ORGANISATION,
    pins: Pins = NO_PINS,
    chance: Callable[[], float] = lambda: 0.0,
    caller: str = "+46701740605",
    values: Mapping[str, object] | None = None,
) -> Walk:
    """Let somebody who presses ``keys`` call the tree that starts at ``a``."""
    call = MemoryCall(Script.parse(keys), dialled="100", began=MONDAY, caller=caller)
    seen: list[Observed] = []

    async def observe(what: Observed) -> None:
        seen.append(what)

    run = Run(
        tree_of(folder, nodes, organisation),
        call,
        now=call.now,
        observe=observe,
        chance=chance,
        pins=pins,
        values=values or {},
    )
    return Walk(call, run, await run.to_end(), tuple(seen))
