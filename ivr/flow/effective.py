"""What is in effect after all layers, as YAML in which each value tells where it was written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel

from ivr.flow.document import Document, Path_, Value
from ivr.flow.organisation import Organisation
from ivr.flow.problems import shown
from ivr.flow.wording import key_of, models_in, written

DEFAULT = "default"
_PLAIN = re.compile(r"[^\W\d_][\w /.,()+’'-]*|[+]?[0-9][0-9 .:–-]*[\w%]*")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_WIDEST = 70


@dataclass(frozen=True, slots=True)
class Line:
    """One line of YAML.

    Attributes:
        text: With its indentation.
        origin: ``file:line`` of the value, ``default`` where no file says it, ``""`` for a key
            whose values follow.
    """

    text: str
    origin: str = ""


def organisation_lines(document: Document) -> Iterator[Line]:
    """An organisation over its base, with what is so where no file says anything."""
    if isinstance(document.data, dict):
        yield from _mapping(document, (), document.data, Organisation)


def tree_lines(document: Document) -> Iterator[Line]:
    """A tree with its sub-trees put in."""
    if isinstance(document.data, dict):
        yield from _mapping(document, (), document.data, None)


def aligned(lines: Iterator[Line]) -> Iterator[str]:
    """The lines, their origins as comments one below the other."""
    every = list(lines)
    width = min(max((len(one.text) for one in every if one.origin), default=0), _WIDEST)
    for one in every:
        yield f"{one.text:<{width}}  # {one.origin}" if one.origin else one.text


def _mapping(
    document: Document, path: Path_, value: Mapping[str, Value], model: object
) -> Iterator[Line]:
    for key, inner in sorted(value.items(), key=lambda pair: _rank(model, pair[0])):
        yield from _entry(document, (*path, key), key, inner, _of_key(model, key))
    if isinstance(model, type) and issubclass(model, BaseModel):
        yield from _defaults(model, value, len(path))


def _entry(
    document: Document, path: Path_, key: str, value: Value, model: object
) -> Iterator[Line]:
    indent = "  " * (len(path) - 1)
    if isinstance(value, dict) and (value or _is_model(model)):
        inner = list(_mapping(document, path, value, model))
        if inner:
            yield Line(f"{indent}{quoted(key)}:")
            yield from inner
            return
    yield Line(f"{indent}{quoted(key)}: {_flow(value)}", _origin(document, path))


def _origin(document: Document, path: Path_) -> str:
    place = document.value_place(path)
    return f"{shown((place.document or document).file)}:{place.line}"


def _flow(value: Value) -> str:
    if isinstance(value, dict):
        pairs = (f"{quoted(key, inside=True)}: {_inside(one)}" for key, one in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_inside, value))}]"
    return quoted(value)


def _inside(value: Value) -> str:
    return quoted(value, inside=True) if isinstance(value, str) else _flow(value)


def quoted(text: str, *, inside: bool = False) -> str:
    """A text so that YAML reads the same one, in quotes only where it must.

    Args:
        text: The text.
        inside: Whether it stands in a list or mapping in brackets, where commas part.
    """
    plain = _PLAIN.fullmatch(text) is not None and text.lower() not in _WORDS
    if plain and text == text.rstrip() and not (inside and "," in text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _defaults(model: type[BaseModel], value: Mapping[str, Value], depth: int) -> Iterator[Line]:
    """What is so of a part of the language though ``value`` does not say it."""
    indent = "  " * depth
    for name, info in model.model_fields.items():
        key = key_of(name, info)
        if key in value or info.is_required():
            continue
        default = info.get_default(call_default_factory=True, validated_data={})
        if isinstance(default, BaseModel):
            yield Line(f"{indent}{key}:")
            yield from _defaults(type(default), {}, depth + 1)
        elif text := written(default, info):
            yield Line(f"{indent}{key}: {text}", DEFAULT)


def _rank(model: object, key: str) -> int:
    """The place of a key among those of a part of the language; elsewhere the order is kept."""
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return 0
    keys = [key_of(name, info) for name, info in model.model_fields.items()]
    return keys.index(key) if key in keys else len(keys)


def _is_model(model: object) -> bool:
    return isinstance(model, type) and issubclass(model, BaseModel)


def _of_key(model: object, key: str) -> object:
    """The type of what stands under ``key``: a part of the language, or a mapping to such parts."""
    if isinstance(model, type) and issubclass(model, BaseModel):
        for name, info in model.model_fields.items():
            if key_of(name, info) == key:
                return _inner(info.annotation)
        return None
    if isinstance(get_origin(model), type) and issubclass(get_origin(model), Mapping):  # type: ignore[arg-type]
        return _inner(get_args(model)[1])
    return None


def _inner(annotation: Any) -> object:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    origin = get_origin(annotation)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return annotation
    return next(models_in(annotation), None)
