"""Menus as callers hear them: how long they are, and whether they say the keys that there are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from ivr.flow.call import CHARACTERS_A_SECOND
from ivr.flow.nodes.menu import Menu

MOST_SECONDS = 30

_PRESS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "sv": re.compile(r"\btryck(?:er)?\s+(?:på\s+)?([0-9*#]|stjärna|fyrkant)(?![0-9])", re.I),
        "da": re.compile(r"\btryk(?:ke)?\s+(?:på\s+)?([0-9*#]|stjerne|firkant)(?![0-9])", re.I),
        "en": re.compile(r"\bpress\s+(?:the\s+)?([0-9*#]|star|hash|pound)(?![0-9])", re.I),
    }
)
_KEYS = {"stjärna": "*", "stjerne": "*", "star": "*"} | dict.fromkeys(
    ("fyrkant", "firkant", "hash", "pound"), "#"
)
_MENTIONED = re.compile(r"(?<![0-9])[0-9*#](?![0-9])|\w+")


def seconds(source: str) -> float:
    """About how long it takes to say a text."""
    return len(source) / CHARACTERS_A_SECOND


def too_long(menu: Menu) -> Iterator[tuple[str, float]]:
    """The languages in which a menu takes too long, and how many seconds."""
    for language, phrase in menu.menu.root.items():
        if (length := seconds(phrase.source)) > MOST_SECONDS:
            yield language, length


def wrong_keys(menu: Menu) -> Iterator[tuple[str, str]]:
    """Keys that callers are told to press and that are no choice, by language."""
    for language, said in _announced(menu):
        for key in dict.fromkeys(said):
            if key not in menu.choices:
                yield language, key


def silent_keys(menu: Menu) -> Iterator[tuple[str, str]]:
    """Choices whose key is not told, by language; only of menus that tell any key at all."""
    for language, said in _announced(menu):
        phrase = menu.menu.root[language]
        if not said or phrase.variables:
            continue  # the key may be in a value
        words = {_KEYS.get(word.lower(), word) for word in _MENTIONED.findall(phrase.source)}
        for key in menu.choices:
            if key not in words:
                yield language, key


def _announced(menu: Menu) -> Iterator[tuple[str, list[str]]]:
    for language, pattern in _PRESS.items():
        if language in menu.menu.root:
            found = pattern.findall(menu.menu.root[language].source)
            yield language, [_KEYS.get(word.lower(), word) for word in found]
