import asyncio
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from media.espeak import Espeak
from media.music import compose
from media.prompts import PromptStore
from media.tones import tone
from media.wav import RATE_HZ, read_wav
from tests.e2e.rig.listening import (
    RECOGNISED,
    hears_prompt,
    is_music,
    is_silent,
    level_dbfs,
    music_share,
    tone_share,
    which_prompt,
)

pytestmark = pytest.mark.integration

TEXTS = {
    "two": ("Du är nummer två i kön.", "sv"),
    "three": ("Du är nummer tre i kön.", "sv"),
    "long two": ("Välkommen till förskolan. För en handläggare, tryck två.", "sv"),
    "long three": ("Välkommen till förskolan. För en handläggare, tryck tre.", "sv"),
    "short": ("Välkommen till förskolan.", "sv"),
    "danish": ("Velkommen til børnehaven.", "da"),
    "english": ("Welcome to preschool services.", "en"),
}


@pytest.fixture(scope="module")
def prompts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    async def render() -> dict[str, bytes]:
        async with PromptStore(tmp_path_factory.mktemp("prompts"), await Espeak.find()) as store:
            return {
                name: read_wav(Path(f"{await store.path(text, language)}.wav"))
                for name, (text, language) in TEXTS.items()
            }

    return asyncio.run(render())


def _over_the_line(pcm: bytes, *, delay: float = 0.0, gain: float = 1.0) -> bytes:
    """``pcm`` after a wait, as loud as the line makes it, through mu-law and back."""
    samples = np.frombuffer(pcm, "<i2") / 32768 * gain
    coded = np.sign(samples) * np.log1p(255 * np.abs(samples)) / np.log(256)
    steps = np.round(coded * 127) / 127
    heard = np.sign(steps) * (np.power(256, np.abs(steps)) - 1) / 255
    line: bytes = (heard * 32767).astype("<i2").tobytes()
    return bytes(2 * round(delay * RATE_HZ)) + line


@pytest.mark.parametrize("name", TEXTS)
def test_the_prompt_that_was_played_is_recognised_and_no_other(
    prompts: dict[str, bytes], name: str
) -> None:
    heard = _over_the_line(prompts[name], delay=1.25, gain=0.5)
    assert which_prompt(heard, prompts) == name
    right = hears_prompt(heard, prompts[name])
    assert right.score > 0.97
    assert right.at == pytest.approx(1.25, abs=0.1)
    part_of = {"short"} if name.startswith("long") else set()
    wrong = {
        other: hears_prompt(heard, prompt).score
        for other, prompt in prompts.items()
        if other != name and other not in part_of
    }
    assert max(wrong.values()) < RECOGNISED - 0.1, wrong


def test_a_prompt_is_found_between_others(prompts: dict[str, bytes]) -> None:
    heard = prompts["danish"] + bytes(RATE_HZ) + prompts["two"] + prompts["english"]
    found = hears_prompt(_over_the_line(heard), prompts["two"])
    assert found
    assert found.at == pytest.approx(len(prompts["danish"]) / 2 / RATE_HZ + 0.5, abs=0.1)


def test_half_a_prompt_is_not_the_prompt(prompts: dict[str, bytes]) -> None:
    whole = prompts["long two"]
    assert not hears_prompt(_over_the_line(whole[: len(whole) // 4 * 2]), whole)


def test_a_prompt_with_a_part_that_came_late_is_still_recognised(prompts: dict[str, bytes]) -> None:
    whole = prompts["long two"]
    middle = len(whole) // 4 * 2
    torn = whole[:middle] + bytes(_bytes(60)) + whole[middle:]
    assert hears_prompt(_over_the_line(torn), whole)


@pytest.mark.parametrize("first", range(0, 500, 50))
def test_a_prompt_with_lost_packets_here_and_there_is_still_recognised(
    prompts: dict[str, bytes], first: int
) -> None:
    torn = whole = prompts["long two"]
    for at in range(first, 4000, 500):
        torn = _without(torn, at, 60)
    assert hears_prompt(_over_the_line(torn), whole)


@pytest.mark.parametrize("at", range(300, 1000, 100))
def test_a_prompt_without_a_word_is_not_the_prompt(prompts: dict[str, bytes], at: int) -> None:
    whole = prompts["long two"]
    assert not hears_prompt(_over_the_line(_without(whole, at, 350)), whole)


def _without(pcm: bytes, at_ms: int, length_ms: int) -> bytes:
    """``pcm`` with silence in its place for a while."""
    hole = bytes(len(pcm[_bytes(at_ms) : _bytes(at_ms + length_ms)]))
    return pcm[: _bytes(at_ms)] + hole + pcm[_bytes(at_ms) + len(hole) :]


def _bytes(ms: int) -> int:
    return 2 * RATE_HZ * ms // 1000


@pytest.mark.parametrize("other", [b"", bytes(16000), tone(440, 3), compose()[:160000]])
def test_no_prompt_is_heard_in_silence_tone_or_music(
    prompts: dict[str, bytes], other: bytes
) -> None:
    assert which_prompt(_over_the_line(other), prompts) == ""


def test_noise_is_no_prompt(prompts: dict[str, bytes]) -> None:
    noise = np.random.default_rng(7).normal(0, 3000, 10 * RATE_HZ).astype("<i2").tobytes()
    assert which_prompt(noise, prompts) == ""


def test_music_is_told_from_speech_tone_and_silence(prompts: dict[str, bytes]) -> None:
    music = _over_the_line(compose(), gain=0.7)
    four_seconds = 8 * RATE_HZ
    shares = [
        music_share(music[begin:end])
        for begin, end in pairwise(range(0, len(music), four_seconds // 2))
    ]
    assert min(shares) > 0.88
    assert not is_music(bytes(four_seconds))
    assert not is_music(tone(1000, 4))
    assert max(music_share(_over_the_line(prompt)) for prompt in prompts.values()) < 0.4


def test_a_tone_is_told_from_its_neighbours_and_from_two_at_once() -> None:
    line = _over_the_line(bytes(8000) + tone(440, 2))
    assert tone_share(line, 440) > 0.9
    assert tone_share(line, 480) < 0.1
    assert tone_share(bytes(16000), 440) == 0
    both = (
        np.frombuffer(tone(440, 2), "<i2") // 2 + np.frombuffer(tone(1000, 2), "<i2") // 2
    ).astype("<i2")
    assert tone_share(both.tobytes(), 440) == pytest.approx(0.5, abs=0.05)


def test_levels_are_against_full_scale() -> None:
    assert level_dbfs(tone(440, 1, level_dbfs=-20)) == pytest.approx(-20, abs=0.2)
    assert is_silent(bytes(800))
    assert is_silent(b"")
    assert not is_silent(tone(440, 1, level_dbfs=-40))
