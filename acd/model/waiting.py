"""Waiting in a queue: at which place, for how long, and why it ends without an agent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long somebody will wait until an agent answers; eight in ten waits lie in the range.

    Attributes:
        low_ms: One in ten is answered earlier.
        expected_ms: The mean of such waits.
        high_ms: One in ten waits longer.
    """

    low_ms: int
    expected_ms: int
    high_ms: int

    @property
    def low_minutes(self) -> int:
        """Whole minutes, rounded down: no wait is told to be longer at the least than it is."""
        return self.low_ms // _MINUTE_MS

    @property
    def high_minutes(self) -> int:
        """Whole minutes, rounded up: no shorter wait is promised than is estimated."""
        return -(-self.high_ms // _MINUTE_MS)


AT_ONCE = Estimate(0, 0, 0)
"""Of somebody for whom an agent is ready."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a contact stands in its queue.

    Attributes:
        position: 1 is next, by the order of the whole queue: whoever stands before may wait for
            other agents.
        waiting: Contacts in the queue, this one included.
        ready: Agents who could take the contact now.
        logged_in: Agents who have the skills that it requires now or will require later, logged
            in whatever they do, unless their phone has been unreachable for 15 s; where neither
            requirement contains the other, the most that meet one of them.
        estimate: How long the wait will be from here on, ``None`` when that is unknown.
    """

    position: int
    waiting: int
    ready: int
    logged_in: int
    estimate: Estimate | None = None


class LeaveReason(StrEnum):
    """Why a contact left a queue without an agent."""

    ABANDONED = "abandoned"  # the caller hung up
    TIMEOUT = "timeout"  # waited as long as the tree allows
    NOBODY = "nobody"  # no agent is logged in
    CLOSED = "closed"  # the queue has closed
    FAILED = "failed"  # a fault on our side
