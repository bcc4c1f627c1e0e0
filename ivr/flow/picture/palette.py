"""Colours of pictures: a light scheme, and what each of them becomes in the dark.

They are the slots of one table, so that the dark scheme is a style sheet over the light picture.
Texts keep a contrast of at least 4.5 : 1 to what they stand on in both (WCAG 2.1, 1.4.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ivr.flow.picture.families import Family

FONT = "Verdana"
"""Wide, and as wide as DejaVu Sans, so that a text fits its box on any machine."""

PAPER = "#fdfdfc"
TEXT = "#1c2430"
QUIET = "#56616f"
STROKE = "#4b5766"
FAINT = "#9aa4b0"
LOSS = "#a3161c"


@dataclass(frozen=True, slots=True)
class Colours:
    """Of a box: inside and edge."""

    fill: str
    edge: str


COLOURS: Mapping[Family, Colours] = MappingProxyType(
    {
        Family.SPEAKS: Colours("#e3eefb", "#4a7ab5"),
        Family.ASKS: Colours("#fdf0cf", "#b98a1d"),
        Family.DECIDES: Colours("#efe6f8", "#8660ab"),
        Family.QUEUES: Colours("#dcf3e0", "#3f8f55"),
        Family.OUTSIDE: Colours("#fbe3d6", "#bd6a3a"),
        Family.ENDS: Colours("#e8eaed", "#6c7682"),
    }
)

DARK: Mapping[str, str] = MappingProxyType(
    {
        PAPER: "#14181d",
        TEXT: "#e8ecf1",
        QUIET: "#a9b4c0",
        STROKE: "#9aa7b5",
        FAINT: "#67727e",
        LOSS: "#ff9a94",
        "#e3eefb": "#1d3450",
        "#4a7ab5": "#6d9fdc",
        "#fdf0cf": "#453612",
        "#b98a1d": "#d9ab3f",
        "#efe6f8": "#392a4c",
        "#8660ab": "#b08bd6",
        "#dcf3e0": "#1b3d26",
        "#3f8f55": "#62b97b",
        "#fbe3d6": "#4c2a18",
        "#bd6a3a": "#e0915f",
        "#e8eaed": "#2b3138",
        "#6c7682": "#929daa",
    }
)
"""Each colour of the light scheme in the dark one."""
