"""The call trees that a controller starts with: those on disk, or else those that served last.

A controller may have to start at any moment, because its predecessor died. It must not stay away
because somebody is in the middle of a change: an organisation whose files cannot be used is
served as it was, from the store.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ivr.flow.errors import TreesInvalidError
from ivr.live.files import home_of, write_whole
from ivr.live.survey import Part, survey
from store.tree_history import SHORT, TreeHistory, Version

logger = logging.getLogger(__name__)


async def first_trees(root: Path, history: TreeHistory, spare: Path) -> Mapping[str, Part]:
    """Every organisation that can be served.

    Args:
        root: The folder of all organisations.
        history: What was in place before.
        spare: A folder to put files in that come from there.

    Raises:
        TreesInvalidError: Files have errors, and nothing was ever in place.
        DatabaseAway: That cannot be found out.
    """
    found = await asyncio.to_thread(survey, root)
    if found.parts and not found.refused:
        return found.parts
    parts, before = dict(found.parts), 0
    for org in await history.organisations():
        version = await history.in_place(org)
        if version is None:
            continue
        before += 1
        place = home_of(version.files, root)
        if org in parts or place not in found.refused:
            continue  # its files are right, or gone on purpose
        part = await asyncio.to_thread(_restored, version, root, spare / org)
        if part is not None and not any(
            part.catalogue.disputed(other.catalogue) for other in parts.values()
        ):
            parts[org] = part
            logger.warning(
                "Call trees on disk are refused; calls get the version before",
                extra={
                    "org": org,
                    "version": version.digest[:SHORT],
                    "problem": found.refused[place].headline(),
                },
            )
    if not before or not parts:
        raise TreesInvalidError(found.problems)
    return parts


def _restored(version: Version, root: Path, spare: Path) -> Part | None:
    """A version as it was, ``None`` where this Växel cannot use it any more."""
    shutil.rmtree(spare, ignore_errors=True)
    for name, content in version.files.items():
        write_whole(spare / name, content)
    part = survey(spare).parts.get(version.org)
    if part is None:
        return None
    at_home = replace(part.catalogue, folders={version.org: home_of(version.files, root)})
    return replace(part, catalogue=at_home)
