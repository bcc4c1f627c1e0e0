"""What a tree's file says: its head, and nodes whose types are told by their verbs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeAlias

from pydantic import Field, PlainValidator, TypeAdapter, ValidationInfo

from ivr.flow.document import Value
from ivr.flow.faults import Strict, fault
from ivr.flow.nodes import NODE_TYPES
from ivr.flow.numbers import Number
from ivr.flow.tree import Node
from ivr.flow.variants import Moment
from ivr.flow.vocabulary import Names, NodeName, NotEmpty, Table, Target


@dataclass(frozen=True, slots=True)
class Scoped:
    """A node as written, and what it may name."""

    value: Value
    names: Names


_KEYS = {
    verb: frozenset(info.alias or name for name, info in kind.model_fields.items())
    for verb, kind in NODE_TYPES.items()
}


def _node(value: object, info: ValidationInfo) -> Node:
    """The node that a mapping describes, its type told by the verb among the keys."""
    names = Names.of(info)
    if isinstance(value, Scoped):
        names, value = value.names, value.value
    if not isinstance(value, dict):
        raise fault(
            "no_node", "a node was expected here", advice="write it as “say: …” with “then: …”"
        )
    verbs = [verb for verb in NODE_TYPES if verb in value]
    # a verb may be another node's key: the queue of a voicemail
    if doing := [verb for verb in verbs if _KEYS[verb].issuperset(verbs)]:
        verbs = doing
    if len(verbs) == 1:
        return NODE_TYPES[verbs[0]].model_validate(value, context=names)
    if verbs:
        raise fault(
            "many_verbs",
            f"a node does one thing, this one does {' and '.join(verbs)}",
            advice="make a node of each, joined by “then”",
        )
    raise fault(
        "no_verb",
        "nothing here says what the node does",
        name=next(iter(value), "?"),
        known=NODE_TYPES,
    )


NodeField: TypeAlias = Annotated[Node, PlainValidator(_node)]
NODE: TypeAdapter[Node] = TypeAdapter(NodeField)


class TreeFile(Strict):
    """What a tree's file says; :mod:`ivr.flow.variants` judges which of it go together.

    Attributes:
        numbers: The numbers that reach it, as ``+46 8 465 004 00`` or short.
        replaces: The tree whose place it takes for a time, instead of numbers of its own.
        begins: From when on it does, by the organisation's clock; ``from`` in the file.
        until: To when it does.
        start: The node at which a call begins.
        nodes: Its nodes by name.
    """

    numbers: Annotated[tuple[Number, ...], NotEmpty] = ()
    replaces: str | None = None
    begins: Moment | None = Field(None, alias="from")
    until: Moment | None = None
    start: Target
    nodes: Annotated[Table[NodeName, NodeField], NotEmpty]
