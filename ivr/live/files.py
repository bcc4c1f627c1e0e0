"""The files that an organisation's call trees are made of, as bytes: read, compared, put back."""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from ivr.flow.reading import ORGANISATION_FILE
from store.tree_files import Files

MOST_BYTES: Final = 16 * 1024 * 1024
"""Of one file; a longer one is no call tree, whatever it says."""

_BASE = "base.yaml"
_SHARED = "shared"


def read_files(root: Path, place: Path) -> Files:
    """The files of one organisation and those that it shares with all, as far as they can be read.

    Args:
        root: The folder of all organisations.
        place: The organisation's own, below it or the same.

    Returns:
        Contents by name relative to ``root``; of a file longer than ``MOST_BYTES`` the beginning.
    """
    found: dict[str, bytes] = {}
    for file in (*_shared(root), *_yaml(place), *_yaml(place / _SHARED)):
        try:
            with file.open("rb") as stream:
                found[str(file.relative_to(root))] = stream.read(MOST_BYTES)
        except OSError:
            continue  # gone since it was listed, or not ours to read: the check tells of it
    return found


def own(files: Files, root: Path, place: Path) -> Files:
    """Those of ``files`` that belong to the organisation in ``place`` alone."""
    front = "" if place == root else f"{place.relative_to(root)}/"
    return {name: content for name, content in files.items() if name.startswith(front)}


def home_of(files: Files, root: Path) -> Path:
    """The organisation's own folder, as its version's files tell it."""
    homes = (name for name in files if name.rpartition("/")[2] == ORGANISATION_FILE)
    return root / Path(next(homes, ORGANISATION_FILE)).parent


def changed(before: Files, after: Files) -> list[str]:
    """Names of the files that are new, gone or different."""
    return sorted(
        name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
    )


def owner(root: Path, names: Iterable[str]) -> str:
    """Who owns the one of these files that was saved last; of the folder where all are gone."""
    states = [state for name in names if (state := _state(root / name)) is not None]
    if not states and (state := _state(root)) is not None:
        states = [state]
    if not states:
        return "?"
    uid = max(states, key=lambda one: one.st_mtime_ns).st_uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"  # of another machine, or a container


def put_back(root: Path, now: Files, then: Files) -> None:
    """Make files what they were: each at once and whole, those that were not there removed.

    Args:
        root: The folder of all organisations.
        now: What is there.
        then: What shall be there.

    Raises:
        OSError: One cannot be written; some may have been.
    """
    for name, content in then.items():
        if now.get(name) != content:
            write_whole(root / name, content)
    for name in now.keys() - then.keys():
        (root / name).unlink(missing_ok=True)


def write_whole(file: Path, content: bytes) -> None:
    """Replace a file by one of the same owner and rights; nobody sees it half written.

    Raises:
        OSError: It cannot be written; it is as it was.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    like = _state(file) or _state(file.parent)
    # hidden, and without the ending of a tree: what is left by a crash is read by nobody
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with draft.open("wb") as stream:
            if like is not None:
                os.fchmod(stream.fileno(), stat.S_IMODE(like.st_mode) & 0o666)
                if os.geteuid() == 0:
                    os.fchown(stream.fileno(), like.st_uid, like.st_gid)
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def _shared(root: Path) -> Iterator[Path]:
    if (root / _BASE).exists():
        yield root / _BASE
    yield from _yaml(root / _SHARED)


def _yaml(folder: Path) -> list[Path]:
    """As :mod:`ivr.flow.reading` finds them."""
    return sorted(file for file in folder.glob("*.yaml") if not file.name.startswith("."))


def _state(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except OSError:
        return None
