"""The port between a call tree and the world outside: services, other telephones, what is kept.

:class:`World` belongs to one call (``call.world``). The real one is :mod:`ivr.world.world`, the one
in memory :class:`ivr.flow.memory_world.MemoryWorld`. Each method may raise ``CallerHungUp``; what
the world does not do is told as an outcome, never as an error that would end the call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class WebFailed(Exception):
    """A web request came to nothing; the text says why, and nothing personal."""


@dataclass(frozen=True, slots=True)
class WebRequest:
    """One request to a web service.

    Attributes:
        method: ``GET`` and the like.
        url: Ready to be sent (may hold what is personal).
        headers: Likewise.
        secrets: Names of the organisation's secrets that are sent as headers, by header.
        body: JSON, ``None`` for none.
        seconds: The longest that all of it may take, every try and redirect included.
        retries: How often to try again.
        answer: Whether the body of the answer is wanted.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)
    seconds: float = 5
    retries: int = 0
    answer: bool = True


class TransferOutcome(StrEnum):
    """How a transfer ended."""

    TALKED = "talked"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    UNREACHABLE = "unreachable"  # no way to it, or nothing is dialled by this installation
    REFUSED = "refused"  # it is not a target that may be dialled
    ABANDONED = "abandoned"  # the caller hung up while it rang


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """A wish to be connected with somebody outside.

    Attributes:
        target: A number or ``sip:…``, let through by the organisation's list (may be personal).
        literal: Whether it stands in the list as a whole, thus was chosen by an admin.
        ring: Seconds to let it ring.
    """

    target: str = field(repr=False)
    literal: bool
    ring: float


@dataclass(frozen=True, slots=True)
class Transferred:
    """What came of a transfer; nothing in it tells of the target.

    Attributes:
        outcome: How it ended.
        rang: Seconds until somebody answered, or until it was over.
        talked: Seconds of conversation.
        hung_up: Whether the caller is gone.
    """

    outcome: TransferOutcome
    rang: float = 0
    talked: float = 0
    hung_up: bool = False


@dataclass(frozen=True, slots=True)
class Conferred:
    """What came of a conference for one caller.

    Attributes:
        room: Its name.
        joined: Whether they were in it.
        stayed: For so many seconds.
        hung_up: Whether the caller is gone.
    """

    room: str
    joined: bool
    stayed: float = 0
    hung_up: bool = False


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is kept of a caller's number.

    Attributes:
        known: Whether it called before.
        language: What the caller wanted to be spoken to in, ``""`` when nothing is kept.
    """

    known: bool = False
    language: str = ""


class QueueFigure(StrEnum):
    """What can be asked of a queue."""

    WAITING = "waiting"  # callers and people to be called back who wait
    LONGEST_WAIT = "longest_wait"  # of the caller who came first, whole minutes
    AGENTS = "agents"  # logged in
    READY = "ready"  # of these, who could take a call now
    WAIT_LOW = "wait_low"  # whole minutes: nine in ten callers who came now would wait longer,
    WAIT_HIGH = "wait_high"  # and nine in ten no longer than this


WAITS = frozenset({QueueFigure.WAIT_LOW, QueueFigure.WAIT_HIGH})
"""The figures that may be unknown."""


@dataclass(frozen=True, slots=True)
class CallbackWish:
    """A wish to be called back without waiting.

    Attributes:
        queue: The queue whose agents call.
        language: What is spoken now and then.
        answers: What the caller has chosen before, node by menu.
    """

    queue: str
    language: str
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A text message to a telephone.

    Attributes:
        to: The number (personal).
        text: What it says (may be personal).
    """

    to: str = field(repr=False)
    text: str = field(repr=False)


LONGEST_ANNOUNCEMENT_S = 60
"""Callers lose patience, and every controller keeps it."""


@dataclass(frozen=True, slots=True)
class Announced:
    """An announcement that is on.

    Attributes:
        words: Its own words by language, where it was given some.
        sound: What somebody has spoken for every language, as ``Utterance.sound``; ``""`` for none.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    sound: str = ""


class World(Protocol):
    """What a node may ask of the world for one caller."""

    async def fetch(self, request: WebRequest) -> bytes:
        """Send a web request and wait for its answer.

        Returns:
            The body, bounded; empty where none is wanted.

        Raises:
            WebFailed: It failed, in whatever way, within the request's time.
        """

    async def transfer(self, request: TransferRequest) -> Transferred:
        """Connect the caller with somebody outside, to the end of their conversation.

        A caller who hangs up meanwhile is told in the result, for the sake of the figures.
        """

    async def recall(self) -> Remembered:
        """What is kept of the caller's number; from now on it is one that has called before."""

    async def remember_language(self, language: str) -> bool:
        """Keep the language of a caller who agrees to that; whether it is kept."""

    async def last_agent(self) -> str:
        """Who talked to the caller last in a ride that keeps it, ``""`` where nothing is kept."""

    async def announcement(self, name: str) -> Announced | None:
        """An announcement that is switched on, ``None`` while it is off."""

    async def take_announcement(self, max_seconds: float) -> str:
        """Record an announcement after a beep, until ``#``.

        Returns:
            What was recorded, as ``Utterance.sound``; ``""`` when nothing was said.
        """

    async def switch_announcement(self, name: str, seconds: float | None, sound: str = "") -> bool:
        """Switch an announcement on for so long, or off (``None``); whether it is done.

        Args:
            name: Its name.
            seconds: For how long.
            sound: What was recorded for it; the organisation's words are said without any.
        """

    async def queue_figures(self, queue: str) -> Mapping[QueueFigure, int]:
        """A queue of the call's own organisation, now; nothing of the wait where it is unknown.

        Raises:
            QueueAway: No queue can be reached.
        """

    async def call_back(self, wish: CallbackWish) -> bool:
        """Talk with the caller about being called back; whether they will be.

        Raises:
            QueueAway: No queue can be reached.
        """

    async def send_text(self, message: TextMessage) -> bool:
        """Send a text message; whether it was taken."""

    async def conference(self, room: str) -> Conferred:
        """Be in a room of the organisation until the caller leaves it, or hangs up likewise."""

    async def agent_desk(self) -> bool:
        """Serve an agent who calls from a telephone outside, and end the call.

        Returns:
            Whether it was one; if not, they have been told so and are still there.
        """
