"""What is noted and told of a change: one entry of the book for each thing that can happen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from ivr.live.book import Entry
from ivr.live.files import changed, owner
from ivr.live.model import Refusal
from ivr.live.survey import Part
from store.events import Event, EventType
from store.tree_files import SHORT, Files
from store.tree_models import ChangeKind

_MOST_FILES: Final = 50
"""Recordings that an event names."""


def of_change(
    root: Path, part: Part, before: Part | None, *, who: str, how: ChangeKind, now: int
) -> Entry:
    """Another version is in place. Asks the disk who owns its files.

    Args:
        root: The folder of all organisations.
        part: In place now.
        before: In place until now.
        who: Who asked; whoever owns the files that are new when left out.
        how: What led to it.
        now: Epoch milliseconds.
    """
    (org,) = part.catalogue.organisations
    names = changed(before.files if before else {}, part.files)
    actor = who or owner(root, names)
    fields = {
        "version": part.version[:SHORT],
        "before": before.version[:SHORT] if before else "",
        "who": actor,
        "how": how.value,
        "files": ",".join(names),
    }
    return _entry(org, EventType.TREES_CHANGED, fields, now, who=actor, how=how, files=part.files)


def of_recordings(
    root: Path, part: Part, files: Sequence[Path], *, who: str, how: ChangeKind, now: int
) -> Entry:
    """Other recordings are heard; no version holds them. As :func:`of_change`."""
    (org,) = part.catalogue.organisations
    names = [str(file.relative_to(root)) for file in files]
    fields = {
        "version": part.version[:SHORT],
        "before": part.version[:SHORT],
        "who": who or owner(root, names),
        "how": how.value,
        "files": ",".join(names[:_MOST_FILES]),
    }
    return _entry(org, EventType.TREES_CHANGED, fields, now)


def of_refusal(org: str, refusal: Refusal, in_place: Part, now: int) -> Entry:
    """Something newer is refused."""
    fields = {
        "version": refusal.version[:SHORT],
        "before": in_place.version[:SHORT],
        "problem": refusal.sentence,
    }
    return _entry(org, EventType.TREES_REFUSED, fields, now)


def of_retirement(org: str, before: Part, who: str, now: int) -> Entry:
    """An organisation is served no more."""
    fields = {"before": before.version[:SHORT], "who": who}
    return _entry(org, EventType.TREES_RETIRED, fields, now)


def _entry(
    org: str,
    kind: EventType,
    fields: Mapping[str, str],
    now: int,
    *,
    who: str = "",
    how: ChangeKind = ChangeKind.SAVED,
    files: Files | None = None,
) -> Entry:
    told = {name: text for name, text in fields.items() if text}
    return Entry(org, now, who, how, Event(kind, now, org, fields=told), files)
