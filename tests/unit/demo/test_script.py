"""The demo's chance: from one seed, and never without something of everything."""

from __future__ import annotations

from itertools import islice
from statistics import mean

import phonenumbers
import pytest

from ivr.demo.narration import Narrator
from ivr.demo.script import NUMBERS, Habit, Script, Wish
from ivr.demo.voices import Voices
from store.events import Event, EventType

pytestmark = pytest.mark.unit


def test_the_same_seed_gives_the_same_errands_and_habits_and_another_one_others() -> None:
    def first(seed: int, moments: int = 0) -> list[object]:
        script = Script(seed, 8)
        for _ in range(moments):
            script.seconds(0, 1)
        errands, habits = script.errands(), script.habits("4001")
        return [*islice(errands, 30), *islice(habits, 30)]

    assert first(1) == first(1, moments=9) != first(2)


def test_each_agent_has_habits_of_their_own() -> None:
    script = Script(1, 8)

    assert list(islice(script.habits("4001"), 30)) != list(islice(script.habits("4002"), 30))


@pytest.mark.parametrize("seed", range(20))
def test_the_opening_and_every_ten_calls_after_it_have_something_of_everything(seed: int) -> None:
    wishes = [errand.wish for _, errand in islice(Script(seed, 8).errands(), 48)]

    assert set(wishes[:8]) == set(Wish)
    for begin in range(8, 48, 10):
        assert set(wishes[begin : begin + 10]) == set(Wish)


def test_after_the_opening_calls_come_at_the_rate_and_not_in_step() -> None:
    gaps = [gap for gap, _ in islice(Script(1, 30).errands(), 8, 2008)]

    assert mean(gaps) == pytest.approx(2, rel=0.1)
    assert len(set(gaps)) == len(gaps)


def test_nobody_calls_again_before_all_others_have() -> None:
    numbers = [errand.number for _, errand in islice(Script(1, 8).errands(), 200)]

    last: dict[str, int] = {}
    for index, number in enumerate(numbers):
        assert index - last.get(number, -len(NUMBERS)) >= len(NUMBERS)
        last[number] = index


def test_every_caller_has_a_number_that_can_be_called_back() -> None:
    for number in NUMBERS:
        assert phonenumbers.is_valid_number(phonenumbers.parse(number))


def test_an_agent_answers_the_first_call_and_does_everything_before_long() -> None:
    habits = list(islice(Script(3, 8).habits("4001"), 9))

    assert habits[0] is Habit.ANSWER
    assert set(habits) == set(Habit)


def test_the_people_have_something_to_say() -> None:
    voices = Voices.load()

    seconds = {name: len(getattr(voices, name)) / 16000 for name in Voices.__slots__}
    assert 0.5 < seconds["operator"] < seconds["customer_service"] < 3 < seconds["caller"]


def test_what_happens_is_told_in_sentences_with_names() -> None:
    narrator = Narrator({"4001": "Alva Lindqvist"})
    day = [
        Event(
            EventType.CONTACT_STARTED, 1, "demo", "c1", fields={"caller": "+4670", "dialled": "100"}
        ),
        Event(EventType.NODE_VISITED, 2, "demo", "c1", fields={"node": "main"}),
        Event(EventType.SPEECH_HEARD, 2, "demo", "c1", fields={"outcome": "silence"}),
        Event(EventType.SPEECH_HEARD, 2, "demo", "c1", fields={"outcome": "match"}),
        Event(EventType.CALL_QUEUED, 3, "demo", "c1", "support"),
        Event(EventType.CALL_ANSWERED, 4, "demo", "c1", "support", "4001", {"waited": "4400"}),
        Event(EventType.CALL_ABANDONED, 5, "demo", "c9", "support", fields={"waited": "odd"}),
    ]

    assert [narrator.sentence(event) for event in day] == [
        "+4670 calls 100",
        None,
        None,
        "+4670 is understood",
        "+4670 waits for support",
        "+4670 talks to Alva Lindqvist, after 4 s",
        "a caller gives up after 0 s",
    ]
