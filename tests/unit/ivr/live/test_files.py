"""The files of call trees, read and put back."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ivr.live.files import changed, own, owner, put_back, read_files
from tests.unit.flow.trees import write

pytestmark = pytest.mark.unit


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for place, name in (
        (".", "base.yaml"),
        ("shared", "greeting.yaml"),
        ("town", "organisation.yaml"),
        ("town", "a.yaml"),
        ("town/shared", "own.yaml"),
        ("other", "organisation.yaml"),
    ):
        write(tmp_path / place, name, f"{place}/{name}\n")
    return tmp_path


def test_an_organisation_stands_on_its_own_files_and_on_those_of_all(root: Path) -> None:
    write(root / "town", "a.yaml~", "a copy")
    write(root / "town", ".hidden.yaml", "a lock")
    files = read_files(root, root / "town")
    assert set(files) == {
        "base.yaml",
        "shared/greeting.yaml",
        "town/organisation.yaml",
        "town/a.yaml",
        "town/shared/own.yaml",
    }
    assert set(own(files, root, root / "town")) == set(files) - {
        "base.yaml",
        "shared/greeting.yaml",
    }


def test_the_folder_of_one_organisation_alone_is_its_own(root: Path) -> None:
    place = root / "town"
    files = read_files(place, place)
    assert set(files) == {"organisation.yaml", "a.yaml", "shared/own.yaml"}
    assert own(files, place, place) == files


def test_a_file_that_cannot_be_read_is_left_out(root: Path) -> None:
    (root / "town" / "b.yaml").symlink_to("nowhere")
    assert "town/b.yaml" not in read_files(root, root / "town")


def test_files_are_put_back_whole_with_their_rights_and_new_ones_removed(root: Path) -> None:
    place = root / "town"
    then = read_files(root, place)
    (place / "a.yaml").write_text("changed")
    (place / "a.yaml").chmod(0o640)
    (place / "organisation.yaml").unlink()
    write(place, "new.yaml", "new")
    kept = (root / "base.yaml").stat().st_mtime_ns

    now = read_files(root, place)
    assert changed(now, then) == ["town/a.yaml", "town/new.yaml", "town/organisation.yaml"]
    put_back(root, now, then)

    assert read_files(root, place) == then
    assert stat.S_IMODE((place / "a.yaml").stat().st_mode) == 0o640
    assert (root / "base.yaml").stat().st_mtime_ns == kept
    assert sorted(file.name for file in place.iterdir() if file.is_file()) == [
        "a.yaml",
        "organisation.yaml",
    ]


def test_the_owner_is_of_the_file_that_was_saved_last(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(root / "town" / "a.yaml", ns=(0, 2**62))
    uids: list[int] = []

    def of(uid: int) -> object:
        uids.append(uid)
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", of)
    assert owner(root, ["town/a.yaml", "base.yaml"]) == f"uid {os.getuid()}"
    assert owner(root, ["gone.yaml"]) == f"uid {root.stat().st_uid}"
    assert owner(root / "gone", ["gone.yaml"]) == "?"
