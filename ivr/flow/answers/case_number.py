"""``case_number``: digits in the form in which an office writes its cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from ivr.flow.answers.kind import Circumstances
from ivr.flow.faults import fault
from ivr.flow.vocabulary import DIGITS

_ANY: Final = "n"
_MOST_KEYS: Final = 30


@dataclass(frozen=True, slots=True)
class CaseNumber:
    """A pattern such as ``BYGG 20nn-nnnnn``.

    Each ``n`` is a digit that the caller keys; a digit is keyed too and must be that one; all else
    is put in. It is no regular expression: every admin can read it, and none can be slow. Its value
    is the number as the pattern writes it, ``BYGG 2026-00123``.

    Attributes:
        pattern: As the admin wrote it.
    """

    pattern: str

    @property
    def longest(self) -> int:
        """Keys of one number; it has neither fewer nor more."""
        return sum(character in DIGITS or character == _ANY for character in self.pattern)

    def answer(self, keys: str, at: Circumstances) -> str | None:
        """The number as the pattern writes it."""
        if len(keys) != self.longest:
            return None
        left = iter(keys)
        written = ""
        for character in self.pattern:
            if character == _ANY or character in DIGITS:
                key = next(left)
                if key not in DIGITS or character not in (_ANY, key):
                    return None
                written += key
            else:
                written += character
        return written

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls._checked, core_schema.str_schema())

    @classmethod
    def _checked(cls, value: str) -> Self:
        pattern = cls(value.strip())
        if _ANY not in pattern.pattern or len(value) > 60 or pattern.longest > _MOST_KEYS:
            raise fault(
                "bad_pattern",
                f"“{value}” is no pattern of a case number",
                advice="write n for each digit that is keyed: BYGG 20nn-nnnnn",
            )
        return pattern
