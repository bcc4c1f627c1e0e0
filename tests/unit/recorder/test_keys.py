"""The file with the master keys."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from recorder.errors import KeysUnusable
from recorder.keys import MasterKeys, ensure_keys

pytestmark = pytest.mark.unit


def test_a_new_file_is_for_its_owner_alone_and_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "state" / "keys.json"
    made = MasterKeys.make(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert MasterKeys.load(path) == made
    assert [entry.name for entry in path.parent.iterdir()] == ["keys.json"]


def test_no_secret_shows_in_a_log(tmp_path: Path) -> None:
    keys = MasterKeys.make(tmp_path / "keys.json")
    assert repr(keys.current.secret) not in repr(keys)


def test_who_makes_it_at_the_same_time_gets_the_same_keys(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: MasterKeys.make(path), range(16)))
    assert len({keys.current.id for keys in made}) == 1


def test_a_new_current_key_leaves_the_old_ones_in_place(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    old = MasterKeys.make(path)
    new = MasterKeys.renew(path)
    assert MasterKeys.load(path) == new
    assert new.current.id != old.current.id
    assert new.named(old.current.id) == old.current


def test_who_renews_at_the_same_time_loses_no_key(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    MasterKeys.make(path)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: MasterKeys.renew(path).current.id, range(16)))
    assert set(made) < MasterKeys.load(path).known.keys()


def test_a_lost_file_is_not_replaced_where_recordings_are(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    with pytest.raises(KeysUnusable, match="restore it"):
        ensure_keys(path, used=True)
    assert not path.exists()
    ensure_keys(path, used=False)
    kept = path.read_bytes()
    ensure_keys(path, used=True)
    assert path.read_bytes() == kept


ODD = {
    "no_json": "{",
    "no_keys": "{}",
    "list": "[]",
    "unknown_current": json.dumps({"current": "a" * 16, "keys": {}}),
    "short": json.dumps({"current": "a" * 16, "keys": {"a" * 16: "c2hvcnQ="}}),
    "no_base64": json.dumps({"current": "a" * 16, "keys": {"a" * 16: "?"}}),
    "odd_name": json.dumps({"current": "first", "keys": {"first": "A" * 43 + "="}}),
}


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_file_is_refused_with_its_path(tmp_path: Path, odd: str) -> None:
    path = tmp_path / "keys.json"
    path.touch(0o600)
    path.write_text(ODD[odd])
    with pytest.raises(KeysUnusable, match=r"keys\.json"):
        MasterKeys.load(path)


def test_a_file_that_others_may_read_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    MasterKeys.make(path)
    path.chmod(0o640)
    with pytest.raises(KeysUnusable, match="chmod 600"):
        MasterKeys.load(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(KeysUnusable, match="backup"):
        MasterKeys.load(tmp_path / "keys.json")
