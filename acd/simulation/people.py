"""The people of a simulation: what a caller will do is settled when the call comes in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, auto
from random import Random

from acd.model.agent import Agent
from acd.simulation.chance import Times
from acd.simulation.scenario import Line
from acd.simulation.tally import Tally


class Stage(Enum):
    """Where a contact is."""

    WAITING = auto()
    RINGING = auto()
    TALKING = auto()
    GONE = auto()


@dataclass(slots=True, eq=False)
class Contact:
    """A caller and their call, in whole milliseconds as the product counts them.

    Attributes:
        id: Unique within its lane.
        line: Which calls it is one of.
        arrived: When.
        tally: Where it is counted, if it is.
        pick_ups: From the offer to the answer, of each of the agents who are rung at once.
        talk: The conversation.
        after: The agent's work after it; ``None``: until the queue's wrap-up time is over.
        patience: After so long without an agent the caller hangs up; ``None``: never.
        stage: Where it is now.
    """

    id: str
    line: Line
    arrived: int
    tally: Tally | None
    pick_ups: tuple[int, ...]
    talk: int
    after: int | None
    patience: int | None
    stage: Stage = Stage.WAITING


@dataclass(slots=True, eq=False)
class Desk:
    """An agent's place.

    Attributes:
        agent: Who.
        present: Logged in.
        leaving: Will be logged out by the product when the call ends.
        wrapups: How many wrap-ups have begun, so that the end of an old one ends no other.
    """

    agent: Agent
    present: bool = False
    leaving: bool = False
    wrapups: int = 0


class Callers:
    """The callers of one line, each purpose by a chance of its own.

    Two scenarios of one seed differ in their agents, say, and not in their callers: comparing them
    takes far fewer calls (common random numbers).
    """

    def __init__(self, line: Line, seed: str) -> None:
        self.line = line

        def chance(purpose: str) -> Random:
            return Random(f"{seed} {line.queue.name} {purpose}")  # noqa: S311 - no secret

        self._arrivals, self._pick_up = chance("arrivals"), chance("pick_up")
        self._talk, self._after = chance("talk"), chance("after")
        self._patience, self._impatient = chance("patience"), chance("impatient")
        self._present = chance("present")

    def present(self, per_hour: float) -> int:
        """How many calls are there when a lane begins: Poisson, as if no caller ever waited."""
        calls, load = 0, per_hour / 3600 * self.line.handle_s
        while (load := load - self._present.expovariate(1)) > 0:
            calls += 1
        return calls

    def pause(self, per_hour: float) -> float:
        """Milliseconds until the next caller at this rate; infinite at 0."""
        return self._arrivals.expovariate(per_hour / 3_600_000) if per_hour else math.inf

    def next(self, id: str, now: int, tally: Tally | None) -> Contact:
        """Who calls now."""
        line = self.line
        impatient = self._impatient.random() < line.impatient
        patience = _drawn(line.patience, self._patience)
        ring = line.queue.ring_seconds * 1000
        pick_ups = (
            _drawn(line.pick_up, self._pick_up) or 0 for _ in range(line.queue.ring_at_once)
        )
        return Contact(
            id=id,
            line=line,
            arrived=now,
            tally=tally,
            pick_ups=tuple(min(pick_up, ring) for pick_up in pick_ups),
            talk=_drawn(line.talk, self._talk) or 0,
            after=_drawn(line.after_call, self._after),
            patience=patience if impatient else None,
        )


def _drawn(times: Times | None, chance: Random) -> int | None:
    return None if times is None else round(times.draw(chance) * 1000)
