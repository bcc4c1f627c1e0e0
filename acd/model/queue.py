"""Queues as the organisation's file describes them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from acd.names import check_name


class Strategy(StrEnum):
    """Who of the ready agents that a contact may have is first; of equals, the longest idle.

    What is counted is counted since the agent's login. ``acd/scripts/shared/strategies.lua`` says
    how each works.
    """

    LONGEST_IDLE = "longest_idle"
    FEWEST_CALLS = "fewest_calls"  # who has answered the fewest calls of the queue
    ROUND_ROBIN = "round_robin"  # whom the queue has offered a call longest ago
    WEIGHTED_RANDOM = "weighted_random"  # drawn by chance, each by their weight
    BEST_SKILL = "best_skill"  # whose skills, of those that the contact requires, are best
    LEAST_OCCUPIED = "least_occupied"  # the least share of the time in calls and wrap-up


WEIGHTS = range(1, 101)
"""The weights of a queue, and of an agent where a queue draws by chance."""

RUNG_AT_ONCE = range(1, 11)
"""How many agents a queue may have rung at once."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A line of waiting contacts, as the organisation's file describes it.

    Attributes:
        name: Letters, digits, ``. _ -``.
        ring_seconds: How long an agent's phone rings before the call goes on to the next.
        wrapup_seconds: After-call work; ``0`` makes the agent ready at once.
        missed_offers: An agent who lets so many in a row ring in vain is paused. One by default:
            each costs a caller a whole ring at an empty chair.
        backup_seconds: So long a contact waits before the queue's backup agents may have it, unless
            nobody else works who could; ``0`` where it has no backup agents.
        strategy: Which ready agent is first.
        weight: 1 to 100. For an agent of several queues, each second that somebody has waited in
            this one counts so many times: the higher, the sooner it is served, and nobody starves.
        result_within_seconds: An agent must say what came of a contact: who has not said it wraps
            up until then, for so long at most. ``0``: nothing need be said.
        ring_at_once: 1 to 10. A contact is offered to so many ready agents at once, if there are so
            many who fit: whoever picks up first has it. Somebody who is called back is offered to
            one, who is held while their phone rings.
    """

    name: str
    ring_seconds: int = 20
    wrapup_seconds: int = 10
    missed_offers: int = 1
    backup_seconds: int = 0
    strategy: Strategy = Strategy.LONGEST_IDLE
    weight: int = 1
    result_within_seconds: int = 0
    ring_at_once: int = 1

    def __post_init__(self) -> None:
        check_name("Queue", self.name)
        if self.ring_seconds < 1 or self.wrapup_seconds < 0 or self.result_within_seconds < 0:
            raise ValueError(f"Queue {self.name!r}: ring at least 1 s and wrap up at least 0 s")
        if self.backup_seconds < 0:
            raise ValueError(f"Queue {self.name!r}: backup agents help out after 0 s or more")
        if self.missed_offers < 1:
            raise ValueError(f"Queue {self.name!r}: at least 1 missed offer pauses an agent")
        if self.weight not in WEIGHTS:
            raise ValueError(f"Queue {self.name!r}: use a weight from 1 to 100")
        if self.ring_at_once not in RUNG_AT_ONCE:
            raise ValueError(f"Queue {self.name!r}: ring 1 to 10 agents at once")

    @property
    def times_ms(self) -> tuple[int, int, int]:
        """Ring, wrap-up and wrap-up without a result, as a contact takes them along."""
        times = self.ring_seconds, self.wrapup_seconds, self.result_within_seconds
        ring, wrapup, hold = (1000 * seconds for seconds in times)
        return ring, wrapup, hold
