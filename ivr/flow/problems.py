"""A finding in an admin's file: where, what, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from pathlib import Path

_MANY = 1000  # more candidates than this are not searched for the nearest name: time is bounded
_LONG = 64
MAX_PROBLEMS = 100  # of one file; more of them help nobody


class Severity(StrEnum):
    """An error keeps the files from being used, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding.

    Attributes:
        severity: Whether the files can still be used.
        file: The file.
        line: From 1; a whole-file problem stands at line 1.
        column: From 1, in characters.
        message: What is wrong, one sentence without full stop.
        advice: What to do about it, ``""`` when the message says it.
        source: The line of the file, ``""`` when there is none.
        code: Stable name of the rule that is broken.
    """

    severity: Severity
    file: Path
    line: int
    column: int
    message: str
    advice: str = ""
    source: str = ""
    code: str = "yaml"

    def headline(self) -> str:
        """``file:line:column: error: message``, the form that editors jump to."""
        return f"{shown(self.file)}:{self.line}:{self.column}: {self.severity}: {self.message}"

    def excerpt(self) -> str:
        """The line of the file with a caret under the place, ``""`` without a line."""
        if not self.source.strip():
            return ""
        # A very long line is cut around the place.
        begin = max(0, self.column - 1 - 60)
        part = self.source[begin : begin + 120]
        # One column a character, and no escape sequence of a hostile file on a terminal.
        part = "".join(c if c.isprintable() else " " for c in part)
        return f"    {part}\n    {' ' * (self.column - 1 - begin)}^"

    def sentence(self) -> str:
        """Place, message and advice on one line."""
        return f"{self.headline()}; {self.advice}" if self.advice else self.headline()

    def __str__(self) -> str:
        lines = [self.headline(), self.excerpt()]
        if self.advice:
            lines.append(f"    {self.advice}")
        return "\n".join(line for line in lines if line)


def once(problems: Iterable[Problem]) -> list[Problem]:
    """Each finding once, though many organisations draw on the file that it is in."""
    first: dict[tuple[Path, int, int, str], Problem] = {}
    for problem in problems:
        first.setdefault((problem.file, problem.line, problem.column, problem.message), problem)
    return list(first.values())


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """By file, line and column; of a flood in one file the beginning, and how many more."""
    ordered = sorted(problems, key=lambda one: (one.file, one.line, one.column))
    kept: list[Problem] = []
    for _, group in groupby(ordered, key=attrgetter("file")):
        of_file = list(group)
        kept += of_file[:MAX_PROBLEMS]
        if rest := of_file[MAX_PROBLEMS:]:
            errors = any(problem.severity is Severity.ERROR for problem in rest)
            kept.append(
                replace(
                    rest[0],
                    severity=Severity.ERROR if errors else Severity.WARNING,
                    message=f"{len(rest)} more problems from here on",
                    advice="correct the first ones first",
                )
            )
    return kept


def shown(file: Path) -> str:
    """``file`` as people see it: relative to where they stand, when it lies below."""
    try:
        return str(file.relative_to(Path.cwd()))
    except ValueError:
        return str(file)


def nearest(name: str, known: Iterable[str]) -> str:
    """The name of ``known`` that was probably meant, ``""`` for none."""
    candidates = list(known)
    if len(candidates) > _MANY or len(name) > _LONG:
        return ""
    by_folded = {candidate.casefold(): candidate for candidate in candidates}
    found = difflib.get_close_matches(name.casefold(), by_folded, n=1)
    return by_folded[found[0]] if found else ""


def suggestion(name: str, known: Iterable[str]) -> str:
    """Advice for an unknown name: the nearest one, else the choice there is."""
    candidates = sorted(known)
    if near := nearest(name, candidates):
        return f"did you mean “{near}”?"
    if not candidates:
        return "none is defined"
    if len(candidates) > 12:
        return f"known are {', '.join(candidates[:12])} and {len(candidates) - 12} more"
    return f"known: {', '.join(candidates)}"
