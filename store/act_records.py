"""What events amount to for supervisors: a row an act, and the end of each presence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Select, or_, select

from store.act_models import PRESENT, ActOutcome, SupervisorAct, Via
from store.columns import instant
from store.events import Event, EventType

_TOLD: Final = frozenset(kind for kind in EventType if kind.startswith("supervisor."))


class _Place(NamedTuple):
    """Who is in whose conversation; one after the other, but for who rings two of their lines."""

    supervisor: str
    phone: str
    agent: str
    contact: str


class ActRecords:
    """The acts that a batch of events tells.

    Unlike a count, an act that is told again changes nothing: its row has the event's id.

    Attributes:
        new: Rows that did not exist before; known once the rows that do have been given.
    """

    def __init__(self, org: str) -> None:
        """Begin without an act."""
        self._org = org
        self._events: list[Event] = []
        self._presences: dict[_Place, list[SupervisorAct]] = {}
        self.new: list[SupervisorAct] = []

    def apply(self, event: Event) -> None:
        """Take in the event's act; it may have none."""
        if event.type in _TOLD:
            self._events.append(event)

    def __bool__(self) -> bool:
        return bool(self._events)

    def known(self) -> Select[SupervisorAct]:
        """Asks for the rows of these events, and of the presences that they may end."""
        contacts = {event.contact for event in self._events if event.contact}
        return (
            select(SupervisorAct)
            .where(
                SupervisorAct.org == self._org,
                or_(
                    SupervisorAct.event.in_({event.id for event in self._events}),
                    SupervisorAct.contact.in_(contacts),
                ),
            )
            .order_by(SupervisorAct.id)
        )

    def add_to(self, rows: Iterable[SupervisorAct]) -> None:
        """Note ends in the rows that exist, and make the others."""
        found = list(rows)
        for row in found:
            self._presences.setdefault(_place(row), []).append(row)
        known = {row.event for row in found}
        for event in self._events:
            try:
                at = instant(event.at)
            except ValueError:
                continue  # told by the other records
            if event.id not in known:
                self._tell(event, at)

    def _tell(self, event: Event, at: datetime) -> None:
        match event.type:
            case EventType.SUPERVISOR_JOINED:
                self._come_in(event, at)
            case EventType.SUPERVISOR_SWITCHED:
                self._end(event, at)
                self._come_in(event, at)
            case EventType.SUPERVISOR_LEFT if not self._end(event, at):
                lasted = event.milliseconds("duration") or 0
                presence = self._add(event, instant(max(0, event.at - lasted)), PRESENT)
                presence.ended_at = at
            case EventType.SUPERVISOR_ACTED | EventType.SUPERVISOR_REFUSED:
                self._add(event, at, event.fields.get("act", ""))

    def _come_in(self, event: Event, at: datetime) -> None:
        row = self._add(event, at, event.fields.get("mode", ""))
        self._presences.setdefault(_place(row), []).append(row)

    def _end(self, event: Event, at: datetime) -> bool:
        """End the presence that an event speaks of; whether there is one, or was."""
        own = event.fields
        place = _Place(own.get("by", ""), own.get("phone", ""), event.agent, event.contact)
        presences = self._presences.get(place, [])
        if any(row.ended_at == max(at, row.at) for row in presences):
            return True  # told twice
        last = next((row for row in reversed(presences) if row.ended_at is None), None)
        if last is not None:
            last.ended_at = max(at, last.at)
        return last is not None

    def _add(self, event: Event, at: datetime, act: str) -> SupervisorAct:
        own = event.fields
        by = own.get("by", "")
        row = SupervisorAct(
            org=self._org,
            event=event.id,
            at=at,
            supervisor=by,
            # a token's name has a letter in it, a supervisor's number none
            via=Via.PHONE if by.isdecimal() else Via.API,
            phone=own.get("phone") or None,
            act=act or None,
            outcome=(
                ActOutcome.REFUSED
                if event.type is EventType.SUPERVISOR_REFUSED
                else ActOutcome.DONE
            ),
            reason=own.get("reason") or None,
            agent=event.agent or None,
            contact=event.contact or None,
            queue=event.queue or None,
            to_queue=own.get("to") or None,
            credit_ms=event.milliseconds("credit"),
        )
        self.new.append(row)
        return row


def _place(row: SupervisorAct) -> _Place:
    return _Place(row.supervisor, row.phone or "", row.agent or "", row.contact or "")
