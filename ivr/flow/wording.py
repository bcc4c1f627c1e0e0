"""What a model says about itself, in an admin's words: its docstring, its types, its defaults."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Iterator, Mapping
from enum import Enum, StrEnum
from typing import Annotated, Any, Union, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import AfterValidator, BaseModel, BeforeValidator, PlainValidator, RootModel
from pydantic.fields import FieldInfo

from ivr.flow.asking import Retry
from ivr.flow.expressions import Expression
from ivr.flow.texts import Phrase, Text
from ivr.flow.tree import Node
from ivr.flow.vocabulary import ExitLabel, Form, Target, Variable

_ATTRIBUTE = re.compile(r"(\w+): (.+)", re.DOTALL)
_CODE = re.compile(r"``(.+?)``")
_ROLE = re.compile(r":\w+:`~?([^`]+)`")

_TYPES: Mapping[object, str] = {
    Target: "a node",
    ExitLabel: "a name",
    Variable: "a name for the value",
    Expression: "an expression",
    Phrase: "a text",
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    object: "anything",
    Any: "anything",
}
_CLASSES: tuple[tuple[type, str], ...] = (
    (Text, "a text in each language"),
    (Retry, "what to do, see below"),
    (BaseModel, "keys, see below"),
)
_VALIDATORS = {
    "_key": "a key",
    "_number": "a telephone number",
    "_spans": "hours such as 08:00-17:00",
    "_on_holidays": "closed, open or hours such as 08:00-12:00",
    "parse_date": "a date",
    "_date_or_yearly": "a date",
    "_country": "two letters",
    "_zone": "a time zone",
    "_phrase": "words",
    "_day": "a day or days",
}
"""Words for a type that is known by what checks it."""


def summary(cls: type) -> str:
    """The docstring without its sections, in Markdown."""
    said = inspect.cleandoc(cls.__dict__.get("__doc__") or "").split("\nAttributes:\n")[0]
    return _markdown(said.strip())


def attributes(cls: type) -> Mapping[str, str]:
    """What the docstrings of a class and its bases say about each attribute, in Markdown."""
    found: dict[str, str] = {}
    for one in reversed(cls.__mro__):
        _, _, section = inspect.cleandoc(one.__dict__.get("__doc__") or "").partition(
            "Attributes:\n"
        )
        for entry in re.split(r"\n(?=    \w+: )", "\n" + section.partition("\n\n")[0]):
            if match := _ATTRIBUTE.fullmatch(entry.strip()):
                found[match[1]] = _markdown(" ".join(match[2].split()))
    return found


def key_of(name: str, info: FieldInfo) -> str:
    """The key of a field as files write it."""
    return info.alias or name


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    """The parts of the language that a field is made of, without texts and nodes."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not issubclass(annotation, RootModel | Node):
            yield annotation
    else:
        for inner in get_args(annotation):
            yield from models_in(inner)


def markers(annotation: object, metadata: Iterator[object] | list[Any]) -> list[object]:
    """What is annotated to a type that may be left out (``X | None``) or not."""
    found = list(metadata)
    if get_origin(annotation) is Annotated:
        found += get_args(annotation)[1:]
        return markers(get_args(annotation)[0], found)
    if get_origin(annotation) in {Union, types.UnionType}:
        for inner in get_args(annotation):
            found = markers(inner, found)
    return found


def type_of(info: FieldInfo) -> str:
    """The type of a field, in words."""
    return _words(info.annotation, info.metadata)


def default_of(info: FieldInfo) -> str | None:
    """The default of a field as a file would write it; ``None`` for none, ``""`` for nothing."""
    if info.is_required():
        return None
    return written(info.get_default(call_default_factory=True, validated_data={}), info)


def written(value: object, info: FieldInfo) -> str:
    """A value of a field as a file would write it; ``""`` for none and for what is not plain."""
    for marker in markers(info.annotation, info.metadata):
        if hasattr(marker, "written") and value is not None:
            return str(marker.written(value))
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) if isinstance(value, str | int) else ""


def _words(annotation: object, metadata: list[Any]) -> str:
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _words(inner, [*metadata, *more])
    for marker in metadata:
        if words := _by_marker(marker):
            return words
    if get_origin(annotation) in {Union, types.UnionType}:
        parts = [_words(one, []) for one in get_args(annotation) if one is not type(None)]
        return " or ".join(dict.fromkeys(parts))
    if annotation in _TYPES:
        bounds = _bounds(metadata)
        return _TYPES[annotation] + (f", {bounds}" if bounds else "")
    return _of_class(annotation)


def _of_class(annotation: object) -> str:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is tuple:
        return f"a list, each {_words(inner[0], [])}"
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"by {_bare(_words(inner[0], []))}: {_words(inner[1], [])}"
    if not isinstance(annotation, type):
        return "a text"
    if issubclass(annotation, StrEnum):
        return " or ".join(f"`{one.value}`" for one in annotation)
    for cls, words in _CLASSES:
        if issubclass(annotation, cls):
            return words
    return "a text"


def _by_marker(marker: object) -> str:
    if isinstance(marker, Form):
        return _article(marker.message)
    if hasattr(marker, "words"):
        return str(marker.words)
    if isinstance(marker, AfterValidator | BeforeValidator | PlainValidator):
        return _VALIDATORS.get(getattr(marker.func, "__name__", ""), "")
    return ""


def _bounds(metadata: list[Any]) -> str:
    least = next((one.ge for one in metadata if isinstance(one, Ge)), None)
    most = next((one.le for one in metadata if isinstance(one, Le)), None)
    if least is None and most is None:
        return ""
    return f"{least if least is not None else ''} to {most if most is not None else ''}".strip()


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _bare(words: str) -> str:
    return re.sub(r"^(an?) ", "", words)


def _markdown(text: str) -> str:
    return _ROLE.sub(r"\1", _CODE.sub(r"`\1`", text))
