"""Hostile phrases, and what stands beside them in a grammar."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.speech.decoys import decoys
from media.speech.errors import PhraseUnusable
from media.speech.phrases import joined, split, spoken

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("Opening  Hours", "opening hours"),
        ("  Ja, tack! ", "ja tack"),
        ("o'clock", "o'clock"),
        ("e-post", "e-post"),
        ("ÖPPETTIDER", "öppettider"),
        ("아니요", "아니요"),
        ("<b> | {c}; public <d> = e;", "b c public d e"),
        ("$(rm -rf) /* */ [x] (y) + *", "rm rf x y"),
        ("snake_case", "snake case"),
    ],
)
def test_a_phrase_becomes_plain_words(phrase: str, words: str) -> None:
    assert spoken(phrase) == words


@given(st.text(max_size=100))
def test_no_phrase_carries_grammar_into_a_grammar(phrase: str) -> None:
    assert not set(spoken(phrase)) & set('<>|=;{}[]()*+/\\"$#,.:\n\t')


@pytest.mark.parametrize(
    "setting", ["", "|||", 'a "quoted" one', "back\\slash", "new\nline", "x" * 101, "!?", "a|\x00b"]
)
def test_a_phrase_that_no_result_could_carry_is_refused(setting: str) -> None:
    with pytest.raises(PhraseUnusable):
        split(setting)


def test_phrases_keep_their_order_and_come_once() -> None:
    assert joined(split("b|a"), split("c|b")) == ("b", "a", "c")


def test_decoys_keep_their_distance_from_the_phrases() -> None:
    beside = decoys("en", ["big book"], list)

    assert "book" not in beside
    assert "big" not in beside
    assert "dog" in beside


def test_decoys_are_words_that_the_model_knows() -> None:
    assert decoys("sv", ["ja"], lambda word: list(word) if word in ("ja", "sommar") else None) == [
        "sommar"
    ]


def test_a_language_without_a_list_has_no_decoys() -> None:
    assert decoys("xx", ["ja"], list) == []
