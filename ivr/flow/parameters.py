"""A sub-tree's parameters: their values put where it names them, each with its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ivr.flow.document import Document, Path_, Value
from ivr.flow.layers import without_languages

MAX_CHARACTERS = 20_000  # of a text with values put in; no text of a tree may be as long

_ALONE = re.compile(r"\s*\{\{\s*([a-z][a-z0-9_]*)\s*\}\}\s*")
_INSIDE = re.compile(r"\{\{\s*([a-z][a-z0-9_]*)\s*\}\}")


class TooMuch(Exception):
    """The sub-trees bring along more than a tree may hold."""


@dataclass(slots=True)
class Budget:
    """How many values the sub-trees of a tree may still bring along."""

    left: int

    def spend(self) -> None:
        """Count one more value.

        Raises:
            TooMuch: It is one too many.
        """
        self.left -= 1
        if self.left < 0:
            raise TooMuch


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """A value for a parameter, and where it was given."""

    value: Value
    document: Document
    at: Path_


@dataclass(slots=True)
class Filling:
    """A sub-tree's values on their way into a tree.

    Attributes:
        into: The tree.
        source: The sub-tree's file.
        arguments: What was given, by parameter.
        languages: Those that are kept of texts; ``None`` for all.
        budget: What the tree may still take.
    """

    into: Document
    source: Document
    arguments: Mapping[str, Given]
    languages: Collection[str] | None
    budget: Budget

    def fill(self, path: Path_, at: Path_, value: Value) -> Value:
        """``value`` with what was given put in, its places noted at ``path``."""
        self.budget.spend()
        self.into.weave(path, self.source, at)
        if isinstance(value, str):
            match = _ALONE.fullmatch(value)
            if match is not None and match[1] in self.arguments:
                return self._hand_over(path, self.arguments[match[1]])
            return self._with_texts(value, str(path[-1]))
        if isinstance(value, list):
            return [
                self.fill((*path, index), (*at, index), inner) for index, inner in enumerate(value)
            ]
        return {
            key: self.fill((*path, key), (*at, key), inner)
            for key, inner in without_languages(value, self.languages).items()
        }

    def _hand_over(self, path: Path_, given: Given) -> Value:
        self.into.hand_over(path, given.document, given.at)
        default = given.document is self.source
        return self._copied(path, given, given.at, given.value, default=default)

    def _copied(
        self, path: Path_, given: Given, at: Path_, value: Value, *, default: bool
    ) -> Value:
        self.budget.spend()
        if at != given.at:
            self.into.weave(path, given.document, at)
        if isinstance(value, str):
            return value
        if isinstance(value, list):
            return [
                self._copied((*path, index), given, (*at, index), inner, default=default)
                for index, inner in enumerate(value)
            ]
        kept = without_languages(value, self.languages if default else None)
        return {
            key: self._copied((*path, key), given, (*at, key), inner, default=default)
            for key, inner in kept.items()
        }

    def _with_texts(self, text: str, key: str) -> str:
        """``text`` with the values inside it; of one in several languages that of ``key``."""
        length = len(text)

        def put(match: re.Match[str]) -> str:
            nonlocal length
            given = self.arguments.get(match[1])
            value = given.value if given is not None else None
            if isinstance(value, dict):
                value = value.get(key)
            if not isinstance(value, str) or length + len(value) > MAX_CHARACTERS:
                return match[0]
            length += len(value)
            return value

        return _INSIDE.sub(put, text)
