"""How many callers went which way, laid over a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ivr.flow.picture.families import Family
from ivr.flow.picture.model import Box, Line, Note, Picture
from ivr.flow.picture.words import counted, figure, percent
from ivr.flow.tree import BEGAN

_CALLER, _TREE, _FAILED = "caller", "tree", "failed"


@dataclass(frozen=True, slots=True)
class Step:
    """Calls that made the same step.

    Attributes:
        source: The node that they left, ``""`` at the beginning.
        target: The node that they came to, ``""`` at the end.
        way: Path of the arrow, joined by dots; ``""`` where it is not known which of several to
            the same node; :data:`BEGAN`; at the end who ended the call: ``caller``, ``tree``,
            ``failed``.
        calls: How often, a caller who comes round again counts again.
    """

    source: str
    target: str
    way: str
    calls: int


def with_calls(picture: Picture, steps: Iterable[Step], period: str) -> Picture:
    """The picture with the calls of a period in it.

    Steps that this version of the tree does not have are told as a sum beside the title.
    """
    counts = _Counts(steps)
    notes = [counted("callers", counts.began, picture.language)]
    if elsewhere := counts.elsewhere(picture.lines):
        notes.append(counted("elsewhere", elsewhere, picture.language))
    return replace(
        picture,
        subtitle=" · ".join([period, *notes]),
        boxes=[counts.box(box, picture.language) for box in picture.boxes],
        lines=[counts.line(line, picture.language) for line in picture.lines],
    )


class _Counts:
    def __init__(self, steps: Iterable[Step]) -> None:
        self._moves: dict[tuple[str, str], Counter[str]] = {}  # by source and target, of each way
        self._came: Counter[str] = Counter()
        for step in steps:
            self._moves.setdefault((step.source, step.target), Counter())[step.way] += step.calls
            if step.target:
                self._came[step.target] += step.calls
        self._most = max(self._came.values(), default=0)
        self.began = sum(ways[BEGAN] for (source, _), ways in self._moves.items() if not source)

    def box(self, box: Box, language: str) -> Box:
        """The box with who came, and who did not go on."""
        came = self._came[box.name]
        ended = self._moves.get((box.name, ""), Counter())
        queues = box.family is Family.QUEUES
        told = [
            ("in_queue" if queues else "hung_up", ended[_CALLER], not queues),
            ("failed", ended[_FAILED], True),
            ("ended", 0 if box.family is Family.ENDS else ended[_TREE], False),
        ]
        notes = [
            Note(f"{counted(key, calls, language)} ({percent(calls, came)})", loss)
            for key, calls, loss in told
            if calls
        ]
        return replace(box, notes=(Note(counted("callers", came, language)), *notes))

    def line(self, line: Line, language: str) -> Line:
        """The line with how many took each of its arrows."""
        came = self._came[line.source] if line.source else self.began
        ways = self._moves.get((line.source, line.target), Counter())
        calls = [ways[row.way.path] for row in line.rows]
        untold = ways.total() - sum(calls)  # the arrow is not known, or was another one then
        if len(calls) == 1:
            calls, untold = [calls[0] + untold], 0
        return replace(
            line,
            rows=tuple(
                replace(row, count=_share(count, came))
                for row, count in zip(line.rows, calls, strict=True)
            ),
            untold=counted("not_told", untold, language) if untold else "",
            weight=ways.total() / self._most if self._most else 0.0,
        )

    def elsewhere(self, lines: Iterable[Line]) -> int:
        """Steps between nodes that have no arrow between them now."""
        drawn = {(line.source, line.target) for line in lines}
        return sum(
            ways.total()
            for (source, target), ways in self._moves.items()
            if source and target and (source, target) not in drawn
        )


def _share(calls: int, came: int) -> str:
    if not calls:
        return "0"
    return f"{figure(calls)} ({percent(calls, came)})"
