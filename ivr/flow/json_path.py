"""Where a value stands in a service's answer: ``case.handlers[0].name``.

``case.handlers.0.name`` is the same; within ``{…}`` YAML takes no bracket without quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from ivr.flow.faults import fault
from ivr.flow.texts import on_one_line

LONGEST: Final = 500
"""Characters of a value: what is spoken or sent on is no document."""

_STEP: Final = re.compile(r"([^\W\d][\w-]*)|\[?([0-9]{1,5})\]?")
_PATH: Final = re.compile(
    r"(?:[^\W\d][\w-]*|[0-9]{1,5}|\[[0-9]{1,5}\])(?:\.[^\W\d][\w-]*|\.[0-9]{1,5}|\[[0-9]{1,5}\]){0,19}"
)

Scalar = str | int | float | bool


class NotThere(Exception):
    """The answer has no such value, or one that cannot be used; the text says which."""


@dataclass(frozen=True, slots=True)
class JsonPath:
    """A way into JSON. As a field of a model it is written as text.

    Attributes:
        source: As the admin wrote it.
        steps: Names of members and numbers of items.
    """

    source: str
    steps: tuple[str | int, ...]

    @classmethod
    def parse(cls, source: str) -> Self:
        """Read it.

        Raises:
            PydanticCustomError: It is no path.
        """
        text = source.strip()
        if _PATH.fullmatch(text) is None:
            raise fault(
                "bad_path",
                f"“{source}” does not say where a value stands",
                advice="write it as case.handlers[0].name",
            )
        steps = (name or int(index) for name, index in _STEP.findall(text))
        return cls(text, tuple(steps))

    def find(self, document: object) -> Scalar:
        """The value there: a text of one line, a number, or a truth.

        Raises:
            NotThere: There is none, or it is a whole object or list, or too long.
        """
        here = document
        for step in self.steps:
            try:
                here = here[step]  # type: ignore[index]  # what does not fit raises, as said below
            except (KeyError, IndexError, TypeError):
                raise NotThere(f"the answer has no {self.source}") from None
        if not isinstance(here, str | int | float):
            raise NotThere(f"{self.source} of the answer is no single value")
        if len(str(here)) > LONGEST:
            raise NotThere(f"{self.source} of the answer is longer than {LONGEST} characters")
        return here if not isinstance(here, str) else on_one_line(here)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema())
