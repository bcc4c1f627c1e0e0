"""What ``vaxel callbacks explain`` says of each state, and how little of a number is shown."""

from __future__ import annotations

import dataclasses

import pytest

from acd.model.callback import Callback, CallbackRules, CallbackSource, CallbackState
from acd.model.waiting import Place
from ivr.cli.callbacks import sentences
from ivr.cli.saying import masked

pytestmark = pytest.mark.unit

WAITING = Callback(
    contact="cb-1",
    org="city",
    queue="fees",
    number="+46701740605",
    language="sv",
    answers={},
    consent=None,
    state=CallbackState.WAITING,
    source=CallbackSource.OPERATOR,
    arrived_ms=1_000,
    effective_ms=500,
    due_ms=2_000,
    promised_ms=1_000,
    attempt=0,
    rules=CallbackRules(tries=3),
    place=Place(position=2, waiting=5, ready=0, logged_in=4),
)


def told(callback: Callback) -> list[str]:
    first, *rest = sentences(callback, lambda time_ms: f"<{time_ms}>")
    assert first == "cb-1 stands in the queue fees, in line as of <500>."
    return rest


def test_in_line_it_waits_for_those_before_and_for_agents() -> None:
    assert told(WAITING) == [
        "It is number 2 of 5 in line.",
        "None of the 4 agents who are logged in is ready.",
    ]


def test_in_line_without_agents_it_says_that_nobody_is_logged_in() -> None:
    alone = dataclasses.replace(WAITING, place=Place(1, 1, 0, 0))
    assert told(alone)[-1] == "No agent of this queue is logged in."


def test_in_line_with_agents_it_is_a_matter_of_seconds() -> None:
    soon = dataclasses.replace(WAITING, place=Place(1, 1, 2, 3))
    assert told(soon)[-1] == "Agents who are ready: 2. Its turn comes in a few seconds."


def test_between_two_attempts_it_tells_how_many_were_made_and_when_the_next_is() -> None:
    between = dataclasses.replace(
        WAITING, state=CallbackState.SCHEDULED, attempt=2, place=None, due_ms=9_000
    )
    assert told(between) == ["2 of 3 attempts were made.", "Nobody calls before <9000>."]


def test_it_tells_what_the_caller_had_chosen() -> None:
    chosen = dataclasses.replace(WAITING, answers={"main": "support", "topic": "fees"})
    assert told(chosen)[0] == "The caller had chosen main: support, topic: fees."


@pytest.mark.parametrize(
    "state",
    [
        CallbackState.RESERVED,
        CallbackState.DIALLING,
        CallbackState.REACHED,
        CallbackState.TALKING,
    ],
)
def test_once_an_agent_is_found_it_says_what_goes_on(state: CallbackState) -> None:
    (sentence,) = told(dataclasses.replace(WAITING, state=state, place=None))
    assert "before" not in sentence


def test_of_a_number_only_the_end_is_shown() -> None:
    assert masked("+46701740605") == "…605"
