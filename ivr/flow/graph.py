"""What only the whole tree shows: nodes that nothing reaches, circles that never end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ivr.flow.tree import Arrow, Node


@dataclass(frozen=True, slots=True)
class Circle:
    """Nodes that lead round.

    Attributes:
        nodes: In order of the walk, each once.
        arrow: The arrow of the last of them that leads back to the first.
    """

    nodes: tuple[str, ...]
    arrow: Arrow


def unreachable(start: str, nodes: Mapping[str, Node]) -> list[str]:
    """Nodes that no way from ``start`` leads to, in the order of the file."""
    seen = {start}
    waiting = [start]
    while waiting:
        for arrow in nodes[waiting.pop()].arrows():
            if arrow.target not in seen:
                seen.add(arrow.target)
                waiting.append(arrow.target)
    return [name for name in nodes if name not in seen]


def silent_loops(nodes: Mapping[str, Node]) -> Iterator[Circle]:
    """Circles in which the caller is never waited for.

    Each is found once by a depth-first walk (without recursion).
    """
    instant = {
        name: [arrow for arrow in node.arrows() if arrow.instant and arrow.target in nodes]
        for name, node in nodes.items()
    }
    done: set[str] = set()
    for root in nodes:
        if root in done:
            continue
        path = {root: iter(instant[root])}  # a dict keeps the order of the walk
        while path:
            here = next(reversed(path))
            arrow = next(path[here], None)
            if arrow is None:
                path.pop(here)
                done.add(here)
            elif arrow.target in path:
                walk = list(path)
                yield Circle(tuple(walk[walk.index(arrow.target) :]), arrow)
            elif arrow.target not in done:
                path[arrow.target] = iter(instant[arrow.target])


def circles_without_exit(nodes: Mapping[str, Node]) -> Iterator[Circle]:
    """Circles from which no way leads to an end or to somebody: one of each such part of the tree.

    A node that is not among ``nodes`` counts as an end: it is not known where it leads.
    """
    back: dict[str, list[str]] = {}
    ways = {name: list(node.arrows()) for name, node in nodes.items()}
    for name, arrows in ways.items():
        for arrow in arrows:
            back.setdefault(arrow.target, []).append(name)
    waiting = [name for name, node in nodes.items() if node.serves or not ways[name]]
    waiting += [target for target in back if target not in nodes]
    free = set(waiting)
    while waiting:
        for name in back.get(waiting.pop(), ()):
            if name not in free:
                free.add(name)
                waiting.append(name)
    told: set[str] = set()
    for root in nodes:
        walk: dict[str, Arrow] = {}
        here = root
        while here not in free and here not in told and here not in walk:
            walk[here] = ways[here][0]  # any way will do: none of them leads out
            here = walk[here].target
        told |= set(walk)
        if here in walk:
            circle = list(walk)[list(walk).index(here) :]
            yield Circle(tuple(circle), walk[circle[-1]])
