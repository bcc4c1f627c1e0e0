"""A picture as a Mermaid flowchart, which many wikis and code hosts draw by themselves.

How Mermaid reads what stands in quotes, and what follows from it here:

- a quoted text ends at the next ``"``; there is no backslash;
- ``#name;`` and ``#number;`` in it are the entities of HTML, so ``#`` itself is written as one;
- what is left is HTML (``<``, ``&``), or Markdown where it begins with a backtick;
- ``%%{…}%%`` anywhere is a directive, and is taken out before anything is parsed;
- a semicolon behind ``style …: …#`` or ``classDef …: …#`` on one line is taken away, which would
  spoil an entity: so no text has a colon, and no ``classDef`` a semicolon;
- ``ﬂ°`` and ``¶ß`` are its own marks for entities while it works.

So all but letters, digits, blanks and some marks without a meaning is written as a number. Nodes
are called ``n0``, ``n1`` …: a tree's names may be words of Mermaid (``end``) and are texts only.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from ivr.flow.picture.families import Family
from ivr.flow.picture.model import Box, Line, Picture, Row
from ivr.flow.picture.palette import COLOURS, TEXT
from ivr.flow.picture.words import PHRASES, word

_SHAPES = {
    Family.SPEAKS: ("(", ")"),
    Family.ASKS: ("[/", "/]"),
    Family.DECIDES: ("{{", "}}"),
    Family.QUEUES: ("[[", "]]"),
    Family.OUTSIDE: ("[\\", "\\]"),
    Family.ENDS: ("([", "])"),
}
_HARMLESS = frozenset(" ,.?!-–—_()/+…“”‹›’→·\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}")
_OWN_MARKS = frozenset("ﬂ°¶ß")
_SPEECH = 90  # characters
_THICKEST = 9.0  # pixels


def mermaid(picture: Picture) -> str:
    """The picture as the text of a flowchart."""
    return "\n".join(_statements(picture)) + "\n"


def _statements(picture: Picture) -> Iterator[str]:
    ids = picture.ids
    yield "flowchart TD"
    numbers = [word(PHRASES, "numbers", picture.language), *picture.numbers]
    yield f"  entry>{_quoted(*numbers)}]"
    yield from _boxes(picture, ids, "", "  ")
    for line in picture.lines:
        yield f"  {ids[line.source]} {_arrow(line)} {ids[line.target]}"
    for number, line in enumerate(picture.lines):
        if line.weight:
            width = 1 + (_THICKEST - 1) * line.weight**0.5
            yield f"  linkStyle {number} stroke-width:{width:.1f}px"
    for family, colours in COLOURS.items():
        if any(box.family is family for box in picture.boxes):
            fill, edge = colours.fill, colours.edge
            yield f"  classDef {family.value} fill:{fill},stroke:{edge},color:{TEXT}"


def _boxes(picture: Picture, ids: dict[str, str], within: str, indent: str) -> Iterator[str]:
    frame = picture.framed(within)
    for box in frame.boxes:
        yield f"{indent}{ids[box.name]}{_box(box)}"
    for begin, (title, name) in frame.inner.items():
        yield f"{indent}subgraph {name} [{_quoted(title)}]"
        yield from _boxes(picture, ids, begin, indent + "  ")
        yield f"{indent}end"


def _box(box: Box) -> str:
    opening, closing = _SHAPES[box.family]
    speech = box.caption.speech
    quoted = f"“{textwrap.shorten(speech, _SPEECH, placeholder=' …')}”" if speech else ""
    notes = [note.text for note in box.notes]
    subject = "" if box.caption.subject == box.title else box.caption.subject
    texts = [f"{box.verb} {box.title}", subject, quoted, *notes]
    return f"{opening}{_quoted(*texts)}{closing}:::{box.family.value}"


def _arrow(line: Line) -> str:
    texts = [*map(_row, line.rows), line.untold]
    label = f"|{_quoted(*texts)}|" if any(texts) else ""
    return f"-.->{label}" if line.weight == 0 else f"-->{label}"


def _row(row: Row) -> str:
    return " ".join(part for part in (row.way.key, row.way.words, row.count) if part)


def _quoted(*texts: str) -> str:
    """Texts below each other, in quotes."""
    return '"' + "<br/>".join(escaped(text) for text in texts if text) + '"'


def escaped(text: str) -> str:
    """``text`` as Mermaid may read it within quotes."""
    return "".join(
        c if (c.isalnum() or c in _HARMLESS) and c not in _OWN_MARKS else f"#{ord(c)};"
        for c in text
    )
