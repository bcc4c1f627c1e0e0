"""What a check found as JSON and SARIF, and what is in effect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from ivr.cli import show, trees
from ivr.flow.document import read
from ivr.flow.effective import quoted
from tests.unit.flow.trees import DEMO, END, ORGANISATION, write

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _plain_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAXEL_SETTINGS", "/dev/null")
    monkeypatch.setenv("VAXEL_TREES", str(DEMO))


def vaxel(*arguments: str) -> Result:
    app = typer.Typer()
    trees.register(app)
    show.register(app)
    return CliRunner().invoke(app, arguments)


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """Trees with an error and a warning, in a folder whose name a URI must escape."""
    folder = tmp_path / "my trees"
    write(folder / "town", "organisation.yaml", ORGANISATION)
    nodes = f"  a: {{hours: ofice, open: end, closed: end}}\n  b: {{hang_up: }}\n{END}"
    write(folder / "town", "t.yaml", f"numbers: ['1']\nstart: a\nnodes:\n{nodes}")
    write(
        folder / "town", "u.yaml", f"numbers: ['2']\nstart: end\nnodes:\n  b: {{hang_up: }}\n{END}"
    )
    return folder


def test_json_has_every_finding_with_its_place(wrong: Path) -> None:
    result = vaxel("check", str(wrong), "--format", "json")
    assert result.exit_code == 1
    told = json.loads(result.output)
    assert (told["files"], told["errors"], told["warnings"]) == (3, 1, 1)
    assert told["problems"][0] == {
        "severity": "error",
        "code": "undefined_hours",
        "file": str(wrong / "town" / "t.yaml"),
        "line": 4,
        "column": 14,
        "message": "no opening hours are named “ofice”",
        "advice": "did you mean “office”?",
    }


def test_sarif_has_what_its_standard_asks_for(wrong: Path) -> None:
    result = vaxel("check", str(wrong), "--format", "sarif")
    assert result.exit_code == 1
    log: dict[str, Any] = json.loads(result.output)
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    [run] = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"]
    assert run["columnKind"] == "unicodeCodePoints"
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids))
    assert [one["level"] for one in run["results"]] == ["error", "warning"]
    for one in run["results"]:
        assert ids[one["ruleIndex"]] == one["ruleId"]
        assert one["message"]["text"]
        [location] = one["locations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"]["uri"].startswith("file:///")
        assert " " not in place["artifactLocation"]["uri"]
        assert place["region"]["startLine"] >= 1
        assert place["region"]["startColumn"] >= 1


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_right_trees_have_no_findings(form: str) -> None:
    result = vaxel("check", "--format", form)
    assert result.exit_code == 0
    told = json.loads(result.output)
    assert (told["problems"] if form == "json" else told["runs"][0]["results"]) == []


def test_show_tells_where_each_value_comes_from() -> None:
    result = vaxel("show", "demo")
    assert result.exit_code == 0
    lines = {
        line.partition("#")[0].strip(): line.partition("# ")[2]
        for line in result.output.splitlines()
    }
    own, base = "demo/organisation.yaml:", "base.yaml:"
    assert own in lines["name: Exempelstad"]
    assert base in lines["time_zone: Europe/Stockholm"]
    assert own in lines["announce_every: 30 s"]
    assert lines["after_digits: 4 s"] == "default"


def test_what_show_prints_is_an_organisation_again(tmp_path: Path) -> None:
    (tmp_path / "town").mkdir()
    (tmp_path / "town" / "organisation.yaml").write_text(vaxel("show", "demo").output)
    for tree in ("office", "reception"):
        (tmp_path / "town" / f"{tree}.yaml").write_text(vaxel("show", "demo", tree).output)
    result = vaxel("check", str(tmp_path))
    assert result.output == "0 errors, 0 warnings in 3 files\n"


def test_show_puts_sub_trees_in(tmp_path: Path) -> None:
    write(tmp_path / "town", "organisation.yaml", ORGANISATION)
    write(tmp_path / "shared", "s.yaml", "start: x\nnodes:\n  x: {return: done}\n")
    nodes = f"  a: {{use: s, exits: {{done: end}}}}\n{END}"
    write(tmp_path / "town", "t.yaml", f"numbers: ['1']\nstart: a\nnodes:\n{nodes}")
    result = vaxel("show", "town", "t", "--folder", str(tmp_path))
    assert "a/x:" in result.output
    assert f"{tmp_path}/shared/s.yaml:3" in result.output


@pytest.mark.parametrize("arguments", [("dmo",), ("demo", "recepton")])
def test_show_of_what_is_not_there_names_the_nearest(arguments: tuple[str, ...]) -> None:
    result = vaxel("show", *arguments)
    assert result.exit_code == 2
    assert "did you mean" in result.output


@pytest.mark.parametrize(
    "text",
    [
        *("x", "no", "8", "08:00-17:00", "a: b", "# a", "", " a", "{{ x }}", "å, ö", 'say "a"'),
        *("~", "-", "*", "&a", "!a", "a #b", "a:", "[a", "back\\slash", "+46 8 1", "a\nb"),
        *("null", "%", "@a", "1-2"),
    ],
)
def test_what_is_printed_is_read_as_the_same_text(text: str, tmp_path: Path) -> None:
    file = tmp_path / "t.yaml"
    file.write_text(f"{quoted(text)}: [{quoted(text, inside=True)}, x]\nk: {quoted(text)}\n")
    assert read(file).data == {text: [text, "x"], "k": text}
