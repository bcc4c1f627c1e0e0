"""The call trees that a start begins with: those on disk, or else those that served last.

A controller may have to start at any moment, because its predecessor died, or the power came back.
It must not stay away because somebody is in the middle of a change: an organisation whose files
cannot be used is served as it was, from the store, or where it never was, not at all. The others
are served.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ivr.flow.errors import TreesInvalidError
from ivr.live.files import home_of, write_whole
from ivr.live.survey import Part, Survey, read_all, survey
from store.errors import StoreError
from store.tree_files import Version

if TYPE_CHECKING:
    from store.tree_history import TreeHistory  # a start from files that are right needs no SQL

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Older:
    """What an organisation is served by while its files cannot be used.

    Attributes:
        number: The version's.
        why: What is wrong with the files.
    """

    number: int
    why: str


@dataclass(frozen=True, slots=True)
class First:
    """What there is to begin with.

    Attributes:
        parts: What is served, by organisation.
        older: Those of them that are served by a version before.
        unserved: Why another is not served, by its id, or its folder's name where that is not
            known.
    """

    parts: Mapping[str, Part]
    older: Mapping[str, Older] = field(default_factory=dict)
    unserved: Mapping[str, str] = field(default_factory=dict)

    def warnings(self) -> Iterator[str]:
        """A sentence for each organisation that is not served as its files say."""
        for org, older in self.older.items():
            yield f"{org} gets version {older.number}, its files cannot be used: {older.why}"
        for org, why in self.unserved.items():
            yield f"{org} is NOT SERVED, nobody answers its numbers: {why}"


async def first_trees(
    root: Path,
    before: Callable[[], Awaitable[Sequence[Version]]],
    read: Survey | None = None,
) -> First:
    """Every organisation that can be served.

    Args:
        root: The folder of all organisations.
        before: What each organisation had in place last; asked only where files are broken.
        read: What was found a while ago; it holds if every file is what it was.

    Raises:
        TreesInvalidError: Nothing can be served.
    """
    found = await asyncio.to_thread(_survey, root, read)
    first = First(found.parts)
    if found.refused or not found.parts:
        first = await asyncio.to_thread(_with_older, found, await before(), root)
    if not first.parts:
        raise TreesInvalidError(found.problems)
    return first


def _survey(root: Path, read: Survey | None) -> Survey:
    if read is not None and read.settled and read.files == read_all(root):
        return read
    return survey(root)


async def in_place(history: TreeHistory) -> list[Version]:
    """What each organisation had in place last; nothing while the store is away."""
    try:
        found = [await history.in_place(org) for org in await history.organisations()]
    except StoreError as fault:
        logger.warning("What served before is not known", extra={"fault": str(fault)})
        return []
    return [version for version in found if version is not None]


def _with_older(found: Survey, versions: Sequence[Version], root: Path) -> First:
    parts, older = dict(found.parts), dict[str, Older]()
    unserved = {place: (place.name, problem.sentence()) for place, problem in found.refused.items()}
    for version in versions:
        org, place = version.org, home_of(version.files, root)
        if org in parts or place not in found.refused:
            continue  # its files are right, or gone on purpose
        why = found.refused[place].sentence()
        part = _restored(version, root)
        if part is None:
            unserved[place] = (org, f"{why} (nor can version {version.number} be used any more)")
            continue
        disputes = {one: part.catalogue.disputed(parts[one].catalogue) for one in parts}
        rival = next((one for one, number in disputes.items() if number), "")
        if rival:
            lost = (
                f"version {version.number} has the number {disputes[rival]}, which {rival} has now"
            )
            unserved[place] = (org, f"{why} ({lost})")
            continue
        parts[org], older[org] = part, Older(version.number, why)
        del unserved[place]
    return First(parts, older, dict(unserved.values()))


def _restored(version: Version, root: Path) -> Part | None:
    """A version as it was, ``None`` where this Växel cannot use it any more."""
    with tempfile.TemporaryDirectory(prefix="vaxel-trees-") as folder:
        spare = Path(folder).resolve()
        for name, content in version.files.items():
            write_whole(spare / name, content)
        part = survey(spare).parts.get(version.org)
    if part is None:
        return None
    at_home = replace(part.catalogue, folders={version.org: home_of(version.files, root)})
    return replace(part, catalogue=at_home)
