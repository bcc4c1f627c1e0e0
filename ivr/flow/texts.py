"""What callers and agents hear: one phrase a language, with expressions in ``{{ }}``.

An expression may name a variable, combine, compare and choose. It can call nothing, loop over
nothing and reach into nothing, so it can neither run code nor eat memory; what it may consist of
is listed below, and everything else is refused when the file is read. Reading a file evaluates no
expression.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any, Self

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
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
from ivr.flow.faults import fault, with_faults
from ivr.flow.vocabulary import LANGUAGES, LanguageTag, Names, Table

MAX_CHARACTERS = 2000
_MAX_EXPRESSION_DEPTH = 20
_FILTERS = {"capitalize", "default", "first", "int", "last", "length", "lower", "title", "upper"}
_TESTS = {"defined", "undefined", "none"}
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Concat,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Neg,
    nodes.Add,
    nodes.Sub,
    nodes.Div,
    nodes.FloorDiv,
    nodes.Filter,
    nodes.Test,
)


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, optimized=False
    )
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in _FILTERS}
    environment.tests = {name: environment.tests[name] for name in _TESTS}
    return environment


_ENVIRONMENT = _environment()


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
        source = _speakable(source)
        if not source:
            raise fault(
                "empty_text", "the text is empty", advice="write what the caller shall hear"
            )
        if len(source) > MAX_CHARACTERS:
            raise fault("long_text", f"the text is longer than {MAX_CHARACTERS} characters")
        if not any(mark in source for mark in ("{{", "{%", "{#")):
            return cls(source, _rest=source)
        parts = list(_expressions(source))
        rest = "".join(part.data for part in parts if isinstance(part, nodes.TemplateData))
        names = {part.name for part in parts if isinstance(part, nodes.Name)}
        return cls(source, frozenset(names), _speakable(rest))

    def render(self, variables: Mapping[str, object]) -> str:
        """The text with its expressions worked out.

        Raises:
            ExpressionError: One failed; the error carries the text without expressions.
        """
        if self.source == self._rest:
            return self.source
        try:
            rendered = _compiled(self.source).render(variables)
        except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
            raise ExpressionError(str(error), self._rest) from error
        return _speakable(rendered)


@lru_cache(maxsize=4096)
def _compiled(source: str) -> Template:
    return _ENVIRONMENT.from_string(source)


def _expressions(source: str) -> Iterator[nodes.Node]:
    """The syntax tree of a template, node by node; refuses what may not be in it."""
    try:
        template = _ENVIRONMENT.parse(source)
    except (TemplateError, RecursionError, ValueError) as error:
        raise fault(
            "bad_expression",
            f"the expression cannot be read: {getattr(error, 'message', None) or 'too complex'}",
            advice="expressions look like {{ organisation }}",
        ) from error
    waiting: list[tuple[nodes.Node, int]] = [(template, 0)]
    while waiting:
        node, depth = waiting.pop(0)
        if depth > _MAX_EXPRESSION_DEPTH:
            raise fault("bad_expression", "the expression is nested too deeply")
        if not isinstance(node, _ALLOWED):
            raise fault(
                "bad_expression",
                f"an expression cannot hold this ({type(node).__name__.lower()})",
                advice="use variables, texts, comparisons, “a if b else c” and filters only",
            )
        _refuse_unknown(node)
        yield node
        waiting.extend((child, depth + 1) for child in node.iter_child_nodes())


def _refuse_unknown(node: nodes.Node) -> None:
    if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
        raise fault(
            "bad_expression", f"no filter is named “{node.name}”", name=node.name, known=_FILTERS
        )
    if isinstance(node, nodes.Test) and node.name not in _TESTS:
        raise fault(
            "bad_expression", f"no test is named “{node.name}”", name=node.name, known=_TESTS
        )


def _speakable(text: str) -> str:
    """``text`` on one line, without characters that are no text."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


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
        known = Names.of(info).variables | self.extra
        for name in sorted(phrase.variables - known):
            message = f"no variable is named “{name}”"
            raise fault("undefined_variable", message, name=name, known=known)
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
        return Utterance(self.root[language].render(variables), language)
