"""Which nodes and branches of a tree its tests have come by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ivr.flow.document import Document, Place
from ivr.flow.problems import Problem, Severity
from ivr.flow.trace import RunResult
from ivr.flow.tree import Tree


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    tested: int
    all: int

    @property
    def percent(self) -> float:
        """0..100; of nothing everything is tested."""
        return 100 * self.tested / self.all if self.all else 100.0

    def __str__(self) -> str:
        return f"{self.tested} of {self.all}"


class Coverage:
    """What the tests of one tree have tried of it."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._nodes = dict.fromkeys(tree.nodes, False)
        self._ways = {
            (name, way): False
            for name, node in tree.nodes.items()
            for way in node.ways(tree.organisation)
        }

    def add(self, result: RunResult) -> None:
        """Take in one call."""
        for step in result.trace:
            name = step.visit.node
            self._nodes[name] = True
            way = self._tree.way_taken(name, step.leaving) if step.leaving is not None else ()
            if way:
                self._ways[name, way] = True

    @property
    def nodes(self) -> Share:
        """Of the nodes."""
        return Share(sum(self._nodes.values()), len(self._nodes))

    @property
    def branches(self) -> Share:
        """Of the branches of all nodes."""
        return Share(sum(self._ways.values()), len(self._ways))

    def untested(self, document: Document) -> Iterator[Problem]:
        """What no test has tried, each at its place in the tree's file.

        The branches of a node that no test has come to are not told beside it, nor the nodes of a
        tree of which no test has tried anything.
        """
        if not any(self._nodes.values()):
            yield document.problem(
                Place(1, 1), "no test tries this call tree", severity=Severity.WARNING
            )
            return
        for name, tested in self._nodes.items():
            if not tested:
                yield document.problem(
                    document.key_place(("nodes", name)),
                    f"no test comes to the node “{name}”",
                    severity=Severity.WARNING,
                )
        for (name, way), tested in self._ways.items():
            if self._nodes[name] and not tested:
                said = " ".join(str(key) for key in way)
                yield document.problem(
                    document.value_place(("nodes", name, *way)),
                    f"no test leaves the node “{name}” by “{said}”",
                    severity=Severity.WARNING,
                )
