"""Texts that nobody hears: addresses, headers and the like, with expressions to be filled in.

Each value is encoded by itself before it is put in, so that what a caller keys or a service
answers can never become a part of the form around it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from pydantic import GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from ivr.flow.expressions import Expression, known_variables
from ivr.flow.faults import fault
from ivr.flow.texts import MAX_CHARACTERS
from ivr.flow.vocabulary import Names

_EXPRESSION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Filling:
    """A text with places to be filled in. As a field of a model it is written as text.

    Attributes:
        source: As the admin wrote it.
        literals: What stands between the expressions; one more than these.
        expressions: What is filled in.
    """

    source: str
    literals: tuple[str, ...]
    expressions: tuple[Expression, ...]

    @classmethod
    def parse(cls, source: str) -> Self:
        """Take ``source`` apart.

        Raises:
            PydanticCustomError: It is empty, too long, or an expression is not allowed.
        """
        source = source.strip()
        if not source or len(source) > MAX_CHARACTERS:
            raise fault("bad_filling", f"1 to {MAX_CHARACTERS} characters were expected here")
        if not source.isprintable():
            raise fault("bad_filling", "this holds a character that is no text")
        literals = tuple(_EXPRESSION.split(source)[::2])
        if any(mark in text for text in literals for mark in ("{{", "}}", "{%", "{#")):
            raise fault(
                "bad_expression",
                "the expression cannot be read",
                advice="expressions look like {{ caller }}",
            )
        return cls(source, literals, tuple(map(Expression.parse, _EXPRESSION.findall(source))))

    @property
    def constant(self) -> bool:
        """Whether there is nothing to fill in."""
        return not self.expressions

    def fill(self, variables: Mapping[str, object], encode: Callable[[str], str] = str) -> str:
        """The text with each value encoded and put in.

        Raises:
            ExpressionError: One cannot be worked out.
        """
        text = self.literals[0]
        for expression, literal in zip(self.expressions, self.literals[1:], strict=True):
            text += encode(written(expression.value(variables))) + literal
        return text

    def value(self, variables: Mapping[str, object]) -> object:
        """As :meth:`fill`; a text that is one expression and nothing else keeps its kind.

        Raises:
            ExpressionError: One cannot be worked out.
        """
        if len(self.expressions) == 1 and not any(self.literals):
            value = self.expressions[0].value(variables)
            return value if isinstance(value, int | float | None) else written(value)
        return self.fill(variables)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_after_validator_function(cls._known, core_schema.str_schema())

    @classmethod
    def _known(cls, value: str, info: ValidationInfo) -> Self:
        filling = cls.parse(value)
        for expression in filling.expressions:
            known_variables(expression.variables, Names.of(info).variables)
        return filling


def written(value: object) -> str:
    """A value as text: truth as JSON writes it, nothing as nothing."""
    if value is None:
        return ""
    return json.dumps(value) if isinstance(value, bool) else str(value)
