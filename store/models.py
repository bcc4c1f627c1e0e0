"""The tables of the lasting record.

Times are instants (:class:`store.columns.UtcDateTime`). Durations are whole milliseconds and say so
in their name. Personal data: callers' numbers stand in ``contacts.caller`` and
``recordings.caller`` and nowhere else, what was said in ``transcripts``.

Those of recordings are written down in :mod:`store.recording_models`, those of the call trees'
versions in :mod:`store.tree_models`, those of the steps through them in :mod:`store.step_models`,
that of supervisors' acts in :mod:`store.act_models`, that of surveys in
:mod:`store.survey_models`; all have their name here. Columns that two
share stand in :mod:`store.handing_models`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from store.act_models import ActOutcome, SupervisorAct, Via
from store.columns import Base, CountedId, OutsideText, UtcDateTime, instant, text_of
from store.doing import AgentState
from store.handing_models import Handed, Handling
from store.recording_models import (
    Deletion,
    Recording,
    RecordingAccess,
    RecordingAction,
    RecordingKind,
    RecordingPause,
    Transcript,
    TranscriptState,
)
from store.step_models import TreeStep
from store.survey_models import SurveyQuestion
from store.tree_models import ChangeKind, TreeChange, TreeFile, TreeVersion

__all__ = [
    "ActOutcome",
    "AgentPeriod",
    "AgentSession",
    "Base",
    "Callback",
    "CallbackOutcome",
    "ChangeKind",
    "Contact",
    "Deletion",
    "Handed",
    "OutsideText",
    "QueueVisit",
    "Recording",
    "RecordingAccess",
    "RecordingAction",
    "RecordingKind",
    "RecordingPause",
    "StreamPosition",
    "SupervisorAct",
    "SurveyQuestion",
    "Transcript",
    "TranscriptState",
    "TreeChange",
    "TreeFile",
    "TreeStep",
    "TreeVersion",
    "UtcDateTime",
    "Via",
    "VisitOutcome",
    "instant",
]


class Contact(Base):
    """One contact with an organisation, from the first ring to the end.

    Attributes:
        org: The organisation.
        id: The contact's id, the same in every event and file name.
        caller: The caller's number (personal), ``None`` when unknown or withheld.
        dialled: The number that was dialled.
        tree: The call tree that served it.
        language: BCP 47 tag that the caller chose.
        started_at: The first ring; where its event is missing, the earliest moment that is known.
        ended_at: The end, ``None`` while it lasts.
        end_reason: ``caller``, ``tree``, ``failed`` or ``lost`` (its controller died).
    """

    __tablename__ = "contacts"
    __table_args__ = (Index(None, "org", "started_at"), Index(None, "org", "caller"))

    org: Mapped[str] = mapped_column(String(64), primary_key=True)
    id: Mapped[str] = mapped_column(String(128), primary_key=True)
    caller: Mapped[str | None] = mapped_column(OutsideText(128))
    dialled: Mapped[str | None] = mapped_column(OutsideText(128))
    tree: Mapped[str | None] = mapped_column(OutsideText(128))
    language: Mapped[str | None] = mapped_column(OutsideText(35))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str | None] = mapped_column(OutsideText(32))


class VisitOutcome(StrEnum):
    """How a visit to a queue ended. Those from ``TIMEOUT`` to ``MOVED`` are flow-outs."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"  # the caller hung up while waiting
    TIMEOUT = "timeout"
    NOBODY = "nobody"
    CLOSED = "closed"  # the queue has closed
    FAILED = "failed"
    CALLBACK = "callback"  # the caller is called back; see Callback
    MOVED = "moved"  # a supervisor has moved it to another queue, where the next visit begins
    TAKEN_OVER = "taken_over"  # no wait: a second agent went on with the conversation


class QueueVisit(Handling, Base):
    """One stay of a contact in one queue; a contact may have several.

    Attributes:
        queued_at: Arrival in the queue; where its event is missing, the earliest known moment.
        answered_at: An agent answered.
        left_at: The visit's end: hang-up while waiting, flow-out, or the conversation's end.
        outcome: ``None`` while the contact waits.
        agent: Who answered.
        waited_ms: From arrival to answer, hang-up or flow-out.
        talked_ms: Length of the conversation.
        wrapup_ms: After-call work for it, ``None`` until that is over.
        result: What came of it, the organisation's code; the last one that was given.
        result_by: Who gave it: the agent, or the token of a program.
        received: How it came here, where an agent handed it over: to the queue, or to an agent.
        estimated_ms: The wait that was foretold when it began, on the average; of answered ones,
            where there was one.
        estimated_low_ms: The range's end before which one in ten was to be answered.
        estimated_high_ms: That beyond which one in ten was to wait.
    """

    __tablename__ = "queue_visits"
    __table_args__ = (
        ForeignKeyConstraint(
            ["org", "contact"], ["contacts.org", "contacts.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("org", "contact", "queue", "queued_at"),
        Index(None, "org", "queued_at"),
    )

    id: Mapped[CountedId]
    org: Mapped[str] = mapped_column(String(64))
    contact: Mapped[str] = mapped_column(String(128))
    queue: Mapped[str] = mapped_column(String(128))
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[VisitOutcome | None] = mapped_column(text_of(VisitOutcome))
    agent: Mapped[str | None] = mapped_column(String(64))
    waited_ms: Mapped[int | None] = mapped_column(BigInteger)
    talked_ms: Mapped[int | None] = mapped_column(BigInteger)
    wrapup_ms: Mapped[int | None] = mapped_column(BigInteger)
    result: Mapped[str | None] = mapped_column(OutsideText(80))
    result_by: Mapped[str | None] = mapped_column(OutsideText(80))
    received: Mapped[Handed | None] = mapped_column(text_of(Handed))
    estimated_ms: Mapped[int | None] = mapped_column(BigInteger)
    estimated_low_ms: Mapped[int | None] = mapped_column(BigInteger)
    estimated_high_ms: Mapped[int | None] = mapped_column(BigInteger)


class CallbackOutcome(StrEnum):
    """How a callback ended."""

    TALKED = "talked"
    GIVEN_UP = "given_up"  # the caller was not reached in all attempts
    CANCELLED = "cancelled"


class Callback(Handling, Base):
    """One promise to call back; a contact may have several, one after the other.

    Attributes:
        source: ``queue`` (the caller asked) or ``operator``.
        requested_at: When it was promised; where that event is missing, the earliest known moment.
        effective_at: The place in the line that it keeps.
        due_at: Not to be called before; ``None`` for as soon as it is its turn.
        attempts: How often the caller was dialled.
        missed: Why the last attempt failed, ``None`` before the first failure.
        answered_at: Agent and caller came to talk.
        ended_at: It is over.
        outcome: ``None`` while it is open.
        agent: Who talked.
        waited_ms: From the place that it kept to the answer.
        talked_ms: Length of the conversation.
        wrapup_ms: After-call work for it, ``None`` until that is over.
        result: What came of it, the organisation's code; the last one that was given.
        result_by: Who gave it: the agent, or the token of a program.
    """

    __tablename__ = "callbacks"
    __table_args__ = (
        ForeignKeyConstraint(
            ["org", "contact"], ["contacts.org", "contacts.id"], ondelete="CASCADE"
        ),
        Index(None, "org", "contact"),
        Index(None, "org", "requested_at"),
    )

    id: Mapped[CountedId]
    org: Mapped[str] = mapped_column(String(64))
    contact: Mapped[str] = mapped_column(String(128))
    queue: Mapped[str] = mapped_column(String(128))
    source: Mapped[str | None] = mapped_column(OutsideText(16))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    effective_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    missed: Mapped[str | None] = mapped_column(OutsideText(32))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[CallbackOutcome | None] = mapped_column(text_of(CallbackOutcome))
    agent: Mapped[str | None] = mapped_column(String(64))
    waited_ms: Mapped[int | None] = mapped_column(BigInteger)
    talked_ms: Mapped[int | None] = mapped_column(BigInteger)
    wrapup_ms: Mapped[int | None] = mapped_column(BigInteger)
    result: Mapped[str | None] = mapped_column(OutsideText(80))
    result_by: Mapped[str | None] = mapped_column(OutsideText(80))


class AgentPeriod(Base):
    """What an agent did for a while: one state from its beginning to its end.

    Attributes:
        reason: Why paused.
        contact: Whom the agent was rung for, talked with or wrapped up after.
        queue: Where that contact came from.
        ended_at: ``None`` while it lasts.
    """

    __tablename__ = "agent_periods"
    __table_args__ = (
        Index(None, "org", "agent", "ended_at"),
        Index(None, "org", "ended_at"),
    )

    id: Mapped[CountedId]
    org: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(String(64))
    state: Mapped[AgentState] = mapped_column(text_of(AgentState))
    reason: Mapped[str | None] = mapped_column(OutsideText(64))
    contact: Mapped[str | None] = mapped_column(String(128))
    queue: Mapped[str | None] = mapped_column(String(128))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AgentSession(Base):
    """One log-in of an agent, until the log-out or the next log-in."""

    __tablename__ = "agent_sessions"
    __table_args__ = (Index(None, "org", "agent", "logged_in_at"),)

    id: Mapped[CountedId]
    org: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(String(64))
    phone: Mapped[str | None] = mapped_column(OutsideText(128))
    logged_in_at: Mapped[datetime] = mapped_column(UtcDateTime)
    logged_out_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StreamPosition(Base):
    """How far one consumer has taken in one organisation's events."""

    __tablename__ = "stream_positions"

    consumer: Mapped[str] = mapped_column(String(64), primary_key=True)
    org: Mapped[str] = mapped_column(String(64), primary_key=True)
    last_id: Mapped[str] = mapped_column(String(64))
