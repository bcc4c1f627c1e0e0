"""The vocabulary of what happens to a contact or an agent: one small event a step.

Every figure, report, wallboard and record is made from these events and from nothing else.
They lie in the Redis stream ``events:{org}``; an ACD transition appends its event in the same
atomic step (the scripts in ``acd/scripts``), the call tree and the recorder append theirs by
:class:`store.stream.EventStream`. A consumer keeps the id of the last event that it has taken in,
can be down, catch up and be rebuilt, and counts nothing twice.

Wire form: one stream entry, flat text fields. ``type`` and ``at`` (epoch milliseconds) always;
``contact``, ``queue`` and ``agent`` where they apply; any other field is the event's own. Others
read them too: what each type of event tells is a public contract, :mod:`store.contract`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

_END_OF_TIME_MS = 253_402_300_800_000  # the year 10000


class EventType(StrEnum):
    """What happened; :mod:`store.contract.table` says what each means and tells."""

    # The contact as a whole
    CONTACT_STARTED = "contact.started"
    CONTACT_ENDED = "contact.ended"
    NODE_VISITED = "node.visited"
    VOICEMAIL_STORED = "voicemail.stored"

    # What the agent says came of it
    CONTACT_RESULT_GIVEN = "contact.result_given"

    # Connected by the tree
    CONTACT_TRANSFERRED = "contact.transferred"
    CONTACT_CONFERRED = "contact.conferred"

    # The contact in a queue
    CALL_QUEUED = "call.queued"
    CALL_OFFERED = "call.offered"
    CALL_REFUSED = "call.refused"
    CALL_ANSWERED = "call.answered"
    CALL_ABANDONED = "call.abandoned"
    CALL_LEFT = "call.left"
    CALL_HELD = "call.held"
    CALL_RESUMED = "call.resumed"
    CALL_TRANSFERRED = "call.transferred"
    CALL_FORWARDED = "call.forwarded"
    CALL_CONSULTED = "call.consulted"
    CALL_CONSULT_ANSWERED = "call.consult_answered"
    CALL_CONSULT_ENDED = "call.consult_ended"
    CALL_JOINED = "call.joined"
    CALL_TAKEN_OVER = "call.taken_over"
    CALL_ENDED = "call.ended"

    # The callback that took the contact's place in the queue, or that an operator asked for
    CALLBACK_REQUESTED = "callback.requested"
    CALLBACK_DIALLED = "callback.dialled"
    CALLBACK_MISSED = "callback.missed"
    CALLBACK_ANSWERED = "callback.answered"
    CALLBACK_ENDED = "callback.ended"

    # What a supervisor has switched for everybody
    ANNOUNCEMENT_SWITCHED = "announcement.switched"

    # The agent
    AGENT_LOGGED_IN = "agent.logged_in"
    AGENT_LOGGED_OUT = "agent.logged_out"
    AGENT_READY = "agent.ready"
    AGENT_PAUSED = "agent.paused"
    AGENT_WRAPUP = "agent.wrapup"
    AGENT_PHONE_LOST = "agent.phone_lost"
    AGENT_PHONE_BACK = "agent.phone_back"
    AGENT_LOCKED = "agent.locked"

    # The agent has called somebody
    AGENT_CALL_BEGUN = "agent.call_begun"
    AGENT_CALL_ANSWERED = "agent.call_answered"
    AGENT_CALL_ENDED = "agent.call_ended"
    AGENT_CALL_REFUSED = "agent.call_refused"

    # A supervisor has acted on an agent or a contact, or is in a conversation
    SUPERVISOR_ACTED = "supervisor.acted"
    SUPERVISOR_JOINED = "supervisor.joined"
    SUPERVISOR_SWITCHED = "supervisor.switched"
    SUPERVISOR_LEFT = "supervisor.left"
    SUPERVISOR_REFUSED = "supervisor.refused"

    # The recording
    RECORDING_STORED = "recording.stored"
    RECORDING_FAILED = "recording.failed"
    RECORDING_PAUSED = "recording.paused"
    RECORDING_RESUMED = "recording.resumed"
    RECORDING_DELETED = "recording.deleted"
    RECORDING_TRANSCRIBED = "recording.transcribed"

    # The organisation's call trees
    TREES_CHANGED = "trees.changed"
    TREES_RETIRED = "trees.retired"
    TREES_REFUSED = "trees.refused"

    # What the caller says
    SPEECH_HEARD = "speech.heard"
    SURVEY_ASKED = "survey.asked"
    SURVEY_ANSWERED = "survey.answered"


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
        told = {
            "type": self.type.value,
            "at": str(self.at),
            "contact": self.contact,
            "queue": self.queue,
            "agent": self.agent,
            **self.fields,
        }
        return {name: text for name, text in told.items() if text}

    @classmethod
    def from_wire(cls, org: str, entry_id: str, wire: Mapping[str, str]) -> Event:
        """The event of one stream entry.

        Raises:
            KeyError: ``type`` or ``at`` is missing.
            ValueError: ``type`` is unknown or ``at`` is no time.
        """
        own = dict(wire)
        type_, at = EventType(own.pop("type")), int(own.pop("at"))
        if not 0 <= at < _END_OF_TIME_MS:
            raise ValueError(f"no time: {at}")
        return cls(
            type=type_,
            at=at,
            org=org,
            contact=own.pop("contact", ""),
            queue=own.pop("queue", ""),
            agent=own.pop("agent", ""),
            fields=own,
            id=entry_id,
        )
