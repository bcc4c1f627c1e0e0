"""What a picture writes in a node's box and on its arrows, read off the node's own fields.

Nothing here knows a node type: texts, names and expressions are found by their type, so that a new
type is described as soon as it exists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from ivr.flow.expressions import Expression
from ivr.flow.picture.words import WAYS, word
from ivr.flow.requirement import Wanted, in_words
from ivr.flow.texts import Phrase, Text, on_one_line
from ivr.flow.tree import Arrow, Node
from ivr.flow.vocabulary import KEYS, Target

_PLACES = frozenset({"goto", "then"})  # keys that say no more than "there"
_MOST_PHRASES = 3
_EXPRESSION = re.compile(r"\{\{\s*(.*?)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Caption:
    """What a node is about.

    Attributes:
        subject: The name or value that its verb has, ``""`` for none: a queue, opening hours. What
            a queue requires of the agent stands in brackets.
        speech: What the caller hears first, ``""`` for nothing.
    """

    subject: str
    speech: str


@dataclass(frozen=True, slots=True)
class Way:
    """One arrow in words.

    Attributes:
        path: The arrow's path, joined by dots: its name in the record of calls.
        key: The key to press, ``""`` where none is.
        words: When it is taken, ``""`` where it is the only way.
    """

    path: str
    key: str
    words: str


def caption(node: Node, language: str) -> Caption:
    """What a node is about, in a language."""
    value = getattr(node, node.verb, None)
    subject = "" if isinstance(value, Text) else _shown(value, language)
    subject += "".join(f" ({asked})" for asked in _required(node))
    speech = next((_spoken(text, language) for text in _texts(node)), "")
    return Caption(on_one_line(subject), on_one_line(speech))


def way(node: Node, arrow: Arrow, language: str, *, alone: bool) -> Way:
    """One of a node's arrows.

    Args:
        node: Where it begins.
        arrow: The arrow.
        language: Of the words.
        alone: Whether it is the node's only one.
    """
    path = arrow.path
    name = ".".join(map(str, path))
    if len(path) == 1 and alone and path[0] in _PLACES:
        return Way(name, "", "")
    holder = _holder(node, path)
    key = ""
    parts: list[str] = []
    for step in path if len(path) == 1 else [step for step in path if step not in _PLACES]:
        if step == "choices" or isinstance(step, int):
            continue
        if len(step) == 1 and step in KEYS:
            key = step
        elif step != node.verb:
            parts.append(word(WAYS, step, language))
    if holder is not node:
        parts += _told_beside(holder, language)
    return Way(name, key, on_one_line(", ".join(part for part in parts if part)))


def _holder(node: Node, path: tuple[str | int, ...]) -> object:
    """The model that the arrow's target is a field of."""
    value: Any = node
    for step in path[:-1]:
        value = getattr(value, _field(value, step)) if isinstance(value, BaseModel) else value[step]
    return value


def _field(model: BaseModel, key: str | int) -> str:
    fields = type(model).model_fields
    return next(name for name, info in fields.items() if (info.alias or name) == key)


def _told_beside(holder: object, language: str) -> Iterator[str]:
    """What stands beside the target and tells when it is taken: a condition, phrases, a share."""
    if not isinstance(holder, BaseModel):
        return
    for name in type(holder).model_fields:
        value = getattr(holder, name)
        if isinstance(value, Expression):
            yield value.source
        elif name == "share":
            yield f"{value:g}\N{NO-BREAK SPACE}%" if isinstance(value, float) else f"{value}"
        elif isinstance(value, Mapping) and isinstance(value.get(language), tuple):
            phrases = value[language]
            more = ["…"] if len(phrases) > _MOST_PHRASES else []
            yield " · ".join([*phrases[:_MOST_PHRASES], *more])


def _shown(value: object, language: str) -> str:
    """A field's value as a person would note it; ``""`` for what the arrows tell already."""
    shown = ""
    match value:
        case None | bool() | Target():
            pass
        case Expression() | Phrase():
            shown = value.source
        case Text():
            shown = _spoken(value, language)
        case str() | int() | float():
            shown = str(value)
        case Mapping():
            pairs = ((key, _shown(inner, language)) for key, inner in value.items())
            shown = ", ".join(f"{key} = {inner}" for key, inner in pairs if inner)
    return _EXPRESSION.sub(r"‹\1›", shown)


def _required(node: Node) -> Iterator[str]:
    """What is required of an agent, in words."""
    for name in type(node).model_fields:
        value = getattr(node, name)
        if isinstance(value, Mapping) and any(isinstance(one, Wanted) for one in value.values()):
            yield _EXPRESSION.sub(r"‹\1›", in_words(value))


def _texts(value: object) -> Iterator[Text]:
    """The texts of a node in the order of its fields, and of what these hold."""
    if isinstance(value, Text):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _texts(getattr(value, name))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _texts(inner)


def _spoken(text: Text, language: str) -> str:
    phrase = text.root.get(language) or next(iter(text.root.values()), None)
    return _EXPRESSION.sub(r"‹\1›", phrase.source) if phrase is not None else ""
