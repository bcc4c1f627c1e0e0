"""What events amount to: rows of contacts, visits, callbacks, agents, pauses; made in memory.

The stream is nearly in order, not strictly: the controller, the ACD and the recorder append on
their own, and the start of an old contact may have been trimmed away. So each event gives its row
what it knows, whatever came before it, and a row's first outcome stands.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from operator import itemgetter
from typing import ClassVar

from store.agent_records import AgentRecords
from store.callback_records import CallbackRecords
from store.doing import AgentState
from store.events import Event, EventType
from store.handing_records import agent_of, note, received_from
from store.models import (
    AgentPeriod,
    AgentSession,
    Callback,
    Contact,
    Handed,
    QueueVisit,
    RecordingPause,
    VisitOutcome,
    instant,
)
from store.pause_records import PauseRecords

log = logging.getLogger(__name__)

_FLOW_OUTS = frozenset(VisitOutcome) - {
    VisitOutcome.ANSWERED,
    VisitOutcome.ABANDONED,
    VisitOutcome.TAKEN_OVER,
}

Row = Contact | QueueVisit | Callback | AgentSession | AgentPeriod | RecordingPause


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
        callbacks: Iterable[Callback],
        *,
        agents: AgentRecords,
        pauses: PauseRecords,
    ) -> None:
        """Begin with the rows that exist.

        Args:
            org: The organisation.
            contacts: Of all contacts that the batch names, and that its agents have to do with.
            visits: All visits of these contacts, oldest first.
            callbacks: All callbacks of these contacts, oldest first.
            agents: What the agents that the batch names do.
            pauses: Of recordings of these contacts.
        """
        self._org = org
        self._contacts = {contact.id: contact for contact in contacts}
        self._visits: dict[tuple[str, str], list[QueueVisit]] = {}
        for visit in visits:
            self._visits.setdefault((visit.contact, visit.queue), []).append(visit)
        self._callbacks = CallbackRecords(org, callbacks)
        self._agents = agents
        self._pauses = pauses
        self._new_contacts: list[Contact] = []
        self._new_visits: list[QueueVisit] = []

    @property
    def new(self) -> list[Row]:
        """See the class."""
        return [
            *self._new_contacts,
            *self._new_visits,
            *self._callbacks.new,
            *self._agents.new,
            *self._pauses.new,
        ]

    def apply(self, event: Event) -> None:
        """Give the rows what the event knows. An event without meaning here changes nothing."""
        try:
            at = instant(event.at)
        except ValueError:
            log.warning("event without a possible time", extra={"org": self._org, "id": event.id})
            return
        handler = self._HANDLERS.get(event.type)
        if handler is not None and event.contact:
            handler(self, event, at)
        if event.agent:
            ended = self._agents.apply(event, at)
            if ended is not None and ended.state is AgentState.WRAPUP:
                self._wrapped_up(ended)

    def _contact(self, event: Event, at: datetime) -> Contact:
        contact = self._contacts.get(event.contact)
        if contact is None:
            contact = Contact(org=self._org, id=event.contact, started_at=at)
            self._contacts[event.contact] = contact
            self._new_contacts.append(contact)
        return contact

    def _contact_started(self, event: Event, at: datetime) -> None:
        contact = self._contact(event, at)
        contact.started_at = min(at, contact.started_at)
        contact.caller = _text(event, "caller")
        contact.dialled = _text(event, "dialled")
        contact.tree = _text(event, "tree")

    def _contact_ended(self, event: Event, at: datetime) -> None:
        contact = self._contact(event, at)
        contact.ended_at = max(at, contact.ended_at or at)
        contact.end_reason = _text(event, "reason")
        contact.language = _text(event, "language") or contact.language

    def _contact_seen(self, event: Event, at: datetime) -> None:
        self._contact(event, at)

    def _call_queued(self, event: Event, at: datetime) -> None:
        arrived = event.milliseconds("arrived")
        queued_at = at if arrived is None else instant(arrived)
        visits = self._visits_of(event, queued_at)
        if all(visit.queued_at != queued_at for visit in visits):
            before = [
                visit
                for (contact, _), known in self._visits.items()
                if contact == event.contact
                for visit in known
            ]
            callback = self._callbacks.latest(event.contact)
            visit = self._open(event, visits, queued_at)
            visit.received = received_from(before, callback, queued_at)

    def _call_answered(self, event: Event, at: datetime) -> None:
        visit = self._waiting(event, at)
        if visit.outcome is None:
            visit.outcome = VisitOutcome.ANSWERED
            visit.answered_at = at
            visit.agent = event.agent or None
            visit.waited_ms = event.milliseconds("waited")
            visit.estimated_ms = event.milliseconds("estimated")
            visit.estimated_low_ms = event.milliseconds("estimated_low")
            visit.estimated_high_ms = event.milliseconds("estimated_high")

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

    def _call_taken_over(self, event: Event, at: datetime) -> None:
        visits = self._visits_of(event, at)
        if all(visit.queued_at != at for visit in visits):
            visit = self._open(event, visits, at)
            visit.outcome = VisitOutcome.TAKEN_OVER
            visit.answered_at = at
            visit.agent = event.agent or None
            visit.received = Handed.AGENT

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
        self._new_visits.append(visit)
        return visit

    def _callback(self, event: Event, at: datetime) -> None:
        contact = self._contact(event, at)
        if event.type is EventType.CALLBACK_ENDED:
            contact.ended_at = max(at, contact.ended_at or at)
        self._callbacks.apply(event, at)

    def _pause(self, event: Event, at: datetime) -> None:
        self._contact(event, at)
        self._pauses.apply(event, at)

    def _wrapped_up(self, period: AgentPeriod) -> None:
        """Give after-call work to the conversation that it was for."""
        talk = self._last_talk(period.contact or "", period.queue or "", period.agent, over=True)
        if talk is not None and period.ended_at is not None:
            talk.wrapup_ms = round((period.ended_at - period.began_at) / timedelta(milliseconds=1))

    def _result_given(self, event: Event, at: datetime) -> None:
        self._contact(event, at)
        talk = self._last_talk(event.contact, event.queue, event.agent)
        if talk is not None:
            talk.result = _text(event, "result")
            talk.result_by = _text(event, "by") or event.agent

    def _handled(self, event: Event, at: datetime) -> None:
        self._contact(event, at)
        talk = self._last_talk(event.contact, event.queue, agent_of(event))
        if talk is not None:
            note(talk, event)

    def _last_talk(
        self, contact: str, queue: str, agent: str, *, over: bool = False
    ) -> QueueVisit | Callback | None:
        """The latest conversation of a contact with an agent."""
        talks: list[tuple[datetime, QueueVisit | Callback]] = [
            (visit.answered_at, visit)
            for visit in self._visits.get((contact, queue), ())
            if visit.agent == agent and visit.answered_at and (visit.left_at or not over)
        ]
        callback = self._callbacks.last_talk(contact, queue, agent)
        if callback is not None and callback.answered_at and (callback.ended_at or not over):
            talks.append((callback.answered_at, callback))
        return max(talks, key=itemgetter(0))[1] if talks else None

    _HANDLERS: ClassVar[Mapping[EventType, Callable[[Records, Event, datetime], None]]] = {
        EventType.CONTACT_STARTED: _contact_started,
        EventType.CONTACT_ENDED: _contact_ended,
        EventType.NODE_VISITED: _contact_seen,
        EventType.CONTACT_RESULT_GIVEN: _result_given,
        EventType.SURVEY_ASKED: _contact_seen,
        EventType.SURVEY_ANSWERED: _contact_seen,
        EventType.CALL_QUEUED: _call_queued,
        EventType.CALL_ANSWERED: _call_answered,
        EventType.CALL_ABANDONED: _call_abandoned,
        EventType.CALL_LEFT: _call_left,
        EventType.CALL_TAKEN_OVER: _call_taken_over,
        EventType.CALL_ENDED: _call_ended,
        EventType.CALL_RESUMED: _handled,
        EventType.CALL_CONSULTED: _handled,
        EventType.CALL_TRANSFERRED: _handled,
        EventType.CALLBACK_REQUESTED: _callback,
        EventType.CALLBACK_DIALLED: _callback,
        EventType.CALLBACK_MISSED: _callback,
        EventType.CALLBACK_ANSWERED: _callback,
        EventType.CALLBACK_ENDED: _callback,
        EventType.RECORDING_PAUSED: _pause,
        EventType.RECORDING_RESUMED: _pause,
    }


def _text(event: Event, name: str) -> str | None:
    return event.fields.get(name) or None
