"""What callers answer in surveys: question by question, how many, which scores, the mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select

from monitoring.report.headings import Headings, columns
from monitoring.report.intervals import Period
from monitoring.report.reading import Rows, how_many
from monitoring.report.sheet import Column, Kind, Sheet, Value
from monitoring.report.words import Word
from store.database import Database
from store.models import SurveyQuestion

SCORES = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Tally:
    """One question.

    Attributes:
        asked: To how many it was put.
        answered: How many have answered, by number or in their own words.
        answered_asked: Those of them of whom it is told that they were asked: in the events of
            before it is not.
        spoken: Answers in the caller's own words.
        scores: How many answers there are of each of :data:`SCORES`.
    """

    asked: int
    answered: int
    answered_asked: int
    spoken: int
    scores: tuple[int, ...]

    @property
    def share(self) -> float | None:
        """How many of those who were asked have answered."""
        return self.answered_asked / self.asked if self.asked else None

    @property
    def mean(self) -> float | None:
        """Of the scores."""
        given = sum(self.scores)
        summed = sum(score * number for score, number in zip(SCORES, self.scores, strict=True))
        return summed / given if given else None


Tallies = Mapping[tuple[str, str], Tally]
"""By survey and question."""


async def read_surveys(database: Database, org: str, period: Period) -> Tallies:
    """The questions that were put within a period, and the answers to them, whenever they came.

    Args:
        database: The record.
        org: The organisation.
        period: The days.

    Raises:
        DatabaseAway: The database does not answer.
    """
    async with database.reading() as session:
        found = await session.execute(surveys_of(org, period))
        return {
            (survey, question): Tally(
                int(asked), int(answered), int(both), int(spoken), tuple(map(int, scores))
            )
            for survey, question, asked, answered, both, spoken, *scores in found
        }


def surveys_of(org: str, period: Period) -> Rows:
    """Survey, question, the counts of :class:`Tally` in their order."""
    asked, answered = SurveyQuestion.asked_at, SurveyQuestion.answered_at
    told = asked.is_not(None)
    return (
        select(
            SurveyQuestion.survey,
            SurveyQuestion.question,
            func.count(asked),
            func.count(answered),
            how_many(and_(told, answered.is_not(None))),
            how_many(SurveyQuestion.spoken_ms.is_not(None)),
            *(how_many(SurveyQuestion.score == score) for score in SCORES),
        )
        .where(
            SurveyQuestion.org == org,
            or_(
                and_(asked >= period.begin, asked < period.end),
                and_(asked.is_(None), answered >= period.begin, answered < period.end),
            ),
        )
        .group_by(SurveyQuestion.survey, SurveyQuestion.question)
    )


def surveys_sheet(organisation: str, period: Period, tallies: Tallies, language: str) -> Sheet:
    """The table.

    Args:
        organisation: Its name.
        period: The days.
        tallies: What was found.
        language: Of the headings.
    """

    def values(tally: Tally) -> list[Value]:
        counts = tally.asked, tally.answered, tally.share, tally.mean
        return [*counts, *tally.scores, tally.spoken]

    headings: Headings = {
        "survey": (Word.SURVEY, Kind.TEXT),
        "question": (Word.QUESTION, Kind.TEXT),
        "asked": (Word.ASKED, Kind.COUNT),
        "answered": (Word.ANSWERS, Kind.COUNT),
        "share_answered": (Word.SHARE, Kind.SHARE),
        "mean_score": (Word.MEAN, Kind.MEAN),
    }
    return Sheet(
        title=f"{Word.SURVEYS.spoken(language)}: {organisation}, {period.days}",
        notes=(
            "A question counts on the day on which it was put to the caller, once however often it"
            " was repeated. Share: answered of those put.",
            "Mean of the scores, 1 to 5, the best; answers in the caller's own words have none.",
        ),
        columns=[
            *columns(headings, language),
            *(Column(f"score_{score}", str(score), Kind.COUNT) for score in SCORES),
            Column("spoken", Word.SPOKEN.spoken(language), Kind.COUNT, seldom=True),
        ],
        rows=[[*which, *values(tallies[which])] for which in sorted(tallies)],
    )
