"""Random people who call, and random worlds around their calls."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import strategies as st

from ivr.flow.call import (
    RECORDED,
    CallerHungUp,
    MessageRequest,
    QueueOutcome,
    QueueRequest,
    Utterance,
)
from ivr.flow.memory_world import MemoryWorld
from ivr.flow.vocabulary import KEYS
from ivr.flow.world import Announced, Remembered, TransferOutcome, WebFailed
from tests.unit.flow.chance.town import CALLERS, OUTSIDE, WORDS

MOST_TURNS = 200_000


class TooLong(Exception):
    """A call has asked its caller for more than any honest one does."""


class Anybody:
    """Somebody who does anything that a caller can do, and in the end hangs up or stays silent.

    Args:
        chance: Decides what.
        patience: After so many turns nothing more is done.
        hangs_up: Whether the end is a hang-up.

    Attributes:
        number: Theirs, one of :data:`CALLERS`.
        turns: How often they were asked for something, or told.
    """

    def __init__(self, chance: random.Random, patience: int, *, hangs_up: bool) -> None:
        self._chance = chance
        self._left = patience
        self._hangs_up = hangs_up
        self.number = chance.choice(CALLERS)
        self.turns = 0

    def hears(self, utterance: Utterance) -> None:
        self._turn()
        assert utterance.text
        assert utterance.language in ("sv", "en")

    def presses(self, wait: float) -> str:
        if not self._acts():
            return ""
        return "".join(self._chance.choices(KEYS, k=self._chance.choice((0, 1, 1, 1, 3, 9))))

    def answers(self, phrases: Sequence[str], wait: float) -> str:
        if self._chance.random() < 0.5:
            return self.presses(wait)
        return self._chance.choice([*phrases, "rubbish"]) if self._acts() else ""

    def rides(self, request: QueueRequest) -> QueueOutcome:
        self._acts()
        ends = [
            end for end in QueueOutcome if request.max_wait or end is not QueueOutcome.TIMED_OUT
        ]
        return self._chance.choice(ends)

    def speaks(self, request: MessageRequest) -> float:
        return self._chance.choice((0.0, 3.0)) if self._acts() else 0.0

    def _acts(self) -> bool:
        self._turn()
        self._left -= 1
        if self._left < 0 and self._hangs_up:
            raise CallerHungUp
        return self._left >= 0

    def _turn(self) -> None:
        self.turns += 1
        if self.turns > MOST_TURNS:
            raise TooLong


def let_anything_happen(world: MemoryWorld, began: datetime, chance: random.Random) -> None:
    """Let each thing outside of a call succeed or fail, for the whole of it.

    Args:
        world: Of the call.
        began: When it began.
        chance: Decides what.
    """
    answers: tuple[object, ...] = (dict.fromkeys(WORDS, 7), {}, b"rubbish", WebFailed("it is away"))
    world.web["https://"] = chance.choice(answers)
    world.transfers[OUTSIDE] = chance.choice(list(TransferOutcome))
    world.remembered = Remembered(
        known=chance.random() < 0.5, language=chance.choice(("", "sv", "en"))
    )
    if chance.random() < 0.5:
        on = chance.choice((Announced(), Announced({"sv": "hej"}), Announced(sound=RECORDED)))
        world.announcements["alfa"] = (on, began + timedelta(minutes=5))
    world.speaks = chance.random() < 0.5
    world.switches, world.calls_back, world.texts_go = chance.choices((True, False), k=3)
    world.rooms_open, world.desk_open = chance.choices((True, False), k=2)


def people() -> st.SearchStrategy[Anybody]:
    """Callers of every kind.

    By seeds: what is drawn inside a call that the engine guards would be caught by it.
    """
    return st.builds(
        lambda seed, patience, hangs_up: Anybody(random.Random(seed), patience, hangs_up=hangs_up),
        st.integers(0, 2**32),
        st.integers(0, 40),
        st.booleans(),
    )
