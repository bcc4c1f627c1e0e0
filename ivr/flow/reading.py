"""One organisation's files read and checked: documents in, models and problems out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from pydantic import ValidationError

from ivr.flow import explain
from ivr.flow.checks import hours_that_never_open, of_tree, silent
from ivr.flow.document import Document, Place, Value, read
from ivr.flow.layers import BASE_FILE, declared, layered, misplaced
from ivr.flow.organisation import Organisation
from ivr.flow.problems import Problem, Severity
from ivr.flow.sensitive import sensitive_names
from ivr.flow.shelf import Shelf, SubTree, read_shelf
from ivr.flow.skill_checks import nobody_able
from ivr.flow.subtrees import expand
from ivr.flow.tree import Node, Tree
from ivr.flow.tree_file import NODE, Scoped, TreeFile
from ivr.flow.variants import variant_problems
from ivr.flow.vocabulary import CALL_VARIABLES, Names

ORGANISATION_FILE = "organisation.yaml"
TESTS = ".test.yaml"
"""How the files end that test a tree: they stand beside it and are none."""


TreeOf: TypeAlias = tuple[Document, TreeFile | None]
"""A tree's file, and what it says (``None`` with an error in it)."""


@dataclass(frozen=True, slots=True)
class City:
    """What all organisations share.

    Attributes:
        folder: The folder of the organisations.
        base: ``base.yaml``, ``None`` where there is no such file.
        shelf: The sub-trees of ``shared``.
        problems: What is wrong with these files in themselves.
    """

    folder: Path
    base: Document | None
    shelf: Shelf
    problems: Sequence[Problem]

    @property
    def files(self) -> int:
        """How many files it has."""
        return len(self.shelf.subtrees) + (self.base is not None)


@dataclass(slots=True)
class Home:
    """One organisation's folder as far as it could be read.

    Attributes:
        document: ``organisation.yaml`` over the city's base: what is in effect.
        organisation: ``None`` when there is an error in it.
        trees: Each tree's file, sub-trees put in, and what it says (``None`` with an error in it).
        shelf: The organisation's own sub-trees.
        used: The sub-trees that its trees use.
        problems: Everything found.
    """

    document: Document
    organisation: Organisation | None = None
    trees: list[TreeOf] = field(default_factory=list)
    shelf: Shelf = field(default_factory=Shelf)
    used: set[SubTree] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def built(self) -> Iterator[tuple[Path, Tree]]:
        """The finished trees of a folder without errors, by file."""
        for document, content in self.trees:
            if self.organisation is not None and content is not None:
                name, zone = document.file.stem, self.organisation.time_zone
                yield (
                    document.file,
                    Tree(
                        *(self.organisation, name, content.numbers, content.start, content.nodes),
                        replaces=content.replaces or "",
                        begins=content.begins and content.begins.replace(tzinfo=zone),
                        ends=content.until and content.until.replace(tzinfo=zone),
                    ),
                )


def read_city(folder: Path) -> City:
    """Read what the organisations below ``folder`` share."""
    file = folder / BASE_FILE
    base = read(file) if file.exists() or file.is_symlink() else None
    shelf = read_shelf(folder, city=True)
    problems = [*shelf.problems]
    if base is not None:
        problems += base.problems + misplaced(base)
        if base.data is not None and not isinstance(base.data, dict):
            message = "keys and values were expected here"
            problems.append(
                base.problem(Place(1, 1), message, "write them as “key: value”", code="model_type")
            )
    return City(folder, base, shelf, problems)


def read_home(folder: Path, city: City) -> Home:
    """Read and check one organisation's folder. Nothing that a file holds makes this raise."""
    home = read_organisation(folder, city)
    home.shelf = read_shelf(folder, city=False)
    home.problems += home.shelf.problems
    shelf = city.shelf.subtrees | home.shelf.subtrees
    names = replace(_names(home.document), subtrees=frozenset(shelf))
    if _is_broken(city):
        names = Names(subtrees=names.subtrees)  # what the base would have said is not known
    for file in sorted(folder.glob("*.yaml")):
        # an editor keeps its locks and copies in files that begin with a dot
        no_tree = file.name.startswith(".") or file.name.endswith(TESTS)
        if file.name != ORGANISATION_FILE and not no_tree:
            home.trees.append(_tree(read(file), names, shelf, home))
    home.problems += variant_problems(home.trees)
    home.problems += [
        Document(file).problem(
            Place(1, 1),
            "this file is not read",
            "give it the ending .yaml",
            Severity.WARNING,
            "not_read",
        )
        for file in sorted(folder.glob("*.yml"))
    ]
    return home


def read_organisation(folder: Path, city: City) -> Home:
    """Read and check ``organisation.yaml`` over the city's base, without the trees."""
    own = read(folder / ORGANISATION_FILE)
    document = own if _is_broken(city) else layered(city.base, own)
    home = Home(document, problems=list(own.problems))
    if document.data is not None and not _is_broken(city):
        try:
            home.organisation = Organisation.model_validate(document.data, context=_names(document))
        except ValidationError as error:
            home.problems += explain.problems(document, error)
        else:
            home.problems += hours_that_never_open(document, home.organisation)
    return home


def _is_broken(city: City) -> bool:
    return city.base is not None and not isinstance(city.base.data, dict)


def _names(organisation: Document) -> Names:
    """What the organisation has, as written: right even where other parts of the file are wrong."""
    if not isinstance(organisation.data, dict):
        return Names()
    return Names(
        queues=frozenset(organisation.section("queues")),
        hours=frozenset(organisation.section("hours")),
        texts=frozenset(organisation.section("texts")),
        languages=declared(organisation),
        calling_back=_queues_with(organisation, "callback"),
        opening=_queues_with(organisation, "hours"),
        agents={
            agent: frozenset((*_listed(held, "queues"), *_listed(held, "backup")))
            for agent, held in organisation.section("agents").items()
            if isinstance(held, dict)
        },
        http_hosts=_listed(organisation.data, "http_hosts"),
        transfers=_listed(organisation.data, "transfers"),
        announcements=frozenset(organisation.section("announcements")),
        skills={
            kind: _listed(organisation.section("skills"), kind)
            for kind in organisation.section("skills")
        },
    )


def _queues_with(organisation: Document, key: str) -> frozenset[str]:
    return frozenset(
        name
        for name, queue in organisation.section("queues").items()
        if isinstance(queue, dict) and key in queue
    )


def _listed(data: Mapping[str, Value], key: str) -> tuple[str, ...]:
    entries = data.get(key)
    found = entries if isinstance(entries, list) else ()
    return tuple(entry for entry in found if isinstance(entry, str))


def of_unused(subtree: SubTree, shelf: Iterable[str]) -> Iterator[Problem]:
    """What is wrong with the nodes of a sub-tree in which no tree shows what they become.

    Nodes that wait for a parameter's value are left out, and so is what a tree may bring along.
    """
    if subtree.content is None:
        return
    asked = re.compile(rf"\{{\{{\s*({'|'.join(subtree.content.parameters) or '-'})\b")
    names = Names(
        nodes=frozenset(subtree.nodes),
        variables=CALL_VARIABLES | frozenset(_variables(subtree.nodes)),
        subtrees=frozenset(shelf),
        exits={label: label for label in subtree.ends.values()},
    )
    for name, node in subtree.nodes.items():
        if any(asked.search(text) for text in _texts(node)):
            continue
        try:
            NODE.validate_python(node, context=names)
        except ValidationError as error:
            for problem in explain.problems(subtree.document, error, ("nodes", name)):
                if problem.code != "undefined_variable":
                    yield problem


def _texts(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    else:
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _tree(file: Document, names: Names, shelf: Mapping[str, SubTree], home: Home) -> TreeOf:
    problems = home.problems
    problems += file.problems
    if not isinstance(file.data, dict):
        if file.data is not None:
            problems += _not_a_tree(file)
        return file, None
    expanded = expand(file, shelf, names.languages)
    problems += expanded.problems
    home.used |= expanded.used
    document, nodes = expanded.document, expanded.document.section("nodes")
    names = replace(
        names,
        variables=CALL_VARIABLES | frozenset(_variables(nodes)),
        sensitive=frozenset(sensitive_names(nodes)),
    )
    scopes = expanded.names(names)
    scoped = {name: Scoped(node, scopes[expanded.scopes[name]]) for name, node in nodes.items()}
    top = expanded.top_names(names)
    data = {**file.data, **({"nodes": scoped} if nodes else {})}
    try:
        content = TreeFile.model_validate(data, context=top)
    except ValidationError as error:
        problems += explain.problems(document, error)
        problems += silent(document, _right_nodes(scoped))
        return document, None
    if not expanded.problems:
        problems += of_tree(document, content.start, content.nodes)
        if home.organisation is not None:
            problems += nobody_able(document, home.organisation, content.nodes)
    return document, content


def _not_a_tree(file: Document) -> Iterator[Problem]:
    try:
        TreeFile.model_validate(file.data)
    except ValidationError as error:
        yield from explain.problems(file, error)


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


def _right_nodes(scoped: Mapping[str, Scoped]) -> Mapping[str, Node]:
    """The nodes without errors of a file that has some, so that a circle among them is told too."""
    nodes: dict[str, Node] = {}
    for name, node in scoped.items():
        try:
            nodes[name] = NODE.validate_python(node)
        except ValidationError:
            continue  # told already
    return nodes
