"""Free speech as one answer: words, how sure, and no longer than a line of Asterisk's."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from media.speech.engine import NOTHING, Match, Word
from media.speech.free_speech import MOST_CHARACTERS, FreeSpeech

pytestmark = pytest.mark.unit


@dataclass
class Said:
    """A dictation of what was said: words, and how sure each is."""

    words: tuple[tuple[str, float], ...]
    fed: bytes = b""

    def feed(self, pcm: bytes) -> None:
        self.fed += pcm

    def finish(self) -> tuple[Word, ...]:
        return tuple(Word(text, 0, 1, sure) for text, sure in self.words)


def test_the_words_are_one_text_as_sure_as_they_are_on_average() -> None:
    said = Said((("Långa", 0.5), ("gatan", 0.9)))
    free = FreeSpeech(said)
    free.feed(b"12")
    assert free.partial() == ""
    assert free.finish() == Match("långa gatan", 70)
    assert said.fed == b"12"


@pytest.mark.parametrize("words", [(), (("—", 1.0),)])
def test_nothing_said_is_nothing(words: tuple[tuple[str, float], ...]) -> None:
    assert FreeSpeech(Said(words)).finish() == NOTHING


def test_what_would_break_a_line_of_asterisks_does_not_come_through() -> None:
    said = Said((('a"b\\c\n', 1.0), ("d|e", 1.0)))
    assert FreeSpeech(said).finish().phrase == "a b c d e"


def test_a_long_answer_ends_at_a_word() -> None:
    text = FreeSpeech(Said((("word", 1.0),) * 500)).finish().phrase
    assert MOST_CHARACTERS - 5 < len(text) <= MOST_CHARACTERS
    assert set(text.split()) == {"word"}
