"""Which recordings somebody looks for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from store.models import Recording


@dataclass(frozen=True, slots=True)
class Wanted:
    """What recordings must have; ``None`` asks for nothing.

    Attributes:
        org: Organisation.
        contact: Id of the contact.
        callers: The caller's number in every spelling.
        agent: Agent id.
        queue: Queue name.
        since: Begun at this moment or later.
        until: Begun before this moment.
        among: Ids, as a search in transcripts gives them.
    """

    org: str | None = None
    contact: str | None = None
    callers: Collection[str] | None = None
    agent: str | None = None
    queue: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    among: Select[str] | None = None

    def select(self, *, deleted: bool = False) -> Select[Recording]:
        """The query, newest first.

        Args:
            deleted: Also the traces of deleted ones.
        """
        query = select(Recording).order_by(Recording.started_at.desc(), Recording.id)
        equal = (
            (Recording.org, self.org),
            (Recording.contact, self.contact),
            (Recording.agent, self.agent),
            (Recording.queue, self.queue),
        )
        for column, value in equal:
            if value is not None:
                query = query.where(column == value)
        if self.callers is not None:
            query = query.where(Recording.caller.in_(self.callers))
        if self.since is not None:
            query = query.where(Recording.started_at >= self.since)
        if self.until is not None:
            query = query.where(Recording.started_at < self.until)
        if self.among is not None:
            query = query.where(Recording.id.in_(self.among))
        return query if deleted else query.where(Recording.deleted_at.is_(None))
