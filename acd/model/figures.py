"""An organisation and its queues in figures, at one instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from acd.model.agent import AgentState
from acd.model.waiting import Estimate


@dataclass(frozen=True, slots=True)
class QueueGauge:
    """A queue in figures.

    Attributes:
        waiting: Callers on the line whom no agent has answered yet, those being offered included.
        oldest_wait_ms: Wait of the one that arrived first, ``0`` when none waits.
        callbacks: People to be called back whom no agent has talked to yet, those included for
            whom it is not time yet.
        oldest_callback_ms: For how long the longest overdue of them has been: since its chosen
            time, else since its caller came to the queue. ``0`` when none is.
    """

    waiting: int
    oldest_wait_ms: int
    callbacks: int = 0
    oldest_callback_ms: int = 0


@dataclass(frozen=True, slots=True)
class LineFigures:
    """A queue as somebody sees it who thinks of joining it.

    Attributes:
        waiting: As :attr:`QueueGauge.waiting`.
        callbacks: As :attr:`QueueGauge.callbacks`.
        oldest_wait_ms: As :attr:`QueueGauge.oldest_wait_ms`.
        logged_in: Agents who serve it, as of :attr:`acd.model.waiting.Place.logged_in`.
        ready: Those who could take a call now.
        estimate: How long the wait would be, ``None`` when that is unknown.
    """

    waiting: int
    callbacks: int
    oldest_wait_ms: int
    logged_in: int
    ready: int
    estimate: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An organisation in figures, at one instant.

    Attributes:
        queues: Each queue asked for.
        agents: How many are in each state; the logged out are unknown to Redis and left out.
            Ready are those who can be offered a contact now.
        phone_away: How many would be ready, were their phone not in use or unreachable.
    """

    queues: Mapping[str, QueueGauge]
    agents: Mapping[AgentState, int]
    phone_away: int = 0
