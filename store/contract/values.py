"""What an event's field may hold: as text in the stream, and typed, as JSON gives it to others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol, TypeAlias

JsonValue: TypeAlias = str | int | bool | list[str]
Schema: TypeAlias = Mapping[str, object]

_POSITIVE = "[1-9][0-9]{0,14}"
_NUMBER = f"(0|{_POSITIVE})"
_END_OF_TIME_MS = 253_402_300_800_000  # the year 10000


class Value(Protocol):
    """One type of values."""

    @property
    def told(self) -> str:
        """In words, for the page."""

    @property
    def meanings(self) -> Mapping[str, str]:
        """What some of its values mean."""

    @property
    def wire(self) -> Schema:
        """JSON Schema of its text in the stream."""

    @property
    def json(self) -> Schema:
        """JSON Schema of it typed."""

    def typed(self, text: str) -> JsonValue:
        """The value of a text.

        Raises:
            ValueError: The text is none of this type.
        """


@dataclass(frozen=True, slots=True)
class Text:
    """Any text but an empty one: a field without text is left out."""

    told: ClassVar[str] = "text"
    meanings: ClassVar[Mapping[str, str]] = {}
    wire: ClassVar[Schema] = {"type": "string", "minLength": 1}
    json: ClassVar[Schema] = wire

    def typed(self, text: str) -> str:
        """See :class:`Value`."""
        if not text:
            raise ValueError("is empty")
        return text


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number, in the stream by its decimal digits, without sign and leading zeros.

    Attributes:
        unit: What it counts.
        least: The smallest, 0 or 1.
        most: The largest.
    """

    unit: str = "number"
    least: int = 0
    most: int = _END_OF_TIME_MS - 1
    meanings: ClassVar[Mapping[str, str]] = {}

    @property
    def told(self) -> str:
        """See :class:`Value`."""
        return f"{self.unit}, {self.least} to {self.most}" if self._few else self.unit

    @property
    def wire(self) -> Schema:
        """See :class:`Value`. A short range is told number by number."""
        digits = _POSITIVE if self.least else _NUMBER
        numbers = (
            f"({'|'.join(map(str, range(self.least, self.most + 1)))})" if self._few else digits
        )
        return {"type": "string", "pattern": f"^{numbers}$"}

    @property
    def json(self) -> Schema:
        """See :class:`Value`."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def typed(self, text: str) -> int:
        """See :class:`Value`."""
        if not re.fullmatch(_NUMBER, text) or not self.least <= int(text) <= self.most:
            raise ValueError(f"is no whole number from {self.least} to {self.most}")
        return int(text)

    @property
    def _few(self) -> bool:
        return self.most - self.least < 10


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a few.

    Attributes:
        words: Each with what it means, ``""`` where that goes without saying.
    """

    words: Mapping[str, str]

    @property
    def told(self) -> str:
        """See :class:`Value`."""
        each = (f"`{word}`{f' ({told})' if told else ''}" for word, told in self.words.items())
        return ", ".join(each)

    @property
    def meanings(self) -> Mapping[str, str]:
        """See :class:`Value`."""
        return {word: told for word, told in self.words.items() if told}

    @property
    def wire(self) -> Schema:
        """See :class:`Value`."""
        return {"type": "string", "enum": list(self.words)}

    @property
    def json(self) -> Schema:
        """See :class:`Value`."""
        return self.wire

    def typed(self, text: str) -> str:
        """See :class:`Value`."""
        if text not in self.words:
            raise ValueError(f"is none of {', '.join(self.words)}")
        return text


@dataclass(frozen=True, slots=True)
class Flag:
    """True where it is there; in the stream ``1``."""

    told: ClassVar[str] = "true; in the stream `1`"
    meanings: ClassVar[Mapping[str, str]] = {}
    wire: ClassVar[Schema] = {"type": "string", "const": "1"}
    json: ClassVar[Schema] = {"type": "boolean", "const": True}

    def typed(self, text: str) -> bool:
        """See :class:`Value`."""
        if text != "1":
            raise ValueError("is not 1")
        return True


@dataclass(frozen=True, slots=True)
class Texts:
    """Several texts; in the stream with commas between."""

    told: ClassVar[str] = "texts; in the stream with commas between"
    meanings: ClassVar[Mapping[str, str]] = {}
    wire: ClassVar[Schema] = {"type": "string", "minLength": 1}
    json: ClassVar[Schema] = {"type": "array", "items": {"type": "string"}, "minItems": 1}

    def typed(self, text: str) -> list[str]:
        """See :class:`Value`."""
        if not text:
            raise ValueError("is empty")
        return text.split(",")


TEXT = Text()
MILLISECONDS = Whole("milliseconds")
INSTANT = Whole("epoch ms")
NUMBER = Whole(least=1)


def words(*plain: str, **told: str) -> Word:
    """A word of these; those with a meaning to tell by name."""
    return Word(dict.fromkeys(plain, "") | told)


def words_of(kind: type[StrEnum]) -> Word:
    """A word of an enumeration."""
    return words(*(member.value for member in kind))
