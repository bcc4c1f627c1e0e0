"""What events amount to for call trees: how often each step was made, by day.

Each event tells a whole step (where from, where to, by which way), so that nothing of the single
call must be remembered; those of older versions, which do not, count for nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, tzinfo
from typing import NamedTuple

from sqlalchemy import Select, select

from store.events import Event, EventType
from store.models import TreeStep, instant


class _Key(NamedTuple):
    tree: str
    day: date
    source: str
    target: str
    way: str


class StepRecords:
    """The steps that a batch of events tells.

    Attributes:
        new: Rows that did not exist before; known once the rows that do have been given.
    """

    def __init__(self, org: str, zone: tzinfo) -> None:
        """Begin without a step.

        Args:
            org: The organisation.
            zone: By whose clock a day begins.
        """
        self._org = org
        self._zone = zone
        self._calls: Counter[_Key] = Counter()
        self.new: list[TreeStep] = []

    def apply(self, event: Event) -> None:
        """Count the event's step; it may have none."""
        told = event.fields
        tree, node = told.get("tree", ""), told.get("node", "")
        if not tree or not node:
            return
        match event.type:
            case EventType.NODE_VISITED if told.get("from") or told.get("way"):
                step = (told.get("from", ""), node, told.get("way", ""))
            case EventType.CONTACT_ENDED:
                step = (node, "", told.get("reason", ""))
            case _:
                return
        try:
            day = instant(event.at).astimezone(self._zone).date()
        except (ValueError, OverflowError):
            return  # told by the other records
        self._calls[_Key(tree, day, *step)] += 1

    def __bool__(self) -> bool:
        return bool(self._calls)

    def known(self) -> Select[TreeStep]:
        """Asks for the rows that may count these steps."""
        return select(TreeStep).where(
            TreeStep.org == self._org,
            TreeStep.tree.in_({key.tree for key in self._calls}),
            TreeStep.day.in_({key.day for key in self._calls}),
            TreeStep.source.in_({key.source for key in self._calls}),
        )

    def add_to(self, rows: Iterable[TreeStep]) -> None:
        """Count the steps in the rows that exist, and make the others."""
        found = {_Key(row.tree, row.day, row.source, row.target, row.way): row for row in rows}
        for key, calls in self._calls.items():
            row = found.get(key)
            if row is None:
                self.new.append(TreeStep(org=self._org, calls=calls, **key._asdict()))
            else:
                row.calls += calls
