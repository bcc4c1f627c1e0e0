"""The tables of the lasting record.

Times are instants (:class:`store.columns.UtcDateTime`). Durations are whole milliseconds and say so
in their name. Personal data: callers' numbers stand in ``contacts.caller`` and
``recordings.caller`` and nowhere else, what was said in ``transcripts``.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from store.columns import Base, CountedId, OutsideText, UtcDateTime, instant, text_of
from store.doing import AgentState

__all__ = [
    "AgentPeriod",
    "AgentSession",
    "Base",
    "Callback",
    "CallbackOutcome",
    "Contact",
    "Deletion",
    "OutsideText",
    "QueueVisit",
    "Recording",
    "RecordingAccess",
    "RecordingAction",
    "RecordingKind",
    "RecordingPause",
    "StreamPosition",
    "Transcript",
    "TranscriptState",
    "UtcDateTime",
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
    """How a visit to a queue ended. The last four are flow-outs, not abandonments."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"  # the caller hung up while waiting
    TIMEOUT = "timeout"
    NOBODY = "nobody"
    FAILED = "failed"
    CALLBACK = "callback"  # the caller is called back; see Callback


class QueueVisit(Base):
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


class CallbackOutcome(StrEnum):
    """How a callback ended."""

    TALKED = "talked"
    GIVEN_UP = "given_up"  # the caller was not reached in all attempts
    CANCELLED = "cancelled"


class Callback(Base):
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


class RecordingKind(StrEnum):
    """What is on a recording."""

    CONVERSATION = "conversation"  # stereo: left the caller, right the agent
    VOICEMAIL = "voicemail"  # mono: the caller


class Deletion(StrEnum):
    """Why a recording's audio was deleted."""

    RETENTION = "retention"  # its time was over
    ERASURE = "erasure"  # the caller, or the law, asked for it


class Recording(Base):
    """One finished audio file, or the trace of one that was deleted.

    A public body must be able to show what it has recorded and when it was deleted, so the row
    outlives the audio: without the caller's number, the file and its transcript. The id of the
    contact stays; the contact's own row says no more than what is kept of every contact.

    It has no foreign key to its contact: the recorder may be quicker than the event consumer.

    Attributes:
        id: The recording's own id, the same however often its finishing was tried.
        started_at: When the first sound was recorded.
        path: Of the file, relative to the recordings folder; ``None`` once it is deleted.
        sha256: Of the file, 64 hexadecimal digits.
        size: Of the file, bytes.
        mailbox: Of a voicemail.
        language: BCP 47 tag that the caller chose.
        expires_at: When its time is over; ``None`` where no policy was known.
        deleted_at: When its deletion began; from then on nobody may listen.
        deletion: Why.
        announce_after: While its event may be missing from the organisation's stream: the last
            entry before it. ``None`` once the event is known to be there.
    """

    __tablename__ = "recordings"
    __table_args__ = (
        Index(None, "org", "contact"),
        Index(None, "org", "started_at"),
        Index(None, "expires_at"),
    )

    id: Mapped[str] = mapped_column(String(160), primary_key=True)
    org: Mapped[str] = mapped_column(String(64))
    contact: Mapped[str] = mapped_column(String(128))
    queue: Mapped[str | None] = mapped_column(OutsideText(128))
    agent: Mapped[str | None] = mapped_column(String(64))
    caller: Mapped[str | None] = mapped_column(OutsideText(128))
    kind: Mapped[RecordingKind] = mapped_column(text_of(RecordingKind))
    mailbox: Mapped[str | None] = mapped_column(OutsideText(128))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    duration_ms: Mapped[int] = mapped_column(BigInteger)
    path: Mapped[str | None] = mapped_column(String(512))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column("bytes", BigInteger)
    announce_after: Mapped[str | None] = mapped_column(String(64))
    language: Mapped[str | None] = mapped_column(OutsideText(35))
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deletion: Mapped[Deletion | None] = mapped_column(text_of(Deletion))


class RecordingAction(StrEnum):
    """What somebody did with recordings."""

    LIST = "list"
    PLAY = "play"
    EXPORT = "export"
    VERIFY = "verify"
    READ = "read"  # a transcript
    EXPIRE = "expire"
    ERASE = "erase"


class RecordingAccess(Base):
    """That somebody looked at, listened to, took out or erased a recording.

    Rows are added and never changed or removed.

    Attributes:
        who: The user, as the system knows them.
        recording: Its id; ``None`` where many were listed.
        org: The organisation, where it is one.
        reason: What the person said it was for.
        detail: What was asked for, or what it touched; no personal data.
    """

    __tablename__ = "recording_accesses"
    __table_args__ = (Index(None, "recording", "at"), Index(None, "at"))

    id: Mapped[CountedId]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    who: Mapped[str] = mapped_column(OutsideText(128))
    action: Mapped[RecordingAction] = mapped_column(text_of(RecordingAction))
    recording: Mapped[str | None] = mapped_column(String(160))
    org: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(OutsideText(256))
    detail: Mapped[str | None] = mapped_column(OutsideText(256))


class RecordingPause(Base):
    """A time of silence in a recording, because what was said then was not to be kept.

    Attributes:
        recording: Its id; the recording itself may not be finished yet, or never be.
        cause: ``agent`` or ``digits``; times of different causes may overlap.
        resumed_at: ``None`` while it lasts, and where it lasted to the conversation's end.
    """

    __tablename__ = "recording_pauses"
    __table_args__ = (Index(None, "recording"), Index(None, "org", "contact"))

    id: Mapped[CountedId]
    org: Mapped[str] = mapped_column(String(64))
    contact: Mapped[str] = mapped_column(String(128))
    recording: Mapped[str] = mapped_column(OutsideText(160))
    cause: Mapped[str] = mapped_column(OutsideText(16))
    paused_at: Mapped[datetime] = mapped_column(UtcDateTime)
    resumed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TranscriptState(StrEnum):
    """How far the writing down of one side of a recording has come."""

    PENDING = "pending"
    DONE = "done"
    NO_MODEL = "no_model"  # pending again as soon as there is a model for the language
    FAILED = "failed"


class Transcript(Base):
    """What one side of a recording says. It goes with the recording's audio.

    Attributes:
        leg: ``caller`` or ``agent``.
        language: BCP 47 tag of the contact's language, ``None`` where it is not known.
        engine: What has written it down.
        reason: Why that failed: a stable code.
        words: ``[word, start ms, end ms, confidence]`` each; times from the recording's start.
        text: The words alone.
        folded: ``text`` for searching: no capitals, no accents.
        announce_after: As of a recording.
    """

    __tablename__ = "transcripts"
    __table_args__ = (
        ForeignKeyConstraint(["recording"], ["recordings.id"], ondelete="CASCADE"),
        Index(None, "state"),
        Index(None, "announce_after"),
    )

    recording: Mapped[str] = mapped_column(String(160), primary_key=True)
    leg: Mapped[str] = mapped_column(String(16), primary_key=True)
    language: Mapped[str | None] = mapped_column(OutsideText(35))
    engine: Mapped[str | None] = mapped_column(String(32))
    state: Mapped[TranscriptState] = mapped_column(text_of(TranscriptState))
    reason: Mapped[str | None] = mapped_column(String(64))
    words: Mapped[list[list[Any]] | None] = mapped_column(JSON(none_as_null=True))
    text: Mapped[str | None] = mapped_column(Text)
    folded: Mapped[str | None] = mapped_column(Text)
    announce_after: Mapped[str | None] = mapped_column(String(64))


class StreamPosition(Base):
    """How far one consumer has taken in one organisation's events."""

    __tablename__ = "stream_positions"

    consumer: Mapped[str] = mapped_column(String(64), primary_key=True)
    org: Mapped[str] = mapped_column(String(64), primary_key=True)
    last_id: Mapped[str] = mapped_column(String(64))
