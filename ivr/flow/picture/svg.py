"""A picture as SVG: what Graphviz has laid out, made fit for people, screens and readers.

Graphviz writes right coordinates and bare names. Here its file gets a title, a description and a
text for every box, colours for a dark screen, and loses what points outside. Texts stay texts.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator

from ivr.flow.picture.model import Line, Picture
from ivr.flow.picture.palette import DARK, FONT

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def svg(picture: Picture, laid_out: str) -> str:
    """The finished picture, a document of its own that fetches nothing.

    Args:
        picture: What was laid out.
        laid_out: What ``dot -Tsvg`` made of :func:`ivr.flow.picture.dot.dot`.
    """
    ET.register_namespace("", _SVG)
    root = ET.fromstring(laid_out)  # noqa: S314 - Graphviz's own, every text in it escaped
    _head(root, picture)
    texts = dict(_texts(picture))
    for group in root.iter(f"{{{_SVG}}}g"):
        title = group.find(f"{{{_SVG}}}title")
        if title is None:
            continue
        text = texts.get(group.get("id", ""))
        if text is None:
            group.remove(title)
        else:
            title.text = text
    _unlink(root)
    return _HEAD + ET.tostring(root, encoding="unicode") + "\n"


def _head(root: ET.Element, picture: Picture) -> None:
    root.set("role", "graphics-document document")
    root.set("aria-labelledby", "title summary")
    root.set("lang", picture.language)
    root.set("{http://www.w3.org/XML/1998/namespace}lang", picture.language)
    title = ET.Element(f"{{{_SVG}}}title", {"id": "title"})
    title.text = picture.title
    summary = ET.Element(f"{{{_SVG}}}desc", {"id": "summary"})
    summary.text = " ".join(text for text in (picture.summary, picture.subtitle) if text)
    style = ET.Element(f"{{{_SVG}}}style")
    style.text = _style()
    root[:0] = [title, summary, style]


def _texts(picture: Picture) -> Iterator[tuple[str, str]]:
    """What is told of each element, by its id in DOT."""
    for number, box in enumerate(picture.boxes):
        yield f"n{number}", picture.told(box)
    for number, line in enumerate(picture.lines):
        yield f"e{number}", _told(line)
    yield "entry", ", ".join(picture.numbers)


def _told(line: Line) -> str:
    rows = (
        " ".join(part for part in (row.way.key, row.way.words, row.count) if part)
        for row in line.rows
    )
    return "\n".join([f"{line.source} → {line.target}", *(row for row in rows if row)])


def _style() -> str:
    dark = " ".join(
        f'[fill="{light}"]{{fill:{dark}}} [stroke="{light}"]{{stroke:{dark}}}'
        for light, dark in DARK.items()
    )
    return (
        f'text{{font-family:{FONT},"DejaVu Sans",sans-serif}} '
        f"@media (prefers-color-scheme:dark){{{dark}}}"
    )


def _unlink(root: ET.Element) -> None:
    """Take out the links that Graphviz makes round what has a tooltip; keep what is in them."""
    for parent in list(root.iter()):
        for index, child in enumerate(list(parent)):
            if child.tag == f"{{{_SVG}}}a":
                child.tag = f"{{{_SVG}}}g"
                for name in [name for name in child.attrib if name.startswith(f"{{{_XLINK}}}")]:
                    del child.attrib[name]
                parent[index] = child
