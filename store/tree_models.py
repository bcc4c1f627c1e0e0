"""The tables of the call trees' versions: what an organisation's files said, and when it counted.

Several controllers share them. A file's content is kept once, however many versions hold it: all
organisations stand on the same base.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKeyConstraint, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.columns import Base, OutsideText, UtcDateTime, text_of


class TreeFile(Base):
    """The content of one file, by its SHA-256 (64 hexadecimal digits)."""

    __tablename__ = "tree_files"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class TreeVersion(Base):
    """What an organisation's files said at one time; the same files are one version.

    Attributes:
        number: From 1 within the organisation.
        digest: Of names and contents together.
        files: The digest of each file, by its name relative to the folder of all organisations.
    """

    __tablename__ = "tree_versions"
    __table_args__ = (UniqueConstraint("org", "digest"),)

    org: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64))
    files: Mapped[dict[str, str]] = mapped_column(JSON)


class ChangeKind(StrEnum):
    """How a version came to be kept."""

    STARTED = "started"  # a controller found it when it started
    SAVED = "saved"  # its files were saved
    ASKED = "asked"  # somebody asked for it by the command or the interface
    ROLLED_BACK = "rolled_back"  # somebody put it back
    KEPT = "kept"  # it was overwritten by a roll-back; calls may never have got it


class TreeChange(Base):
    """That a version was put in place, or kept. Rows are added and never changed or removed.

    Attributes:
        seq: From 1 within the organisation.
        number: The version's.
        who: The owner of the file that was saved last, or the user who asked.
    """

    __tablename__ = "tree_changes"
    __table_args__ = (
        ForeignKeyConstraint(["org", "number"], ["tree_versions.org", "tree_versions.number"]),
    )

    org: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    who: Mapped[str] = mapped_column(OutsideText(128))
    how: Mapped[ChangeKind] = mapped_column(text_of(ChangeKind))
