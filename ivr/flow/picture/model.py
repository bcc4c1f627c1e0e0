"""A call tree as boxes and lines, in words, before any form of drawing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ivr.flow.picture.describing import Caption, Way, caption, way
from ivr.flow.picture.families import Family, family_of
from ivr.flow.picture.words import VERBS, counted, word
from ivr.flow.texts import on_one_line
from ivr.flow.tree import BEGAN, Node, Tree


@dataclass(frozen=True, slots=True)
class Note:
    """A remark below a box's text.

    Attributes:
        text: The remark.
        loss: Whether it tells of callers who were lost here.
    """

    text: str
    loss: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A node.

    Attributes:
        name: Its name in the tree.
        verb: What it does, in words.
        family: How it looks.
        caption: What it is about.
        notes: How many callers came and stayed, where calls are shown.
    """

    name: str
    verb: str
    family: Family
    caption: Caption
    notes: tuple[Note, ...] = ()

    @property
    def title(self) -> str:
        """The name within its sub-tree."""
        return self.name.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of an arrow's label.

    Attributes:
        way: When the arrow is taken.
        count: How many callers took it, as text; ``""`` where calls are not shown.
    """

    way: Way
    count: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """All arrows from one node to another, drawn as one.

    Attributes:
        source: Name of a node, ``""`` for the numbers that reach the tree.
        target: Name of a node.
        rows: One an arrow.
        untold: How many took one of several arrows, it is not known which; ``""`` for nobody.
        weight: 0..1, the part of the tree's callers who went along it; ``None`` where calls are
            not shown.
    """

    source: str
    target: str
    rows: tuple[Row, ...]
    untold: str = ""
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """A tree or one of its sub-trees.

    Attributes:
        boxes: Its own.
        inner: Title and id of each sub-tree in it, by how the names of its nodes begin.
    """

    boxes: Sequence[Box]
    inner: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn.

    Attributes:
        title: Organisation and tree.
        summary: One sentence about the whole, for those who cannot see it.
        subtitle: The period whose calls are shown, ``""`` for none.
        language: Of all words.
        numbers: Those that reach the tree.
        boxes: In the order of the tree.
        lines: Likewise; the first comes from the numbers.
    """

    title: str
    summary: str
    subtitle: str
    language: str
    numbers: tuple[str, ...]
    boxes: Sequence[Box]
    lines: Sequence[Line]

    @property
    def ids(self) -> dict[str, str]:
        """What each source and target is called in a drawing, whatever its name may hold."""
        return {"": "entry"} | {box.name: f"n{number}" for number, box in enumerate(self.boxes)}

    def framed(self, within: str) -> Frame:
        """What stands in the frame of a sub-tree.

        Args:
            within: How the names of its nodes begin, ``""`` for the tree itself.
        """
        own: list[Box] = []
        inner: dict[str, str] = {}
        for number, box in enumerate(self.boxes):
            if not box.name.startswith(within):
                continue
            head, slash, _ = box.name.removeprefix(within).partition("/")
            if slash:
                inner.setdefault(head, f"c{number}_{within.count('/')}")
            else:
                own.append(box)
        return Frame(own, {f"{within}{head}/": (head, id_) for head, id_ in inner.items()})

    def told(self, box: Box) -> str:
        """All about one box as text, several lines."""
        ways = [
            f"{' '.join(part for part in (row.way.key, row.way.words, row.count) if part)} "
            f"→ {line.target}".strip()
            for line in self.lines
            if line.source == box.name
            for row in line.rows
        ]
        head = f"{box.name} ({box.verb})"
        about = [text for text in (box.caption.subject, box.caption.speech) if text]
        return "\n".join([head, *about, *(note.text for note in box.notes), *ways])


def picture_of(tree: Tree, language: str) -> Picture:
    """A tree in the words of a language that its organisation declares."""
    boxes = [_box(name, node, language) for name, node in tree.nodes.items()]
    return Picture(
        title=on_one_line(f"{tree.organisation.name}: {tree.name}"),
        summary=counted("summary", len(boxes), language, start=tree.start),
        subtitle="",
        language=language,
        numbers=tree.numbers,
        boxes=boxes,
        lines=[
            Line("", tree.start, (Row(Way(BEGAN, "", "")),)),
            *_lines(tree.nodes, language),
        ],
    )


def _box(name: str, node: Node, language: str) -> Box:
    verb = word(VERBS, node.verb, language)
    return Box(name, verb, family_of(node), caption(node, language))


def _lines(nodes: Mapping[str, Node], language: str) -> Iterator[Line]:
    for name, node in nodes.items():
        arrows = list(node.arrows())
        rows: dict[str, list[Row]] = {}
        for arrow in arrows:
            told = way(node, arrow, language, alone=len(arrows) == 1)
            rows.setdefault(arrow.target, []).append(Row(told))
        for target, of_it in rows.items():
            yield Line(name, target, tuple(of_it))
