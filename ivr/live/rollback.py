"""Putting a version of an organisation's call trees back on disk, where the controller takes it up.

Nothing is lost by it: what lies on disk is kept as a version first, right or wrong. Only the
organisation's own files are put back; those that it shares with all stay as they are, and the
version must be right together with them.
"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ivr.flow.problems import Problem
from ivr.live.files import (
    MOST_BYTES,
    changed,
    home_of,
    own,
    put_back,
    read_files,
    write_whole,
)
from ivr.live.survey import read_all, survey
from ivr.platform.errors import RollbackRefused
from store.errors import TreeVersionUnknown
from store.tree_files import Files, Version
from store.tree_history import Change, TreeHistory
from store.tree_models import ChangeKind


@dataclass(frozen=True, slots=True)
class RolledBack:
    """What was done.

    Attributes:
        wanted: The version that was asked for.
        change: What lies on disk now; its version is another one where shared files are others.
        kept: The version that was on disk before.
        files: Names of the files that were written or removed.
        shared: Names of shared files that the version knew otherwise.
    """

    wanted: Version
    change: Change
    kept: Change
    files: list[str]
    shared: list[str]


async def roll_back(
    root: Path, org: str, which: str, history: TreeHistory, *, who: str, now: datetime
) -> RolledBack:
    """Put a version back.

    Args:
        root: The folder of all organisations.
        org: Whose trees.
        which: Its number or the beginning of its hash; ``""`` for what calls get where other
            files lie on disk, else for the version before that.
        history: Every version.
        who: Who does it.
        now: The time.

    Raises:
        TreeVersionUnknown: There is no such version.
        RollbackRefused: It is what lies there, or cannot be used, or the disk refuses.
        DatabaseAway: Nothing is changed.
    """
    wanted = await (history.version(org, which) if which else _before(root, org, history))
    place = home_of(wanted.files, root)
    there = await asyncio.to_thread(read_files, root, place)
    if any(len(content) >= MOST_BYTES for content in there.values()):
        raise RollbackRefused(
            f"A file in {place} is too long to be kept; move it elsewhere, then try again."
        )
    mine, then = own(there, root, place), own(wanted.files, root, place)
    if mine == then:
        raise RollbackRefused(
            f"The files of {org} are those of version {wanted.number} already; "
            f"`vaxel trees history {org}` lists the others."
        )
    after = {name: content for name, content in there.items() if name not in mine} | dict(then)
    fault = await asyncio.to_thread(_fault, root, place, after)
    if fault is not None:
        raise RollbackRefused(
            f"Version {wanted.number} of {org} cannot be used as things are now: "
            f"{fault.headline()}. Nothing was changed."
        )
    kept = await history.note(org, there, who=who, how=ChangeKind.KEPT, at=now)
    try:
        await asyncio.to_thread(put_back, root, mine, then)
    except OSError as error:
        raise RollbackRefused(
            f"{error.filename or place} cannot be written ({error.strerror}); mend its rights and "
            f"try again. What was there is version {kept.number}."
        ) from error
    change = await history.note(org, after, who=who, how=ChangeKind.ROLLED_BACK, at=now)
    shared = [name for name in changed(wanted.files, after) if name not in {**mine, **then}]
    return RolledBack(wanted, change, kept, changed(mine, then), shared)


async def _before(root: Path, org: str, history: TreeHistory) -> Version:
    """What calls get where other files lie on disk, else the version before that."""
    in_place = await history.in_place(org)
    if in_place is None:
        raise TreeVersionUnknown(org, "", 0)
    place = home_of(in_place.files, root)
    there = await asyncio.to_thread(read_files, root, place)
    if own(there, root, place) != own(in_place.files, root, place):
        return in_place
    for change in await history.changes(org):
        if change.how is not ChangeKind.KEPT and change.number != in_place.number:
            return await history.version(org, str(change.number))
    raise RollbackRefused(f"There is no version of {org} before the one in place.")


def _fault(root: Path, place: Path, after: Files) -> Problem | None:
    """What would be wrong if ``place`` had these files that is not wrong now."""
    broken = survey(root).refused.keys() - {place}
    with tempfile.TemporaryDirectory(prefix="vaxel-trees-") as folder:
        trial = Path(folder).resolve()
        for files in (*read_all(root).values(), after):
            for name, content in files.items():
                write_whole(trial / name, content)
        for name in read_files(root, place).keys() - after.keys():
            (trial / name).unlink()
        for where, problem in survey(trial).refused.items():
            if root / where.relative_to(trial) not in broken:
                return _at_home(problem, trial, root)
    return None


def _at_home(problem: Problem, trial: Path, root: Path) -> Problem:
    file = problem.file
    home = root / file.relative_to(trial) if file.is_relative_to(trial) else file
    return Problem(problem.severity, home, problem.line, problem.column, problem.message)
