"""The port between the question for keys and the kinds of answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeAlias

Answer: TypeAlias = str | int


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a judgement may depend on beside the keys.

    Attributes:
        today: By the organisation's clock.
        regions: Countries in which a number written without one may lie, ISO 3166, the nearest
            first.
    """

    today: date
    regions: tuple[str, ...] = ("SE", "DK")


class Kind(Protocol):
    """A kind of answer."""

    @property
    def longest(self) -> int:
        """As many keys at most; with the last of them the answer is complete."""

    def answer(self, keys: str, at: Circumstances) -> Answer | None:
        """What ``keys`` say, in the form in which expressions see it; ``None`` when that is none.

        Args:
            keys: One or more keys of a telephone, ``*`` and ``#`` among them.
            at: When and where.
        """


def only_digits(keys: str) -> bool:
    """Whether all keys are 0 to 9."""
    return keys.isascii() and keys.isdigit()


def day(year: str, month: str, of_month: str) -> date | None:
    """The day that three texts of digits name, ``None`` when there is none."""
    try:
        return date(int(year), int(month), int(of_month))
    except ValueError:
        return None
