"""What call trees lead to beside queues, on the board of the overview: others, rooms, surveys."""

from __future__ import annotations

from monitoring.dashboards import asked
from monitoring.dashboards.drawn import bars, figure, table
from monitoring.dashboards.model import Query, Row, Step, Unit
from monitoring.metrics import contacts

_QUESTION = ("org", "survey", "question")
_CONTENT = (Step(3, "yellow"), Step(4, "green"))

CONNECTED = Row(
    "Transfers and conferences",
    (
        bars(
            "Transfers",
            "Callers connected with somebody outside, by what came of it.",
            Unit.COUNT,
            Query(asked.total(contacts.TRANSFERS, "outcome", where=asked.OF_ORG), "{{outcome}}"),
        ),
        figure(
            "Talk after a transfer",
            "Average length of the conversation with somebody outside.",
            Unit.SECONDS,
            asked.mean(contacts.TRANSFER_TALK, where=asked.OF_ORG),
        ),
        bars(
            "Conferences",
            "Callers led into a room, by what came of it.",
            Unit.COUNT,
            Query(asked.total(contacts.CONFERENCES, "outcome", where=asked.OF_ORG), "{{outcome}}"),
        ),
        figure(
            "Time in a conference",
            "How long a caller was in the room, on average.",
            Unit.SECONDS,
            asked.mean(contacts.CONFERENCE_STAY, where=asked.OF_ORG),
        ),
    ),
)
SURVEYS = Row(
    "What callers think",
    (
        figure(
            "Average score",
            "Of all questions together, from 1 to 5, the best.",
            Unit.NUMBER,
            asked.mean_score(),
            _CONTENT,
            colour="red",
        ),
        bars(
            "Scores",
            "Answers by score; spoken: in the caller's own words.",
            Unit.COUNT,
            Query(asked.total(contacts.SURVEY_ANSWERS, "score", where=asked.OF_ORG), "{{score}}"),
        ),
        table(
            "Every question",
            "The average score of each question, and how many answers it has.",
            Unit.COUNT,
            Query(asked.mean_score(*_QUESTION), "average", Unit.NUMBER),
            Query(asked.total(contacts.SURVEY_ANSWERS, *_QUESTION, where=asked.OF_ORG), "answers"),
            width=12,
        ),
    ),
)
