"""A call tree and what every node of one is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

from pydantic import BaseModel, RootModel

from ivr.flow.faults import Strict
from ivr.flow.organisation import Organisation
from ivr.flow.vocabulary import Target, Variable

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation


T = TypeVar("T")

CHOICE: Final = "choice"
"""Outcome of a node that the caller left by a choice."""


@dataclass(frozen=True, slots=True)
class Exit:
    """How a run left a node.

    Attributes:
        target: The node where the call goes on; ``None`` ends it.
        outcome: What happened in the node, one word for the trace: ``"said"``, ``"closed"``.
    """

    target: str | None
    outcome: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way that may be taken out of a node.

    Attributes:
        path: Keys below the node to the place that names the target, e.g. ``("choices", "1",
            "goto")``.
        target: The node it leads to.
        instant: Whether it may be taken without the caller having had time to do anything.
    """

    path: tuple[str | int, ...]
    target: str
    instant: bool


class Node(Strict):
    """A step of a call tree.

    A node type is one module of :mod:`ivr.flow.nodes` with one subclass of this: its fields are
    the node's keys in YAML, the field named by ``verb`` is what tells the type.
    """

    verb: ClassVar[str]
    instant: ClassVar[frozenset[str]] = frozenset()
    """Fields whose target can be reached without a wait for the caller."""
    serves: ClassVar[bool] = False
    """Whether a caller who comes here may have come to where they wanted, such as to a person."""
    example: ClassVar[str] = ""
    """Nodes in YAML that show the type at work, for its page of the reference."""

    @abstractmethod
    async def run(self, talk: Conversation) -> Exit:
        """Do the node's work on the call.

        Raises:
            CallerHungUp: The caller is gone.
            CallFailed: The call cannot go on.
        """

    def arrows(self) -> Iterator[Arrow]:
        """Every way out, found by the type of the fields."""
        for name, info in type(self).model_fields.items():
            for path, target in _found(Target, getattr(self, name), (info.alias or name,)):
                yield Arrow(path, target, name in self.instant)

    def sets(self) -> frozenset[str]:
        """Names of the values that the node may set, found by the type of the fields."""
        return frozenset(name for _, name in self.holds(Variable))

    def holds(self, kind: type[T]) -> Iterator[tuple[tuple[str | int, ...], T]]:
        """Everything of a type in the node, and its path below the node as the file writes it."""
        for name, info in type(self).model_fields.items():
            yield from _found(kind, getattr(self, name), (info.alias or name,))


def _found(
    kind: type[T], value: object, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], T]]:
    """Everything of a type in a field's value, keys included, and where it stands."""
    if isinstance(value, kind):
        yield path, value
    elif value is None or isinstance(value, str | int | float):
        return  # most values are plain, and the questions below are dear
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from _found(kind, inner, (*path, index))
    elif isinstance(value, RootModel):
        yield from _found(kind, value.root, path)
    elif isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            yield from _found(kind, getattr(value, name), (*path, info.alias or name))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _found(kind, key, (*path, key))
            yield from _found(kind, inner, (*path, key))


@dataclass(frozen=True, slots=True)
class Tree:
    """A call tree ready to run; a call keeps the one that it began with.

    Attributes:
        organisation: Whose it is.
        name: Its file's name without ending.
        numbers: The numbers that reach it, as written in the file.
        start: Where a call begins.
        nodes: By name.
    """

    organisation: Organisation
    name: str
    numbers: tuple[str, ...]
    start: str
    nodes: Mapping[str, Node]
