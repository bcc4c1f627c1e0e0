"""One organisation's files read and checked: documents in, models and problems out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import PlainValidator, TypeAdapter, ValidationError, ValidationInfo

from ivr.flow import explain
from ivr.flow.document import Document, Place, Value, read
from ivr.flow.faults import Strict, fault
from ivr.flow.graph import silent_loops, unreachable
from ivr.flow.nodes import NODE_TYPES
from ivr.flow.numbers import Number
from ivr.flow.organisation import Organisation
from ivr.flow.problems import Problem, Severity
from ivr.flow.tree import Node, Tree
from ivr.flow.vocabulary import CALL_VARIABLES, Name, Names, NotEmpty, Table, Target

ORGANISATION_FILE = "organisation.yaml"


_KEYS = {
    verb: frozenset(info.alias or name for name, info in kind.model_fields.items())
    for verb, kind in NODE_TYPES.items()
}


def _node(value: object, info: ValidationInfo) -> Node:
    """The node that a mapping describes, its type told by the verb among the keys."""
    if not isinstance(value, dict):
        raise fault(
            "no_node", "a node was expected here", advice="write it as “say: …” with “then: …”"
        )
    verbs = [verb for verb in NODE_TYPES if verb in value]
    # a verb may be another node's key: the queue of a voicemail
    if doing := [verb for verb in verbs if _KEYS[verb].issuperset(verbs)]:
        verbs = doing
    if len(verbs) == 1:
        return NODE_TYPES[verbs[0]].model_validate(value, context=info.context)
    if verbs:
        raise fault(
            "many_verbs",
            f"a node does one thing, this one does {' and '.join(verbs)}",
            advice="make a node of each, joined by “then”",
        )
    raise fault(
        "no_verb",
        "nothing here says what the node does",
        name=next(iter(value), "?"),
        known=NODE_TYPES,
    )


NodeField: TypeAlias = Annotated[Node, PlainValidator(_node)]
_NODE: TypeAdapter[Node] = TypeAdapter(NodeField)


class TreeFile(Strict):
    """What a tree's file says."""

    numbers: Annotated[tuple[Number, ...], NotEmpty]
    start: Target
    nodes: Annotated[Table[Name, NodeField], NotEmpty]


@dataclass(slots=True)
class Home:
    """One organisation's folder as far as it could be read.

    Attributes:
        document: ``organisation.yaml``.
        organisation: ``None`` when there is an error in it.
        trees: Each tree's file and what it says (``None`` with an error in it).
        problems: Everything found.
    """

    document: Document
    organisation: Organisation | None = None
    trees: list[tuple[Document, TreeFile | None]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def built(self) -> Iterator[tuple[Path, Tree]]:
        """The finished trees of a folder without errors, by file."""
        for document, content in self.trees:
            if self.organisation is not None and content is not None:
                name = document.file.stem
                yield (
                    document.file,
                    Tree(self.organisation, name, content.numbers, content.start, content.nodes),
                )


def read_home(folder: Path) -> Home:
    """Read and check one organisation's folder. Nothing that a file holds makes this raise."""
    home = read_organisation(folder)
    names = _names(home.document)
    for file in sorted(folder.glob("*.yaml")):
        if file.name != ORGANISATION_FILE:
            document = read(file)
            home.trees.append((document, _tree(document, names, home.problems)))
    home.problems += [
        Document(file).problem(
            Place(1, 1), "this file is not read", "give it the ending .yaml", Severity.WARNING
        )
        for file in sorted(folder.glob("*.yml"))
    ]
    return home


def read_organisation(folder: Path) -> Home:
    """Read and check ``organisation.yaml`` alone."""
    document = read(folder / ORGANISATION_FILE)
    home = Home(document, problems=list(document.problems))
    if document.data is not None:
        try:
            home.organisation = Organisation.model_validate(document.data, context=_names(document))
        except ValidationError as error:
            home.problems += explain.problems(document, error)
    return home


def _names(organisation: Document) -> Names:
    """What the organisation has, as written: right even where other parts of the file are wrong."""
    data = organisation.data
    if not isinstance(data, dict):
        return Names()
    languages = data.get("languages")
    return Names(
        queues=frozenset(organisation.section("queues")),
        hours=frozenset(organisation.section("hours")),
        calling_back=frozenset(
            name
            for name, queue in organisation.section("queues").items()
            if isinstance(queue, dict) and "callback" in queue
        ),
        http_hosts=_listed(data, "http_hosts"),
        transfers=_listed(data, "transfers"),
        announcements=frozenset(organisation.section("announcements")),
        languages=(
            tuple(tag for tag in languages if isinstance(tag, str))
            if isinstance(languages, list)
            else None
        ),
    )


def _listed(data: Mapping[str, Value], key: str) -> tuple[str, ...]:
    entries = data.get(key)
    found = entries if isinstance(entries, list) else ()
    return tuple(entry for entry in found if isinstance(entry, str))


def _tree(document: Document, names: Names, problems: list[Problem]) -> TreeFile | None:
    problems += document.problems
    if document.data is None:
        return None
    nodes = document.section("nodes")
    names = replace(
        names, nodes=frozenset(nodes), variables=CALL_VARIABLES | frozenset(_variables(nodes))
    )
    try:
        content = TreeFile.model_validate(document.data, context=names)
    except ValidationError as error:
        problems += explain.problems(document, error)
        problems += _loops(document, _right_nodes(document, names))
        return None
    problems += _loops(document, content.nodes)
    problems += [
        document.problem(
            document.key_place(("nodes", name)),
            f"no way leads to the node “{name}”",
            "lead a way to it, or remove it",
            Severity.WARNING,
        )
        for name in unreachable(content.start, content.nodes)
    ]
    return content


def _variables(value: Value | Mapping[str, Value]) -> Iterator[str]:
    """The values that nodes set (``into: name``, ``set: {name: …}``), right or wrong as they are.

    The keys are those of every node type that sets one: an expression is judged when no node is
    known yet.
    """
    if isinstance(value, list):
        for item in value:
            yield from _variables(item)
    elif isinstance(value, Mapping):
        into, setting = value.get("into"), value.get("set")
        if isinstance(into, str):
            yield into
        for names in (into, setting):
            if isinstance(names, dict):
                yield from names
        for inner in value.values():
            yield from _variables(inner)


def _right_nodes(document: Document, names: Names) -> Mapping[str, Node]:
    """The nodes without errors of a file that has some, so that a circle among them is told too."""
    nodes: dict[str, Node] = {}
    for name, value in document.section("nodes").items():
        try:
            nodes[name] = _NODE.validate_python(value, context=names)
        except ValidationError:
            continue  # told already
    return nodes


def _loops(document: Document, nodes: Mapping[str, Node]) -> Iterator[Problem]:
    for loop in silent_loops(nodes):
        walk = " → ".join([*loop.nodes[:8], "…"] if len(loop.nodes) > 8 else loop.nodes)
        yield document.problem(
            document.value_place(("nodes", loop.nodes[-1], *loop.arrow.path)),
            f"this goes round for ever without a wait for the caller: {walk} → {loop.nodes[0]}",
            "lead one of these ways to a menu, a queue or hang_up",
        )
