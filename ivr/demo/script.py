"""Who calls when and why, and what an agent does: all chance of the demo, from one seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, cycle
from typing import TypeVar

_Card = TypeVar("_Card", bound=StrEnum)

RECEPTION = "100"
OFFICE = "101"

# Set aside for films and books, so that nobody is ever meant: PTS's fictional numbers
NUMBERS = tuple(f"+46701740{last}" for last in range(605, 700))

_FIRST_GAP_SECONDS = 1.5


class Wish(StrEnum):
    """What a caller wants of the call."""

    TALK = "talk"  # to an agent, however long it takes
    GIVE_UP = "give up"  # hangs up after a while in the queue
    CALL_BACK = "call back"  # keeps the place and hangs up
    MESSAGE = "message"  # calls the office and leaves a message
    HOURS = "hours"  # hears the opening hours


class Habit(StrEnum):
    """What an agent does with a call."""

    ANSWER = "answer"
    MISS = "miss"  # does not hear the phone
    PAUSE = "pause"  # answers, and takes a break afterwards


@dataclass(frozen=True, slots=True)
class Errand:
    """One caller's call.

    Attributes:
        number: Who calls.
        wish: What for.
        language: The language that is chosen.
        operator: Whether for the operator, else for customer service.
        by_voice: Whether the choice is spoken.
        patience: Seconds in the queue until whoever wants to gives up.
        talk: Seconds after which the caller has said everything.
    """

    number: str
    wish: Wish
    language: str
    operator: bool
    by_voice: bool
    patience: float
    talk: float

    @property
    def dialled(self) -> str:
        """The number that is called."""
        return OFFICE if self.wish is Wish.MESSAGE else RECEPTION


_OPENING = (
    *(Wish.TALK, Wish.TALK, Wish.CALL_BACK, Wish.TALK),
    *(Wish.MESSAGE, Wish.GIVE_UP, Wish.TALK, Wish.HOURS),
)
"""More than the agents can serve at once, so that something of everything is seen soon."""

_DECK = (
    *(Wish.TALK,) * 6,
    *(Wish.GIVE_UP, Wish.CALL_BACK, Wish.MESSAGE, Wish.HOURS),
)
_HABITS = (*(Habit.ANSWER,) * 6, Habit.MISS, Habit.PAUSE)


class Script:
    """The demo's chance.

    Args:
        seed: The same seed gives the same callers with the same errands, and the same habits.
        rate: Calls a minute, on average.
    """

    def __init__(self, seed: int, rate: float) -> None:
        self._seed = seed
        self._rate = rate
        self._moments = self._chance("moments")

    def errands(self) -> Iterator[tuple[float, Errand]]:
        """Each call with the seconds that pass before it; without end.

        Wishes are dealt like cards: within any ten calls after the opening there is each of them.
        """
        chance = self._chance("errands")
        dealt = chain.from_iterable(_shuffled(chance, _DECK) for _ in cycle([None]))
        for index, (number, wish) in enumerate(
            zip(cycle(NUMBERS), chain(_OPENING, dealt), strict=False)
        ):
            opening = index < len(_OPENING)
            gap = _FIRST_GAP_SECONDS if opening else chance.expovariate(self._rate / 60)
            yield gap, _errand(chance, number, wish)

    def habits(self, agent: str) -> Iterator[Habit]:
        """What an agent does with one call after the other; the first is answered."""
        chance = self._chance(agent)
        yield Habit.ANSWER
        while True:
            yield from _shuffled(chance, _HABITS)

    def seconds(self, least: float, most: float) -> float:
        """Some time between two; who asks when is as the calls go, so this is not repeatable."""
        return self._moments.uniform(least, most)

    def _chance(self, whose: str) -> random.Random:
        """Each has their own, so that nobody's pace changes what others do."""
        return random.Random(f"{self._seed} {whose}")  # noqa: S311 - a play, no secret


def _errand(chance: random.Random, number: str, wish: Wish) -> Errand:
    language = chance.choice(("sv", "sv", "da", "en", "en", "en"))
    return Errand(
        number=number,
        wish=wish,
        language=language,
        operator=wish is Wish.TALK and chance.random() < 0.25,
        # the demo's speech is English
        by_voice=language == "en" and chance.random() < 0.5,
        patience=chance.uniform(6, 20),
        talk=chance.uniform(8, 25),
    )


def _shuffled(chance: random.Random, cards: tuple[_Card, ...]) -> list[_Card]:
    return chance.sample(cards, len(cards))
