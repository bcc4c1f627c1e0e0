"""Families of node types: nodes of one family look alike in a picture."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from ivr.flow.tree import Node


class Family(StrEnum):
    """What a node is for, seen by the caller."""

    SPEAKS = "speaks"
    ASKS = "asks"
    DECIDES = "decides"
    QUEUES = "queues"
    OUTSIDE = "outside"
    ENDS = "ends"


_BY_VERB: Mapping[str, Family] = MappingProxyType(
    {
        verb: family
        for family, verbs in {
            Family.SPEAKS: ("announcement", "queue_data", "say"),
            Family.ASKS: (
                *("collect", "language", "listen", "menu", "pin", "record"),
                *("record_announcement", "survey", "transcribe", "voicemail"),
            ),
            Family.DECIDES: ("branch", "hours", "recognise", "remember", "set", "split"),
            Family.QUEUES: ("callback", "queue"),
            Family.OUTSIDE: (
                *("agent_desk", "conference", "http", "sms"),
                *("switch_announcement", "transfer"),
            ),
            Family.ENDS: ("hang_up",),
        }.items()
        for verb in verbs
    }
)


def family_of(node: Node) -> Family:
    """The node's family; of a type that has none here, what its ways out tell.

    A node without a way out ends the call, one that never waits for the caller decides or speaks,
    any other asks.
    """
    known = _BY_VERB.get(node.verb)
    if known is not None:
        return known
    arrows = list(node.arrows())
    if not arrows:
        return Family.ENDS
    if not all(arrow.instant for arrow in arrows):
        return Family.ASKS
    return Family.DECIDES if len(arrows) > 1 else Family.SPEAKS
