"""What nodes tell of their work, as events: whole milliseconds, and nothing that has no meaning."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ivr.calls.tidings import as_event
from ivr.flow.call import Heard, Hearing
from ivr.flow.conversation import Tidings
from ivr.flow.survey_answer import SurveyAnswer, SurveyQuestion
from ivr.flow.world import Conferred, TransferOutcome, Transferred
from store.events import EventType

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("what", "kind", "told"),
    [
        (
            Heard(hearing=Hearing.MATCH, engine="vosk", phrase="avgift"),
            EventType.SPEECH_HEARD,
            {"outcome": "match", "engine": "vosk"},
        ),
        (
            Heard(hearing=Hearing.MATCH, engine="vosk", words="min hund heter fido"),
            EventType.SPEECH_HEARD,
            {"outcome": "match", "engine": "vosk"},
        ),
        (
            SurveyQuestion("after", "words"),
            EventType.SURVEY_ASKED,
            {"survey": "after", "question": "words"},
        ),
        (
            SurveyAnswer("after", "words", seconds=8.0),
            EventType.SURVEY_ANSWERED,
            {"survey": "after", "question": "words", "duration": "8000"},
        ),
        (
            SurveyAnswer("after", "helpful", score=4),
            EventType.SURVEY_ANSWERED,
            {"survey": "after", "question": "helpful", "score": "4"},
        ),
        (
            Transferred(TransferOutcome.TALKED, rang=4.5, talked=61.2345, hung_up=True),
            EventType.CONTACT_TRANSFERRED,
            {"outcome": "talked", "rang": "4500", "talked": "61234"},
        ),
        (
            Transferred(TransferOutcome.NO_ANSWER, rang=30),
            EventType.CONTACT_TRANSFERRED,
            {"outcome": "no_answer", "rang": "30000"},
        ),
        (
            Conferred("storm", joined=True, stayed=7.5),
            EventType.CONTACT_CONFERRED,
            {"room": "storm", "outcome": "joined", "stayed": "7500"},
        ),
        (
            Conferred("storm", joined=False),
            EventType.CONTACT_CONFERRED,
            {"room": "storm", "outcome": "failed"},
        ),
    ],
)
def test_each_is_an_event_of_its_own(
    what: Tidings, kind: EventType, told: Mapping[str, str]
) -> None:
    event, fields = as_event(what)
    assert event is kind
    assert {name: text for name, text in fields.items() if text} == told
