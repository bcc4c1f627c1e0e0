"""Surveys from the events of real call trees: who was asked, who answered, and how."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitoring.report.intervals import Period, Step
from monitoring.report.surveys import SCORES, Tally, read_surveys, surveys_sheet
from store.columns import instant
from store.database import Database
from store.events import Event, EventType
from store.projection import ContactProjection
from tests.day import DayStream
from tests.integration.following import caught_up

pytestmark = pytest.mark.integration

ORG = "town"
ZONE = ZoneInfo("Europe/Stockholm")
NOON = round(datetime(2026, 3, 29, 12, tzinfo=ZONE).timestamp() * 1000)
MIDNIGHT = round(datetime(2026, 3, 30, tzinfo=ZONE).timestamp() * 1000)
TODAY = instant(NOON).astimezone(ZONE).date()
DAY = Period.of_days(TODAY, TODAY, Step.DAY, ZONE)


def asked(contact: str, question: str, at: int = NOON) -> Event:
    own = {"node": "ask", "survey": "after", "question": question}
    return Event(EventType.SURVEY_ASKED, at, ORG, contact, fields=own)


def answered(contact: str, question: str, at: int = NOON, **given: str) -> Event:
    own = {"node": "ask", "survey": "after", "question": question, **given}
    return Event(EventType.SURVEY_ANSWERED, at, ORG, contact, fields=own)


def events() -> list[Event]:
    """Five callers; c3 passes the first question over, c4 hangs up in it, c5 is of before."""
    second = 1000
    return [
        asked("c1", "helpful"),
        answered("c1", "helpful", score="5"),
        asked("c1", "words"),
        asked("c2", "helpful"),
        answered("c1", "words", duration="8000"),
        answered("c2", "helpful", score="2"),
        asked("c2", "words"),
        asked("c3", "helpful"),
        asked("c3", "words"),
        answered("c3", "words", duration="2500"),
        asked("c4", "helpful"),
        answered("c5", "helpful", score="5"),
        # c6 is asked before midnight and answers behind it
        asked("c6", "helpful", MIDNIGHT - second),
        answered("c6", "helpful", MIDNIGHT + second, score="4"),
        asked("c7", "helpful", MIDNIGHT + second),
        # c8 is taken up by another controller in the middle of the question, and asked again
        asked("c8", "helpful"),
        asked("c8", "helpful"),
        answered("c8", "helpful", score="1"),
    ]


HELPFUL = Tally(asked=7, answered=5, answered_asked=4, spoken=0, scores=(1, 1, 0, 1, 2))
WORDS = Tally(asked=3, answered=2, answered_asked=2, spoken=2, scores=(0, 0, 0, 0, 0))


async def take_in(database: Database, batch: int = 500) -> list[Event]:
    stream = DayStream(events())
    await caught_up(stream, ContactProjection(database, stream, ORG), batch)
    return stream.events


@pytest.mark.parametrize("batch", [1, 2, 500])
async def test_the_report_has_what_was_counted_by_hand(database: Database, batch: int) -> None:
    await take_in(database, batch)
    assert await read_surveys(database, ORG, DAY) == {
        ("after", "helpful"): HELPFUL,
        ("after", "words"): WORDS,
    }
    assert (HELPFUL.share, HELPFUL.mean) == (4 / 7, (1 + 2 + 4 + 5 + 5) / 5)
    assert (WORDS.share, WORDS.mean) == (2 / 3, None)
    assert await read_surveys(database, "village", DAY) == {}
    after = TODAY + timedelta(days=1)
    tomorrow = Period.of_days(after, after, Step.DAY, ZONE)
    only = Tally(asked=1, answered=0, answered_asked=0, spoken=0, scores=(0,) * 5)
    assert await read_surveys(database, ORG, tomorrow) == {("after", "helpful"): only}


async def test_both_days_together_agree_with_the_events(database: Database) -> None:
    told = await take_in(database)
    both = Period.of_days(TODAY, TODAY + timedelta(days=1), Step.DAY, ZONE)
    for (_, question), tally in (await read_surveys(database, ORG, both)).items():
        mine = [event for event in told if event.fields["question"] == question]
        assert tally.asked == sum(event.type is EventType.SURVEY_ASKED for event in mine)
        answers = [event for event in mine if event.type is EventType.SURVEY_ANSWERED]
        assert tally.answered == len(answers) == sum(tally.scores) + tally.spoken
        scores = Counter(event.fields.get("score") for event in answers)
        assert tally.scores == tuple(scores[str(score)] for score in SCORES)


async def test_a_rebuild_makes_the_same_figures(database: Database) -> None:
    await take_in(database)
    stream = DayStream(events())
    await ContactProjection(database, stream, ORG).rebuild()
    assert await read_surveys(database, ORG, DAY) == {}
    await caught_up(stream, ContactProjection(database, stream, ORG))
    assert (await read_surveys(database, ORG, DAY))["after", "helpful"] == HELPFUL


async def test_the_table_says_each_score_and_how_it_was_counted(database: Database) -> None:
    await take_in(database)
    sheet = surveys_sheet("Town", DAY, await read_surveys(database, ORG, DAY), "sv")
    assert [column.key for column in sheet.columns] == [
        *("survey", "question", "asked", "answered", "share_answered", "mean_score"),
        *("score_1", "score_2", "score_3", "score_4", "score_5", "spoken"),
    ]
    assert list(sheet.rows[0]) == ["after", "helpful", 7, 5, 4 / 7, 3.4, 1, 1, 0, 1, 2, 0]
