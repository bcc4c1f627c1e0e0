"""Values that a node uses and that are not set on some way to it, or on none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ivr.flow.expressions import Expression, needed
from ivr.flow.texts import Phrase
from ivr.flow.tree import Arrow, Node
from ivr.flow.vocabulary import CALL_VARIABLES, Variable

_DEFINED = re.compile(r"(?:^|\band )(\w+) is defined(?= and\b|$)")
_SETTING = ("into", "set")
"""The keys under which node types name what they set."""


class Unset(StrEnum):
    """On which ways to a node a value is not set."""

    SOMETIMES = "sometimes"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class UnsetUse:
    """A use of a value that may not be set.

    Attributes:
        node: Where.
        path: Keys below the node to the text or expression.
        variable: The value's name.
        unset: On which ways.
    """

    node: str
    path: tuple[str | int, ...]
    variable: str
    unset: Unset


def unset_uses(start: str, nodes: Mapping[str, Node]) -> Iterator[UnsetUse]:
    """Uses of values that a call may come to without them.

    A way on which a node fails (``on_…``) is taken to set nothing for sure, but perhaps something.
    """
    settable = frozenset().union(*(node.sets() for node in nodes.values()))
    if not settable:
        return
    surely, perhaps = _flow(start, nodes, settable)
    for name, node in nodes.items():
        if name not in surely:
            continue  # no way leads to it, which is told
        for path, variables in _uses(node, settable):
            for variable in sorted(variables - surely[name]):
                unset = Unset.SOMETIMES if variable in perhaps[name] else Unset.ALWAYS
                yield UnsetUse(name, path, variable, unset)


def _uses(
    node: Node, settable: frozenset[str]
) -> Iterator[tuple[tuple[str | int, ...], frozenset[str]]]:
    for path, phrase in node.holds(Phrase):
        if phrase.variables & settable:
            yield path, needed(phrase.source) & settable
    for path, expression in node.holds(Expression):
        if expression.variables & settable:
            yield path, needed(f"{{{{ {expression.source} }}}}") & settable


def _flow(
    start: str, nodes: Mapping[str, Node], settable: frozenset[str]
) -> tuple[Mapping[str, frozenset[str]], Mapping[str, frozenset[str]]]:
    """What is surely and what is perhaps set when a call comes to each node that it can reach."""
    ways = {
        name: [(arrow.target, _set_on(node, arrow)) for arrow in node.arrows()]
        for name, node in nodes.items()
    }
    sets = {name: node.sets() for name, node in nodes.items()}
    surely: dict[str, frozenset[str]] = {start: frozenset()}
    perhaps: dict[str, frozenset[str]] = {start: frozenset()}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        for target, set_now in ways[here]:
            sure = surely[here] | set_now
            may = perhaps[here] | sets[here]
            if target in surely:
                sure, may = sure & surely[target], may | perhaps[target]
                if (sure, may) == (surely[target], perhaps[target]):
                    continue
            surely[target], perhaps[target] = sure, may
            waiting.append(target)
    return surely, perhaps


def _set_on(node: Node, arrow: Arrow) -> frozenset[str]:
    """What is surely set once an arrow is taken: what is named beside it or above it."""
    if str(arrow.path[0]).startswith("on_"):
        return frozenset()
    return frozenset(
        name for path, name in node.holds(Variable) if _is_below(arrow.path, _holder(path))
    ) | _tested(node, arrow)


def _holder(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Where the key stands under which a value is set."""
    for index, key in enumerate(path):
        if key in _SETTING:
            return path[:index]
    return path[:-1]


def _is_below(path: tuple[str | int, ...], holder: tuple[str | int, ...]) -> bool:
    return path[: len(holder)] == holder


def _tested(node: Node, arrow: Arrow) -> frozenset[str]:
    """What the condition beside an arrow uses: it is only taken where that could be worked out."""
    found: set[str] = set()
    for path, expression in node.holds(Expression):
        if path[:-1] == arrow.path[:-1] and len(path) > 1:
            found |= needed(f"{{{{ {expression.source} }}}}") - CALL_VARIABLES
            found |= set(_DEFINED.findall(expression.source))
    return frozenset(found)
