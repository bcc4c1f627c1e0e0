"""Both engines behind their port: hostile phrases, unknown words, transcripts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from media.speech.engine import RATE_HZ, Engine, Word
from media.speech.errors import NoPhraseKnown, Overloaded, RateUnusable
from media.speech.models import find_models
from media.speech.phrases import spoken
from media.speech.sphinx_engine import MOST_DICTATIONS
from media.speech.transcription import Transcriber
from media.wav import read_wav

pytestmark = pytest.mark.integration

AUDIO = Path(__file__).parents[2] / "audio" / "speech" / "en"
NOWHERE = Path("/nonexistent")
KNOWN = {"en": "operator", "ko": "아니요"}
HOSTILE = (
    "<operator> | <menu>",
    "public <x> = <NULL>;",
    '#JSGF V1.0; import "/etc/passwd";',
    "operator // { tag } /* */ [opt] (group)+*",
    '["[unk]", "<UNK>"]',
    "</s> <s> <sil> [NOISE] operator(2)",
    "$HOME `id` $(id) %n%n%s",
)


@pytest.fixture(scope="module", params=["en", "ko"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def engine(language: str) -> Engine:
    return find_models(NOWHERE).of(language).load()


@pytest.mark.parametrize("phrase", HOSTILE)
def test_no_phrase_is_taken_for_grammar(engine: Engine, language: str, phrase: str) -> None:
    recogniser = engine.recogniser((spoken(phrase), KNOWN[language]))

    recogniser.feed(bytes(RATE_HZ))
    assert recogniser.finish().phrase == ""


def test_words_that_no_model_knows_are_told(engine: Engine) -> None:
    with pytest.raises(NoPhraseKnown):
        engine.recogniser(("xyzzy plugh", "qwrtpsdf"))


def test_nothing_heard_is_nothing(engine: Engine, language: str) -> None:
    recogniser = engine.recogniser((KNOWN[language],))

    recogniser.feed(b"")

    assert recogniser.partial() == ""
    assert recogniser.finish().confidence == 0


def test_a_transcript_has_the_words_and_their_times() -> None:
    def line() -> Iterator[bytes]:
        yield bytes(2 * RATE_HZ)
        yield read_wav(AUDIO / "thank-you.wav")
        yield bytes(3 * RATE_HZ)
        yield read_wav(AUDIO / "thank-you.wav")
        yield bytes(RATE_HZ)

    words = Transcriber(find_models(NOWHERE)).transcribe(line(), RATE_HZ, "en")

    said = [word.text for word in words]
    assert said.count("thank") == said.count("much") == 2
    first, second = (word for word in words if word.text == "thank")
    assert 900 <= first.start_ms <= 1200
    length = len(read_wav(AUDIO / "thank-you.wav")) * 1000 // (2 * RATE_HZ)
    assert second.start_ms - first.start_ms == pytest.approx(length + 1500, abs=150)
    assert all(one.end_ms <= other.start_ms for one, other in itertools.pairwise(words))
    assert all(0 <= word.confidence <= 1 for word in words)


def test_a_new_dictation_knows_nothing_of_the_one_before_or_of_one_that_was_dropped() -> None:
    engine = find_models(NOWHERE).of("en").load()
    said = read_wav(AUDIO / "thank-you.wav")

    def told() -> tuple[Word, ...]:
        dictation = engine.dictation(RATE_HZ)
        dictation.feed(bytes(RATE_HZ) + said + bytes(RATE_HZ))
        return dictation.finish()

    first = told()
    dropped = engine.dictation(RATE_HZ)
    dropped.feed(bytes(RATE_HZ) + read_wav(AUDIO / "weather.wav")[:12_000])
    del dropped

    assert told() == first


def test_more_dictations_than_memory_is_for_are_refused_until_one_ends() -> None:
    engine = find_models(NOWHERE).of("en").load()
    dictations = [engine.dictation(RATE_HZ) for _ in range(MOST_DICTATIONS)]

    with pytest.raises(Overloaded):
        engine.dictation(RATE_HZ)
    dictations.pop()
    assert engine.dictation(RATE_HZ).finish() == ()


def test_recordings_that_cannot_be_read_leave_room_for_the_next() -> None:
    transcriber = Transcriber(find_models(NOWHERE))

    def cut_off() -> Iterator[bytes]:
        yield bytes(2 * RATE_HZ)
        raise OSError("the disk is gone")

    faults = []
    for _ in range(MOST_DICTATIONS):
        with pytest.raises(OSError, match="the disk is gone") as fault:
            transcriber.transcribe(cut_off(), RATE_HZ, "en")
        faults.append(fault)  # and with it all that its traceback holds

    assert transcriber.transcribe([bytes(2 * RATE_HZ)], RATE_HZ, "en") == ()


def test_silence_has_no_transcript(language: str) -> None:
    transcriber = Transcriber(find_models(NOWHERE))

    assert transcriber.transcribe([bytes(2 * RATE_HZ), b""], RATE_HZ, language) == ()


def test_a_rate_that_the_engine_does_not_take_is_told() -> None:
    with pytest.raises(RateUnusable, match="44100"):
        Transcriber(find_models(NOWHERE)).transcribe([bytes(2)], 44_100, "en")
