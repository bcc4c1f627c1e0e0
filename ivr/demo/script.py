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
        seed: The same seed gives the same people.
        rate: Calls a minute, on average.
    """

    def __init__(self, seed: int, rate: float) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a play, no secret
        self._rate = rate

    def errands(self) -> Iterator[tuple[float, Errand]]:
        """Each call with the seconds that pass before it; without end.

        Wishes are dealt like cards: within any ten calls after the opening there is each of them.
        """
        dealt = chain.from_iterable(self._shuffled(_DECK) for _ in cycle([None]))
        for index, (number, wish) in enumerate(
            zip(cycle(NUMBERS), chain(_OPENING, dealt), strict=False)
        ):
            opening = index < len(_OPENING)
            gap = _FIRST_GAP_SECONDS if opening else self._random.expovariate(self._rate / 60)
            yield gap, self._errand(number, wish)

    def habits(self) -> Iterator[Habit]:
        """What an agent does with one call after the other; the first is answered."""
        yield Habit.ANSWER
        while True:
            yield from self._shuffled(_HABITS)

    def seconds(self, least: float, most: float) -> float:
        """Some time between two."""
        return self._random.uniform(least, most)

    def _errand(self, number: str, wish: Wish) -> Errand:
        chance = self._random
        language = chance.choice(("sv", "sv", "da", "en", "en", "en"))
        return Errand(
            number=number,
            wish=wish,
            language=language,
            operator=wish is Wish.TALK and chance.random() < 0.25,
            # the demo's speech is English
            by_voice=language == "en" and chance.random() < 0.5,
            patience=self.seconds(6, 20),
            talk=self.seconds(8, 25),
        )

    def _shuffled(self, cards: tuple[_Card, ...]) -> list[_Card]:
        return self._random.sample(cards, len(cards))
