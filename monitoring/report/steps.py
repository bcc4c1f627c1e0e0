"""How often callers went which way through a call tree, over whole days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from store.database import Database
from store.models import TreeStep


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a tree; see :class:`store.models.TreeStep`."""

    source: str
    target: str
    way: str
    calls: int


async def read_steps(
    database: Database, org: str, tree: str, first: date, last: date
) -> Sequence[StepRow]:
    """The steps of a tree's calls in a period.

    Args:
        database: The record.
        org: The organisation.
        tree: The tree's name.
        first: The first day, by the organisation's clock.
        last: The last one.

    Raises:
        DatabaseAway: The database does not answer.
    """
    chosen = (
        select(TreeStep.source, TreeStep.target, TreeStep.way, func.sum(TreeStep.calls))
        .where(TreeStep.org == org, TreeStep.tree == tree, TreeStep.day.between(first, last))
        .group_by(TreeStep.source, TreeStep.target, TreeStep.way)
    )
    async with database.reading() as session:
        return [StepRow(*row) for row in await session.execute(chosen)]
