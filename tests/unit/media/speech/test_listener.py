"""From a stream of audio to one answer an utterance, with an engine that hears what it is told."""

from __future__ import annotations

import numpy as np
import pytest

from media.speech.endpointing import FRAME_MS, Endpointer, Turn, frame_bytes
from media.speech.engine import RATE_HZ
from media.speech.errors import NoPhraseKnown
from media.speech.listener import COMPLETE_MS, FREE_MS, INCOMPLETE_MS, Listener
from media.speech.recognition import LONGEST_MS, Heard, Kind, Recognition
from tests.unit.media.speech.fakes import FakeEngine

pytestmark = pytest.mark.unit

BYTES_A_MS = 2 * RATE_HZ // 1000
BEGAN = Heard(Kind.BEGAN)


def hiss(ms: int, level: float = 12) -> bytes:
    """A quiet line."""
    samples = np.random.default_rng(1).normal(0, level, ms * RATE_HZ // 1000)
    return bytes(samples.astype("<i2").tobytes())


def voice(ms: int) -> bytes:
    """A vowel, as far as a voice activity detector can tell: harmonics under formants."""
    time = np.arange(ms * RATE_HZ // 1000) / RATE_HZ
    formants = {500: 1.0, 1500: 0.5, 2500: 0.25}
    sound = sum(
        np.sin(2 * np.pi * pitch * time)
        * sum(gain * np.exp(-(((pitch - hz) / 300) ** 2)) for hz, gain in formants.items())
        for pitch in range(120, 3400, 120)
    )
    wobble = 1 + 0.5 * np.sin(2 * np.pi * 5 * time)
    return bytes((np.asarray(sound) * wobble * 2500).clip(-32768, 32767).astype("<i2").tobytes())


def hear(listener: Listener, *sounds: bytes, piece: int = 160 * 10) -> list[Heard]:
    audio = b"".join(sounds)
    return [
        heard
        for start in range(0, len(audio), piece)
        for heard in listener.hear(audio[start : start + piece])
    ]


def listener(engine: FakeEngine, *phrases: str, codec: str = "slin") -> Listener:
    return Listener(engine, Recognition("en", phrases, codec))


def test_an_utterance_gives_its_start_and_then_the_phrase_as_it_was_given() -> None:
    engine = FakeEngine("opening hours")

    heard = hear(listener(engine, "Opening Hours!"), hiss(500), voice(600), hiss(1500))

    assert heard == [BEGAN, Heard(Kind.MATCH, "Opening Hours!", 80)]


@pytest.mark.parametrize("piece", [1, 2, 159, 161, 3200, 100_000])
def test_the_size_of_the_pieces_changes_nothing(piece: int) -> None:
    engine = FakeEngine("yes")
    sounds = hiss(300), voice(400), hiss(1000)

    heard = hear(listener(engine, "yes"), *sounds, piece=piece)

    assert heard == [BEGAN, Heard(Kind.MATCH, "yes", 80)]


def test_a_whole_phrase_is_answered_sooner_than_what_is_none() -> None:
    def answered_after(says: str) -> int:
        ears = listener(FakeEngine(says), "yes", "order", "order status")
        hear(ears, hiss(300), voice(400))
        for ms in range(0, 2000, FRAME_MS):
            if hear(ears, hiss(FRAME_MS)):
                return ms
        raise AssertionError("no answer")

    complete = answered_after("yes")

    assert answered_after("banana") - complete == INCOMPLETE_MS - COMPLETE_MS
    assert answered_after("order") - complete == INCOMPLETE_MS - COMPLETE_MS, "it may go on"
    assert answered_after("order status") == complete


def test_a_pause_inside_a_phrase_does_not_cut_it() -> None:
    heard = hear(
        listener(FakeEngine("order"), "order status"),
        *(hiss(300), voice(300), hiss(COMPLETE_MS + 200), voice(300), hiss(1500)),
    )

    assert [one.kind for one in heard] == [Kind.BEGAN, Kind.NO_MATCH]


def test_silence_is_never_an_utterance_and_never_decoded() -> None:
    engine = FakeEngine("yes")

    assert hear(listener(engine, "yes"), bytes(16000), hiss(3000)) == []
    assert not any(made.fed for made in engine.made)


def test_a_steady_noise_is_never_an_utterance() -> None:
    assert hear(listener(FakeEngine("yes"), "yes"), hiss(5000, level=2000)) == []


def test_a_click_is_no_phrase() -> None:
    click = b"\x20\x4e" * 80

    assert hear(listener(FakeEngine("yes"), "yes"), hiss(500), click, hiss(1500)) == []


def test_the_recogniser_gets_the_start_that_was_before_the_decision() -> None:
    engine = FakeEngine("yes")
    spoken = voice(400)

    hear(listener(engine, "yes"), hiss(500), spoken, hiss(1500))

    assert spoken[: 300 * BYTES_A_MS] in bytes(engine.made[0].fed)


def test_who_speaks_without_end_is_answered() -> None:
    heard = hear(listener(FakeEngine(""), "yes"), hiss(300), voice(LONGEST_MS + 500))

    assert heard[:2] == [BEGAN, Heard(Kind.NO_MATCH)]


def test_free_speech_is_answered_with_its_words_after_a_longer_pause() -> None:
    pause = hiss(INCOMPLETE_MS + 100)

    heard = hear(listener(FakeEngine()), hiss(300), voice(400), pause, voice(400), hiss(2000))

    assert heard[0] == BEGAN
    (answer,) = heard[1:]
    assert (answer.kind, answer.confidence) == (Kind.MATCH, 100)
    length = int(answer.text.split()[0])
    assert length > len(voice(800)) + len(pause), "the pause has not ended it"
    assert length < len(voice(800)) + len(pause) + (FREE_MS + 400) * BYTES_A_MS


def test_free_speech_is_listened_to_for_so_long_and_no_longer() -> None:
    ears = Listener(FakeEngine(), Recognition("en", (), "slin", longest_ms=2000))

    heard = hear(ears, hiss(300), voice(3000))

    assert [one.kind for one in heard] == [Kind.BEGAN, Kind.MATCH]
    assert int(heard[1].text.split()[0]) <= 2400 * BYTES_A_MS


def test_a_click_is_no_free_speech() -> None:
    click = b"\x20\x4e" * 80

    assert hear(listener(FakeEngine()), hiss(500), click, hiss(1500)) == []


def test_unknown_words_are_told_before_anybody_speaks() -> None:
    with pytest.raises(NoPhraseKnown):
        listener(FakeEngine(), "xyzzy")


def test_g711_is_understood() -> None:
    quiet = b"\xff" * 160 * 60

    assert hear(listener(FakeEngine("yes"), "yes", codec="ulaw"), quiet) == []


def test_the_endpointer_tells_pause_and_speech() -> None:
    endpointer = Endpointer()
    audio = hiss(500) + voice(500) + hiss(500)
    size = frame_bytes(RATE_HZ)

    turns = [endpointer.hear(audio[at : at + size]) for at in range(0, len(audio), size)]

    assert turns.count(Turn.BEGAN) == 1
    assert turns[0] is Turn.SILENCE
    assert turns[-1] is Turn.PAUSE
    assert 350 <= endpointer.spoken_ms <= 600
    assert endpointer.pause_ms >= 400
