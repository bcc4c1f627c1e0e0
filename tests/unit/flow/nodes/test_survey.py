"""``survey``: every answer is told, and a question that is passed over costs nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.load import load_all
from ivr.flow.prompts import utterances
from ivr.flow.survey_answer import SurveyAnswer, SurveyQuestion
from ivr.flow.trace import EndReason, Told
from tests.unit.flow.nodes.walk import Walk, walk
from tests.unit.flow.trees import check_nodes, tree_of

pytestmark = pytest.mark.unit


def asking(questions: str) -> str:
    return f"  a: {{survey: after, questions: [{questions}], then: end}}\n"


HELPFUL = "{id: helpful, ask: {sv: hjälpt, en: helped}, kind: score, into: helpful}"
WORDS = "{id: words, ask: {sv: ord, en: words}, kind: speech, max_length: 30 s}"
BOTH = asking(f"{HELPFUL}, {WORDS}")


def answers(walked: Walk) -> list[SurveyAnswer]:
    told = [one for one in walked.seen if isinstance(one, Told)]
    assert {one.node for one in told} <= {"a"}
    return [one.what for one in told if isinstance(one.what, SurveyAnswer)]


def asked(walked: Walk) -> list[str]:
    told = [one.what for one in walked.seen if isinstance(one, Told)]
    return [one.question for one in told if isinstance(one, SurveyQuestion)]


async def test_each_answer_is_told_to_the_observer(tmp_path: Path) -> None:
    walked = await walk(tmp_path, BOTH, "4")
    assert answers(walked) == [
        SurveyAnswer("after", "helpful", score=4),
        SurveyAnswer("after", "words", seconds=8.0),
    ]
    [(request, _)] = walked.call.messages
    assert (request.mailbox, request.max_seconds) == ("after", 30)
    assert walked.run.values == {"helpful": 4}
    assert walked.heard == ["hjälpt", "ord", "thanks sv"]
    assert walked.way[0] == ("a", "answered")


@pytest.mark.parametrize(
    ("keys", "heard", "score"),
    [
        ("6,5", ["hjälpt", "invalid sv", "hjälpt", "ord", "thanks sv"], 5),
        (",1", ["hjälpt", "hjälpt", "ord", "thanks sv"], 1),
        ("0,*", ["hjälpt", "invalid sv", "hjälpt", "invalid sv", "ord", "thanks sv"], None),
        (",", ["hjälpt", "hjälpt", "ord", "thanks sv"], None),
    ],
)
async def test_a_question_without_an_answer_is_asked_once_more_and_passed_over(
    tmp_path: Path, keys: str, heard: list[str], score: int | None
) -> None:
    walked = await walk(tmp_path, BOTH, keys)
    assert walked.heard == heard
    assert walked.run.values == ({} if score is None else {"helpful": score})
    assert asked(walked) == ["helpful", "words"]  # each once, however often it was said
    assert [one.score for one in answers(walked)] == ([] if score is None else [score]) + [None]


async def test_a_caller_who_says_nothing_at_all_has_not_answered(tmp_path: Path) -> None:
    walked = await walk(tmp_path, BOTH, ",,")
    assert answers(walked) == []
    assert walked.way[0] == ("a", "unanswered")


async def test_what_was_answered_before_a_hang_up_is_told(tmp_path: Path) -> None:
    walked = await walk(tmp_path, BOTH, "2,h")
    assert walked.result.reason is EndReason.CALLER
    assert answers(walked) == [SurveyAnswer("after", "helpful", score=2)]
    assert asked(walked) == ["helpful", "words"]


def test_its_questions_are_rendered_ahead_of_time(tmp_path: Path) -> None:
    tree_of(tmp_path, BOTH)
    known = {said.text for said in utterances(load_all(tmp_path))}
    assert {"hjälpt", "helped", "ord", "words", "thanks en"} <= known


@pytest.mark.parametrize(
    ("questions", "message"),
    [
        (f"{HELPFUL}, {HELPFUL.replace('id: ', 'id: «')}", "“helpful” is given twice"),
        (HELPFUL.replace("score", "«skore"), "“skore” is no kind of question"),
        (HELPFUL.replace("score", "speech").replace("{id", "«{id"), "an answer in the caller's"),
        (HELPFUL.replace("into: helpful", "into: «caller"), "“caller” is known of every call"),
    ],
)
def test_each_slip_is_told_at_its_place(tmp_path: Path, questions: str, message: str) -> None:
    found = check_nodes(tmp_path, asking(questions))
    assert found.places == found.marked
    assert found.messages[0].startswith(message)
