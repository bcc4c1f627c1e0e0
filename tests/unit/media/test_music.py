import math
from array import array
from itertools import pairwise
from pathlib import Path

import pytest

from media.music import LEVEL_DBFS, NOTES_HZ, compose, write_music
from media.tones import BEEP_HZ, BEEP_SECONDS, tone, write_beep, write_nothing
from media.wav import RATE_HZ, length_s, read_wav, write_wav

pytestmark = pytest.mark.unit


def _level_dbfs(pcm: bytes) -> float:
    samples = array("h", pcm)
    return 20 * math.log10(math.hypot(*samples) / math.sqrt(len(samples)) / 32768)


def test_the_music_is_half_a_minute_at_its_level_and_the_same_each_time() -> None:
    music = compose()
    assert len(music) / 2 / RATE_HZ == pytest.approx(30, abs=0.1)
    assert _level_dbfs(music) == pytest.approx(LEVEL_DBFS, abs=0.1)
    assert max(map(abs, array("h", music))) < 32767
    assert music == compose()


def test_the_loop_has_no_click_at_its_seam() -> None:
    samples = array("h", compose())
    steps = [abs(b - a) for a, b in pairwise(samples)]
    assert abs(samples[0] - samples[-1]) <= max(steps)


def test_every_note_can_go_through_a_telephone() -> None:
    assert all(100 < hz < 3400 for hz in NOTES_HZ)


def test_the_music_folder_is_made_once(tmp_path: Path) -> None:
    first = write_music(tmp_path / "music")
    made = first.stat().st_mtime_ns
    assert write_music(tmp_path / "music") == first
    assert first.stat().st_mtime_ns == made


def test_the_beep_lies_where_asterisk_is_told(tmp_path: Path) -> None:
    path = write_beep(tmp_path / "tones")
    assert path.is_absolute()
    pcm = read_wav(path.with_suffix(".wav"))
    assert len(pcm) / 2 / RATE_HZ == pytest.approx(BEEP_SECONDS)
    assert _crossings_hz(pcm) == pytest.approx(BEEP_HZ, rel=0.02)


def test_what_stops_a_sound_has_no_length(tmp_path: Path) -> None:
    path = write_nothing(tmp_path / "tones")
    assert path.is_absolute()
    assert length_s(path.with_suffix(".wav")) == 0


def test_a_file_is_as_long_as_its_samples(tmp_path: Path) -> None:
    write_wav(tmp_path / "tone.wav", tone(440, 1.25))
    assert length_s(tmp_path / "tone.wav") == 1.25


def test_a_tone_has_its_level_and_begins_and_ends_in_silence() -> None:
    pcm = tone(440, 1.0, level_dbfs=-20)
    samples = array("h", pcm)
    assert _level_dbfs(pcm) == pytest.approx(-20, abs=0.2)
    assert samples[0] == samples[-1] == 0


def _crossings_hz(pcm: bytes) -> float:
    samples = array("h", pcm)
    rising = sum(a < 0 <= b for a, b in pairwise(samples))
    return rising * RATE_HZ / len(samples)
