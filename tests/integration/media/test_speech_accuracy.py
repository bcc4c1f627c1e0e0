"""How well the fixed set of audio is understood, and how well the rest is rejected.

The figures stand in the terminal's summary. The floors are what was measured when they were set,
less one phrase: an engine, a grammar or a decoy that makes it worse fails here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from media.speech.engine import RATE_HZ, Engine
from media.speech.listener import Listener
from media.speech.models import find_models
from media.speech.recognition import Heard, Kind, Recognition
from media.tones import tone
from media.tool import run_tool
from media.wav import read_wav

pytestmark = pytest.mark.integration

AUDIO = Path(__file__).parents[2] / "audio" / "speech" / "en"
NOBODY = Path("/nonexistent")
PIECE = 1600

MENUS = {
    "reception": ("customer service", "opening hours", "operator", "repeat", "support"),
    "offices": (
        *("billing", "building permit", "english", "housing", "invoice", "library", "operator"),
        *("order status", "parking", "preschool", "sales", "support", "swedish"),
        "technical support",
    ),
    "yes or no": ("yes", "no"),
}
YES_AND_NO = {"예": "yes", "네": "yes", "아니오": "no", "아니요": "no"}
OTHER_KOREAN = (
    *("상담원", "안녕하세요", "바나나", "학교", "자동차", "컴퓨터", "감사합니다", "전화"),
    *("오늘 날씨가 좋아요", "도서관", "하나", "둘", "우유", "사과", "가방", "구름"),
)


@dataclass(frozen=True, slots=True)
class Score:
    """Right of those that were to be understood, and matched of those that were not."""

    right: int
    of: int
    matched: int
    others: int

    def __str__(self) -> str:
        return (
            f"{self.right} of {self.of} phrases right ({100 * self.right / self.of:.0f} %), "
            f"{self.matched} of {self.others} other sounds matched "
            f"({100 * self.matched / self.others:.1f} %)"
        )


def understood(engine: Engine, language: str, phrases: tuple[str, ...], sound: bytes) -> Heard:
    """What a caller gets for a sound; the line hisses before and after it."""
    hiss = np.random.default_rng(1).normal(0, 12, RATE_HZ * 3 // 2).astype("<i2").tobytes()
    line = hiss[: RATE_HZ // 2] + sound + hiss
    listener = Listener(engine, Recognition(language, phrases, "slin"))
    for start in range(0, len(line), PIECE):
        for heard in listener.hear(line[start : start + PIECE]):
            if heard.kind is not Kind.BEGAN:
                return heard
    return Heard(Kind.NO_MATCH)


def noises() -> dict[str, bytes]:
    """What is on telephone lines and is no word."""
    random = np.random.default_rng(5)
    second = np.arange(RATE_HZ) / RATE_HZ
    hum = 4000 * np.sin(2 * np.pi * 50 * second) + 1500 * np.sin(2 * np.pi * 150 * second)
    support = read_wav(AUDIO / "support.wav")
    parking = read_wav(AUDIO / "parking.wav")
    babble = sum(
        np.resize(np.frombuffer(read_wav(path), "<i2"), 2 * RATE_HZ).astype(float)
        for path in sorted(AUDIO.glob("*.wav"))[::6]
    )
    return {
        "silence": bytes(2 * RATE_HZ),
        "loud hiss": random.normal(0, 3000, 2 * RATE_HZ).astype("<i2").tobytes(),
        "soft hiss": random.normal(0, 200, 2 * RATE_HZ).astype("<i2").tobytes(),
        "hum": hum.astype("<i2").tobytes(),
        "tone": tone(1000, 1.5),
        "clicks": (b"\x20\x4e" * 40 + bytes(6000)) * 4,
        "babble": np.clip(np.asarray(babble) * 0.4, -32768, 32767).astype("<i2").tobytes(),
        "cut word": support[: len(support) // 6 * 2],
        "another cut word": parking[: len(parking) // 6 * 2],
    }


def spoken_set() -> dict[str, bytes]:
    """The recorded words by their text, as ``phrases.spoken`` would have it."""
    lines = (AUDIO / "manifest.txt").read_text(encoding="utf-8").splitlines()
    named = (line.split("\t") for line in lines if not line.startswith("#"))
    return {text.strip(".").lower(): read_wav(AUDIO / f"{name}.wav") for name, text in named}


def scored(
    menu: tuple[str, ...], sounds: Mapping[str, bytes], hear: Callable[[bytes], Heard]
) -> Score:
    right = matched = 0
    for text, sound in sounds.items():
        heard = hear(sound)
        if text in menu:
            right += heard.text == text
        else:
            matched += heard.kind is Kind.MATCH
    wanted = sum(text in menu for text in sounds)
    return Score(right, wanted, matched, len(sounds) - wanted)


@pytest.fixture(scope="module")
def english() -> Engine:
    return find_models(NOBODY).of("en").load()


@pytest.fixture(scope="module")
def korean() -> Engine:
    return find_models(NOBODY).of("ko").load()


@pytest.mark.parametrize(
    ("menu", "least", "most"), [("reception", 4, 4), ("offices", 11, 3), ("yes or no", 2, 2)]
)
def test_pocketsphinx_understands_an_english_menu_and_rejects_the_rest(
    english: Engine,
    menu: str,
    least: int,
    most: int,
    record_property: Callable[[str, object], None],
) -> None:
    phrases = MENUS[menu]

    score = scored(
        phrases, spoken_set() | noises(), lambda s: understood(english, "en", phrases, s)
    )

    record_property("measured", f"pocketsphinx, English, {menu}: {score}")
    assert score.right >= least
    assert score.matched <= most


async def test_vosk_understands_yes_and_no_and_rejects_the_rest(
    korean: Engine, record_property: Callable[[str, object], None]
) -> None:
    phrases = tuple(YES_AND_NO)
    right = matched = of = others = 0
    for word in (*YES_AND_NO, *OTHER_KOREAN):
        for speed in (110, 140, 170):
            heard = understood(korean, "ko", phrases, await said_in_korean(word, speed))
            if word in YES_AND_NO:
                of += 1
                # two spellings of one answer: a menu has both on one branch
                right += YES_AND_NO.get(heard.text) == YES_AND_NO[word]
            else:
                others += 1
                matched += heard.kind is Kind.MATCH
    for sound in noises().values():
        others += 1
        matched += understood(korean, "ko", phrases, sound).kind is Kind.MATCH

    score = Score(right, of, matched, others)
    record_property("measured", f"Vosk, Korean, yes or no: {score}")
    assert score.right >= 9
    assert score.matched <= 3


@pytest.mark.parametrize("name", noises())
def test_what_is_no_word_is_none_of_the_phrases(english: Engine, name: str) -> None:
    heard = understood(english, "en", MENUS["reception"], noises()[name])

    assert heard == Heard(Kind.NO_MATCH)


async def said_in_korean(word: str, words_a_minute: int) -> bytes:
    """Speech of the telephone's rate by espeak-ng."""
    spoken = await run_tool(
        ("espeak-ng", "-v", "ko", "-s", str(words_a_minute), "--stdout", word), b"", seconds=20
    )
    return await run_tool(
        (
            *("ffmpeg", "-loglevel", "error", "-f", "wav", "-i", "pipe:0"),
            *("-af", "highpass=f=120,aresample=8000:filter_size=64:cutoff=0.95"),
            *("-f", "s16le", "-ac", "1", "pipe:1"),
        ),
        spoken,
        seconds=20,
    )
