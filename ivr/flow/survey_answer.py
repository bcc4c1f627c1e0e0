"""What a caller has answered to one question of a survey."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SurveyAnswer:
    """One answer; a question that the caller passes over has none.

    Attributes:
        survey: Name of the survey.
        question: Id of the question.
        score: 1..5, ``None`` for an answer that was spoken.
        seconds: Length of the spoken answer, kept as a message of the survey's name; else 0.
    """

    survey: str
    question: str
    score: int | None = None
    seconds: float = 0.0
