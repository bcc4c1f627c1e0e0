"""The contract as a page for who builds on it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final

from store.contract.kind import Field, Group, Kind
from store.contract.public import OWN, public
from store.contract.table import EVERY, KINDS, VERSION
from store.events import Event, EventType
from store.stream import STREAM_LIMIT, stream_key

_MADE: Final = "<!-- Written by `vaxel events docs` from store/contract; a change here is lost. -->"

_EXAMPLE: Final = Event(
    EventType.CALL_ANSWERED,
    at=1_795_464_461_250,
    org="demo",
    contact="vaxel-1795464430.0",
    queue="support",
    agent="4001",
    fields={"offer": "17", "waited": "20950"},
    id="1795464461252-0",
)

_ABOUT: Final = """\
# Events, version {version}

Each step of a contact and each change of an agent is one event. Every figure of Växel, every report
and every record is made from these events; whatever else shall know what happens (a wallboard, a
screen pop, a data warehouse) reads them too.

They lie in Redis, one stream an organisation: `{key}` for the organisation `demo`. An entry
has flat fields, each a text; a number is its decimal digits, and a field without a value is left
out:

```
{entry}
```

`vaxel events follow demo` shows them to a person, `vaxel events follow demo --json` gives them to a
program in their JSON form, one object a line:

```json
{json}
```

The entry's form is [entry.schema.json](entry.schema.json), the JSON form's is
[event.schema.json](event.schema.json), both JSON Schema 2020-12 with a definition for each type.

## What you may rely on

- **Order.** The stream of an organisation has one order, that of its ids, and all see the same.
  An id is two numbers, `milliseconds-number`: compare them as numbers. `at` is the clock of
  whoever decided the step; it may lie a little before the `at` of the event in front of it.
- **One step, one event.** What the ACD does to a contact or an agent (`call.*`, `callback.*`,
  `agent.*`), and the switching of an announcement, stands in the stream by the same atomic step
  of Redis that does it: there is neither the one without the other. `recording.stored`,
  `voicemail.stored`, `recording.deleted` and `recording.transcribed` are told once, however often
  their step is tried, if need be when Redis is back. The other events are appended as their step
  is made; while Redis is away one of those may be missing.
- **At least once, by id.** Read with `XREAD` behind the id of the last event that you have taken
  in. Keep that id together with what you make of the events, in one transaction; or make it so
  that an event taken in again, by its id, changes nothing. Then nothing is counted twice and
  nothing is missed, also where you are killed between two events.
- **Catching up.** Whoever was away reads on from the kept id. Start with `0-0` for all there is.
- **How long.** About the newest {limit:,} events are kept (`MAXLEN ~`): weeks of a large
  organisation. Look before you read on whether the stream's oldest entry is later than the id that
  you kept: then events between the two may be gone, and your sums lack them.
- **What is added.** Types and fields may be added at any time: pass over a type that you do not
  know, and take no offence at a field. None is renamed, retyped, given another meaning, or made
  optional. A word may be added to a field of words. Should any of this ever have to end, the
  version in the head of this page and of the schemas goes up.
- **Personal.** A field that is marked so leads to a caller. It is never required: the JSON form
  lacks it unless it is asked for, and when a caller is erased it is taken out of the stream,
  while the event, its id and every other field stay. Erase it where you keep it: the contact's id
  is the key. Names of agents and users are yours to protect as your staff's.

## A contact's life

`contact.started`, then a `node.visited` for each node that it comes to. A queue: `call.queued`,
any number of `call.offered` with `call.refused`, then either `call.offered`, `call.answered` and
`call.ended`, or `call.abandoned`, or `call.left`. After `call.left` the tree goes on.
`contact.ended` ends the call. A queue that has several agents rung at once tells `call.offered` of
each, with one number; of those who are still rung when one of them answers, or the contact leaves,
their next `agent.*` tells that they are free.

An agent may hand the contact over: `call.transferred`, then that agent's `call.ended` like any
other, in one step. The contact stays the same contact: to a queue or an agent, a second
`call.queued` follows in that step, with a stay, a wait and a conversation of its own; to a number
elsewhere, `call.forwarded` tells what came of it, and `call.queued` follows where nobody was
reached. Count contacts by `contact.started`, and waits, answers and conversations by their own
events: a contact that was transferred once has two of these.

Or the agent asks somebody first: `call.consulted`, `call.consult_answered`, then
`call.consult_ended` and the conversation goes on; or `call.joined` where all three talk. With
`call.transferred` and `consulted` the other agent has it without a wait of its own, from
`call.taken_over` to a `call.ended` of that agent.

With the reason `callback` the place is kept: `callback.requested` follows at once, and the call
ends. Later `call.offered`, `callback.dialled`, then `callback.answered` and `callback.ended`; or
`callback.missed` as often as the rules allow, the last followed by `callback.ended`. A callback
that an operator asked for begins with `callback.requested`, without a call. An event that names
an agent, and is neither `call.offered`, dialled nor answered, says that this agent is held no
longer.

`voicemail.stored` and `recording.stored` come when the file is finished, mostly after
`contact.ended`; `recording.transcribed` and `recording.deleted` may come days later.

An agent does one thing at a time: what, is told by the last of `agent.*`, `call.offered`,
`call.answered`, `callback.answered`, `call.consulted`, `call.consult_answered` and
`call.taken_over` that names the agent."""


def page() -> str:
    """The page."""
    entry = "\n".join(f"{name}  {text}" for name, text in _EXAMPLE.to_wire().items())
    about = _ABOUT.format(
        version=VERSION,
        key=stream_key("demo"),
        limit=STREAM_LIMIT,
        entry=f"{_EXAMPLE.id}\n{entry}",
        json=json.dumps(public(_EXAMPLE, personal=False)),
    )
    return "\n".join([_MADE, about, "", *_tables()]) + "\n"


def _tables() -> Iterator[str]:
    yield "## Every event"
    yield ""
    yield from _table((*OWN, *EVERY))
    yield ""
    yield "`id` and `org` are fields of the JSON form alone: an entry has them by where it stands."
    for group in Group:
        yield ""
        yield f"## {group.value}"
        for kind in KINDS.values():
            if kind.group is group:
                yield from _section(kind)


def _section(kind: Kind) -> Iterator[str]:
    yield ""
    yield f"### `{kind.type}`"
    yield ""
    yield kind.meaning
    yield ""
    yield from _table(kind.fields)
    if kind.one_of:
        yield ""
        names = " and ".join(f"`{name}`" for name in sorted(kind.one_of))
        yield f"Each has exactly one of {names}."


def _table(fields: Iterable[Field]) -> Iterator[str]:
    yield "| field | holds | there | meaning |"
    yield "| --- | --- | --- | --- |"
    for field in fields:
        there = "always" if field.required else "if any"
        meaning = f"{field.meaning} **Personal.**" if field.personal else field.meaning
        yield f"| `{field.name}` | {_holds(field)} | {there} | {meaning} |"


def _holds(field: Field) -> str:
    return "one of the types below" if field.name == "type" else field.value.told
