"""The guide from zero to a tree, done step by step: what it says one types, and what one sees."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ivr.cli import application
from ivr.flow.nodes import NODE_TYPES
from tests.unit.flow.trees import DEMO

pytestmark = pytest.mark.unit

GUIDE = (DEMO / "README.md").read_text(encoding="utf-8")
STEPS = GUIDE.partition("## A new organisation")[2].partition("## Recipes")[0]
RECIPES = GUIDE.partition("## Recipes")[2]


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", STEPS, re.DOTALL)


@pytest.fixture
def bikes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the guide makes, in a city that has what all share."""
    folder = tmp_path / "dialplans" / "bikes"
    folder.mkdir(parents=True)
    shutil.copy(DEMO / "base.yaml", folder.parent)
    shutil.copytree(DEMO / "shared", folder.parent / "shared")
    monkeypatch.setenv("VAXEL_SETTINGS", "/dev/null")
    monkeypatch.setenv("VAXEL_TREES", str(folder.parent))
    monkeypatch.chdir(tmp_path)
    return folder


def vaxel(line: str) -> str:
    words = line.split()
    return CliRunner().invoke(application(words[0]), words).output


def test_each_step_gives_what_the_guide_shows(bikes: Path) -> None:
    organisation, first, mended, opening, menu, tests = blocks("yaml")
    failed, called, closed, reported, tested = blocks("text")
    tree = bikes / "main.yaml"
    (bikes / "organisation.yaml").write_text(organisation, encoding="utf-8")
    tree.write_text(first, encoding="utf-8")
    assert vaxel("check dialplans/bikes") == failed

    tree.write_text(first.partition("    then: godbye")[0] + mended, encoding="utf-8")
    assert vaxel("check dialplans/bikes").startswith("0 errors, 0 warnings")
    assert vaxel("call 119 --at 2026-11-23T10:00 --keys h") == called

    said = tree.read_text(encoding="utf-8").replace("then: goodbye", "then: language") + opening
    tree.write_text(said, encoding="utf-8")
    assert vaxel("call 119 --at 2026-12-25T10:00 --keys 2") == closed

    said = said.replace("open: goodbye", "open: main") + menu
    tree.write_text(said, encoding="utf-8")
    assert vaxel("check dialplans/bikes").startswith("0 errors, 0 warnings")
    seen = vaxel("call 119 --at 2026-11-23T10:00 --keys 1,1,1742")
    assert seen.endswith(reported.removeprefix("…\n"))

    (bikes / "main.test.yaml").write_text(tests, encoding="utf-8")
    seen = vaxel("test bikes")
    for part in tested.split("…\n"):
        assert part.rpartition("\n2 tests in")[0] in seen


@pytest.mark.parametrize("command", re.findall(r"^\.venv/bin/vaxel (\w+)", GUIDE, re.MULTILINE))
def test_each_command_exists(command: str) -> None:
    assert CliRunner().invoke(application(command), [command, "--help"]).exit_code == 0


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", GUIDE))
def test_each_link_leads_somewhere(link: str) -> None:
    assert (DEMO / link).exists()


@pytest.mark.parametrize("name", re.findall(r"`((?:[a-z-]+/)+[a-z-]+\.yaml)`", GUIDE))
def test_each_file_that_is_named_exists(name: str) -> None:
    assert name.startswith("dialplans/bikes/") or (DEMO / name).exists()


@pytest.mark.parametrize("organisation", re.findall(r"^\| [0-9, ]+ \| `([a-z-]+)`", GUIDE, re.M))
def test_each_organisation_of_the_table_answers_the_numbers_in_it(organisation: str) -> None:
    (row,) = re.findall(rf"^\| ([0-9, ]+) \| `{organisation}`", GUIDE, re.MULTILINE)
    said = [file.read_text(encoding="utf-8") for file in (DEMO / organisation).glob("*.yaml")]
    numbers = re.findall(r'^numbers: .*"([0-9]+)"\]$', "\n".join(said), re.MULTILINE)
    assert sorted(row.split(", ")) == sorted(numbers)


@pytest.mark.parametrize("verb", sorted(NODE_TYPES))
def test_each_node_type_is_in_some_tree_of_the_city(verb: str) -> None:
    trees = [file for file in DEMO.rglob("*.yaml") if not file.name.endswith(".test.yaml")]
    said = "\n".join(file.read_text(encoding="utf-8") for file in trees)
    assert re.search(rf"^ {{4}}{verb}:", said, re.MULTILINE)
