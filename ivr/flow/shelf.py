"""The sub-trees that trees may use: the files of a folder ``shared``, each read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Field, ValidationError

from ivr.flow import explain
from ivr.flow.document import Document, Value, read
from ivr.flow.faults import Strict
from ivr.flow.problems import Problem
from ivr.flow.vocabulary import Name, Names, NotEmpty, Table, Target, Variable

SHARED = "shared"


def _listed(value: object) -> object:
    """A list of names is short for a mapping that says no more about them."""
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return {name: {} for name in value}
    return value


def _nothing(value: object) -> object:
    return {} if value == "" else value


class Parameter(Strict):
    """What a sub-tree asks for.

    Attributes:
        about: What it is for, in a few words.
        default: Its value where none is given; without it one must be.
    """

    about: str | None = None
    default: Any = None


Parameters: TypeAlias = Annotated[
    Table[Variable, Annotated[Parameter, BeforeValidator(_nothing, json_schema_input_type=Any)]],
    BeforeValidator(_listed, json_schema_input_type=list[str] | dict[str, Parameter | None]),
]


class SubTreeFile(Strict):
    """What a sub-tree's file says.

    Attributes:
        parameters: What those who use it give by ``with:``; ``{{ name }}`` stands for the value.
        start: Where a call enters it.
        nodes: Its nodes by name; those with ``return:`` are its ends.
    """

    parameters: Parameters = Field(default_factory=dict)
    start: Target
    nodes: Annotated[Table[Name, Any], NotEmpty]


@dataclass(frozen=True, slots=True, eq=False)
class SubTree:
    """A sub-tree as its file says it.

    Attributes:
        name: The file's name without ending.
        document: The file.
        content: What it says, ``None`` with an error in it.
        city: Whether it is for every organisation, in whatever languages.
    """

    name: str
    document: Document
    content: SubTreeFile | None
    city: bool

    @property
    def nodes(self) -> Mapping[str, Value]:
        """Its nodes as written."""
        return self.document.section("nodes")

    @property
    def ends(self) -> Mapping[str, str]:
        """The nodes that end it, the label of each by its name."""
        labels = {
            name: node.get("return") for name, node in self.nodes.items() if isinstance(node, dict)
        }
        return {name: label for name, label in labels.items() if isinstance(label, str)}


@dataclass(slots=True)
class Shelf:
    """The sub-trees of one folder.

    Attributes:
        subtrees: By name.
        problems: What is wrong with their files, but for their nodes, which show what they are
            only in the tree that uses them.
    """

    subtrees: dict[str, SubTree] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_shelf(folder: Path, *, city: bool) -> Shelf:
    """Read the folder ``shared`` below ``folder``, if there is one."""
    shelf = Shelf()
    for file in sorted((folder / SHARED).glob("*.yaml")):
        document = read(file)
        shelf.problems += document.problems
        content = None
        if document.data is not None:
            names = Names(nodes=frozenset(document.section("nodes")))
            try:
                content = SubTreeFile.model_validate(document.data, context=names)
            except ValidationError as error:
                shelf.problems += explain.problems(document, error)
        shelf.subtrees[file.stem] = SubTree(file.stem, document, content, city)
    return shelf
