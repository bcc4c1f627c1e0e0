"""The reference of the node types: up to date, complete, with examples that are right."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.document import read
from ivr.flow.nodes import NODE_TYPES
from ivr.flow.organisation import Organisation
from ivr.flow.reference import page, pages, write
from ivr.flow.wording import attributes, key_of
from tests.unit.flow.trees import DEMO

pytestmark = pytest.mark.unit

FOLDER = DEMO / "reference"
every_type = pytest.mark.parametrize("verb", NODE_TYPES)


@pytest.mark.parametrize("name", pages())
def test_the_page_is_what_the_model_says(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == pages()[name], "run: vaxel docs"


def test_there_is_no_page_of_a_node_type_that_is_not_there() -> None:
    assert {file.name for file in FOLDER.iterdir()} == set(pages())


@every_type
def test_the_example_of_a_node_type_shows_it_and_is_right(verb: str, tmp_path: Path) -> None:
    (tmp_path / "example.yaml").write_text(NODE_TYPES[verb].example, encoding="utf-8")
    document = read(tmp_path / "example.yaml")
    assert isinstance(document.data, dict)
    assert any(verb in node for node in document.data.values())
    for node in document.data.values():
        assert isinstance(node, dict)
        [cls] = [cls for name, cls in NODE_TYPES.items() if name in node]
        cls.model_validate(node)


@every_type
def test_a_page_has_every_key_with_its_meaning(verb: str) -> None:
    node = NODE_TYPES[verb]
    rows = [line.split(" | ") for line in page(node).splitlines() if line.startswith("| `")]
    told = {row[0].removeprefix("| ").strip("`"): row[-1].strip(" |") for row in rows}
    for name, info in node.model_fields.items():
        assert told[key_of(name, info)], f"say in the docstring's Attributes what {name} is"


def test_lengths_of_time_and_defaults_stand_as_they_are_written() -> None:
    menu = page(NODE_TYPES["menu"])
    assert "| `wait` | a length of time, 1 s to 30 s | `5 s` | Seconds to wait" in menu
    assert "| `choices` | by key: keys, see below | needed |" in menu


def test_what_docstrings_say_of_attributes_is_found_over_several_lines() -> None:
    said = attributes(Organisation)
    assert said["number"].endswith("the first full number of its trees when left out.")
    assert said["agents"] == 'Agents by number, e.g. `"4001"`.'


def test_pages_are_written_to_a_folder_that_is_made(tmp_path: Path) -> None:
    files = write(tmp_path / "new")
    assert sorted(file.name for file in files) == sorted(pages())
