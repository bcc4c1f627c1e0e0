"""What events amount to: rows of contacts, queue visits and log-ins, worked out in memory.

The stream is nearly in order, not strictly: the controller, the ACD and the recorder append on
their own, and the start of an old contact may have been trimmed away. So each event gives its row
what it knows, whatever came before it, and a row's first outcome stands.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import ClassVar

from store.events import Event, EventType
from store.models import AgentSession, Contact, QueueVisit, VisitOutcome, instant

log = logging.getLogger(__name__)

_FLOW_OUTS = frozenset({VisitOutcome.TIMEOUT, VisitOutcome.NOBODY, VisitOutcome.FAILED})


class Records:
    """The rows of one organisation that a batch of events touches.

    Attributes:
        new: Rows that did not exist before, parents before children.
    """

    def __init__(
        self,
        org: str,
        contacts: Iterable[Contact],
        visits: Iterable[QueueVisit],
        sessions: Iterable[AgentSession],
    ) -> None:
        """Begin with the rows that exist.

        Args:
            org: The organisation.
            contacts: Of all contacts that the batch names.
            visits: All visits of these contacts.
            sessions: The open sessions of all agents that the batch names.
        """
        self._org = org
        self._contacts = {contact.id: contact for contact in contacts}
        self._visits: dict[tuple[str, str], list[QueueVisit]] = {}
        for visit in visits:
            self._visits.setdefault((visit.contact, visit.queue), []).append(visit)
        self._sessions = {session.agent: session for session in sessions}
        self.new: list[Contact | QueueVisit | AgentSession] = []

    def apply(self, event: Event) -> None:
        """Give the rows what the event knows. An event without meaning here changes nothing."""
        handler = self._HANDLERS.get(event.type)
        subject = event.contact if event.type not in _OF_AGENTS else event.agent
        if handler is None or not subject:
            return
        try:
            at = instant(event.at)
        except ValueError:
            log.warning("event without a possible time", extra={"org": self._org, "id": event.id})
            return
        handler(self, event, at)

    def _contact(self, event: Event, at: datetime) -> Contact:
        contact = self._contacts.get(event.contact)
        if contact is None:
            contact = Contact(org=self._org, id=event.contact, started_at=at)
            self._contacts[event.contact] = contact
            self.new.append(contact)
        return contact

    def _contact_started(self, event: Event, at: datetime) -> None:
        contact = self._contact(event, at)
        contact.started_at = min(at, contact.started_at)
        contact.caller = _text(event, "caller")
        contact.dialled = _text(event, "dialled")
        contact.tree = _text(event, "tree")

    def _contact_ended(self, event: Event, at: datetime) -> None:
        contact = self._contact(event, at)
        contact.ended_at = at
        contact.end_reason = _text(event, "reason")
        contact.language = _text(event, "language") or contact.language

    def _contact_seen(self, event: Event, at: datetime) -> None:
        self._contact(event, at)

    def _call_queued(self, event: Event, at: datetime) -> None:
        arrived = event.milliseconds("arrived")
        queued_at = at if arrived is None else instant(arrived)
        visits = self._visits_of(event, queued_at)
        if all(visit.queued_at != queued_at for visit in visits):
            self._open(event, visits, queued_at)

    def _call_answered(self, event: Event, at: datetime) -> None:
        visit = self._waiting(event, at)
        if visit.outcome is None:
            visit.outcome = VisitOutcome.ANSWERED
            visit.answered_at = at
            visit.agent = event.agent or None
            visit.waited_ms = event.milliseconds("waited")

    def _call_abandoned(self, event: Event, at: datetime) -> None:
        self._leave(event, at, VisitOutcome.ABANDONED)

    def _call_left(self, event: Event, at: datetime) -> None:
        reason = event.fields.get("reason", "")
        known = VisitOutcome(reason) if reason in _FLOW_OUTS else VisitOutcome.FAILED
        self._leave(event, at, known)

    def _leave(self, event: Event, at: datetime, outcome: VisitOutcome) -> None:
        visit = self._waiting(event, at)
        if visit.outcome is None:
            visit.outcome = outcome
            visit.left_at = at
            visit.waited_ms = event.milliseconds("waited")

    def _call_ended(self, event: Event, at: datetime) -> None:
        talked = event.milliseconds("talked")
        answered_at = at if talked is None else instant(max(0, event.at - talked))
        visits = self._visits_of(event, answered_at)
        for visit in reversed(visits):
            if visit.left_at is None:
                break
            if visit.left_at == at or visit.queued_at == answered_at:
                return  # told twice
        else:
            visit = self._open(event, visits, answered_at)
        if visit.outcome is None:  # the answer itself is missing from the stream
            visit.outcome = VisitOutcome.ANSWERED
            visit.answered_at = answered_at
            visit.agent = event.agent or None
        visit.left_at = at
        visit.talked_ms = talked

    def _waiting(self, event: Event, at: datetime) -> QueueVisit:
        """The visit that an end of waiting speaks of: the latest that waits, or that began then."""
        waited = event.milliseconds("waited")
        queued_at = at if waited is None else instant(max(0, event.at - waited))
        visits = self._visits_of(event, queued_at)
        for visit in reversed(visits):
            if visit.outcome is None or visit.queued_at == queued_at:
                return visit
        return self._open(event, visits, queued_at)

    def _visits_of(self, event: Event, seen_at: datetime) -> list[QueueVisit]:
        self._contact(event, seen_at)
        return self._visits.setdefault((event.contact, event.queue), [])

    def _open(self, event: Event, visits: list[QueueVisit], queued_at: datetime) -> QueueVisit:
        visit = QueueVisit(
            org=self._org, contact=event.contact, queue=event.queue, queued_at=queued_at
        )
        visits.append(visit)
        visits.sort(key=lambda one: one.queued_at)
        self.new.append(visit)
        return visit

    def _agent_logged_in(self, event: Event, at: datetime) -> None:
        self._agent_logged_out(event, at)
        session = AgentSession(
            org=self._org, agent=event.agent, phone=_text(event, "phone"), logged_in_at=at
        )
        self._sessions[event.agent] = session
        self.new.append(session)

    def _agent_logged_out(self, event: Event, at: datetime) -> None:
        session = self._sessions.pop(event.agent, None)
        if session is not None:
            session.logged_out_at = at

    _HANDLERS: ClassVar[Mapping[EventType, Callable[[Records, Event, datetime], None]]] = {
        EventType.CONTACT_STARTED: _contact_started,
        EventType.CONTACT_ENDED: _contact_ended,
        EventType.NODE_VISITED: _contact_seen,
        EventType.CALL_QUEUED: _call_queued,
        EventType.CALL_ANSWERED: _call_answered,
        EventType.CALL_ABANDONED: _call_abandoned,
        EventType.CALL_LEFT: _call_left,
        EventType.CALL_ENDED: _call_ended,
        EventType.AGENT_LOGGED_IN: _agent_logged_in,
        EventType.AGENT_LOGGED_OUT: _agent_logged_out,
    }


_OF_AGENTS = frozenset({EventType.AGENT_LOGGED_IN, EventType.AGENT_LOGGED_OUT})


def _text(event: Event, name: str) -> str | None:
    return event.fields.get(name) or None
