"""The schemas for editors: up to date, and right about the files that we ship."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer
from typer.testing import CliRunner

from ivr.cli.language import register
from ivr.flow.document import read
from ivr.flow.nodes import NODE_TYPES
from ivr.flow.reading import TESTS
from ivr.flow.schema import schemas, to_json
from tests.unit.flow.trees import DEMO

pytestmark = pytest.mark.unit

FOLDER = DEMO / "schema"
SCHEMAS = schemas()
KINDS = {"base.yaml": "base", "organisation.yaml": "organisation"}


def kind(file: Path) -> str:
    """Which schema is for a file."""
    if file.name.endswith(TESTS):
        return "test"
    return "shared" if file.parent.name == "shared" else KINDS.get(file.name, "tree")


FILES = sorted(DEMO.rglob("*.yaml"))
each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(DEMO)))


def as_an_editor(value: Any) -> Any:
    """Our data, in which all is text, with the types that YAML 1.2 knows."""
    if isinstance(value, dict):
        return {key: as_an_editor(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_an_editor(inner) for inner in value]
    if value == "":
        return None
    if re.fullmatch(r"[+-]?[0-9]+", value):
        return int(value)
    return {"true": True, "false": False}.get(value, value)


def slips(name: str, data: Any) -> list[str]:
    validator = jsonschema.Draft202012Validator(SCHEMAS[name])
    return [f"{list(one.absolute_path)}: {one.message}" for one in validator.iter_errors(data)]


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schemas_file_is_what_the_models_say(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])
    written = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert written == to_json(SCHEMAS[name]), "run: vaxel schema"


def test_there_is_no_schema_that_the_models_do_not_have() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == set(SCHEMAS)


@each_file
def test_what_we_ship_is_right_by_its_schema(file: Path) -> None:
    assert slips(kind(file), as_an_editor(read(file).data)) == []


@each_file
def test_the_first_line_of_what_we_ship_names_its_schema(file: Path) -> None:
    first = file.read_text(encoding="utf-8").partition("\n")[0]
    marker, _, named = first.partition("$schema=")
    assert marker == "# yaml-language-server: "
    assert (file.parent / named).resolve() == FOLDER / f"{kind(file)}.json"


@pytest.mark.parametrize(
    "node",
    [
        {"say": {"sv": "x"}, "thne": "b"},
        {"sya": {"sv": "x"}, "then": "b"},
        {"queue": "q", "then": "b"},
        {"queue": "q", "then": "b", "on_nobody": "b", "max_wait": "10 years"},
        {"return": "done"},
        {"queue": "q", "then": "b", "on_nobody": "b", "require": {"subject": ["fees"]}},
        {"queue": "q", "then": "b", "on_nobody": "b", "require": {"subject": {"a": 1, "b": 2}}},
        {"queue": "q", "then": "b", "on_nobody": "b", "relax": [{"require": {"subject": "a"}}]},
    ],
)
def test_a_slip_in_a_node_is_seen_by_the_editor(node: dict[str, Any]) -> None:
    assert slips("tree", {"numbers": ["1"], "start": "a", "nodes": {"a": node}})


def test_a_short_form_is_right_too() -> None:
    data = {"id": "a", "name": "b", "queues": {"c": {"recording": "never"}}}
    assert slips("organisation", data) == []


@pytest.mark.parametrize("hang_up", [None, {"sv": "Hej."}])
def test_a_key_with_nothing_behind_it_is_right_where_it_means_something(hang_up: Any) -> None:
    def tree(node: dict[str, Any]) -> dict[str, Any]:
        return {"numbers": ["1"], "start": "a", "nodes": {"a": node}}

    assert slips("tree", tree({"hang_up": hang_up})) == []
    assert slips("tree", tree({"hang_up": "Hej."}))
    assert slips("tree", tree({"say": None, "then": "a"}))


@pytest.mark.parametrize("name", ["base", "organisation"])
def test_a_slip_in_an_organisation_is_seen_by_the_editor(name: str) -> None:
    assert slips(name, {"id": "a", "name": "b", "queus": {}}) != []


def test_two_lines_are_an_organisation() -> None:
    assert slips("organisation", {"id": "a", "name": "b"}) == []


def test_a_parameter_may_stand_for_any_value_of_a_sub_tree() -> None:
    node = {"voicemail": "{{ box }}", "greeting": "{{ greeting }}", "then": "b"}
    data = {"parameters": ["box", "greeting"], "start": "a", "nodes": {"a": node}}
    assert slips("shared", data) == []


def test_every_verb_and_what_is_said_about_it_is_in_the_schema() -> None:
    tree = SCHEMAS["tree"]["$defs"]
    for verb, node in NODE_TYPES.items():
        if verb != "return":
            assert verb in tree[node.__name__]["required"]
            assert tree[node.__name__]["description"]
    assert tree["InQueue"]["properties"]["on_nobody"]["description"].startswith("Where to go when")


def test_the_command_writes_them_where_it_is_told(tmp_path: Path) -> None:
    app = typer.Typer()
    register(app)
    result = CliRunner().invoke(app, ["schema", str(tmp_path / "new")])
    assert result.exit_code == 0
    files = sorted((tmp_path / "new").iterdir())
    assert [file.name for file in files] == [
        "base.json",
        "organisation.json",
        "shared.json",
        "test.json",
        "tree.json",
    ]
    assert json.loads(files[0].read_text())["$schema"].startswith("https://json-schema.org/")
