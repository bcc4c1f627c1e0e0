"""What only the whole tree shows: nodes that nothing reaches, circles that never end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ivr.flow.tree import Arrow, Node


@dataclass(frozen=True, slots=True)
class SilentLoop:
    """Nodes that lead round in a circle in which the caller is never waited for.

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


def silent_loops(nodes: Mapping[str, Node]) -> Iterator[SilentLoop]:
    """Circles of instant arrows, each found once by a depth-first walk (without recursion)."""
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
                yield SilentLoop(tuple(walk[walk.index(arrow.target) :]), arrow)
            elif arrow.target not in done:
                path[arrow.target] = iter(instant[arrow.target])
