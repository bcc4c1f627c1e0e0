"""What a start begins with, when the files were read a while ago."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ivr.live.first import first_trees
from ivr.live.survey import survey
from store.tree_files import Version
from tests.unit.ivr.live.house import House

pytestmark = pytest.mark.unit


async def never_asked() -> Sequence[Version]:
    raise AssertionError("all files are right")


async def test_files_that_are_what_they_were_are_not_read_again(tmp_path: Path) -> None:
    house = House(tmp_path / "trees", north="100")
    read = survey(house.root)

    first = await first_trees(house.root, never_asked, read)

    assert first.parts is read.parts


async def test_a_file_that_has_changed_meanwhile_is_served_as_it_is_now(tmp_path: Path) -> None:
    house = House(tmp_path / "trees", north="100")
    read = survey(house.root)
    tree = house.root / "north" / "tree.yaml"
    tree.write_text(tree.read_text().replace("100", "300"))

    first = await first_trees(house.root, never_asked, read)

    assert first.parts["north"].catalogue.find("300") is not None
    assert first.parts["north"].catalogue.find("100") is None
