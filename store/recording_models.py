"""The tables of recordings: their files, who listened, their silences, what was said on them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from store.columns import Base, CountedId, OutsideText, UtcDateTime, text_of


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
