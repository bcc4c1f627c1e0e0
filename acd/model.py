"""The ACD's words: queues, agents, offers, places. What crosses the room's door is here."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

Clock = Callable[[], int]
"""Gives the time, epoch milliseconds. Scripts never read a clock; it is always handed to them."""


def system_clock() -> int:
    """The machine's time, epoch milliseconds."""
    return time.time_ns() // 1_000_000


_MINUTE_MS = 60_000
_NAME = re.compile(r"[\w.\-]{1,80}")


def check_name(what: str, name: str) -> str:
    """``name`` itself, when it can be part of an index entry in Redis.

    Raises:
        ValueError: It is empty, longer than 80, or has more than letters, digits, ``. _ -``.
    """
    if _NAME.fullmatch(name) is None:
        raise ValueError(
            f"{what} {name!r}: use 1 to 80 letters, digits, dots, hyphens or underscores"
        )
    return name


LEVELS = range(1, 11)
"""The levels of a skill; 10 is the best."""


def check_skills(skills: Mapping[str, int]) -> None:
    """See whether each can be a skill with its level.

    Raises:
        ValueError: A name has more than letters, digits, ``. _ -``, or a level is not 1 to 10.
    """
    for name, level in skills.items():
        check_name("Skill", name)
        if level not in LEVELS:
            raise ValueError(f"Skill {name!r}: use a level from 1 to 10")


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


class RefusalReason(StrEnum):
    """Why an offer came to nothing. All but ``EXPIRED`` pause the agent, with a reason.

    A phone that did not ring through would be the longest idle again at once, and the same offer
    would be made in a tight loop; the pause stops that, is seen, and the agent ends it. Where
    Asterisk has said meanwhile that the phone is unreachable no pause is needed: nothing is offered
    until it is back.
    """

    NO_ANSWER = "no_answer"  # rang in vain, the last time allowed; paused as ``not_answering``
    BUSY = "busy"  # the phone is in use or the agent declined; paused as ``busy``
    UNREACHABLE = "unreachable"  # the phone is not registered; paused as ``unreachable``
    EXPIRED = "expired"  # not the agent's fault: nobody rang it, or another organisation has them


class OwnCallOutcome(StrEnum):
    """What came of a call that an agent has made of their own accord."""

    TALKED = "talked"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"  # the agent hung up first, or nobody was left to see what became of it


class LeaveReason(StrEnum):
    """Why a contact left a queue without an agent."""

    ABANDONED = "abandoned"  # the caller hung up
    TIMEOUT = "timeout"  # waited as long as the tree allows
    NOBODY = "nobody"  # no agent is logged in
    CLOSED = "closed"  # the queue has closed
    FAILED = "failed"  # a fault on our side


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


@dataclass(frozen=True, slots=True)
class Agent:
    """A person who answers, as the organisation's file describes them.

    Attributes:
        id: The number that the agent logs in with, e.g. ``"4001"``.
        name: For people.
        queues: Names of the queues served, at least one.
        skills: Level of each skill, see :mod:`acd.skills`.
        backup: Those of the queues that the agent only helps out, see
            :attr:`Queue.backup_seconds`.
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


@dataclass(frozen=True, slots=True)
class Offer:
    """A contact given to an agent: a reservation with a lease, later the conversation.

    Where several are rung at once they have one offer, and each a view of it: the first agent's has
    the others' ``beside``. What is said of an offer is said of the agent whose view it is.

    Attributes:
        id: Unique within the organisation; the same in all views.
        contact: Id of the contact.
        queue: Where it waited.
        agent: Id of the agent.
        phone: The agent's PJSIP endpoint, e.g. ``"agent1"``.
        controller: Who owns the contact's call and rings the phone.
        expires_at_ms: Epoch; unanswered by then, the reservation is given back.
        node: Where the phone is registered, ``""`` when that is unknown.
        beside: The others' views, in the order of the queue's strategy.
    """

    id: str
    contact: str
    queue: str
    agent: str
    phone: str
    controller: str
    expires_at_ms: int
    node: str = ""
    beside: tuple[Offer, ...] = ()

    @property
    def views(self) -> tuple[Offer, ...]:
        """Each agent's, the first one's first, with nobody beside."""
        return replace(self, beside=()), *self.beside

    def at(self, phone: str) -> Offer | None:
        """The view of the agent at a phone; ``None``: it is not rung."""
        return next((view for view in self.views if view.phone == phone), None)


class HandedTo(StrEnum):
    """Whom an agent hands a contact over to."""

    QUEUE = "queue"
    AGENT = "agent"
    NUMBER = "number"  # outside; which one is personal and never told


@dataclass(frozen=True, slots=True)
class Handover:
    """An agent's wish to hand the contact over.

    Attributes:
        to: To what.
        target: Name of the queue, id of the agent; ``""`` for a number.
    """

    to: HandedTo
    target: str = ""


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


@dataclass(frozen=True, slots=True)
class Consultation:
    """An agent asks somebody during a conversation.

    Attributes:
        number: Unique within the organisation, also among offers; that of the conversation which
            may come of it.
        offer: The conversation.
        whom: Who is asked.
        phone: The asked agent's PJSIP endpoint, ``""`` for a number.
        node: Where the phone is, as of :class:`Offer`.
    """

    number: str
    offer: Offer
    whom: Handover
    phone: str
    node: str = ""


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
        logged_in: Agents who serve it, as of :attr:`Place.logged_in`.
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


@dataclass(frozen=True, slots=True)
class Swept:
    """What time alone has changed.

    Attributes:
        expired: Contacts whose unanswered offer ran out; they wait again at their old place, or,
            if their phone was rung, for the next attempt.
        adrift: Contacts whose controller died just now.
        lost: Contacts that no controller took up in time; they are gone, or will be called back
            again. Conversations of a dead node, too.
        ready: Agents whose wrap-up is over.
        called: Callbacks whose time has come; they wait in line now.
        relaxed: Contacts that require less from now on.
        dead: Nodes without a living controller: their phones cannot be reached.
    """

    expired: tuple[str, ...] = ()
    adrift: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    ready: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    relaxed: tuple[str, ...] = ()
    dead: tuple[str, ...] = ()
