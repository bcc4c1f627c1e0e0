"""What events amount to for surveys: a row a question that was put to somebody, and its answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, select

from store.columns import instant
from store.events import Event, EventType
from store.models import SurveyQuestion


class SurveyRecords:
    """The questions and answers that a batch of events tells.

    Attributes:
        new: Rows that did not exist before; known once the rows that do have been given.
    """

    def __init__(self, org: str) -> None:
        """Begin without a question."""
        self._org = org
        self._told: list[tuple[Event, datetime]] = []
        self._open: dict[tuple[str, str, str], SurveyQuestion] = {}
        self.new: list[SurveyQuestion] = []

    def apply(self, event: Event) -> None:
        """Take in the event's question or answer; it may have none."""
        if event.type in (EventType.SURVEY_ASKED, EventType.SURVEY_ANSWERED) and event.contact:
            try:
                self._told.append((event, instant(event.at)))
            except ValueError:
                return  # told by the other records

    def __bool__(self) -> bool:
        return bool(self._told)

    def known(self) -> Select[SurveyQuestion]:
        """Asks for the questions that these events may answer."""
        return (
            select(SurveyQuestion)
            .where(
                SurveyQuestion.org == self._org,
                SurveyQuestion.contact.in_({event.contact for event, _ in self._told}),
                SurveyQuestion.answered_at.is_(None),
            )
            .order_by(SurveyQuestion.id)
        )

    def add_to(self, rows: Iterable[SurveyQuestion]) -> None:
        """Note answers in the rows that exist, and make the others."""
        self._open = {(row.contact, row.survey, row.question): row for row in rows}
        for event, at in self._told:
            which = event.contact, event.fields.get("survey", ""), event.fields.get("question", "")
            if event.type is EventType.SURVEY_ASKED:
                self._open[which] = self._put(which, at)
                continue
            row = self._open.pop(which, None) or self._put(which, None)
            row.answered_at = at
            row.score = event.milliseconds("score")
            row.spoken_ms = event.milliseconds("duration")

    def _put(self, which: tuple[str, str, str], at: datetime | None) -> SurveyQuestion:
        contact, survey, question = which
        row = SurveyQuestion(
            org=self._org, contact=contact, survey=survey, question=question, asked_at=at
        )
        self.new.append(row)
        return row
