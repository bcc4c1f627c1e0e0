"""The vocabulary of what happens to a contact or an agent: one small event a step.

Every figure, report, wallboard and record is made from these events and from nothing else.
They lie in the Redis stream ``events:{org}``; an ACD transition appends its event in the same
atomic step (the scripts in ``acd/scripts``), the call tree and the recorder append theirs by
:class:`store.stream.EventStream`. A consumer keeps the id of the last event that it has taken in,
can be down, catch up and be rebuilt, and counts nothing twice.

Wire form: one stream entry, flat text fields. ``type`` and ``at`` (epoch milliseconds) always;
``contact``, ``queue`` and ``agent`` where they apply; any other field is the event's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

_END_OF_TIME_MS = 253_402_300_800_000  # the year 10000


class EventType(StrEnum):
    """What happened. The own fields of each are named beside it; times are milliseconds."""

    # The contact as a whole
    CONTACT_STARTED = "contact.started"  # caller (personal), dialled, tree, version
    CONTACT_ENDED = "contact.ended"  # tree, node, language, reason: caller | tree | failed | lost
    # tree, node, kind, from: the node before, way: path of the arrow from there, as
    # "choices.1.goto", or "start" at the first node; neither where a contact is taken up again
    NODE_VISITED = "node.visited"
    VOICEMAIL_STORED = "voicemail.stored"  # mailbox, recording, duration

    # Connected by the tree; both are told when it is over, also by the caller's hang-up
    # node, outcome: talked | no_answer | busy | unreachable | refused | abandoned, rang, talked
    CONTACT_TRANSFERRED = "contact.transferred"
    CONTACT_CONFERRED = "contact.conferred"  # node, room, outcome: joined | failed, stayed

    # The contact in a queue
    CALL_QUEUED = "call.queued"  # arrived
    CALL_OFFERED = "call.offered"  # offer, callback: 1 if it is one
    # offer, reason: no_answer | busy | unreachable | expired, callback: 1 if it is one
    CALL_REFUSED = "call.refused"
    # offer, waited; estimated_low, estimated, estimated_high: the wait that was foretold to be, as
    # range and mean, where it was (acd/estimate.py)
    CALL_ANSWERED = "call.answered"
    CALL_ABANDONED = "call.abandoned"  # waited: the caller hung up while waiting
    CALL_LEFT = "call.left"  # waited, reason: timeout | nobody | failed | callback (a flow-out)
    CALL_ENDED = "call.ended"  # offer, talked: the conversation is over

    # The callback that took the contact's place in the queue, or that an operator asked for. Its
    # offers to agents and their refusals are call.offered and call.refused; an event that names an
    # agent, and that is neither dialled nor answered, tells that this agent is held no longer.
    CALLBACK_REQUESTED = "callback.requested"  # effective, due: if chosen, source: queue | operator
    CALLBACK_DIALLED = "callback.dialled"  # offer, attempt
    # attempt, reason: no_answer | busy | unreachable | unconfirmed | hung_up | failed | timeout |
    # nobody | lost, offer: of the agent, due: of the next attempt, none after the last
    CALLBACK_MISSED = "callback.missed"
    CALLBACK_ANSWERED = "callback.answered"  # offer, waited: agent and caller talk
    # outcome: talked | given_up | cancelled, offer: of the agent, talked
    CALLBACK_ENDED = "callback.ended"

    # What a supervisor has switched for everybody, by command (who) or telephone (contact)
    ANNOUNCEMENT_SWITCHED = "announcement.switched"  # name, turn: on | off, until, who, recorded

    # The agent
    AGENT_LOGGED_IN = "agent.logged_in"  # phone
    AGENT_LOGGED_OUT = "agent.logged_out"
    AGENT_READY = "agent.ready"
    AGENT_PAUSED = "agent.paused"  # reason
    AGENT_WRAPUP = "agent.wrapup"  # until
    AGENT_PHONE_LOST = "agent.phone_lost"  # phone: unreachable, nothing is offered
    AGENT_PHONE_BACK = "agent.phone_back"  # phone
    AGENT_LOCKED = "agent.locked"  # until: too many wrong PINs

    # The recording
    RECORDING_STORED = "recording.stored"  # recording, duration
    RECORDING_FAILED = "recording.failed"  # reason
    RECORDING_PAUSED = "recording.paused"  # recording, cause: agent | digits
    RECORDING_RESUMED = "recording.resumed"  # recording, cause
    RECORDING_DELETED = "recording.deleted"  # recording, reason: retention | erasure
    RECORDING_TRANSCRIBED = "recording.transcribed"  # recording, leg, language, engine

    # The organisation's call trees
    TREES_CHANGED = "trees.changed"  # version, before, who, how, files: what changed, by commas
    TREES_RETIRED = "trees.retired"  # before: served until then, who
    TREES_REFUSED = "trees.refused"  # version, before: still in place, who, problem

    # Speech
    SPEECH_HEARD = "speech.heard"  # node, outcome: match | no_match | silence | away, engine

    # The survey: score 1 to 5, or duration of what was said and is kept as a voicemail
    SURVEY_ANSWERED = "survey.answered"  # node, survey, question, score | duration


@dataclass(frozen=True, slots=True)
class Event:
    """One step, as read from or written to ``events:{org}``.

    Attributes:
        type: What happened.
        at: When, epoch milliseconds, by the clock of whoever decided it.
        org: The organisation whose stream carries it.
        contact: Id of the contact, ``""`` for an event of an agent alone.
        queue: Queue name or ``""``.
        agent: Agent id or ``""``.
        fields: The event's own fields, text to text.
        id: Redis stream id (``1700000000000-0``), ``""`` before it is appended.
    """

    type: EventType
    at: int
    org: str
    contact: str = ""
    queue: str = ""
    agent: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    id: str = ""

    def milliseconds(self, name: str) -> int | None:
        """An own field that holds a duration or a time in whole milliseconds.

        Returns:
            ``None`` when the field is missing, no number, negative or beyond any calendar: an odd
            field costs its own figure, not the event.
        """
        try:
            value = int(self.fields.get(name, ""))
        except ValueError:
            return None
        return value if 0 <= value < _END_OF_TIME_MS else None

    def to_wire(self) -> dict[str, str]:
        """Flat text fields for ``XADD``; empty ones are left out."""
        named = {
            "type": self.type.value,
            "at": str(self.at),
            "contact": self.contact,
            "queue": self.queue,
            "agent": self.agent,
        }
        return {key: value for key, value in named.items() if value} | dict(self.fields)

    @classmethod
    def from_wire(cls, org: str, entry_id: str, wire: Mapping[str, str]) -> Event:
        """The event of one stream entry.

        Raises:
            KeyError: ``type`` or ``at`` is missing.
            ValueError: ``type`` is unknown or ``at`` is no integer.
        """
        own = dict(wire)
        return cls(
            type=EventType(own.pop("type")),
            at=int(own.pop("at")),
            org=org,
            contact=own.pop("contact", ""),
            queue=own.pop("queue", ""),
            agent=own.pop("agent", ""),
            fields=own,
            id=entry_id,
        )
