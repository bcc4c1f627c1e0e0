"""What a caller is asked in a survey, and has answered to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SurveyQuestion:
    """A question is put to the caller; told once, however often it is repeated.

    Attributes:
        survey: Name of the survey.
        question: Id of the question.
    """

    survey: str
    question: str


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
