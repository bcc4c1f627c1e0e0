"""The contract as JSON Schemas: of an entry of the stream, and of an event in its JSON form."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from store.contract.kind import Field, Kind
from store.contract.public import OWN
from store.contract.table import EVERY, KINDS, VERSION
from store.contract.values import Schema, Value

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_WIRE = (
    "An entry of the Redis stream events:{org}: flat fields, each a text. Numbers are decimal "
    "digits, a field without a value is left out."
)
_JSON = (
    "An event in its JSON form: one flat object with typed values. Times are epoch milliseconds."
)
_LATER = " Fields and types may be added: take no offence at others, and pass over unknown types."


def schemas() -> Mapping[str, Mapping[str, Any]]:
    """Each schema by the name of its file without ending."""
    return {
        "entry.schema": _schema("entry", _WIRE, EVERY, lambda value: value.wire),
        "event.schema": _schema("event", _JSON, (*OWN, *EVERY), lambda value: value.json),
    }


def to_json(schema: Mapping[str, Any]) -> str:
    """A schema's file."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _schema(
    name: str, told: str, every: tuple[Field, ...], form: Callable[[Value], Schema]
) -> dict[str, Any]:
    return {
        "$schema": DIALECT,
        "$id": f"urn:vaxel:{name}:{VERSION}",
        "title": f"Växel, {name}, version {VERSION}",
        "description": told + _LATER,
        "oneOf": [{"$ref": f"#/$defs/{kind.type.value}"} for kind in KINDS.values()],
        "$defs": {kind.type.value: _of_kind(kind, every, form) for kind in KINDS.values()},
    }


def _of_kind(kind: Kind, every: Iterable[Field], form: Callable[[Value], Schema]) -> dict[str, Any]:
    fields = [*every, *kind.fields]
    properties = {field.name: _of_field(field, form(field.value)) for field in fields}
    properties["type"] = {"const": kind.type.value}
    found: dict[str, Any] = {
        "type": "object",
        "title": kind.type.value,
        "description": kind.meaning,
        "properties": properties,
        "required": [field.name for field in fields if field.required],
    }
    if kind.one_of:
        found["oneOf"] = [{"required": [name]} for name in sorted(kind.one_of)]
    return found


def _of_field(field: Field, form: Schema) -> dict[str, Any]:
    told = field.meaning
    if meanings := field.value.meanings:
        told = f"{told} {'; '.join(f'{word}: {text}' for word, text in meanings.items())}."
    marked = {"x-personal": True} if field.personal else {}
    return {**form, "description": told, **marked}
