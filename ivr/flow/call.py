"""The port between a call tree and a telephone: what a node may ask of the call that it serves.

No word of AGI or Asterisk stands here. Two implementations exist: ``ivr.calls.agi_call.AgiCall`` on
a real channel and ``ivr.flow.memory.MemoryCall`` in memory, which drives ``vaxel call``, the
admins' own tests and unit tests. Whoever adds a node type asks here for what it needs, in the
caller's terms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from ivr.flow.world import World

RECORDED = "(recorded)"
"""Stands for the words of what somebody has recorded, where there is no sound."""

CHARACTERS_A_SECOND = 15
"""How fast a voice reads, near enough to warn of a long text and for a virtual clock."""


class CallerHungUp(Exception):
    """The caller is gone. Any method of :class:`Call` may raise it; the engine ends the run."""


class CallFailed(Exception):
    """The call cannot go on (the channel or a service behind it failed); the text says why."""


class QueueAway(Exception):
    """What keeps the queues does not answer.

    The run ends at once and without a word: whatever carries the call below us knows a simpler
    way to an agent.
    """


class CallGoesOn(Exception):
    """The call goes on in a run of its own; this one ends at once and without a word.

    Attributes:
        outcome: What came of the node, in a word.
    """

    outcome = "goes_on"


class CallReferred(CallGoesOn):
    """An agent's phone has transferred the caller."""

    outcome = "referred"


class CallHandedOn(CallGoesOn):
    """Another controller serves the waiting caller from here on: the one that did is to stop."""

    outcome = "handed_on"


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the caller shall hear: a text and the language that it is written in.

    Attributes:
        text: The sentence, variables already filled in.
        language: BCP 47 primary tag, e.g. ``"sv"``.
        sound: What is played in place of the text, as whoever recorded it names it.
    """

    text: str
    language: str
    sound: str = ""


def spoken(sound: str, language: str) -> Utterance:
    """What somebody has recorded; nobody knows its words."""
    return Utterance(RECORDED, language, sound)


@dataclass(frozen=True, slots=True)
class RequiredSkills:
    """What an agent must be able to do to get a call, from a moment of its wait on.

    Attributes:
        after: Seconds of waiting from which it holds, in place of what held before.
        skills: The least level by skill, e.g. ``{"language.sv": 1}``; empty for any agent.
    """

    after: float
    skills: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Preferred:
    """An agent whom a caller shall have before all others.

    Attributes:
        agent: Their number.
        seconds: So long others are not asked, from the arrival on.
    """

    agent: str
    seconds: float


@dataclass(frozen=True, slots=True)
class QueueRequest:
    """A wish to be put through to an agent of a queue.

    Attributes:
        queue: Name of a queue of the call's own organisation.
        language: The language for what is said while waiting.
        require: What the agent must be able to do, by growing ``after``, the first of them 0;
            empty for any agent of the queue.
        max_wait: Seconds until the wait ends with ``TIMED_OUT``; ``None`` waits for ever.
        priority: Seconds; the caller stands as if they had waited so long already.
        max_length: Where so many wait the ride ends with ``FULL`` at once; ``None`` for no limit.
        max_estimate: Seconds; where the wait is expected to be longer the ride ends with
            ``LONG_WAIT`` at once; ``None`` for no limit.
        answers: What the caller has chosen before: the node that each menu led to, by the menu's
            name.
        values: What nodes have set and an agent may see, by variable; nothing sensitive. Personal.
        prefer: Whom the caller shall have before all others; ``None`` for nobody.
        keeps_agent: Whether it is kept who talks to this caller.
        leave_when_empty: Seconds; once nobody has been there for so long who could ever serve the
            caller, the ride ends with ``NOBODY``; ``None``: they wait on.
        closed: Whether the queue is closed for whoever has no place in it yet; such a ride ends
            with ``CLOSED`` at once.
    """

    queue: str
    language: str
    max_wait: float | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict, repr=False)
    require: tuple[RequiredSkills, ...] = ()
    priority: float = 0
    max_length: int | None = None
    max_estimate: float | None = None
    prefer: Preferred | None = None
    keeps_agent: bool = False
    leave_when_empty: float | None = None
    closed: bool = False


class Cause(StrEnum):
    """Why our side ends a call, as the caller's network hears it."""

    NORMAL = "normal"
    BUSY = "busy"
    CONGESTION = "congestion"
    UNALLOCATED = "unallocated"  # nobody has this number
    REJECTED = "rejected"
    UNAVAILABLE = "unavailable"  # temporarily


class QueueOutcome(StrEnum):
    """How a ride through a queue ended. A caller who hangs up raises ``CallerHungUp`` instead."""

    TALKED = "talked"  # an agent answered, and the agent's side ended the conversation
    TIMED_OUT = "timed_out"  # nobody answered within max_wait
    NOBODY = "nobody"  # no agent is logged in to the queue at a phone that can be reached
    FULL = "full"  # as many wait as may
    LONG_WAIT = "long_wait"  # longer than max_estimate is expected
    CLOSED = "closed"  # the queue is closed, or has closed while the caller waited
    CALLED_BACK = "called_back"  # the caller keeps the place and will be called; the call ends


@dataclass(frozen=True, slots=True)
class MessageRequest:
    """A wish to record what the caller says (a voicemail).

    Attributes:
        mailbox: The name under which the message is kept.
        language: The language that the caller is expected to speak.
        max_seconds: The longest message.
        silence_seconds: Silence that ends it.
        queue: Whose message it is: kept and told of as that queue's; ``""`` for the queue that the
            caller came to last.
    """

    mailbox: str
    language: str
    max_seconds: float = 120
    silence_seconds: float = 5
    queue: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What a caller has recorded.

    Attributes:
        id: Under which it is kept, ``""`` when nothing is.
        seconds: Its length.
    """

    id: str = ""
    seconds: float = 0


@dataclass(frozen=True, slots=True)
class ListenRequest:
    """A question that the caller may answer by voice or by key.

    Attributes:
        utterance: What is asked.
        phrases: What may be said to it; with none of them it is free speech, whatever is said.
        wait: Seconds to wait for a key or the first word once it is asked.
        confidence: 0..100, the least at which a phrase or words count as said.
        longest: Seconds that free speech may last.
    """

    utterance: Utterance
    phrases: tuple[str, ...]
    wait: float
    confidence: int = 0
    longest: float = 15


class Hearing(StrEnum):
    """What came of listening to a caller's voice."""

    MATCH = "match"  # one of the phrases, or free speech
    NO_MATCH = "no_match"  # a sound, and none of the phrases, or no words, for sure
    SILENCE = "silence"
    AWAY = "away"  # nobody was there to listen: keys alone counted; free speech was not asked for


@dataclass(frozen=True, slots=True)
class Heard:
    """A caller's answer to a :class:`ListenRequest`.

    Attributes:
        key: The key that was pressed, ``""`` for none.
        phrase: The phrase that was said, as the request writes it; ``""`` for none.
        words: What was said freely, small letters without punctuation; ``""`` for nothing.
            Personal.
        hearing: What came of listening; ``None`` when a key was pressed before anything was heard.
        engine: Name of what listened, ``""`` when nothing did.
    """

    key: str = ""
    phrase: str = ""
    words: str = field(default="", repr=False)
    hearing: Hearing | None = None
    engine: str = ""


class Call(Protocol):
    """One caller on the line. Every method raises ``CallerHungUp`` once the caller is gone."""

    @property
    def contact(self) -> str:
        """Id of the contact, the same from first ring to stored recording."""

    @property
    def caller(self) -> str:
        """The caller's number as text, ``""`` when withheld. Personal: never in a log message."""

    @property
    def dialled(self) -> str:
        """The number that the caller dialled."""

    @property
    def world(self) -> World:
        """What lies outside of line and tree."""

    async def answer(self) -> None:
        """Pick up. Harmless when already up."""

    async def say(self, utterance: Utterance, *, interrupt: str = "") -> str:
        """Speak to the end, or until a key in ``interrupt`` is pressed.

        Returns:
            The key that interrupted, or ``""``.
        """

    async def collect(self, *, first: str = "", count: int, wait: float, stop: str = "#") -> str:
        """Listen for up to ``count`` keys.

        Args:
            first: Keys that were already pressed (they interrupted the prompt).
            count: As many keys end the listening.
            wait: Seconds to wait for the first key and between keys.
            stop: A key that ends the listening; it is not part of the result.

        Returns:
            The keys, ``""`` for none.
        """

    async def listen(self, request: ListenRequest) -> Heard:
        """Ask, and listen for words and for one key at once; each of them interrupts.

        Where nobody can listen to voices it is :meth:`say` and :meth:`collect`, and the caller
        notices no difference; free speech is then not asked for.
        """

    async def record(self, request: MessageRequest) -> Message:
        """Record a message after a beep and keep it; nothing is kept when nothing is said."""

    async def queue(self, request: QueueRequest) -> QueueOutcome:
        """Wait for an agent with music and talk to them.

        Raises:
            QueueAway: No queue can be reached.
            CallGoesOn: The call goes on in a run of its own.
        """

    async def hang_up(self, cause: Cause = Cause.NORMAL) -> None:
        """End the call from our side."""
