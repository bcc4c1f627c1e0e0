"""What events amount to for callbacks: one row a promise, from the request to its end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from store.events import Event, EventType
from store.models import Callback, CallbackOutcome, instant


class CallbackRecords:
    """The callbacks of the contacts that a batch of events names.

    Attributes:
        new: Rows that did not exist before.
    """

    def __init__(self, org: str, callbacks: Iterable[Callback]) -> None:
        """Begin with all callbacks of these contacts, oldest first."""
        self._org = org
        self._latest = {callback.contact: callback for callback in callbacks}
        self.new: list[Callback] = []

    def apply(self, event: Event, at: datetime) -> None:
        """Give the row what the event knows."""
        callback = self._latest.get(event.contact)
        if callback is None or (callback.outcome is not None and callback.ended_at != at):
            callback = self._open(event, at)
        match event.type:
            case EventType.CALLBACK_REQUESTED:
                callback.source = event.fields.get("source") or None
                callback.effective_at = _moment(event, "effective")
                callback.due_at = _moment(event, "due")
            case EventType.CALLBACK_DIALLED:
                callback.attempts = max(callback.attempts, _attempt(event))
            case EventType.CALLBACK_MISSED:
                callback.attempts = max(callback.attempts, _attempt(event))
                callback.missed = event.fields.get("reason") or None
                callback.due_at = _moment(event, "due")
            case EventType.CALLBACK_ANSWERED:
                callback.answered_at = callback.answered_at or at
                callback.agent = event.agent or None
                callback.waited_ms = event.milliseconds("waited")
            case EventType.CALLBACK_ENDED if callback.outcome is None:
                self._end(callback, event, at)

    def latest(self, contact: str) -> Callback | None:
        """The contact's last callback."""
        return self._latest.get(contact)

    def last_talk(self, contact: str, queue: str, agent: str) -> Callback | None:
        """The contact's last callback, if this agent talks or has talked in it."""
        callback = self._latest.get(contact)
        if callback is None or (callback.queue, callback.agent) != (queue, agent):
            return None
        return callback

    def _end(self, callback: Callback, event: Event, at: datetime) -> None:
        outcome = event.fields.get("outcome", "")
        callback.outcome = (
            CallbackOutcome(outcome)
            if outcome in frozenset(CallbackOutcome)
            else CallbackOutcome.GIVEN_UP
        )
        callback.ended_at = at
        if callback.outcome is not CallbackOutcome.TALKED:
            return
        talked = event.milliseconds("talked")
        callback.talked_ms = talked
        if callback.answered_at is None:  # the answer itself is missing from the stream
            callback.answered_at = at if talked is None else instant(max(0, event.at - talked))
            callback.agent = event.agent or None

    def _open(self, event: Event, at: datetime) -> Callback:
        callback = Callback(
            org=self._org, contact=event.contact, queue=event.queue, requested_at=at, attempts=0
        )
        self._latest[event.contact] = callback
        self.new.append(callback)
        return callback


def _attempt(event: Event) -> int:
    return event.milliseconds("attempt") or 0


def _moment(event: Event, name: str) -> datetime | None:
    at = event.milliseconds(name)
    return None if at is None else instant(at)
