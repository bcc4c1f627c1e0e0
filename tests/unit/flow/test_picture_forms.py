"""DOT and Mermaid: a tree's texts and names stay texts, whatever they hold."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.flow.load import load_all
from ivr.flow.nodes import NODE_TYPES
from ivr.flow.picture.dot import dot
from ivr.flow.picture.mermaid import escaped, mermaid
from ivr.flow.picture.model import Picture, picture_of
from ivr.flow.picture.palette import COLOURS, DARK, LOSS, PAPER, QUIET, TEXT
from ivr.flow.picture.traffic import Step, with_calls
from ivr.flow.tree import Tree
from tests.unit.flow.trees import DEMO

pytestmark = pytest.mark.unit

HOSTILE = [
    '"]; evil [image="/etc/passwd"] //',
    "</text><script>alert(1)</script>",
    '<IMG SRC="/etc/passwd"/>',
    "&lt;b&gt; &amp; &#34;",
    r"\N \G \n \" end",
    '%%{init: {"securityLevel": "loose"}}%%',
    "style a:b #quot; ;",
    "`**markdown**`",
    "n0 --> n1",
    "ﬂ°lt¶ß",
    "]] }} ]) /] -- 👩🏽‍⚕️ أهلا",
]


def picture(text: str = "Hej") -> Picture:
    """A tree with the text in all that can hold one."""
    organisation = next(iter(load_all(DEMO).organisations.values()))
    say = NODE_TYPES["say"].model_validate({"say": {"sv": text}, "then": "x/end"})
    end = NODE_TYPES["hang_up"].model_validate({"hang_up": {"sv": text}})
    tree = Tree(organisation, text, (text,), "say", {"say": say, "x/end": end})
    return picture_of(tree, "sv")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_a_text_in_mermaid(text: str) -> None:
    for line in mermaid(picture(text)).splitlines():
        for quoted in re.findall(r'"([^"]*)"', line):
            plain = quoted.replace("<br/>", "")
            assert re.fullmatch(r"(?:#[0-9]+;|[^#&<>`%:;\"])*", plain)
        assert line.count('"') in (0, 2)
        assert "%%" not in line


@given(st.text())
def test_what_mermaid_decodes_is_the_text(text: str) -> None:
    assert re.sub(r"#([0-9]+);", lambda found: chr(int(found[1])), escaped(text)) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_a_text_in_dot(text: str) -> None:
    mark = r"</?(?:B|I|BR|FONT|TABLE|TR|TD)(?: [A-Z-]+=\"[^\"<>]*\")*/?>"
    source = dot(picture(text))
    for line in source.splitlines():
        bare = re.sub(mark, "", line).replace("->", "")
        assert bare.count("<") == bare.count(">") == bare.count("label=<")
    assert html.escape(text.split(maxsplit=1)[0]).replace("\\", r"\\") in source


def test_the_same_tree_is_the_same_text() -> None:
    assert dot(picture()) == dot(picture())
    assert mermaid(picture()) == mermaid(picture())


def test_mermaid_has_a_node_a_line_and_a_frame_of_each_kind() -> None:
    assert mermaid(picture()).splitlines() == [
        "flowchart TD",
        '  entry>"Ring<br/>Hej"]',
        '  n0("säg say<br/>“Hej”"):::speaks',
        '  subgraph c1_0 ["x"]',
        '    n1(["lägg på end<br/>“Hej”"]):::ends',
        "  end",
        "  entry --> n0",
        "  n0 --> n1",
        "  classDef speaks fill:#e3eefb,stroke:#4a7ab5,color:#1c2430",
        "  classDef ends fill:#e8eaed,stroke:#6c7682,color:#1c2430",
    ]


def test_calls_make_a_line_of_mermaid_thick_and_one_that_nobody_took_dashed() -> None:
    text = mermaid(with_calls(picture(), [Step("", "say", "start", 4)], "2026-11-01"))
    assert '  entry -->|"4 (100\N{NO-BREAK SPACE}#37;)"| n0' in text
    assert '  n0 -.->|"0"| n1' in text
    assert "  linkStyle 0 stroke-width:9.0px" in text
    assert "linkStyle 1" not in text


def test_calls_make_a_line_of_dot_thick_and_one_that_nobody_took_dashed() -> None:
    text = dot(with_calls(picture(), [Step("", "say", "start", 4)], "2026-11-01"))
    taken, not_taken = (line for line in text.splitlines() if "->" in line)
    assert "penwidth=9.0" in taken
    assert "style=dashed" in not_taken


def test_a_sub_tree_is_a_frame_and_an_inner_one_a_frame_in_it() -> None:
    whole = picture()
    (say, end) = whole.boxes
    deep = replace(whole, boxes=[say, replace(end, name="x/y/end")], lines=whole.lines[:1])
    assert dot(deep).count("subgraph cluster_") == 2
    assert mermaid(deep).count("subgraph ") == 2


def test_a_big_tree_goes_from_left_to_right() -> None:
    small = picture()
    boxes = [replace(small.boxes[0], name=f"n{number}") for number in range(60)]
    assert "rankdir=TB" in dot(small)
    assert "rankdir=LR" in dot(replace(small, boxes=[*small.boxes, *boxes]))


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.1 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [{}, DARK])
@pytest.mark.parametrize("text", [TEXT, QUIET, LOSS])
def test_every_text_can_be_read_on_what_it_stands_on(scheme: dict[str, str], text: str) -> None:
    for ground in [PAPER, *(one.fill for one in COLOURS.values())]:
        pair = [_luminance(scheme.get(colour, colour)) for colour in (text, ground)]
        assert (max(pair) + 0.05) / (min(pair) + 0.05) >= 4.5, (text, ground)
