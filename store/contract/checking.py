"""Whether an entry of a stream keeps the contract, to the letter."""

from __future__ import annotations

from collections.abc import Mapping

from store.contract.table import EVERY, KINDS
from store.events import EventType


def breaches(wire: Mapping[str, str]) -> list[str]:
    """What is wrong with an entry that this version of Växel has written.

    Whoever reads on for years is not so strict: fields and types may be added.

    Args:
        wire: The entry's fields.

    Returns:
        A sentence each; none names a value, which may be personal.
    """
    try:
        kind = KINDS[EventType(wire.get("type", ""))]
    except ValueError:
        return ["Its type is none of the contract."]
    found = []
    fields = {field.name: field for field in (*EVERY, *kind.fields)}
    for name, text in wire.items():
        if name not in fields:
            found.append(f"{kind.type}: {name} is no field of it.")
            continue
        try:
            fields[name].value.typed(text)
        except ValueError as fault:
            found.append(f"{kind.type}: {name} {fault}.")
    found += [
        f"{kind.type}: {field.name} is missing."
        for field in fields.values()
        if field.required and field.name not in wire
    ]
    if kind.one_of and len(kind.one_of & wire.keys()) != 1:
        found.append(f"{kind.type}: exactly one is wanted of {' and '.join(sorted(kind.one_of))}.")
    return found
