"""What an agent did with a contact besides talking: let it hold, asked somebody, handed it over."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, Integer
from sqlalchemy.orm import Mapped, mapped_column

from store.columns import OutsideText, text_of


class Handed(StrEnum):
    """To what an agent hands a contact over."""

    QUEUE = "queue"
    AGENT = "agent"
    NUMBER = "number"  # somebody elsewhere


class Handling:
    """Columns of a conversation, be it of a call or of a callback; all empty where it was plain.

    Attributes:
        consultations: How often its agent asked somebody.
        holds: How often the contact had to hold and it was over, also while somebody was asked.
        held_ms: For how long, together; part of the talk.
        handed_to: How it ended, where its agent handed the contact over.
        handed_target: Name of that queue or id of that agent; a number is not kept.
        asked_first: Whoever has the contact now had been asked before.
    """

    consultations: Mapped[int | None] = mapped_column(Integer)
    holds: Mapped[int | None] = mapped_column(Integer)
    held_ms: Mapped[int | None] = mapped_column(BigInteger)
    handed_to: Mapped[Handed | None] = mapped_column(text_of(Handed))
    handed_target: Mapped[str | None] = mapped_column(OutsideText(128))
    asked_first: Mapped[bool | None] = mapped_column(Boolean)
