from __future__ import annotations

from pathlib import Path

import pytest

from ivr.platform import asterisk
from ivr.platform.asterisk import AsteriskProgram
from ivr.platform.errors import AsteriskMissing, AsteriskTooOld

pytestmark = pytest.mark.unit

LOADER = "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"


@pytest.fixture(autouse=True)
def _no_asterisk_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asterisk, "_installed", list)


def tree(cache: Path, suite: str, says: str) -> Path:
    """A fetched tree whose loader, instead of loading, says a version."""
    loader = cache / f"asterisk-{suite}" / LOADER
    loader.parent.mkdir(parents=True)
    loader.write_text(f"#!/bin/sh\necho '{says}'\n")
    loader.chmod(0o755)
    return cache / f"asterisk-{suite}"


def test_a_fetched_tree_is_started_by_its_own_loader_with_its_own_libraries(
    tmp_path: Path,
) -> None:
    root = tree(tmp_path, "forky", "Asterisk 22.10.1+dfsg")

    found = AsteriskProgram.find(tmp_path)

    assert found.version == "22.10.1+dfsg"
    assert found.command == (
        str(root / LOADER),
        "--library-path",
        str(root / "usr/lib/x86_64-linux-gnu"),
        str(root / "usr/sbin/asterisk"),
    )
    assert found.modules == root / "usr/lib/x86_64-linux-gnu/asterisk/modules"


@pytest.mark.parametrize("says", ["Asterisk 20.6.0~dfsg", "Asterisk certified-20.7-cert1"])
def test_the_oldest_long_term_release_is_new_enough(tmp_path: Path, says: str) -> None:
    tree(tmp_path, "x", says)

    assert AsteriskProgram.find(tmp_path).version in says


@pytest.mark.parametrize("says", ["Asterisk 18.10.0", "Asterisk 16.2.1~dfsg", "no answer"])
def test_an_older_one_is_refused_with_what_to_do(tmp_path: Path, says: str) -> None:
    tree(tmp_path, "x", says)

    with pytest.raises(AsteriskTooOld, match=r"too old.*make up"):
        AsteriskProgram.find(tmp_path)


def test_a_newer_one_beside_an_older_one_is_taken(tmp_path: Path) -> None:
    tree(tmp_path, "a", "Asterisk 16.2.1")
    tree(tmp_path, "b", "Asterisk 22.1.0")

    assert AsteriskProgram.find(tmp_path).version == "22.1.0"


def test_none_at_all_is_told(tmp_path: Path) -> None:
    with pytest.raises(AsteriskMissing, match="make up"):
        AsteriskProgram.find(tmp_path)
