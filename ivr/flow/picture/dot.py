"""A picture in DOT, the language of Graphviz.

Nodes are called ``n0``, ``n1`` … and lines ``e0`` …: names of the tree stand in labels only, and
there escaped.
"""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterator

from ivr.flow.picture.families import Family
from ivr.flow.picture.model import Box, Line, Picture, Row
from ivr.flow.picture.palette import COLOURS, FAINT, FONT, LOSS, PAPER, QUIET, STROKE, TEXT
from ivr.flow.picture.words import FAMILIES, PHRASES, word

_SHAPES = {
    Family.SPEAKS: 'shape=box style="filled,rounded"',
    Family.ASKS: 'shape=box style="filled,rounded" peripheries=2',
    Family.DECIDES: "shape=hexagon style=filled",
    Family.QUEUES: "shape=box3d style=filled",
    Family.OUTSIDE: "shape=component style=filled",
    Family.ENDS: "shape=octagon style=filled",
}
_BOX_WIDTH = 32  # characters a line
_LINE_WIDTH = 26
_SPEECH_LINES = 3
_THICKEST = 9.0  # points
_MOST_DOWNWARDS = 20  # boxes


def dot(picture: Picture) -> str:
    """The picture for ``dot``, as UTF-8 text."""
    return "\n".join(_statements(picture)) + "\n"


def _statements(picture: Picture) -> Iterator[str]:
    ids = picture.ids
    yield "digraph tree {"
    yield (
        f'graph [label={_title(picture)} labelloc=t labeljust=l bgcolor="{PAPER}" '
        f'fontname="{FONT}" fontsize=11 fontcolor="{TEXT}" rankdir={_direction(picture)} '
        'charset="UTF-8" nodesep=0.3 ranksep=0.5 pad=0.3 newrank=true]'
    )
    yield (
        f'node [fontname="{FONT}" fontsize=10 fontcolor="{TEXT}" color="{STROKE}" '
        'margin="0.14,0.12" height=0.3]'
    )
    yield (f'edge [fontname="{FONT}" fontsize=9 fontcolor="{TEXT}" color="{STROKE}" arrowsize=0.7]')
    yield (
        f'entry [id=entry label=<{_numbers(picture)}> shape=box style="filled,rounded" '
        f'penwidth=2 fillcolor="{PAPER}"]'
    )
    yield from _boxes(picture, ids, "")
    for number, line in enumerate(picture.lines):
        yield f"{ids[line.source]} -> {ids[line.target]} [id=e{number} {_line(line)}]"
    yield "}"


def _direction(picture: Picture) -> str:
    """Downwards as long as the tree is small: then from left to right, or no screen is as wide."""
    return "TB" if len(picture.boxes) <= _MOST_DOWNWARDS else "LR"


def _boxes(picture: Picture, ids: dict[str, str], within: str) -> Iterator[str]:
    """The boxes of a sub-tree, each inner one in a frame of its own."""
    frame = picture.framed(within)
    for box in frame.boxes:
        yield f"{ids[box.name]} [id={ids[box.name]} {_box(box)}]"
    for begin, (title, name) in frame.inner.items():
        yield f"subgraph cluster_{name} {{"
        yield (
            f'graph [label=<{_bold(title)}> style="rounded,dashed" color="{QUIET}" '
            f'id={name} labeljust=l bgcolor="{PAPER}" margin=14]'
        )
        yield from _boxes(picture, ids, begin)
        yield "}"


def _box(box: Box) -> str:
    rows = [f'<FONT POINT-SIZE="8" COLOR="{QUIET}">{_escaped(box.verb)}</FONT>']
    rows.append(_bold(box.title))
    if box.caption.subject not in ("", box.title):
        rows += map(_escaped, _wrapped(box.caption.subject, _BOX_WIDTH, 2))
    if box.caption.speech:
        spoken = _wrapped(f"“{box.caption.speech}”", _BOX_WIDTH, _SPEECH_LINES)
        rows += [f'<FONT POINT-SIZE="9">{_escaped(text)}</FONT>' for text in spoken]
    for note in box.notes:
        colour = LOSS if note.loss else TEXT
        rows += [
            f'<FONT POINT-SIZE="9" COLOR="{colour}">{_bold(text)}</FONT>'
            for text in _wrapped(note.text, _BOX_WIDTH, 2)
        ]
    colours = COLOURS[box.family]
    return (
        f"label=<{'<BR/>'.join(rows)}> {_SHAPES[box.family]} "
        f'fillcolor="{colours.fill}" color="{colours.edge}"'
    )


def _line(line: Line) -> str:
    if line.weight is None:
        return _label(line, 1)
    if line.weight == 0:
        look = f'style=dashed penwidth=0.6 color="{FAINT}" fontcolor="{QUIET}"'
        return f"{_label(line, 1)} {look}"
    # the root keeps what few callers took visible beside what nearly all did
    width = 1 + (_THICKEST - 1) * line.weight**0.5
    return f"{_label(line, width)} penwidth={width:.1f} arrowsize={0.7 / width**0.5:.2f}"


def _label(line: Line, width: float) -> str:
    """Keys, words and counts in three columns, clear of a line of so many points."""
    rows = [row for row in line.rows if row.way.key or row.way.words or row.count]
    cells = [_cells(row) for row in rows]
    if line.untold:
        cells.append(f'<TD ALIGN="LEFT" COLSPAN="3"><I>{_escaped(line.untold)}</I></TD>')
    if not cells:
        return ""
    cells[0] = f'<TD ROWSPAN="{len(cells)}" WIDTH="{width / 2:.0f}"></TD>{cells[0]}'
    body = "".join(f"<TR>{row}</TR>" for row in cells)
    return f'label=<<TABLE BORDER="0" CELLSPACING="1" CELLPADDING="1">{body}</TABLE>>'


def _cells(row: Row) -> str:
    """The key as a key of a telephone, the words, the count."""
    cap = f' BORDER="1" STYLE="ROUNDED" COLOR="{QUIET}" CELLPADDING="2"' if row.way.key else ""
    words = "<BR/>".join(map(_escaped, _wrapped(row.way.words, _LINE_WIDTH, 2)))
    return (
        f"<TD{cap}>{_bold(row.way.key)}</TD>"
        f'<TD ALIGN="LEFT" BALIGN="LEFT">{words}</TD>'
        f'<TD ALIGN="LEFT">{_bold(row.count)}</TD>'
    )


def _bold(text: str) -> str:
    return f"<B>{_escaped(text)}</B>" if text else ""


def _title(picture: Picture) -> str:
    """The title and what the colours mean."""
    cells = "".join(
        f'<TD BGCOLOR="{COLOURS[family].fill}" COLOR="{COLOURS[family].edge}" BORDER="1">'
        f'<FONT POINT-SIZE="8">{_escaped(word(FAMILIES, family.value, picture.language))}</FONT>'
        "</TD>"
        for family in Family
        if any(box.family is family for box in picture.boxes)
    )
    rows = [f'<FONT POINT-SIZE="15">{_bold(picture.title)}</FONT>']
    if picture.subtitle:
        unused = word(PHRASES, "unused", picture.language)
        rows += [_escaped(picture.subtitle), f'<FONT COLOR="{QUIET}">{_escaped(unused)}</FONT>']
    body = "".join(f'<TR><TD ALIGN="LEFT">{row}</TD></TR>' for row in rows)
    legend = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="4" CELLPADDING="3" ALIGN="LEFT">'
    return (
        f'<<TABLE BORDER="0" CELLSPACING="0" CELLPADDING="2">{body}'
        f'<TR><TD ALIGN="LEFT">{legend}<TR>{cells}</TR></TABLE></TD></TR></TABLE>>'
    )


def _numbers(picture: Picture) -> str:
    call = _escaped(word(PHRASES, "numbers", picture.language))
    rows = [f'<FONT POINT-SIZE="8" COLOR="{QUIET}">{call}</FONT>']
    return "<BR/>".join(rows + [_bold(number) for number in picture.numbers])


def _wrapped(text: str, width: int, lines: int) -> list[str]:
    return textwrap.wrap(text, width, max_lines=lines, placeholder=" …") if text else []


def _escaped(text: str) -> str:
    r"""``text`` for a label of DOT's HTML kind, in which ``\N`` still is the node's own name."""
    return html.escape(text.replace("\\", r"\\"))
