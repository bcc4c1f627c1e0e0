"""What events amount to for holds, consultations and hand-overs: columns of the conversation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from store.events import Event, EventType
from store.models import Callback, Handed, QueueVisit


def note(talk: QueueVisit | Callback, event: Event) -> None:
    """Give the conversation what the event knows."""
    match event.type:
        case EventType.CALL_RESUMED:
            talk.holds = (talk.holds or 0) + 1
            talk.held_ms = (talk.held_ms or 0) + (event.milliseconds("held") or 0)
        case EventType.CALL_CONSULTED:
            talk.consultations = (talk.consultations or 0) + 1
        case EventType.CALL_TRANSFERRED if (to := event.fields.get("to", "")) in set(Handed):
            target = event.fields.get("to_queue") or event.fields.get("to_agent")
            talk.handed_to, talk.handed_target = Handed(to), target
            talk.asked_first = "consulted" in event.fields


def agent_of(event: Event) -> str:
    """Whose conversation it is about: of a consultation not that of whoever is asked."""
    if event.type is EventType.CALL_CONSULTED:
        return event.fields.get("by", "")
    return event.agent


def received_from(
    visits: Iterable[QueueVisit], callback: Callback | None, at: datetime
) -> Handed | None:
    """To what an agent has handed over the contact that comes to a queue at this moment.

    The conversation ends in the step in which the wait begins; whoever comes back from a number
    where nobody was reached was not handed over to the queue.

    Args:
        visits: All of the contact.
        callback: Its last one.
        at: When it comes.
    """
    ended = [(visit.left_at, visit.handed_to) for visit in visits]
    if callback is not None:
        ended.append((callback.ended_at, callback.handed_to))
    waiting = (Handed.QUEUE, Handed.AGENT)
    return next((to for over, to in ended if over == at and to in waiting), None)
