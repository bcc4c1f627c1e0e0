"""What is told of a call's walk through a tree: each visit as it begins, and how it all went."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from ivr.flow.conversation import Tidings
from ivr.flow.tree import Exit


class EndReason(StrEnum):
    """Who or what ended the run."""

    CALLER = "caller"  # the caller hung up
    TREE = "tree"  # the tree came to its end
    FAILED = "failed"  # it could not go on; the caller was told so


class Fault(StrEnum):
    """Why a step did not go as the tree says."""

    EXPRESSION = "expression_failed"  # a text was spoken without its expressions
    CALL = "call_failed"  # the channel or a service behind it failed
    NODE = "node_failed"  # an error in our own code
    TOO_MANY_STEPS = "too_many_steps"


@dataclass(frozen=True, slots=True)
class Visit:
    """A node that a call has come to.

    Attributes:
        node: Its name.
        kind: Its verb.
        language: What the caller listens in.
        at: When, aware of its zone.
        came_from: The node before, ``""`` at the beginning.
        came_by: Path of the arrow from there, joined by dots; ``""`` where it cannot be told. It
            is worked out for an observer only.
    """

    node: str
    kind: str
    language: str
    at: datetime
    came_from: str = ""
    came_by: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A visit and what came of it.

    Attributes:
        visit: Where and when.
        outcome: The node's own word, or ``"hung_up_on"``, or the fault that ended it.
        fault: What went wrong, ``None`` when nothing did.
        leaving: How the call went on from there, ``None`` when it did not.
    """

    visit: Visit
    outcome: str
    fault: Fault | None = None
    leaving: Exit | None = None


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended.

    Attributes:
        reason: Who ended it.
        last_node: Name of the last node visited, ``""`` when the caller left before the first.
        trace: Every step, in order.
        fault: Why it failed, ``None`` unless ``reason`` is ``FAILED``.
    """

    reason: EndReason
    last_node: str
    trace: tuple[Step, ...]
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What a node tells of its work.

    Attributes:
        node: Its name.
        what: Of which kind says what happened.
    """

    node: str
    what: Tidings


Observed: TypeAlias = Visit | Told
Observer = Callable[[Observed], Awaitable[None]]
