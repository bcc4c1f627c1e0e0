"""Names and contents of sidecars, honest and hostile."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from errno import ENOSPC
from pathlib import Path

import pytest

from recorder.errors import BadName, SidecarUnreadable
from recorder.sidecar import Sidecar, base_for
from store.models import RecordingKind

pytestmark = pytest.mark.unit

SIDECAR = Sidecar(
    contact="vaxel-1763974800.42",
    n=7,
    org="preschool",
    kind=RecordingKind.CONVERSATION,
    offered_at_ms=1_763_974_805_000,
    queue="fees",
    agent="4001",
    caller="+46701234567",
)


def test_what_is_written_is_read_back_and_only_this_user_may(tmp_path: Path) -> None:
    path = SIDECAR.write(tmp_path)
    assert path.name == "vaxel-1763974800.42-7.json"
    assert Sidecar.read(path) == SIDECAR
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_hostile_caller_id_comes_back_as_it_was(tmp_path: Path) -> None:
    caller = '"\n${SHELL(id)}\\\udcff\x00Zoë'
    sidecar = replace(SIDECAR, caller=caller)
    assert Sidecar.read(sidecar.write(tmp_path)).caller == caller


def test_two_offers_and_a_voicemail_of_one_contact_do_not_share_a_name() -> None:
    bases = {
        base_for("c", 1),
        base_for("c", 2),
        base_for("c", 1, RecordingKind.VOICEMAIL),
    }
    assert len(bases) == 3


@pytest.mark.parametrize(
    "contact", ["", "..", "../x", "a/b", "a b", "a\n", ".hidden", "ä", "a" * 129]
)
def test_a_contact_that_is_no_file_name_is_refused(contact: str) -> None:
    with pytest.raises(BadName):
        base_for(contact, 1)


@pytest.mark.parametrize("org", ["", "..", "a/../b", "."])
def test_an_organisation_that_is_no_folder_name_is_refused(org: str) -> None:
    with pytest.raises(BadName):
        replace(SIDECAR, org=org)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"{}",
        b"[" * 16_000,
        json.dumps({"kind": "conversation", "contact": "c"}).encode(),
        b'{"kind": "conversation", "contact": 7}',
    ],
)
def test_a_file_that_is_no_sidecar_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c-1.json"
    path.write_bytes(content)
    with pytest.raises(SidecarUnreadable, match=r"c-1\.json"):
        Sidecar.read(path)


@pytest.mark.parametrize(
    "odd",
    [
        {"kind": "song"},
        {"offered_at_ms": "soon"},
        {"offered_at_ms": 10**18},
        {"caller": None},
        {"n": 0},
        {"more": "x"},
    ],
)
def test_a_field_of_the_wrong_kind_is_refused(tmp_path: Path, odd: dict[str, object]) -> None:
    path = SIDECAR.write(tmp_path)
    path.write_text(json.dumps(json.loads(path.read_text()) | odd))
    with pytest.raises(SidecarUnreadable):
        Sidecar.read(path)


def test_a_sidecar_under_another_recordings_name_is_refused(tmp_path: Path) -> None:
    path = SIDECAR.write(tmp_path)
    with pytest.raises(SidecarUnreadable, match=r"speaks of"):
        Sidecar.read(path.rename(tmp_path / "other-1.json"))


def test_an_error_about_a_sidecar_does_not_repeat_the_callers_number(tmp_path: Path) -> None:
    path = SIDECAR.write(tmp_path)
    path.write_text(path.read_text().replace("conversation", "song"))
    with pytest.raises(SidecarUnreadable) as caught:
        Sidecar.read(path)
    assert "+46701234567" not in str(caught.value)


def test_where_there_is_no_room_nothing_of_it_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        SIDECAR.write(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_each_of_several_who_are_rung_has_a_name_of_their_own(tmp_path: Path) -> None:
    of_one = replace(SIDECAR, phone="agent2")
    assert of_one.base == f"{SIDECAR.base}-agent2"
    assert Sidecar.read(of_one.write(tmp_path)) == of_one
    assert [leg.name for leg in of_one.legs(tmp_path)] == [
        f"{SIDECAR.base}-agent2-caller.wav",
        f"{SIDECAR.base}-agent2-agent.wav",
    ]
    with pytest.raises(BadName):
        replace(SIDECAR, phone="../agent2")
