"""``vaxel recordings`` on real recordings: what it shows, writes, notes and refuses."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import wave
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import create_engine, text
from typer.testing import CliRunner, Result

from ivr.cli import application
from media.playback import duration_ms
from recorder.errors import (
    FileTampered,
    KeysUnusable,
    NoSuchLeftover,
    NoSuchRecording,
    NothingRecorded,
)
from recorder.legs import QUIET_MS
from tests.integration.recorder.conftest import ORG, SIDECAR, Desk

pytestmark = pytest.mark.integration

TALK = SIDECAR.base
OTHER = f"{SIDECAR.contact}-v8"

Vaxel = Callable[..., Result]


@pytest.fixture
async def vaxel(desk: Desk, redis: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Vaxel:
    """The command, on a conversation with one caller and a message of another."""
    await desk.store(await desk.talk(), await desk.voicemail(8, caller="+4687654321"))
    monkeypatch.setenv("VAXEL_SETTINGS", "/dev/null")
    monkeypatch.setenv("VAXEL_STATE", str(desk.folder.parent))
    monkeypatch.setenv("VAXEL_REDIS_URL", redis_url)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(application("recordings"), ["recordings", *arguments])

    return run


def noted(desk: Desk) -> list[tuple[str, str | None, str | None]]:
    """What the audit holds: action, recording, reason."""
    engine = create_engine(f"sqlite:///{desk.folder.parent / 'vaxel.db'}")
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT action, recording, reason FROM recording_accesses ORDER BY id")
        )
        return [(row.action, row.recording, row.reason) for row in rows]


def write_down(desk: Desk, recording: str, said: str) -> None:
    """A transcript, as speech recognition leaves it."""
    engine = create_engine(f"sqlite:///{desk.folder.parent / 'vaxel.db'}")
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE transcripts SET state = 'done', text = :said, folded = :said"
                " WHERE recording = :recording AND leg = 'caller'"
            ),
            {"said": said, "recording": recording},
        )


def test_the_list_tells_who_spoke_and_hides_whole_numbers(vaxel: Vaxel, desk: Desk) -> None:
    shown = vaxel("list").output
    assert TALK in shown
    assert OTHER in shown
    assert "fees" in shown
    assert "4001" in shown
    assert SIDECAR.caller not in shown
    assert "…567" in shown
    assert SIDECAR.caller in vaxel("list", "--show-numbers", "--reason", "a complaint").output
    assert noted(desk) == [("list", None, None), ("list", None, "a complaint")]


SEARCHES: dict[tuple[str, ...], set[str]] = {
    ("--caller", "070-123 45 67"): {TALK},
    ("--caller", "+46 70 123 45 67"): {TALK},
    ("--agent", "4001", "--queue", "fees", "--org", ORG): {TALK},
    ("--org", ORG): {TALK, OTHER},
    ("--day", "2025-11-24"): {TALK, OTHER},
    ("--day", "2025-11-20"): set(),
    ("--contact", "unknown"): set(),
    ("--limit", "1"): {OTHER},
    ("--text", "Invoice"): {TALK},
    ("--text", "prescription"): set(),
}


def test_it_finds_what_is_asked_for(vaxel: Vaxel, desk: Desk) -> None:
    write_down(desk, TALK, "my invoice")
    for asked, found in SEARCHES.items():
        shown = vaxel("list", *asked).output
        assert {name for name in (TALK, OTHER) if name in shown} == found, asked


def test_a_recording_is_written_to_a_file_for_its_owner_alone(
    vaxel: Vaxel, desk: Desk, tmp_path: Path
) -> None:
    heard = tmp_path / "heard.wav"
    for _ in range(2):  # a second time replaces the first
        assert vaxel("play", TALK, "--to", str(heard)).exit_code == 0
    with wave.open(str(heard)) as file:
        assert (file.getnchannels(), file.getnframes()) == (2, 3 * 8000)
    assert stat.S_IMODE(heard.stat().st_mode) == 0o600
    assert noted(desk) == [("play", TALK, None)] * 2


def test_what_is_no_ordinary_file_is_not_replaced(vaxel: Vaxel, tmp_path: Path) -> None:
    device = tmp_path / "device.wav"  # a device would be gone as this would
    os.mkfifo(device)
    said = vaxel("play", TALK, "--to", str(device))
    assert said.exit_code == 2
    assert "ordinary" in said.output
    assert device.is_fifo()


@pytest.mark.parametrize("name", ["heard.mp3", "heard", "settings.toml"])
def test_a_file_of_another_kind_is_not_written_over(
    vaxel: Vaxel, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("something else")
    said = vaxel("play", TALK, "--to", str(tmp_path / name))
    assert said.exit_code == 2
    assert "ends in .wav or .opus" in said.output
    assert (tmp_path / name).read_text() == "something else"


def test_capitals_in_a_name_make_no_other_kind_of_file(vaxel: Vaxel, tmp_path: Path) -> None:
    assert vaxel("play", TALK, "--to", str(tmp_path / "HEARD.WAV")).exit_code == 0
    assert (tmp_path / "HEARD.WAV").read_bytes().startswith(b"RIFF")


def test_the_newest_needs_no_name(vaxel: Vaxel, desk: Desk, tmp_path: Path) -> None:
    vaxel("play", "latest", "--to", str(tmp_path / "heard.opus"))
    assert duration_ms([(tmp_path / "heard.opus").read_bytes()]) == 500
    assert noted(desk) == [("play", OTHER, None)]


def test_without_a_player_it_says_what_to_do(vaxel: Vaxel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    said = vaxel("play", TALK)
    assert "--to heard.wav" in said.output
    assert said.exit_code == 2


def test_an_unknown_name_is_told(vaxel: Vaxel) -> None:
    assert isinstance(vaxel("play", "nobody-1").exception, NoSuchRecording)


def test_before_the_first_recording_there_is_no_newest(
    vaxel: Vaxel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAXEL_STATE", str(tmp_path / "another"))
    assert isinstance(vaxel("play", "latest").exception, NothingRecorded)


def test_a_tampered_recording_is_refused_and_leaves_no_file(
    vaxel: Vaxel, desk: Desk, tmp_path: Path
) -> None:
    stored = desk.folder / desk.files()[0]
    stored.write_bytes(stored.read_bytes()[:-1])
    said = vaxel("play", stored.name.removesuffix(".opus.enc"), "--to", str(tmp_path / "h.wav"))
    assert isinstance(said.exception, FileTampered)
    assert not (tmp_path / "h.wav").exists()


def test_without_the_keys_nothing_is_opened_and_it_says_why(
    vaxel: Vaxel, desk: Desk, tmp_path: Path
) -> None:
    desk.keys.unlink()
    said = vaxel("play", TALK, "--to", str(tmp_path / "heard.wav"))
    assert isinstance(said.exception, KeysUnusable)
    assert not (tmp_path / "heard.wav").exists()


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_sound_and_facts_are_exported(vaxel: Vaxel, desk: Desk, tmp_path: Path, name: str) -> None:
    write_down(desk, TALK, "my invoice")
    target = tmp_path / name
    assert vaxel("export", str(target), "--org", ORG).exit_code == 0
    if target.suffix:
        zipfile.ZipFile(target).extractall(tmp_path / "unpacked")
    folder = tmp_path / ("unpacked" if target.suffix else "out")
    facts = json.loads((folder / "recordings.json").read_text())
    assert {fact["recording"]: fact["caller"] for fact in facts} == {
        TALK: SIDECAR.caller,
        OTHER: "+4687654321",
    }
    assert {fact["recording"]: fact["said"] for fact in facts} == {
        TALK: {"caller": "my invoice"},
        OTHER: {},
    }
    assert duration_ms([(folder / f"{TALK}.opus").read_bytes()]) == 3000
    assert {("export", TALK, None), ("export", OTHER, None)} == set(noted(desk))


def test_an_export_of_nothing_in_particular_is_refused(vaxel: Vaxel, tmp_path: Path) -> None:
    said = vaxel("export", str(tmp_path / "out"))
    assert said.exit_code == 2
    assert "say which recordings" in said.output


def test_whole_recordings_are_found_whole_and_others_are_named(vaxel: Vaxel, desk: Desk) -> None:
    assert "2 recordings of 2 whole" in vaxel("verify").output
    (desk.folder / desk.files()[0]).unlink()
    said = vaxel("verify")
    assert "1 recording of 2 whole" in said.output
    assert "restore it from a backup" in said.output
    assert said.exit_code == 1


def test_erasing_shows_first_and_does_it_when_told(vaxel: Vaxel, desk: Desk) -> None:
    before = desk.files()
    shown = vaxel("erase", "0701234567").output
    assert "would erase: 1 recording" in shown
    assert "add --yes" in shown
    assert desk.files() == before
    said = vaxel("erase", "0701234567", "--yes").output
    assert said.splitlines()[-1] == (
        "Erased: 1 recording, 0 recordings that could not be finished, "
        "0 messages taken by Asterisk alone, 0 open callbacks, 0 notes of earlier calls, "
        "the number of 0 contacts and 0 events."
    )
    assert [Path(name).name for name in desk.files()] == [f"{OTHER}.opus.enc"]
    assert "(erasure)" in vaxel("list", "--deleted").output
    assert TALK not in vaxel("list").output


def test_what_cannot_be_a_number_erases_nothing(vaxel: Vaxel) -> None:
    assert vaxel("erase", "anna", "--yes").exit_code == 2


def test_everybody_sees_who_had_access(vaxel: Vaxel) -> None:
    vaxel("verify", TALK, "--reason", "a complaint")
    shown = vaxel("accesses", "--recording", TALK).output
    assert "verify" in shown
    assert "a complaint" in shown


def test_what_was_sealed_under_the_old_key_opens_after_a_new_one(vaxel: Vaxel, desk: Desk) -> None:
    before = desk.keys.read_bytes()
    assert vaxel("new-key").exit_code == 0
    assert desk.keys.read_bytes() != before
    assert "2 recordings of 2 whole" in vaxel("verify").output


def test_what_is_over_is_deleted_by_hand_too(vaxel: Vaxel, desk: Desk) -> None:
    assert "0 recordings deleted" not in vaxel("expire").output  # 90 days from 2025 are over
    assert desk.files() == []


@pytest.fixture
async def broken(vaxel: Vaxel, desk: Desk) -> str:
    """The name of a recording of which a leg is missing."""
    sidecar = await desk.talk(3)
    (desk.incoming / f"{sidecar.base}-agent.wav").unlink()
    desk.now_ms += QUIET_MS
    await desk.recorder.sweep()
    return sidecar.base


def test_what_could_not_be_finished_is_told_with_the_remedy(vaxel: Vaxel, broken: str) -> None:
    assert (
        "1 recording could not be finished: see `vaxel recordings failed`" in vaxel("list").output
    )
    shown = vaxel("failed").output
    assert broken in shown
    assert "2026-02-22" in shown  # 90 days
    assert "`vaxel recordings retry` keeps the other half" in shown


async def test_it_is_finished_with_what_there_is(vaxel: Vaxel, broken: str, desk: Desk) -> None:
    said = await asyncio.to_thread(vaxel, "retry")
    assert "1 recording will be finished" in said.output
    await desk.recorder.sweep()
    assert broken in (await asyncio.to_thread(vaxel, "list")).output
    assert "Every recording was finished" in (await asyncio.to_thread(vaxel, "failed")).output


def test_what_cannot_be_tried_again_is_named_and_the_rest_goes_on(
    vaxel: Vaxel, broken: str, desk: Desk
) -> None:
    (desk.failed / "somebody-1-caller.wav").write_bytes(b"RIFF")
    said = vaxel("retry")
    assert "somebody-1 cannot be tried again" in said.output
    assert "1 recording will be finished" in said.output
    assert said.exit_code == 1


def test_it_is_discarded_for_good_and_that_is_noted(vaxel: Vaxel, broken: str, desk: Desk) -> None:
    assert isinstance(vaxel("discard", TALK).exception, NoSuchLeftover)
    assert "1 recording deleted" in vaxel("discard", broken, "--reason", "noise").output
    assert list(desk.failed.iterdir()) == []
    assert noted(desk) == [("erase", broken, "noise")]


def test_messages_that_asterisk_took_by_itself_are_told(vaxel: Vaxel, desk: Desk) -> None:
    inbox = desk.folder.parent / "asterisk" / "spool" / "voicemail" / "default" / "a" / "INBOX"
    inbox.mkdir(parents=True)
    (inbox / "msg0000.txt").write_text("callerid=0701234567\n")
    assert f"1 message taken by Asterisk alone, unencrypted, in {inbox}." in vaxel("list").output
    assert "1 message taken" in vaxel("erase", "0701234567", "--yes").output
    assert "Asterisk" not in vaxel("list").output
