"""What is true now and is asked at each scrape, as the controller tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class QueueNow:
    """One queue.

    Attributes:
        org: The organisation.
        queue: The queue.
        waiting: Calls waiting.
        oldest_wait_seconds: Of the longest-waiting call, 0 when none waits.
    """

    org: str
    queue: str
    waiting: int
    oldest_wait_seconds: float


@dataclass(frozen=True, slots=True)
class AgentsNow:
    """One organisation's agents: how many are in which state."""

    org: str
    by_state: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class AcdNow:
    """The ACD of all organisations."""

    queues: Sequence[QueueNow]
    agents: Sequence[AgentsNow]


@dataclass(frozen=True, slots=True)
class ControllerNow:
    """This controller itself.

    Attributes:
        calls: Contacts that it serves, by organisation.
        agi_sessions: Open FastAGI sessions.
        agi_refused: FastAGI sessions refused since its start.
        ami_connected: Whether it is logged in to Asterisk's manager.
        ami_reconnects: How often that link came back since its start.
    """

    calls: Mapping[str, int]
    agi_sessions: int
    agi_refused: int
    ami_connected: bool
    ami_reconnects: int


class LiveFigures(Protocol):
    """What the controller tells at each scrape."""

    async def acd(self) -> AcdNow:
        """Queues and agents; it asks Redis, so it may raise or hang while Redis is away."""

    def controller(self) -> ControllerNow:
        """The controller; it answers at once, whatever is away."""
