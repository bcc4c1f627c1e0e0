"""A file as data in which every key and value knows its place, or several files woven into one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from ivr.flow.problems import Problem, Severity, shown

Value: TypeAlias = "str | list[Value] | dict[str, Value]"
Path_: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file.

    Attributes:
        line: From 1.
        column: From 1, in characters.
        document: The file, where it is another than the document's own: a document may be woven
            from several files.
    """

    line: int
    column: int
    document: Document | None = field(default=None, repr=False, compare=False)


@dataclass(slots=True)
class Document:
    """One file as data, or what several files together say.

    Attributes:
        file: Where it lies; of several the one that draws on the others.
        data: What it says; ``None`` when it could not be read as YAML.
        problems: What was wrong with it as YAML.
    """

    file: Path
    data: Value | None = None
    problems: list[Problem] = field(default_factory=list)
    _lines: list[str] = field(default_factory=list)
    _values: dict[Path_, Place] = field(default_factory=dict)
    _keys: dict[Path_, Place] = field(default_factory=dict)
    _given: dict[Path_, Place] = field(default_factory=dict)

    def section(self, *path: str) -> Mapping[str, Value]:
        """The mapping at ``path``, empty when there is none."""
        here: Value | None = self.data
        for step in path:
            here = here.get(step) if isinstance(here, dict) else None
        return here if isinstance(here, dict) else {}

    def holds(self, path: Path_) -> bool:
        """Whether there is a value at ``path``."""
        return path in self._values

    def value_place(self, path: Path_) -> Place:
        """Where the value at ``path`` begins, or what comes nearest above it."""
        while path and path not in self._values:
            path = path[:-1]
        return self._values.get(path, Place(1, 1))

    def key_place(self, path: Path_) -> Place:
        """Where the key of ``path`` stands (the value, for a list's item)."""
        return self._keys.get(path) or self.value_place(path)

    def given(self, path: Path_) -> Place | None:
        """Where the value at ``path`` was handed to a sub-tree, ``None`` where it was not."""
        return self._given.get(path)

    def problem(
        self,
        place: Place,
        message: str,
        advice: str = "",
        severity: Severity = Severity.ERROR,
        code: str = "yaml",
    ) -> Problem:
        """A finding at a place of this document."""
        written = place.document or self
        inside = 1 <= place.line <= len(written._lines)
        source = written._lines[place.line - 1] if inside else ""
        if written.file != self.file:
            advice = f"{advice}{'; ' if advice else ''}needed by {shown(self.file)}"
        return Problem(
            severity, written.file, place.line, place.column, message, advice, source, code
        )

    def weave(self, path: Path_, document: Document, at: Path_) -> None:
        """Note that what stands at ``path`` here is what stands at ``at`` in ``document``."""
        for places, theirs in ((self._values, document._values), (self._keys, document._keys)):
            if (place := theirs.get(at)) is not None:
                places[path] = place if document is self else _in(document, place)

    def hand_over(self, path: Path_, document: Document, at: Path_) -> None:
        """Note that the value at ``path``, but not its key, was given at ``at``."""
        for places, place in (
            (self._values, document.value_place(at)),
            (self._given, document.key_place(at)),
        ):
            places[path] = place if document is self else _in(document, place)

    def like(self) -> Document:
        """A document of the same file and places that can be changed."""
        return replace(
            self,
            data=dict(self.data) if isinstance(self.data, dict) else self.data,
            _values=dict(self._values),
            _keys=dict(self._keys),
            _given=dict(self._given),
        )

    def woven(self) -> Document:
        """A document of the same file that says nothing yet."""
        return Document(self.file, _lines=self._lines)


def _in(document: Document, place: Place) -> Place:
    return place if place.document else Place(place.line, place.column, document)
