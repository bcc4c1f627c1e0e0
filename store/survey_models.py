"""The table of surveys: what callers were asked, and what they have answered by number."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from store.columns import Base, CountedId, OutsideText, UtcDateTime


class SurveyQuestion(Base):
    """A question of a survey that was put to a contact.

    Attributes:
        survey: Name of the survey.
        question: Id of the question.
        asked_at: ``None`` where that was not told: events of before tell answers alone.
        answered_at: ``None`` for a question that was passed over.
        score: 1 to 5, ``None`` of an answer in the caller's own words.
        spoken_ms: Length of such an answer, which is kept as a message.
    """

    __tablename__ = "survey_questions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["org", "contact"], ["contacts.org", "contacts.id"], ondelete="CASCADE"
        ),
        Index(None, "org", "contact"),
        Index(None, "org", "asked_at"),
        Index(None, "org", "answered_at"),
    )

    id: Mapped[CountedId]
    org: Mapped[str] = mapped_column(String(64))
    contact: Mapped[str] = mapped_column(String(128))
    survey: Mapped[str] = mapped_column(OutsideText(128))
    question: Mapped[str] = mapped_column(OutsideText(128))
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    score: Mapped[int | None] = mapped_column(Integer)
    spoken_ms: Mapped[int | None] = mapped_column(BigInteger)
