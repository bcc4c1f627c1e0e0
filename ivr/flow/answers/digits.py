"""``digits`` and ``number``: keys as they are, and what they count."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.flow.answers.kind import Circumstances, only_digits


@dataclass(frozen=True, slots=True)
class Digits:
    """Digits, kept as text: a customer number ``0042`` keeps its zeros.

    Attributes:
        least: So many at least.
        longest: So many at most.
    """

    least: int
    longest: int

    def answer(self, keys: str, at: Circumstances) -> str | None:
        """The keys themselves."""
        return keys if only_digits(keys) and len(keys) >= self.least else None


@dataclass(frozen=True, slots=True)
class Number:
    """A number that expressions count with: ``age >= 65``.

    Attributes:
        least: So many digits at least.
        longest: So many digits at most.
    """

    least: int
    longest: int

    def answer(self, keys: str, at: Circumstances) -> int | None:
        """The number."""
        return int(keys) if only_digits(keys) and len(keys) >= self.least else None
