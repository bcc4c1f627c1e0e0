"""What the fields of any node may hold, made from their types.

A node is made from its type's own fields, so that a new module in ``ivr/flow/nodes`` takes part by
itself. Where a field has a type that is not known here, :func:`_values` is the place to tell it.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

from annotated_types import Ge, Le
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ivr.flow.expressions import Expression
from ivr.flow.lengths import Length
from ivr.flow.preference import LAST, Choosing
from ivr.flow.requirement import Requiring
from ivr.flow.setting import Setting
from ivr.flow.texts import Text
from ivr.flow.tree import Node
from ivr.flow.vocabulary import (
    KEYS,
    AnnouncementName,
    HoursName,
    Identifier,
    Key,
    LanguageTag,
    Name,
    QueueName,
    Target,
    Variable,
)
from tests.unit.flow.chance.town import EXPRESSIONS, NAMES, TEXTS, VARIABLES, WORDS, Data


@dataclass(frozen=True, slots=True)
class Ways:
    """Where a node may lead: on, so that no circle is silent, or anywhere."""

    onward: Sequence[str]
    anywhere: Sequence[str]


def fields(model: type[BaseModel], ways: Ways) -> st.SearchStrategy[Data]:
    """The keys of a node or of a part of one: what must stand there, and some of the rest."""
    instant = model.instant if issubclass(model, Node) else frozenset()
    must: dict[str, st.SearchStrategy[Data]] = {}
    may: dict[str, st.SearchStrategy[Data]] = {}
    for name, info in model.model_fields.items():
        here = replace(ways, anywhere=ways.onward) if name in instant else ways
        values = _values(info.annotation, info.metadata, here)
        (must if info.is_required() else may)[info.alias or name] = values
    return st.fixed_dictionaries(must, optional=may)


def _values(kind: Any, marks: Sequence[Any], ways: Ways) -> st.SearchStrategy[Data]:
    """What a field of a type, marked so in ``Annotated``, may hold in YAML."""
    while get_origin(kind) is Annotated:
        kind, *more = get_args(kind)
        marks = (*more, *marks)
    marks = [
        mark for one in marks for mark in (one.metadata if isinstance(one, FieldInfo) else [one])
    ]
    if (named := _named(kind, marks)) is not None:
        return named
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return st.one_of([_values(one, marks, ways) for one in arguments if one is not type(None)])
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        return st.lists(_values(arguments[0], (), ways), min_size=1, max_size=3)
    if origin is not None and issubclass(origin, Mapping):
        keys, values = (_values(one, (), ways) for one in arguments)
        return st.dictionaries(keys, values, min_size=1, max_size=3)
    return _simple(kind, marks, ways)


def _named(kind: Any, marks: Sequence[Any]) -> st.SearchStrategy[Data] | None:
    """Types of the vocabulary that are told by their marks alone."""
    lengths = [mark for mark in marks if isinstance(mark, Length)]
    if kind is float and lengths:
        least, most = math.ceil(lengths[0].least), math.floor(lengths[0].most)
        return st.integers(least, most).map(lambda seconds: f"{seconds} s")
    if any(isinstance(mark, Requiring) for mark in marks):
        return _requirements()
    if any(isinstance(mark, Choosing) for mark in marks):
        expressions = [f"{{{{ {one} }}}}" for one in EXPRESSIONS]
        return st.sampled_from([LAST, "4001", *expressions])
    known: Mapping[Any, Sequence[str]] = {
        QueueName: ["support"],
        HoursName: ["office"],
        AnnouncementName: ["alfa"],
        LanguageTag: ["sv", "en"],
        Key: list(KEYS),
        Identifier: WORDS,
        Name: WORDS,
    }
    for alias, values in known.items():
        if get_args(alias)[1] in marks and kind is str:
            return st.sampled_from(values)
    return None


def _requirements() -> st.SearchStrategy[Data]:
    """What agents must be able to do: skills that exist, and values that may be anything."""
    expressions = [f"{{{{ {one} }}}}" for one in ("language", *EXPRESSIONS)]
    kinds = {
        kind: st.sampled_from([*values, *expressions])
        for kind, values in (NAMES.skills or {}).items()
    }
    levels = st.integers(1, 10).map(str)
    one = {
        kind: st.one_of(values, st.dictionaries(values, levels, min_size=1, max_size=1))
        for kind, values in kinds.items()
    }
    return st.fixed_dictionaries({}, optional=one).filter(bool)


def _simple(kind: Any, marks: Sequence[Any], ways: Ways) -> st.SearchStrategy[Data]:
    by_type: Mapping[Any, Callable[[], st.SearchStrategy[Data]]] = {
        Target: lambda: st.sampled_from(ways.anywhere),
        Variable: lambda: st.sampled_from(VARIABLES),
        Expression: lambda: st.sampled_from(EXPRESSIONS),
        Setting: lambda: st.sampled_from(
            [*TEXTS, *(f"{{{{ {one} }}}}" for one in EXPRESSIONS), "7"]
        ),
        bool: lambda: st.sampled_from(["true", "false"]),
        str: lambda: st.sampled_from(WORDS),
    }
    if kind in by_type:
        return by_type[kind]()
    if kind is int:
        least = max([0, *(cast(int, mark.ge) for mark in marks if isinstance(mark, Ge))])
        most = min([99, *(cast(int, mark.le) for mark in marks if isinstance(mark, Le))])
        return st.integers(least, most).map(str)
    if isinstance(kind, type) and issubclass(kind, Text):
        return st.fixed_dictionaries(dict.fromkeys(("sv", "en"), st.sampled_from(TEXTS)))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from([member.value for member in kind])
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return fields(kind, ways)
    return st.sampled_from(WORDS)
