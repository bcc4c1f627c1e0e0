"""Sub-trees put in the place of the nodes that use them, before anything is made of the nodes.

The node ``x`` with ``use`` becomes the nodes ``x/…`` of the sub-tree, the parameters' values in
them. Each value keeps the place where it was written: what is wrong in a sub-tree is told there,
what is wrong with a given value where it was given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pydantic import ValidationError

from ivr.flow.document import Document, Path_, Value
from ivr.flow.nodes.use import Use
from ivr.flow.parameters import Budget, Filling, Given, TooMuch
from ivr.flow.problems import Problem, suggestion
from ivr.flow.shelf import SubTree
from ivr.flow.vocabulary import Names

MAX_DEPTH = 8
MAX_VALUES = 100_000  # what the sub-trees of one tree may bring along, some 10,000 nodes


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """Nodes that know each other by short names.

    Attributes:
        prefix: What their full names have before the short ones: empty in the tree itself.
        names: The short names.
        exits: The node that each end leads on to, by full name.
        chain: The sub-trees round these nodes, the outermost first.
    """

    prefix: str
    names: frozenset[str]
    exits: Mapping[str, str] = field(default_factory=dict)
    chain: tuple[SubTree, ...] = ()


@dataclass(slots=True)
class Expanded:
    """A tree without ``use``.

    Attributes:
        document: The tree; values from sub-trees know their own files.
        top: The scope of the tree itself.
        problems: Wrong uses; each is left as it stands.
        used: The sub-trees in it.
        scopes: The scope of each node, by full name.
        entries: The node at which a sub-tree is entered, by the name of the node that used it.
    """

    document: Document
    top: Scope
    problems: list[Problem] = field(default_factory=list)
    used: set[SubTree] = field(default_factory=set)
    scopes: dict[str, Scope] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)

    @property
    def brought(self) -> frozenset[str]:
        """Full names of the nodes that sub-trees brought along."""
        return frozenset(name for name, scope in self.scopes.items() if scope.prefix)

    def entry(self, name: str) -> str:
        """The node at which a call comes in that is led to the node ``name``."""
        while name in self.entries:
            name = self.entries[name]
        return name

    def top_names(self, common: Names) -> Names:
        """What the tree itself may name."""
        return self._within(self.top, common)

    def names(self, common: Names) -> Mapping[Scope, Names]:
        """What the nodes of each scope may name, beside what is ``common`` to all of them."""
        return {scope: self._within(scope, common) for scope in set(self.scopes.values())}

    def _within(self, scope: Scope, common: Names) -> Names:
        routes = {name: self.entry(scope.prefix + name) for name in scope.names}
        return replace(
            common,
            nodes=scope.names,
            routes={name: node for name, node in routes.items() if node != name},
            exits={label: self.entry(target) for label, target in scope.exits.items()},
            expanded=self.brought if scope is self.top else frozenset(),
        )


def expand(
    document: Document, shelf: Mapping[str, SubTree], languages: Collection[str] | None
) -> Expanded:
    """Put sub-trees in the place of the nodes that use them.

    Args:
        document: A tree's file.
        shelf: The sub-trees that it may use.
        languages: What the organisation declares; ``None`` where that is not known.
    """
    nodes = document.section("nodes")
    top = Scope("", frozenset(nodes))
    scopes = dict.fromkeys(nodes, top)
    if not any(_uses(node) for node in nodes.values()) or any("/" in name for name in nodes):
        return Expanded(document, top, scopes=scopes)
    return _Expansion(document, shelf, languages, top).expanded


def _uses(node: Value) -> bool:
    return isinstance(node, dict) and "use" in node


class _Expansion:
    def __init__(
        self,
        document: Document,
        shelf: Mapping[str, SubTree],
        languages: Collection[str] | None,
        top: Scope,
    ) -> None:
        self._document = document.like()
        self._nodes = dict(document.section("nodes"))
        self._shelf = shelf
        self._languages = languages
        self._budget = Budget(MAX_VALUES)
        self.expanded = Expanded(self._document, top, scopes=dict.fromkeys(self._nodes, top))
        waiting = list(self._nodes)
        while waiting:
            name = waiting.pop(0)
            if _uses(self._nodes[name]):
                waiting += self._put_in(name)
        assert isinstance(self._document.data, dict)  # noqa: S101 - it has nodes
        self._document.data = {**self._document.data, "nodes": self._nodes}

    def _put_in(self, name: str) -> list[str]:
        """Put the sub-tree in the place of the node; the names of the nodes that came of it."""
        scope = self.expanded.scopes[name]
        names = Names(nodes=scope.names, subtrees=frozenset(self._shelf))
        try:
            use = Use.model_validate(self._nodes[name], context=names)
        except ValidationError:
            return []  # told when the node is read
        subtree = self._shelf[use.use]
        if not self._may_use(name, scope, subtree) or subtree.content is None:
            return []
        self.expanded.used.add(subtree)
        arguments = self._arguments(name, use, subtree)
        exits = self._exits(name, use, subtree, scope)
        if arguments is None:
            return []
        inner = Scope(f"{name}/", frozenset(subtree.nodes), exits, (*scope.chain, subtree))
        try:
            came = dict(self._nodes_of(subtree, inner.prefix, arguments))
        except TooMuch:
            self._tell(
                (name, "use"),
                "the sub-trees make this tree bigger than it may be",
                "use fewer of them, or smaller ones",
                "too_big",
            )
            return []
        del self._nodes[name]
        self._nodes |= came
        self.expanded.scopes.pop(name)
        self.expanded.scopes |= dict.fromkeys(came, inner)
        self.expanded.entries[name] = inner.prefix + subtree.content.start
        return list(came)

    def _may_use(self, name: str, scope: Scope, subtree: SubTree) -> bool:
        if subtree in scope.chain:
            way = " → ".join([*(one.name for one in scope.chain), subtree.name])
            self._tell(
                (name, "use"),
                f"the sub-tree “{subtree.name}” uses itself: {way}",
                "lead the way back to a node with “then” instead",
                "recursive_use",
            )
            return False
        if len(scope.chain) == MAX_DEPTH:
            self._tell(
                (name, "use"),
                f"sub-trees use each other more than {MAX_DEPTH} levels deep",
                "make them flatter",
                "deep_use",
            )
            return False
        return True

    def _arguments(self, name: str, use: Use, subtree: SubTree) -> Mapping[str, Given] | None:
        """The value of each parameter; ``None`` when one lacks or there are others."""
        assert subtree.content is not None  # noqa: S101 - seen before
        parameters = subtree.content.parameters
        right = True
        for unknown in [key for key in use.given if key not in parameters]:
            right = False
            self._tell(
                (name, "with", unknown),
                f"the sub-tree “{subtree.name}” has no parameter “{unknown}”",
                suggestion(unknown, parameters),
                "unknown_parameter",
            )
        arguments: dict[str, Given] = {}
        for key, parameter in parameters.items():
            if key in use.given:
                at = ("nodes", name, "with", key)
                arguments[key] = Given(use.given[key], self._document, at)
            elif parameter.default is not None:
                default: Path_ = ("parameters", key, "default")
                arguments[key] = Given(parameter.default, subtree.document, default)
            else:
                right = False
                self._tell(
                    (name, "with") if use.given else (name,),
                    f"the sub-tree “{subtree.name}” asks for “{key}”"
                    + (f", {parameter.about}" if parameter.about else ""),
                    f"add “with: {{{key}: …}}”",
                    "missing_parameter",
                )
        return arguments if right else None

    def _exits(self, name: str, use: Use, subtree: SubTree, scope: Scope) -> Mapping[str, str]:
        """Where each end leads on, by full name; one that lacks leads back to the node itself."""
        labels = set(subtree.ends.values())
        for unknown in [label for label in use.exits if label not in labels]:
            self._tell(
                (name, "exits", unknown),
                f"the sub-tree “{subtree.name}” never ends by “{unknown}”",
                suggestion(unknown, labels),
                "unknown_exit",
            )
        for lacking in sorted(labels - set(use.exits)):
            self._tell(
                (name, "exits") if use.exits else (name,),
                f"nothing says where to go when “{subtree.name}” ends by “{lacking}”",
                f"add “exits: {{{lacking}: …}}”",
                "missing_exit",
            )
        led = {label: scope.prefix + target for label, target in use.exits.items()}
        return dict.fromkeys(labels, name) | led

    def _nodes_of(
        self, subtree: SubTree, prefix: str, arguments: Mapping[str, Given]
    ) -> Iterator[tuple[str, Value]]:
        languages = self._languages if subtree.city else None
        for short, node in subtree.nodes.items():
            path: Path_ = ("nodes", prefix + short)
            filling = Filling(self._document, subtree.document, arguments, languages, self._budget)
            yield prefix + short, filling.fill(path, ("nodes", short), node)

    def _tell(self, below: tuple[str, ...], message: str, advice: str, code: str) -> None:
        path: Path_ = ("nodes", *below)
        key = len(below) != 2 or below[1] != "use"
        place = self._document.key_place(path) if key else self._document.value_place(path)
        self.expanded.problems.append(self._document.problem(place, message, advice, code=code))
