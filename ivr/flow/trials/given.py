"""What a test takes as given, and the stage that it sets for a call.

Whatever a call meets outside of its tree takes its results from here. A new port in memory is one
more field of :class:`Given` and one more line in :func:`stage`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Self, TypeAlias

from pydantic import Field

from ivr.flow.call import QueueOutcome
from ivr.flow.engine import Run
from ivr.flow.hours import Hours
from ivr.flow.memory import MemoryCall, Person
from ivr.flow.trace import Observer
from ivr.flow.tree import Tree
from ivr.flow.trials.outside import Outside
from ivr.flow.trials.words import Caller, Moment, Native, OneOf, OwnNumber, Several, TreeValue
from ivr.flow.vocabulary import HoursName, LanguageTag, QueueName, Table, Target

HUNG_UP = "hung_up"
"""Instead of an outcome of a queue: the caller hangs up while waiting."""

A_MONDAY = datetime(2026, 11, 23, 10)
"""Without a zone: by the clock on the organisation's wall."""

Ride: TypeAlias = Annotated[
    str, OneOf.these([*QueueOutcome, HUNG_UP], "a way for the wait in a queue to end")
]
_SHIFTS = {"open": "00:00-24:00", "closed": "closed"}
Shift: TypeAlias = Annotated[str, OneOf.these(_SHIFTS, "“open” or “closed”")]


class Given(Outside):
    """What is so when the call comes.

    Attributes:
        at: The date and time by the organisation's clock. When left out it is a Monday at 10,
            or the beginning of the time for which the tree takes another one's place.
        caller: The caller's number, ``None`` when withheld.
        number: The number that is dialled, the tree's first when left out.
        language: The caller's language from the start, the organisation's first when left out.
        start: The node at which the call begins; the tree's own start when left out.
        values: What nodes before have set.
        hours: Opening hours that are open or closed, whatever the time.
        queues: How the wait in each queue ends, time after time (the last one goes on); an agent
            answers in those that are left out.
    """

    at: Moment | None = None
    caller: Caller = "+46 70 174 06 05"
    number: OwnNumber | None = None
    language: LanguageTag = ""
    start: Target | None = None
    values: Table[TreeValue, Annotated[object, Native()]] = Field(default_factory=dict)
    hours: Table[HoursName, Shift] = Field(default_factory=dict)
    queues: Table[QueueName, Several[Ride]] = Field(default_factory=dict)

    def under(self, own: Self) -> Self:
        """These and a test's ``own``, which win; tables are joined key by key."""
        changed: dict[str, object] = {}
        for name in own.model_fields_set:
            mine, theirs = getattr(self, name), getattr(own, name)
            both = isinstance(mine, Mapping) and isinstance(theirs, Mapping)
            changed[name] = {**mine, **theirs} if both else theirs
        return self.model_copy(update=changed)


@dataclass(frozen=True, slots=True)
class Stage:
    """A call about to be made.

    Attributes:
        call: The line.
        run: The call's walk through the tree.
    """

    call: MemoryCall
    run: Run


def stage(
    tree: Tree, given: Given, person: Person, observe: Observer, where: Callable[[], str]
) -> Stage:
    """Everything that a call needs, as the test gives it.

    Args:
        tree: The tree.
        given: What the test gives.
        person: Who calls.
        observe: Told of the call's way.
        where: The node that the call is at.
    """
    call = MemoryCall(
        person,
        dialled=given.number or tree.numbers[0],
        caller=given.caller or "",
        began=_moment(tree, given).astimezone(UTC),
    )
    given.furnish(call.world, call)
    run = Run(
        _with_hours(tree, given.hours),
        call,
        now=call.now,
        observe=observe,
        start=given.start or "",
        language=given.language,
        values={str(name): value for name, value in given.values.items()},
        chance=lambda: given.draw(tree, where()),
        pins=given.judge_of_pins(),
    )
    return Stage(call, run)


def _moment(tree: Tree, given: Given) -> datetime:
    """When the call comes, aware of its zone."""
    if given.at is None and tree.begins is not None:
        return tree.begins
    return (given.at or A_MONDAY).replace(tzinfo=tree.organisation.time_zone)


def _with_hours(tree: Tree, shifts: Mapping[str, str]) -> Tree:
    """The tree of an organisation that is open or closed as the test says."""
    if not shifts:
        return tree
    always = {
        name: Hours.model_validate({"weekly": {"mon-sun": _SHIFTS[shift]}})
        for name, shift in shifts.items()
    }
    hours = {**tree.organisation.hours, **always}
    return replace(tree, organisation=tree.organisation.model_copy(update={"hours": hours}))
