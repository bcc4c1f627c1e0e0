"""``vaxel draw`` as a person types it."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from ivr.cli import draw, trees
from ivr.platform.errors import TreesInvalid
from tests.unit.flow.trees import DEMO, END, ORGANISATION, write

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _plain_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VAXEL_SETTINGS", "/dev/null")
    monkeypatch.setenv("VAXEL_TREES", str(DEMO))
    monkeypatch.chdir(tmp_path)


def vaxel(*arguments: str) -> Result:
    app = typer.Typer()
    draw.register(app)
    trees.register(app)
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, ["draw", *arguments])


def test_one_tree_goes_to_the_terminal_in_the_organisations_language() -> None:
    result = vaxel("demo", "office", "--as", "mermaid")
    assert result.exit_code == 0
    assert result.output.startswith('flowchart TD\n  entry>"Ring<br/>+46 8 465 004 01<br/>101"]\n')
    assert "Kontoret har stängt." in result.output


def test_another_language_is_that_of_texts_and_words() -> None:
    result = vaxel("demo", "office", "--as", "dot", "--language", "da")
    assert "Kontoret er lukket." in result.output
    assert "åbningstider" in result.output


def test_all_trees_go_to_files_in_the_current_folder(tmp_path: Path) -> None:
    result = vaxel("demo", "--as", "mermaid")
    assert result.exit_code == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "demo-office.mmd",
        "demo-reception.mmd",
    ]
    assert "demo-office.mmd is written" in result.output


def test_all_trees_go_to_a_folder_that_is_made(tmp_path: Path) -> None:
    assert vaxel("demo", "--as", "dot", "--output", "a/b").exit_code == 0
    assert len(list((tmp_path / "a/b").glob("demo-*.dot"))) == 2


def test_one_tree_goes_to_the_file_that_is_named(tmp_path: Path) -> None:
    assert vaxel("demo", "office", "--as", "dot", "--output", "office.gv").exit_code == 0
    assert (tmp_path / "office.gv").read_text(encoding="utf-8").startswith("digraph tree {")


def test_one_tree_goes_into_a_folder_that_is_there(tmp_path: Path) -> None:
    assert vaxel("demo", "office", "--as", "dot", "--output", ".").exit_code == 0
    assert (tmp_path / "demo-office.dot").exists()


def test_an_organisation_with_one_tree_needs_no_name_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "town", "organisation.yaml", ORGANISATION)
    write(tmp_path / "town", "t.yaml", f"numbers: ['1']\nstart: end\nnodes:\n{END}")
    monkeypatch.setenv("VAXEL_TREES", str(tmp_path))
    assert vaxel("town", "--as", "mermaid").output.startswith("flowchart TD\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("none",), "no organisation is named “none”; known are building-permits, culture"),
        (("demo", "offise"), "no call tree is named “offise”; did you mean “office”?"),
        (("demo", "office", "--language", "fi"), "no language is named “fi”; known: da, en, sv"),
        (("demo", "office", "--from", "2026-01-01"), "a period needs --calls"),
        (
            ("demo", "--calls", "--from", "2026-01-02", "--to", "2026-01-01"),
            "the last day is before the first",
        ),
        (("demo", "office", "--as", "dot", "--output", "/dev/null/x"), "cannot be written"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_does(
    arguments: tuple[str, ...], told: str
) -> None:
    result = vaxel(*arguments)
    assert result.exit_code == 2
    assert told in result.output


def test_trees_with_errors_are_not_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "town", "organisation.yaml", "[")
    monkeypatch.setenv("VAXEL_TREES", str(tmp_path))
    assert isinstance(vaxel("town").exception, TreesInvalid)
