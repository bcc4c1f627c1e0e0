"""Whether what lies in the streams of a Redis keeps the contract of the events."""

from __future__ import annotations

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from redis.asyncio import Redis

from store.contract.checking import breaches
from store.contract.public import public
from store.contract.schema import schemas
from store.events import Event
from store.forgetting import organisations
from store.stream import stream_key


async def breaches_in(redis: Redis) -> list[str]:
    """What is wrong with the entries of all streams, each once; by the table and both schemas."""
    found: dict[str, None] = {}
    for org in await organisations(redis):
        entries: Any = await redis.xrange(stream_key(org))
        for entry_id, wire in entries:
            found |= dict.fromkeys(breaches_of(org, entry_id, wire))
    return list(found)


def breaches_of(org: str, entry_id: str, wire: dict[str, str]) -> list[str]:
    """What is wrong with one entry."""
    found = breaches(wire)
    if found:
        return [f"{text} {wire}" for text in found]
    kind = wire["type"]
    told = public(Event.from_wire(org, entry_id, wire), personal=False)
    return [
        f"{kind} by {name}: {fault.message}"
        for name, value in (("entry.schema", wire), ("event.schema", told))
        for fault in _validator(name, kind).iter_errors(value)
    ]


@cache
def _validator(name: str, kind: str) -> Draft202012Validator:
    """The definition of a type alone: all of them for each entry would take its time."""
    return Draft202012Validator(schemas()[name]["$defs"][kind])
