"""People's recordings of texts, taken up as they lie there: new, replaced and removed ones.

Recordings are large: they are told apart by their size and the time of their change, and no version
of call trees holds them. One that has just changed may still be being copied, so that it is taken
up when a second look finds it as the first one did.
"""

from __future__ import annotations

import asyncio
import logging
import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias

from ivr.flow.load import Catalogue
from ivr.flow.problems import shown
from ivr.live.model import Needs
from ivr.prompts.recorded_lines import FOLDER
from media.errors import MediaError

logger = logging.getLogger(__name__)

States: TypeAlias = Mapping[Path, tuple[int, int]]
"""When a file changed (nanoseconds since 1970) and its size in bytes, by its path."""

_NONE: Final[States] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class TakenUp:
    """What a look at recordings came to.

    Attributes:
        changed: The files that are new, gone or other ones, by the organisation that now has
            other recordings played.
        settled: Whether all stood still; else look again soon.
    """

    changed: Mapping[str, list[Path]] = field(default_factory=dict)
    settled: bool = True


class LiveRecordings:
    """The recordings that calls hear.

    Attributes:
        refused: Why some are not heard, by organisation.
    """

    def __init__(self, needs: Needs) -> None:
        """Begin with nothing known.

        Args:
            needs: Has them made ready.
        """
        self._needs = needs
        self._seen: dict[str, States] = {}
        self._heard: dict[str, States] = {}
        self.refused: Mapping[str, str] = {}

    async def look(
        self, catalogues: Mapping[str, Catalogue], new: Collection[str], *, at_once: bool
    ) -> TakenUp:
        """Take up what is not as it was.

        Args:
            catalogues: Of each organisation that is served.
            new: Those whose call trees have just changed: other recordings may go with them.
            at_once: Somebody has asked for it; what has just changed is right.
        """
        folders = {org: one.folders[org] / FOLDER for org, one in catalogues.items()}
        lying = await asyncio.to_thread(_states_of, folders)
        stirring = {org for org in lying if lying[org] != self._seen.get(org, _NONE)}
        self._seen = lying
        changed: dict[str, list[Path]] = {}
        refused = {org: told for org, told in self.refused.items() if org in catalogues}
        settled = True
        for org, catalogue in catalogues.items():
            before = self._heard.get(org, _NONE)
            if lying[org] == before and (org not in new or not before) and not at_once:
                continue
            if org in stirring and not at_once:
                settled = False
                continue
            try:
                heard = await self._needs.render(catalogue)
            except MediaError as fault:
                refused[org] = f"Recordings cannot be taken up: {fault}"
                continue
            self._heard[org] = lying[org]
            refused.pop(org, "")
            if useless := heard.refused.get(org):
                refused[org] = _sentence(useless)
            if org in heard.changed:
                changed[org] = _different(before, lying[org])
        self.refused = refused
        return TakenUp(changed, settled)


def _states_of(folders: Mapping[str, Path]) -> dict[str, States]:
    """Of all files below each organisation's folder of recordings. Runs in a thread."""
    return {org: dict(_states(folder)) for org, folder in folders.items()}


def _states(folder: Path) -> list[tuple[Path, tuple[int, int]]]:
    found = []
    for file in folder.rglob("[!.]*"):
        try:
            state = file.stat()
        except OSError:
            continue  # gone since it was listed
        if stat.S_ISREG(state.st_mode):
            found.append((file, (state.st_mtime_ns, state.st_size)))
    return found


def _different(before: States, after: States) -> list[Path]:
    return sorted(
        file for file in before.keys() | after.keys() if before.get(file) != after.get(file)
    )


def _sentence(useless: Mapping[Path, str]) -> str:
    """What is wrong with the first of some recordings, and how many more there are."""
    file, reason = min(useless.items())
    more = f" (and {len(useless) - 1} more)" if len(useless) > 1 else ""
    return (
        f"The recording {shown(file)} cannot be used: {reason}{more}. What was heard before stays; "
        "put a right one there, or remove it."
    )
