"""Ears: which prompt, whose tone, music or silence is in what a phone heard.

All audio is signed 16-bit little-endian mono PCM of 8 kHz; positions and lengths are seconds.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.softphone import RATE_HZ, Line
from media.music import NOTES_HZ

Samples = NDArray[np.float64]

# Measured over a telephone line, twenty calls at once: the right prompt scores above 0.99, a prompt
# that differs from it in one word below 0.7.
RECOGNISED = 0.8

_PIECE = RATE_HZ // 8
_DRIFT = RATE_HZ // 10
_SILENT_DBFS = -50.0
# Below this a telephone's eight bits leave more noise than speech.
_TOO_QUIET_DBFS = -40.0
_MUSIC_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Hearing:
    """How well a prompt was recognised.

    Attributes:
        score: 0..1; how alike (normalised cross-correlation) prompt and heard audio are in the
            best eighth of a second of the worst three tenths.
        at: Where the prompt begins in the heard audio.
    """

    score: float
    at: float

    def __bool__(self) -> bool:
        return self.score >= RECOGNISED


def hears_prompt(heard: bytes | bytearray, prompt: bytes) -> Hearing:
    """Look for the whole of ``prompt`` in ``heard``, wherever it begins and however loud it is.

    The prompt as a whole finds the place. Then each three tenths of a second of it must hold an
    eighth that is there, so that a prompt that differs in one word is told from this one: a word is
    about as long, and what a busy machine tears out of the sound now and then, a packet or three of
    20 ms, is far shorter. What comes later than it should shifts what follows.
    """
    line, said = _samples(heard), _trimmed(_samples(prompt))
    if len(said) < 2 * _PIECE or len(line) < len(said) - _PIECE:
        return Hearing(0.0, 0.0)
    line = np.pad(line, _PIECE)
    place = start = int(np.argmax(_alike(line, said)))
    scores = []
    for offset in (*range(0, len(said) - _PIECE, _PIECE // 2), len(said) - _PIECE):
        piece = said[offset : offset + _PIECE]
        if _dbfs(piece) < _TOO_QUIET_DBFS:
            continue
        begin = max(0, place + offset - _DRIFT)
        window = line[begin : place + offset + _PIECE + _DRIFT]
        alike = _alike(window, piece) if len(window) >= _PIECE else np.zeros(1)
        best = int(np.argmax(alike))
        scores.append(float(alike[best]))
        if alike[best] > RECOGNISED:
            place = begin + best - offset
    stretches = [max(scores[at : at + 4]) for at in range(max(1, len(scores) - 3))]
    return Hearing(max(0.0, min(stretches)), max(0, start - _PIECE) / RATE_HZ)


def which_prompt(heard: bytes | bytearray, prompts: Mapping[str, bytes]) -> str:
    """The name of the prompt of ``prompts`` that was heard, ``""`` for none of them.

    A prompt may be the beginning of another one: the longest that was heard counts.
    """
    found = [name for name, prompt in prompts.items() if hears_prompt(heard, prompt)]
    return max(found, key=lambda name: len(prompts[name]), default="")


async def wait_until_hears(
    line: Line, prompt: bytes, *, since: int = 0, seconds: float = 20
) -> float:
    """Wait until ``line`` has heard the whole of ``prompt``.

    Args:
        line: The phone's line.
        prompt: What shall be heard.
        since: Position in ``line.heard`` (bytes) from where on it counts.
        seconds: Time limit, beside the time that the prompt itself takes.

    Returns:
        Where it began, seconds from the start of ``line.heard``.

    Raises:
        AssertionError: It was not heard; the message says what came nearest.
    """
    length = len(prompt)
    seconds += length / 2 / RATE_HZ
    ready = since + len(_trimmed(_samples(prompt))) * 2
    best = Hearing(0.0, 0.0)
    try:
        async with asyncio.timeout(seconds):
            while True:
                if len(line.heard) >= ready:
                    begin = max(since, len(line.heard) - length - 2 * RATE_HZ)
                    # aside, so that the phones' audio flows on meanwhile
                    found = await asyncio.to_thread(hears_prompt, bytes(line.heard[begin:]), prompt)
                    if found:
                        return begin / 2 / RATE_HZ + found.at
                    best = max(best, found, key=lambda hearing: hearing.score)
                    # a tenth of a second of new audio is worth a new look
                    ready = len(line.heard) + RATE_HZ // 5
                if line.is_closed:
                    break
                await line.wait_news()
    except TimeoutError:
        pass
    state = f"closed ({line.reason})" if line.is_closed else "still up"
    raise AssertionError(
        f"the prompt was not heard: best score {best.score:.2f} at {best.at:.1f} s,"
        f" {len(line.heard) / 2 / RATE_HZ:.1f} s heard, line {state}"
    )


async def wait_until_hears_tone(
    line: Line, hz: float, *, length: float = 0.5, since: int = 0, seconds: float = 15
) -> None:
    """Wait until what ``line`` heard last is a pure tone.

    Args:
        line: The phone's line.
        hz: Its frequency.
        length: So many seconds of it are enough.
        since: Position in ``line.heard`` (bytes) from where on it counts.
        seconds: Time limit.

    Raises:
        AssertionError: It was not heard.
    """

    def is_tone(heard: bytes | bytearray) -> bool:
        return tone_share(heard, hz) >= 0.9

    span = 2 * round(length * RATE_HZ)
    if not await _ends_with(line, span, is_tone, since=since, seconds=seconds):
        share = tone_share(line.heard[since:], hz)
        raise AssertionError(f"no tone of {hz:g} Hz was heard (share {share:.2f})")


async def wait_until_hears_music(line: Line, *, since: int = 0, seconds: float = 20) -> None:
    """Wait until the last two seconds that ``line`` heard are the music on hold.

    Raises:
        AssertionError: They are not in time.
    """
    span = 4 * RATE_HZ
    if not await _ends_with(line, span, is_music, since=since, seconds=seconds):
        raise AssertionError(f"no music was heard (share {music_share(line.heard[-span:]):.2f})")


async def _ends_with(
    line: Line,
    span: int,
    is_it: Callable[[bytes | bytearray], bool],
    *,
    since: int,
    seconds: float,
) -> bool:
    """Wait until the last ``span`` bytes that ``line`` heard are it; whether they ever were."""
    try:
        async with asyncio.timeout(seconds):
            while len(line.heard) - since < span or not is_it(line.heard[-span:]):
                if line.is_closed:
                    return False
                await line.wait_news()
            return True
    except TimeoutError:
        return False


def tone_share(pcm: bytes | bytearray, hz: float) -> float:
    """Share (0..1) of the energy of ``pcm`` that lies at ``hz``; silent stretches do not count."""
    step = RATE_HZ // 10
    wave = np.exp(-2j * np.pi * hz / RATE_HZ * np.arange(step))
    samples = _samples(pcm)
    blocks = samples[: len(samples) // step * step].reshape(-1, step)
    energy = (blocks**2).sum(axis=1)
    loud = energy > step * 10 ** (_SILENT_DBFS / 10)
    if not loud.any():
        return 0.0
    at_tone = 2 * np.abs(blocks[loud] @ wave) ** 2 / step
    return float(at_tone.sum() / energy[loud].sum())


def tone_span(pcm: bytes, hz: float) -> tuple[float, float]:
    """From when to when a pure tone is in ``pcm``, to a tenth of a second.

    Raises:
        AssertionError: It is not there.
    """
    tenth = RATE_HZ // 5  # bytes
    pieces = range(0, len(pcm), tenth)
    loud = [at for at in pieces if tone_share(pcm[at : at + tenth], hz) > 0.9]
    assert loud, f"{hz:g} Hz is not there"
    return loud[0] / 2 / RATE_HZ, (loud[-1] + tenth) / 2 / RATE_HZ


def music_share(pcm: bytes | bytearray) -> float:
    """Share (0..1) of the energy of ``pcm`` that lies at the notes of the music on hold."""
    samples = _samples(pcm)
    if _dbfs(samples) < _SILENT_DBFS:
        return 0.0
    size = RATE_HZ // 2
    frames = samples[: len(samples) // size * size].reshape(-1, size) * np.hanning(size)
    energy = (np.abs(np.fft.rfft(frames)) ** 2).sum(axis=0)
    bins = np.fft.rfftfreq(size, 1 / RATE_HZ)
    near = np.abs(bins[:, None] - np.array(NOTES_HZ)[None, :]).min(axis=1) < 5
    return float(energy[near].sum() / energy.sum())


def is_music(pcm: bytes | bytearray) -> bool:
    """Whether ``pcm`` is the music on hold."""
    return music_share(pcm) > _MUSIC_SHARE


def level_dbfs(pcm: bytes | bytearray) -> float:
    """Root mean square against full scale; -120 for nothing at all."""
    return _dbfs(_samples(pcm))


def is_silent(pcm: bytes | bytearray) -> bool:
    """Whether nobody could hear ``pcm``."""
    return level_dbfs(pcm) < _SILENT_DBFS


def _samples(pcm: bytes | bytearray) -> Samples:
    return np.frombuffer(bytes(pcm[: len(pcm) // 2 * 2]), dtype="<i2") / 32768.0


def _dbfs(samples: Samples) -> float:
    power = float(np.mean(samples**2)) if len(samples) else 0.0
    return 10 * math.log10(power) if power > 1e-12 else -120.0


def _trimmed(samples: Samples) -> Samples:
    """``samples`` without the silence at both ends."""
    loud = np.flatnonzero(np.abs(samples) > 0.005)
    return samples[loud[0] : loud[-1] + 1] if len(loud) else samples[:0]


def _alike(line: Samples, piece: Samples) -> Samples:
    """Normalised cross-correlation (-1..1) of ``piece`` with ``line`` at each place it fits."""
    size = len(line) + len(piece) - 1
    fast = 1 << (size - 1).bit_length()
    spectrum = np.fft.rfft(line, fast) * np.conj(np.fft.rfft(piece, fast))
    product: Samples = np.fft.irfft(spectrum, fast)[: len(line) - len(piece) + 1]
    energy = np.concatenate(([0.0], np.cumsum(line**2)))
    local = energy[len(piece) :] - energy[: -len(piece)]
    # below this the line is silent there, and a quotient of two nothings is noise
    floor = len(piece) * 10 ** (_SILENT_DBFS / 10)
    alike: Samples = product / np.sqrt(np.maximum(local, floor) * float(np.sum(piece**2)))
    return alike
