"""The table of call trees: how often callers went which way."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from store.columns import Base, CountedId, OutsideText

NAME_LETTERS = 255


class TreeStep(Base):
    """How many calls made the same step of a tree on one day; nothing of any single call.

    Attributes:
        day: By the clock of the organisation.
        source: The node that was left, ``""`` at the beginning of a call.
        target: The node that was come to, ``""`` at the end of a call.
        way: Path of the arrow in the tree's file, joined by dots, ``""`` where it is not known
            which of several; ``start`` at the beginning; the reason at the end.
        calls: How often; a caller who comes by again counts again.
    """

    __tablename__ = "tree_steps"
    __table_args__ = (Index(None, "org", "tree", "day"),)

    id: Mapped[CountedId]
    org: Mapped[str] = mapped_column(String(64))
    tree: Mapped[str] = mapped_column(OutsideText(128))
    day: Mapped[date] = mapped_column(Date)
    source: Mapped[str] = mapped_column(OutsideText(NAME_LETTERS))
    target: Mapped[str] = mapped_column(OutsideText(NAME_LETTERS))
    way: Mapped[str] = mapped_column(OutsideText(128))
    calls: Mapped[int] = mapped_column(Integer)
