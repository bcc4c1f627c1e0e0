from __future__ import annotations

import os
from pathlib import Path

import pytest

from media.pruning import IN_USE_S, Pruned, prune

pytestmark = pytest.mark.unit

NOW = 1_000_000_000.0
DAY_S = 86_400.0
KEY = "0123456789abcdef" * 2


def put(folder: Path, name: str, *, days: float, size: int = 100) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
    os.utime(path, (NOW - days * DAY_S,) * 2)
    return path


def key(number: int) -> str:
    return f"{number:032x}.wav"


def test_above_the_limit_the_longest_unused_go_first(tmp_path: Path) -> None:
    files = [put(tmp_path, f"voice/sv/{key(days)}", days=days) for days in (1, 2, 3, 4)]
    spare = tmp_path / "recorded"
    pruned = prune(tmp_path, set(), spare=spare, now=NOW, unused_s=30 * DAY_S, most_bytes=250)
    assert pruned == Pruned(files=2, freed=200, left=200)
    assert [file.exists() for file in files] == [True, True, False, False]


def test_neither_what_is_needed_nor_what_is_just_played_is_deleted(tmp_path: Path) -> None:
    needed = put(tmp_path, f"voice/sv/{key(1)}", days=400)
    played = put(tmp_path, f"voice/sv/{key(2)}", days=IN_USE_S / 2 / DAY_S)
    spare = tmp_path / "recorded"
    pruned = prune(tmp_path, {needed}, spare=spare, now=NOW, unused_s=0, most_bytes=0)
    assert pruned == Pruned(files=0, freed=0, left=200)
    assert played.exists()


@pytest.mark.parametrize(
    "name",
    [
        "beep.wav",
        "voice/sv/notes.txt",
        f"voice/sv/.{KEY}-abc.tmp",
        f"recorded/sv/{KEY}.wav",
        "voice/sv/some.wav",
    ],
)
def test_what_was_not_rendered_by_us_is_left_alone(tmp_path: Path, name: str) -> None:
    file = put(tmp_path, name, days=400)
    prune(tmp_path, set(), spare=tmp_path / "recorded", now=NOW, unused_s=0, most_bytes=0)
    assert file.exists()


def test_prompts_of_an_earlier_voice_and_replaced_recordings_go(tmp_path: Path) -> None:
    put(tmp_path, f"old-voice/sv/{KEY}.wav", days=31)
    put(tmp_path, f"converted/town/sv/{KEY}-17.wav", days=31)
    spare = tmp_path / "recorded"
    assert (
        prune(tmp_path, set(), spare=spare, now=NOW, unused_s=30 * DAY_S, most_bytes=999).files == 2
    )


def test_there_may_be_nothing_yet(tmp_path: Path) -> None:
    nowhere = tmp_path / "none"
    assert prune(nowhere, set(), spare=nowhere, now=NOW, unused_s=0, most_bytes=0).files == 0
