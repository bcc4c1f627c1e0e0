"""What a node of a call tree tells of its work, as the event that it makes."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.flow.call import Heard
from ivr.flow.conversation import Tidings
from ivr.flow.survey_answer import SurveyAnswer, SurveyQuestion
from ivr.flow.world import Conferred, TransferOutcome, Transferred
from store.events import EventType


def as_event(what: Tidings) -> tuple[EventType, Mapping[str, str]]:
    """The event's type and own fields; a field without text is none.

    Of a transfer neither the target nor anything of it is told: where an expression works it out
    it is personal, and where it is an admin's the node says which.
    """
    match what:
        case Heard():
            return EventType.SPEECH_HEARD, {"outcome": what.hearing or "", "engine": what.engine}
        case SurveyQuestion():
            return EventType.SURVEY_ASKED, {"survey": what.survey, "question": what.question}
        case SurveyAnswer():
            return EventType.SURVEY_ANSWERED, {
                "survey": what.survey,
                "question": what.question,
                "score": "" if what.score is None else str(what.score),
                "duration": _milliseconds(what.seconds, given=what.score is None),
            }
        case Transferred():
            talked = what.outcome is TransferOutcome.TALKED
            return EventType.CONTACT_TRANSFERRED, {
                "outcome": what.outcome.value,
                "rang": _milliseconds(what.rang),
                "talked": _milliseconds(what.talked, given=talked),
            }
        case Conferred():
            return EventType.CONTACT_CONFERRED, {
                "room": what.room,
                "outcome": "joined" if what.joined else "failed",
                "stayed": _milliseconds(what.stayed, given=what.joined),
            }


def _milliseconds(seconds: float, *, given: bool = True) -> str:
    return f"{seconds * 1000:.0f}" if given else ""
