"""The words of callbacks: how often to try, how far one has come, why nobody was reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from acd.model.waiting import Place


class CallbackState(StrEnum):
    """How far a callback has come."""

    SCHEDULED = "scheduled"  # outside the line until its time
    WAITING = "waiting"  # in line
    RESERVED = "reserved"  # an agent is held; the caller is about to be called
    DIALLING = "dialling"  # the caller's phone rings
    REACHED = "reached"  # the caller is on the line, waiting for an agent to answer
    TALKING = "talking"


class CallbackSource(StrEnum):
    """Who asked for it."""

    QUEUE = "queue"  # the caller, instead of waiting
    OPERATOR = "operator"


class MissReason(StrEnum):
    """Why an attempt did not bring the caller to an agent.

    The stream also knows ``timeout``, ``nobody`` and ``closed`` (the caller, once reached, left the
    queue so), and ``lost`` (a controller died with the attempt in hand).
    """

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    UNREACHABLE = "unreachable"  # no way to the number
    UNCONFIRMED = "unconfirmed"  # picked up, but nobody said yes: a voicemail, perhaps
    HUNG_UP = "hung_up"  # picked up, then hung up
    FAILED = "failed"  # a fault on our side


@dataclass(frozen=True, slots=True)
class CallbackRules:
    """How often and how long a caller is called; kept with the callback. Times in milliseconds.

    Attributes:
        tries: So many attempts, then it is given up.
        every_ms: From a missed attempt to the next.
        ring_ms: The caller's phone rings no longer than this.
        greeting_ms: From the caller's picking up to the ring of the agent's phone.
        parting_ms: A caller who keeps their place is on the phone with us still, and is not
            called for so long.
    """

    tries: int = 3
    every_ms: int = 300_000
    ring_ms: int = 30_000
    greeting_ms: int = 20_000
    parting_ms: int = 10_000

    def __post_init__(self) -> None:
        if self.tries < 1 or self.ring_ms < 1000:
            raise ValueError("Callback: at least 1 try, and a ring of at least 1 s")
        if min(self.every_ms, self.greeting_ms, self.parting_ms) < 0:
            raise ValueError("Callback: no time may be negative")


@dataclass(frozen=True, slots=True)
class Callback:
    """One person to be called back.

    Attributes:
        contact: Id; that of the call in which it was asked for, else its own.
        org: The organisation.
        queue: Where it stands.
        number: E.164 (personal).
        language: BCP 47 tag.
        answers: What the caller's walk through the call tree found out (may be personal).
        consent: Whether the caller has agreed to be recorded; ``None``: not asked.
        state: See :class:`CallbackState`.
        source: Who asked for it.
        arrived_ms: Epoch; arrival in the queue, after a chosen time moved by what lay before it.
        effective_ms: Epoch; what the line is ordered by.
        due_ms: Epoch; not offered before.
        promised_ms: Epoch; the chosen time, without one the arrival in the queue.
        attempt: Attempts to reach the caller until now.
        rules: How often and how long to try.
        place: Where it stands, ``None`` unless it waits in line.
    """

    contact: str
    org: str
    queue: str
    number: str = field(repr=False)
    language: str
    answers: Mapping[str, str] = field(repr=False)
    consent: bool | None
    state: CallbackState
    source: CallbackSource
    arrived_ms: int
    effective_ms: int
    due_ms: int
    promised_ms: int
    attempt: int
    rules: CallbackRules
    place: Place | None

    def wait_ms(self, now_ms: int) -> int:
        """What the person has in the line; before a chosen time, what they had when asking."""
        return max(now_ms, self.promised_ms) - self.effective_ms
