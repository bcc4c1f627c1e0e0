"""A call tree and what every node of one is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Final, Self, TypeAlias, TypeVar

from pydantic import BaseModel, RootModel, ValidationInfo, model_validator

from ivr.flow.faults import Strict, fault
from ivr.flow.organisation import Organisation
from ivr.flow.vocabulary import Names, Target, Variable

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation


T = TypeVar("T")

Path_: TypeAlias = tuple[str | int, ...]
"""Keys below a node to a place in it, e.g. ``("choices", "1", "goto")``."""

CHOICE: Final = "choice"
"""Outcome of a node that the caller left by a choice."""

BEGAN: Final = "start"
"""In the record of calls, the way by which a call comes to its first node."""


@dataclass(frozen=True, slots=True)
class Exit:
    """How a run left a node.

    Attributes:
        target: The node where the call goes on; ``None`` ends it.
        outcome: What happened in the node, one word for the trace: ``"said"``, ``"closed"``.
        by: The place in the node that decided it, where ``target`` does not tell: one of the
            node's :meth:`~Node.ways`.
    """

    target: str | None
    outcome: str
    by: Path_ | None = None


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way that may be taken out of a node.

    Attributes:
        path: Keys below the node to the place that names the target.
        target: The node it leads to.
        instant: Whether it may be taken without the caller having had time to do anything.
    """

    path: Path_
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
    needs: ClassVar[str] = ""
    """The group of the organisation's standard texts that the node speaks from."""

    @model_validator(mode="after")
    def _has_words(self, info: ValidationInfo) -> Self:
        texts = Names.of(info).texts
        if self.needs and texts is not None and self.needs not in texts:
            raise fault(
                "no_standard_texts",
                f"nothing is written that callers would hear from “{self.verb}”",
                advice=f"add “texts: {self.needs}: …” to organisation.yaml, "
                "as in dialplans/base.yaml",
            )
        return self

    @abstractmethod
    async def run(self, talk: Conversation) -> Exit:
        """Do the node's work on the call.

        Raises:
            CallerHungUp: The caller is gone.
            CallFailed: The call cannot go on.
        """

    def quiet(self) -> bool:
        """Whether the node needs no line that is picked up.

        A call is picked up at the first node that does: whom a tree turns away before pays nothing
        and gets what the network has for it (busy, no such number).
        """
        return False

    def arrows(self) -> Iterator[Arrow]:
        """Every way out, found by the type of the fields."""
        for name, info in type(self).model_fields.items():
            for path, target in _found(Target, getattr(self, name), (info.alias or name,)):
                yield Arrow(path, target, name in self.instant)

    def way_of(self, leaving: Exit) -> tuple[str | int, ...]:
        """Path of the arrow by which a run has left; empty where it cannot be told.

        Of several arrows to one node it is the one whose very target the node gave to the exit.
        """
        there = [arrow for arrow in self.arrows() if arrow.target == leaving.target]
        taken = [arrow for arrow in there if arrow.target is leaving.target] or there
        return taken[0].path if len(taken) == 1 else ()

    def ways(self, organisation: Organisation) -> Iterator[Path_]:
        """What a test may try: the place of every arrow, and of what else makes a difference."""
        for arrow in self.arrows():
            yield arrow.path

    def sets(self) -> frozenset[str]:
        """Names of the values that the node may set, found by the type of the fields."""
        return frozenset(name for _, name in self.holds(Variable))

    def holds(self, kind: type[T]) -> Iterator[tuple[tuple[str | int, ...], T]]:
        """Everything of a type in the node, and its path below the node as the file writes it."""
        for name, info in type(self).model_fields.items():
            yield from _found(kind, getattr(self, name), (info.alias or name,))


def _found(kind: type[T], value: object, path: Path_) -> Iterator[tuple[Path_, T]]:
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
        replaces: Name of the tree whose place it takes for a time, ``""`` for none.
        begins: The beginning of that time, aware of its zone; ``None`` for ever since.
        ends: Its end, likewise.
        version: Hash of the organisation's files that it was read from, ``""`` where nobody keeps
            their versions.
    """

    organisation: Organisation
    name: str
    numbers: tuple[str, ...]
    start: str
    nodes: Mapping[str, Node]
    replaces: str = ""
    begins: datetime | None = None
    ends: datetime | None = None
    version: str = ""
    _ways: dict[int, Path_] = field(default_factory=dict, init=False, repr=False, compare=False)

    def way_of(self, name: str, leaving: Exit) -> Path_:
        """As :meth:`Node.way_of` of the node of that name, remembered.

        Calls ask at every node, and to look through all fields of one takes longer than its work.
        A target in the tree lives as long as the tree, so that its id stands for it alone.
        """
        if leaving.target is None:
            return ()
        way = self._ways.get(id(leaving.target))
        if way is None:
            node = self.nodes[name]
            self._ways.update((id(arrow.target), arrow.path) for arrow in node.arrows())
            way = self._ways.get(id(leaving.target)) or node.way_of(leaving)
        return way

    def way_taken(self, name: str, leaving: Exit) -> Path_:
        """The one of a node's :meth:`Node.ways` by which a run has left; empty for none of them."""
        return self.way_of(name, leaving) if leaving.by is None else leaving.by
