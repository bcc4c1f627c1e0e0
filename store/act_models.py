"""The table of what supervisors have done: who was in whose conversation, who paused whom."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.columns import Base, CountedId, OutsideText, UtcDateTime, text_of

PRESENT = "present"
"""The act of a presence whose beginning was never told: in which way is not known."""


class Via(StrEnum):
    """By what means a supervisor acts."""

    PHONE = "phone"
    API = "api"


class ActOutcome(StrEnum):
    """Whether they were let."""

    DONE = "done"
    REFUSED = "refused"


class SupervisorAct(Base):
    """One act of a supervisor, or one that was refused.

    A public body must be able to say who has listened to whom, so a row outlives the stream that
    it was made from, and is changed only to note the end of a presence. It goes when the
    organisation's ``audit`` says so, for it names people. Of the caller it holds the contact's id
    alone: once a caller is erased, that leads to nobody.

    Attributes:
        event: Id of the event in the stream, by which each is taken in once.
        at: When; of a presence, when it began.
        supervisor: Name of the token by which it was done, or number of the supervisor.
        phone: The phone at which the supervisor is, if at one that is told.
        act: A way into a conversation (``listen``, ``whisper``, ``barge``, ``take_over``, or
            :data:`PRESENT`), ``pause``, ``logout``, ``move`` and so on; ``None`` where it had not
            come to that. Who changes the way within a conversation begins another row.
        reason: Why it was refused, or of a pause.
        ended_at: Of a presence, ``None`` while it lasts and where its end was never told.
        to_queue: Where a call was moved to.
        credit_ms: Of a priority: as if the contact had arrived so much earlier.
    """

    __tablename__ = "supervisor_acts"
    __table_args__ = (
        UniqueConstraint("org", "event"),
        Index(None, "org", "at"),
        Index(None, "org", "contact"),
    )

    id: Mapped[CountedId]
    org: Mapped[str] = mapped_column(String(64))
    event: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    supervisor: Mapped[str] = mapped_column(OutsideText(80))
    via: Mapped[Via] = mapped_column(text_of(Via))
    phone: Mapped[str | None] = mapped_column(OutsideText(128))
    act: Mapped[str | None] = mapped_column(OutsideText(32))
    outcome: Mapped[ActOutcome] = mapped_column(text_of(ActOutcome))
    reason: Mapped[str | None] = mapped_column(OutsideText(80))
    agent: Mapped[str | None] = mapped_column(String(64))
    contact: Mapped[str | None] = mapped_column(String(128))
    queue: Mapped[str | None] = mapped_column(String(128))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    to_queue: Mapped[str | None] = mapped_column(OutsideText(128))
    credit_ms: Mapped[int | None] = mapped_column(BigInteger)
