"""What callers and agents hear: one phrase a language, with expressions in ``{{ }}``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Self

from jinja2 import TemplateError, nodes
from pydantic import (
    ConfigDict,
    GetCoreSchemaHandler,
    ModelWrapValidatorHandler,
    RootModel,
    ValidationInfo,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from ivr.flow.call import Utterance
from ivr.flow.errors import ExpressionError
from ivr.flow.expressions import compiled, known_variables, parts_of
from ivr.flow.faults import fault, with_faults
from ivr.flow.vocabulary import LANGUAGES, LanguageTag, Names, Table

MAX_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class Phrase:
    """One text in one language.

    Attributes:
        source: As the admin wrote it, white space evened out.
        variables: The variables that its expressions use.
    """

    source: str
    variables: frozenset[str] = frozenset()
    _rest: str = field(default="", repr=False)

    @classmethod
    def parse(cls, source: str) -> Phrase:
        """Check ``source`` and take it apart.

        Raises:
            PydanticCustomError: It is empty, too long, or an expression is not allowed.
        """
        source = on_one_line(source)
        if not source:
            raise fault(
                "empty_text", "the text is empty", advice="write what the caller shall hear"
            )
        if len(source) > MAX_CHARACTERS:
            raise fault("long_text", f"the text is longer than {MAX_CHARACTERS} characters")
        if not any(mark in source for mark in ("{{", "{%", "{#")):
            return cls(source, _rest=source)
        parts = list(parts_of(source))
        rest = "".join(part.data for part in parts if isinstance(part, nodes.TemplateData))
        names = {part.name for part in parts if isinstance(part, nodes.Name)}
        return cls(source, frozenset(names), on_one_line(rest))

    def render(self, variables: Mapping[str, object], language: str = "") -> str:
        """The text with its expressions worked out.

        Args:
            variables: Values for the expressions.
            language: The language that values are spoken in; that of the call when left out.

        Raises:
            ExpressionError: One failed; the error carries the text without expressions.
        """
        if self.source == self._rest:
            return self.source
        try:
            language = language or str(variables.get("language", ""))
            rendered = compiled(self.source, language).render(variables)
        except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
            raise ExpressionError(str(error), self._rest) from error
        return on_one_line(rendered)


def on_one_line(text: str) -> str:
    """``text`` on one line, without characters that are no text."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class Using:
    """Marks a :class:`Phrase` that may use variables beyond those of every call."""

    extra: frozenset[str] = frozenset()

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_after_validator_function(
            self._phrase, core_schema.str_schema()
        )

    def _phrase(self, value: str, info: ValidationInfo) -> Phrase:
        phrase = Phrase.parse(value)
        names = Names.of(info)
        known_variables(phrase.variables, names.variables | self.extra)
        for name in sorted(phrase.variables & names.sensitive):
            raise fault(
                "sensitive_spoken",
                f"“{name}” is sensitive and is never spoken",
                advice="leave it out of the text",
            )
        return phrase


class Text(RootModel[Table[LanguageTag, Annotated[Phrase, Using()]]]):
    """The same thing said in every language that the organisation declares."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    @model_validator(mode="wrap")
    @classmethod
    def _is_complete(
        cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        """Tell of missing languages beside whatever else is wrong."""
        declared = Names.of(info).languages if isinstance(data, dict) else None
        missing = [
            fault(
                "missing_translation",
                f"the text is missing in {LANGUAGES.get(tag, tag)} ({tag})",
                advice=f"add “{tag}: …”",
            )
            for tag in declared or ()
            if tag not in data
        ]
        return with_faults(lambda: handler(data), [((), error) for error in missing])

    def utterance(self, language: str, variables: Mapping[str, object]) -> Utterance:
        """What to say to somebody who listens in ``language``.

        Args:
            language: One of the organisation's languages.
            variables: Values for the expressions.

        Raises:
            ExpressionError: An expression failed.
        """
        return Utterance(self.root[language].render(variables, language), language)


class WrittenText(Text):
    """A text that people read; it is never spoken."""
