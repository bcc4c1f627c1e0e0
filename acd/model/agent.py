"""Agents: as the organisation's file describes them, and what they do now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from acd.model.queue import WEIGHTS
from acd.names import check_name, check_skills


@dataclass(frozen=True, slots=True)
class Agent:
    """A person who answers, as the organisation's file describes them.

    Attributes:
        id: The number that the agent logs in with, e.g. ``"4001"``.
        name: For people.
        queues: Names of the queues served, at least one.
        skills: Level of each skill, see :mod:`acd.skills`.
        backup: Those of the queues that the agent only helps out, see
            :attr:`acd.model.queue.Queue.backup_seconds`.
        weight: 1 to 100, for queues that draw by chance.
    """

    id: str
    name: str
    queues: tuple[str, ...]
    skills: Mapping[str, int] = field(default_factory=dict)
    backup: frozenset[str] = frozenset()
    weight: int = 1

    def __post_init__(self) -> None:
        check_name("Agent", self.id)
        check_skills(self.skills)
        if self.weight not in WEIGHTS:
            raise ValueError(f"Agent {self.id!r}: use a weight from 1 to 100")
        if not self.queues:
            raise ValueError(f"Agent {self.id!r}: name at least one queue")
        for queue in self.queues:
            check_name("Queue", queue)
        if not self.backup <= set(self.queues):
            raise ValueError(f"Agent {self.id!r}: a backup serves the queue too; name it there")


class AgentState(StrEnum):
    """What an agent does now. An agent is in exactly one of these.

    Thus nobody has two conversations at once: only who is ``READY`` is offered a contact, which
    ``acd/scripts/shared`` holds in one place (``make_offer``, ``move_agent``).
    """

    LOGGED_OUT = "logged_out"
    READY = "ready"
    RESERVED = "reserved"  # a contact was given to the agent; the phone rings or is about to
    TALKING = "talking"
    WRAPUP = "wrapup"  # after-call work, until its time is up or the agent ends it
    PAUSED = "paused"


HAS_A_CALL = frozenset({AgentState.RESERVED, AgentState.TALKING})
"""What such an agent asks for comes when the call is over."""


class PhoneState(StrEnum):
    """What Asterisk says of a phone. Only one that is well, or unknown, is offered a contact."""

    WELL = "well"  # registered, in no call
    IN_USE = "in_use"  # in a call, of whatever kind: rings, talks, holds
    UNREACHABLE = "unreachable"  # not registered, or does not answer when it is asked


@dataclass(frozen=True, slots=True)
class LastContact:
    """Whom an agent talks with, or talked to last since the log-in.

    Attributes:
        contact: Its id.
        queue: Which it came from.
        began_ms: Epoch; when they began to talk.
        result: What came of it, the organisation's code, ``""`` while none was given.
        owed: The agent is not ready again before one is given.
    """

    contact: str
    queue: str
    began_ms: int
    result: str = ""
    owed: bool = False


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """What an agent does now.

    Attributes:
        id: Agent id.
        state: See :class:`AgentState`.
        reason: Why paused; of one who is ready, why nothing is offered all the same:
            ``phone_in_use``, ``phone_unreachable``, ``calling`` (of their own accord); else ``""``.
        since_ms: Epoch; ``0`` when logged out.
        phone: PJSIP endpoint, ``""`` when logged out.
        queues: Names of the queues served, empty when logged out.
        until_ms: Epoch; when the wrap-up ends by itself, ``0`` in other states.
        last: Whom the agent talked to last, ``None`` for nobody since the log-in.
    """

    id: str
    state: AgentState
    reason: str = ""
    since_ms: int = 0
    phone: str = ""
    queues: tuple[str, ...] = ()
    until_ms: int = 0
    last: LastContact | None = None


class OwnCallOutcome(StrEnum):
    """What came of a call that an agent has made of their own accord."""

    TALKED = "talked"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"  # the agent hung up first, or nobody was left to see what became of it
