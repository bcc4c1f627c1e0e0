"""What a ``set`` gives a variable: a constant, an expression's own value, or a text with some."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from pydantic import GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from ivr.flow.expressions import Expression, known_variables
from ivr.flow.faults import fault
from ivr.flow.texts import MAX_CHARACTERS, Phrase
from ivr.flow.vocabulary import Names

_ALONE = re.compile(r"\{\{((?:(?!\{\{|\}\}).)*)\}\}", re.DOTALL)
_NUMBER = re.compile("0|[1-9][0-9]{0,17}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Setting:
    """A value as an admin writes it.

    ``{{ age + 1 }}`` alone keeps its kind (a number stays one); whole digits without a zero before
    them are a number; all else is text, in which ``{{ }}`` are worked out.

    Attributes:
        made_of: The constant, expression or phrase.
    """

    made_of: str | int | Expression | Phrase

    @property
    def variables(self) -> frozenset[str]:
        """The variables that it uses."""
        return frozenset() if isinstance(self.made_of, str | int) else self.made_of.variables

    def value(self, variables: Mapping[str, object]) -> object:
        """What it comes to.

        Raises:
            ExpressionError: It cannot be worked out.
        """
        if isinstance(self.made_of, Expression):
            return self.made_of.value(variables)
        return self.made_of.render(variables) if isinstance(self.made_of, Phrase) else self.made_of

    @classmethod
    def parse(cls, source: str) -> Self:
        """Check ``source`` and take it apart.

        Raises:
            PydanticCustomError: It is too long, or an expression is not allowed.
        """
        if len(source) > MAX_CHARACTERS:
            raise fault("long_text", f"the text is longer than {MAX_CHARACTERS} characters")
        if _ALONE.fullmatch(source.strip()):
            return cls(Expression.parse(source))
        if _NUMBER.fullmatch(source):
            return cls(int(source))
        return cls(Phrase.parse(source) if "{" in source else source)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_after_validator_function(cls._known, core_schema.str_schema())

    @classmethod
    def _known(cls, value: str, info: ValidationInfo) -> Self:
        setting = cls.parse(value)
        known_variables(setting.variables, Names.of(info).variables)
        return setting
