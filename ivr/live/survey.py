"""What the files on disk say, organisation by organisation: usable, or why not.

All are checked as one whole, because a number may be claimed twice. Where that finds errors, the
organisations that have none are checked without the others: a slip of one town's admin holds up no
other town.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ivr.flow.load import Catalogue, Checked, check, places
from ivr.flow.problems import Problem, Severity
from ivr.live.files import read_files
from store.tree_files import Files, digest_of

_TRIES: Final = 5
_TURN_S: Final = 0.001


@dataclass(frozen=True, slots=True)
class Part:
    """One organisation as its files say.

    Attributes:
        catalogue: It alone.
        version: Hash of its files.
        files: What they say.
    """

    catalogue: Catalogue
    version: str
    files: Files = field(repr=False)


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found.

    Attributes:
        files: By the folder of each organisation.
        parts: What is usable, by organisation.
        refused: The first error of each folder that is not.
        problems: All that the check of the whole found.
        settled: Whether the files stood still meanwhile; else this is worth nothing.
    """

    files: Mapping[Path, Files] = field(repr=False)
    parts: Mapping[str, Part]
    refused: Mapping[Path, Problem]
    problems: Sequence[Problem]
    settled: bool = True


def read_all(root: Path) -> Mapping[Path, Files]:
    """The files of every organisation below ``root``, by its folder."""
    return {place: read_files(root, place) for place in places(root)}


def survey(root: Path) -> Survey:
    """Read and check everything. Takes a while: not for an event loop.

    What is checked is what was read: files that are saved meanwhile are read again.
    """
    with _giving_way():
        for _ in range(_TRIES):
            before = read_all(root)
            found = _judged(root, before)
            if read_all(root) == before:
                return found
    return Survey(found.files, {}, {}, found.problems, settled=False)


@contextmanager
def _giving_way() -> Iterator[None]:
    """Let an event loop in another thread have its turn after 1 ms of ours, not after Python's 5.

    Measured beside the check of 1,000 nodes in twelve organisations on two busy cores: half of the
    loop's turns were up to 3 ms late instead of 10, all but one in a hundred 17 instead of 30.
    """
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_S)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def _judged(root: Path, files: Mapping[Path, Files]) -> Survey:
    checked = check(root)
    problems = checked.problems
    refused: dict[Path, Problem] = {}
    while checked.catalogue is None and len(refused) < len(files):
        refused |= _blamed(checked, [place for place in files if place not in refused])
        checked = check(root, without=refused.keys())
    parts: dict[str, Part] = {}
    if checked.catalogue is not None:
        for org, folder in checked.catalogue.folders.items():
            held = files.get(folder, {})
            version = digest_of(held)
            parts[org] = Part(checked.catalogue.alone(org, version), version, held)
    return Survey(files, parts, refused, problems)


def _blamed(checked: Checked, left: Sequence[Path]) -> Mapping[Path, Problem]:
    """The first error of each folder; one that lies in none of them is everybody's."""
    found: dict[Path, Problem] = {}
    for problem in checked.problems:
        if problem.severity is Severity.ERROR:
            whose = [place for place in left if place in (problem.file, *problem.file.parents)]
            for place in whose or left:
                found.setdefault(place, problem)
    return found
