"""Lengths of time as the language writes them: ``20 s``, ``2 min``, ``1 h``."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from ivr.flow.faults import fault

_LENGTH = re.compile(r"^([0-9]{1,6}(?:\.[0-9]{1,3})?)\s*(s|min|h)$")
_UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0}


@dataclass(frozen=True, slots=True)
class Length:
    """Marks a ``float`` as a length of time, in seconds, written as ``20 s``, ``2 min`` or ``1 h``.

    Attributes:
        least: Seconds.
        most: Seconds.
    """

    least: float
    most: float

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            self.seconds, core_schema.str_schema(strip_whitespace=True)
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "pattern": _LENGTH.pattern, "examples": [spelled(self.least)]}

    @property
    def words(self) -> str:
        """What it is, in an admin's words."""
        return f"a length of time, {spelled(self.least)} to {spelled(self.most)}"

    @staticmethod
    def written(value: float) -> str:
        """A value as a file writes it."""
        return spelled(value)

    def seconds(self, value: str) -> float:
        """What a file has written.

        Raises:
            PydanticCustomError: It is no length of time, or is not allowed.
        """
        match = _LENGTH.match(value)
        if match is None:
            raise fault(
                "no_length",
                f"“{value}” is not a length of time",
                advice="write a number and its unit: 20 s, 2 min or 1 h",
            )
        seconds = float(match[1]) * _UNITS[match[2]]
        if not self.least <= seconds <= self.most:
            raise fault(
                "length_out_of_range",
                f"“{value}” is too {'short' if seconds < self.least else 'long'}",
                advice=f"allowed is {spelled(self.least)} to {spelled(self.most)}",
            )
        return seconds


@dataclass(frozen=True, slots=True)
class LengthOr:
    """Marks a ``float`` as :class:`Length` does, or as endless (infinity), by a word for that.

    Attributes:
        least: Seconds.
        most: Seconds.
        word: Written for infinity.
    """

    least: float
    most: float
    word: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            self._seconds, core_schema.str_schema(strip_whitespace=True)
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        length = self._length.__get_pydantic_json_schema__(schema, handler)
        return {"anyOf": [length, {"const": self.word}]}

    @property
    def words(self) -> str:
        """What it is, in an admin's words."""
        return f"{self._length.words}, or `{self.word}`"

    def written(self, value: float) -> str:
        """A value as a file writes it."""
        return self.word if math.isinf(value) else spelled(value)

    @property
    def _length(self) -> Length:
        return Length(self.least, self.most)

    def _seconds(self, value: str) -> float:
        return math.inf if value == self.word else self._length.seconds(value)


def spelled(seconds: float) -> str:
    """``seconds`` as the language writes it, e.g. ``2 min``."""
    for unit in ("h", "min"):
        if seconds >= _UNITS[unit] and seconds % _UNITS[unit] == 0:
            return f"{seconds / _UNITS[unit]:g} {unit}"
    return f"{seconds:g} s"
