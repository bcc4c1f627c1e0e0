"""Legs joined: odd ones refused, nothing half-made left behind."""

from __future__ import annotations

import hashlib
import stat
import struct
import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.audio import join_legs
from media.errors import AudioUnusable

pytestmark = pytest.mark.unit


def wav(path: Path, samples: list[int], *, rate: int = 8000, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return path


def frames(path: Path) -> list[tuple[int, ...]]:
    with wave.open(str(path), "rb") as file:
        raw = file.readframes(file.getnframes())
        return list(struct.iter_unpack(f"<{file.getnchannels()}h", raw))


SAMPLES = st.lists(st.integers(-32768, 32767), max_size=50)


@given(left=SAMPLES, right=SAMPLES)
def test_every_sample_of_each_leg_is_in_its_channel_and_silence_behind(
    tmp_path_factory: pytest.TempPathFactory, left: list[int], right: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("join")
    legs = [wav(folder / "l.wav", left), wav(folder / "r.wav", right)]
    facts = join_legs(legs, folder / "out.wav")
    length = max(len(left), len(right))
    padded = [leg + [0] * (length - len(leg)) for leg in (left, right)]
    assert frames(folder / "out.wav") == list(zip(*padded, strict=True))
    assert facts.duration_ms == length * 1000 // 8000


def test_a_leg_longer_than_one_piece_is_joined_without_a_seam(tmp_path: Path) -> None:
    ramp = [n % 30_000 for n in range(8000 * 5 + 1)]
    legs = [wav(tmp_path / "l.wav", ramp), wav(tmp_path / "r.wav", ramp[: 8000 * 3])]
    join_legs(legs, tmp_path / "out.wav")
    joined = frames(tmp_path / "out.wav")
    assert [left for left, _ in joined] == ramp
    assert [right for _, right in joined] == ramp[:24_000] + [0] * 16_001


def test_the_facts_are_those_of_the_file(tmp_path: Path) -> None:
    out = tmp_path / "out.wav"
    facts = join_legs([wav(tmp_path / "l.wav", [1] * 12_345)], out)
    assert facts.size == out.stat().st_size
    assert facts.sha256 == hashlib.sha256(out.read_bytes()).hexdigest()
    assert facts.duration_ms == 1543
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_a_file_that_is_there_already_is_replaced(tmp_path: Path) -> None:
    out = wav(tmp_path / "out.wav", [9] * 100)
    join_legs([wav(tmp_path / "l.wav", [1, 2])], out)
    assert frames(out) == [(1,), (2,)]


def odd_legs(folder: Path) -> dict[str, list[Path]]:
    good = wav(folder / "good.wav", [1] * 100)
    cut = wav(folder / "cut.wav", [1] * 100)
    with cut.open("r+b") as file:
        file.truncate(100)
    (folder / "empty.wav").touch()
    (folder / "text.wav").write_text("not a sound " * 10)
    return {
        "stereo": [good, wav(folder / "stereo.wav", [1] * 100, channels=2)],
        "rates": [good, wav(folder / "fast.wav", [1] * 100, rate=16_000)],
        "cut": [good, cut],
        "empty": [good, folder / "empty.wav"],
        "text": [folder / "text.wav", good],
    }


@pytest.mark.parametrize("odd", ["stereo", "rates", "cut", "empty", "text"])
def test_an_odd_leg_is_refused_by_name_and_leaves_no_half_file(tmp_path: Path, odd: str) -> None:
    legs = odd_legs(tmp_path)[odd]
    before = sorted(tmp_path.iterdir())
    with pytest.raises(AudioUnusable, match=r"\w+\.wav is no recorded leg"):
        join_legs(legs, tmp_path / "out.wav")
    assert sorted(tmp_path.iterdir()) == before


def test_a_place_that_is_not_there_leaves_no_half_file(tmp_path: Path) -> None:
    leg = wav(tmp_path / "l.wav", [1] * 100)
    with pytest.raises(OSError, match="No such file"):
        join_legs([leg], tmp_path / "missing" / "out.wav")
    assert [path.name for path in tmp_path.iterdir()] == ["l.wav"]
