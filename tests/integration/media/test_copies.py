"""Organisations' recordings copied for the telephone by the real ffmpeg, whole ones alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from media.copies import copies
from media.tones import tone
from media.wav import RATE_HZ, read_wav, write_wav
from tests.integration.media.test_recorded import pitch, record

pytestmark = pytest.mark.integration

HELLO = ("Hej", "sv")


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:20_000])


def silence(file: Path) -> None:
    write_wav(file, bytes(2 * RATE_HZ))


def words(file: Path) -> None:
    file.write_bytes(b"these are words and no sound")


async def test_a_copy_is_made_once_and_again_when_the_recording_is_another(tmp_path: Path) -> None:
    file, made = tmp_path / "hello.mp3", tmp_path / "made"
    record(file, 440)
    first = (await copies({HELLO: file}, made)).played[HELLO]
    os.utime(first, (1, 1))
    assert (await copies({HELLO: file}, made)).played[HELLO] == first
    assert first.stat().st_mtime == 1
    record(file, 880)
    second = (await copies({HELLO: file}, made)).played[HELLO]
    assert [round(pitch(one)[0], -1) for one in (first, second)] == [440, 880]
    assert len(list(made.rglob("*"))) == 3, "two copies in one folder, and no draft"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (cut, "not whole"),
        (silence, "nothing is heard"),
        (words, "no sound"),
        (Path.unlink, "No such file"),
    ],
)
async def test_what_is_of_no_use_is_refused_and_the_last_good_one_stays(
    tmp_path: Path, spoil: Callable[[Path], None], reason: str
) -> None:
    file, made = tmp_path / "hello.wav", tmp_path / "made"
    record(file, 440)
    good = (await copies({HELLO: file}, made)).played[HELLO]
    spoil(file)
    found = await copies({HELLO: file}, made)
    assert found.played == {HELLO: good}
    assert reason in found.refused[file]
    first = await copies({HELLO: file}, tmp_path / "new")
    assert (first.played, set(first.refused)) == ({}, {file})


async def test_a_wav_file_of_a_program_that_could_not_go_back_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "hello.wav"
    write_wav(file, tone(440, 1))
    content = bytearray(file.read_bytes())
    content[4:8] = content[40:44] = b"\xff" * 4
    file.write_bytes(content)
    found = await copies({HELLO: file}, tmp_path / "made")
    assert len(read_wav(found.played[HELLO])) == 2 * RATE_HZ
