"""Expressions of the language: what an admin may work out from the values of a call.

An expression may name a variable, combine, compare and choose. It can call nothing, loop over
nothing and reach into nothing, so it can neither run code nor eat memory; what it may consist of
is listed below, and everything else is refused when the file is read. Reading a file evaluates no
expression.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from babel.numbers import is_currency
from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.environment import TemplateExpression
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from ivr.flow.errors import ExpressionError
from ivr.flow.faults import fault
from ivr.flow.spoken import FILTERS, spoken_filters
from ivr.flow.vocabulary import Names

_MAX_CHARACTERS = 500
_MAX_EXPRESSION_DEPTH = 20
_PLAIN = {"capitalize", "default", "first", "int", "last", "length", "lower", "title", "upper"}
_FILTERS = _PLAIN | FILTERS
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


@lru_cache(maxsize=64)
def _environment(language: str = "") -> ImmutableSandboxedEnvironment:
    """What expressions are worked out in; one a language, for the filters that speak it."""
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, optimized=False
    )
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in _PLAIN}
    environment.filters.update(spoken_filters(language))
    environment.tests = {name: environment.tests[name] for name in _TESTS}
    return environment


@dataclass(frozen=True, slots=True)
class Expression:
    """Something to be worked out on a call, e.g. ``age >= 65``; ``{{ }}`` round it may be left out.

    As a field of a model it is written as text; every variable in it must be one that the tree
    sets or every call has.

    Attributes:
        source: As the admin wrote it, without ``{{ }}``.
        variables: The variables that it uses.
    """

    source: str
    variables: frozenset[str]

    @classmethod
    def parse(cls, source: str) -> Self:
        """Check ``source`` and take it apart.

        Raises:
            PydanticCustomError: It is empty, too long, or not allowed.
        """
        inner = source.strip()
        if inner.startswith("{{") and inner.endswith("}}"):
            inner = inner[2:-2].strip()
        if not inner or len(inner) > _MAX_CHARACTERS:
            raise fault(
                "bad_expression",
                f"an expression of 1 to {_MAX_CHARACTERS} characters was expected here",
                advice="write it as “age >= 65”",
            )
        parts = list(parts_of(f"{{{{ {inner} }}}}"))
        output = parts[1] if len(parts) > 1 else None
        if not isinstance(output, nodes.Output) or len(output.nodes) != 1:
            raise fault(
                "bad_expression",
                f"“{inner}” is more than one expression",
                advice="write one, such as “age >= 65”",
            )
        return cls(inner, frozenset(part.name for part in parts if isinstance(part, nodes.Name)))

    def value(self, variables: Mapping[str, object]) -> object:
        """What it comes to; a filter that speaks does so in the call's language.

        Raises:
            ExpressionError: It cannot be worked out, e.g. because a variable is not set.
        """
        try:
            found = _expression(self.source, str(variables.get("language", "")))(variables)
        except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
            raise ExpressionError(str(error), "") from error
        if isinstance(found, StrictUndefined):
            raise ExpressionError(f"“{self.source}” is not set", "")
        return found

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_after_validator_function(cls._known, core_schema.str_schema())

    @classmethod
    def _known(cls, value: str, info: ValidationInfo) -> Self:
        expression = cls.parse(value)
        known_variables(expression.variables, Names.of(info).variables)
        return expression


def known_variables(used: Set[str], known: Set[str]) -> None:
    """Refuse a variable that does not exist.

    Raises:
        PydanticCustomError: One of ``used`` is not in ``known``.
    """
    for name in sorted(used - known):
        message = f"no variable is named “{name}”"
        raise fault("undefined_variable", message, name=name, known=known)


def needed(source: str) -> frozenset[str]:
    """The variables of a template that must be set: not those that it tests or has a default for.

    Args:
        source: A text or ``{{ expression }}`` that :func:`parts_of` has let through.
    """
    used: set[str] = set()
    guarded: set[str] = set()
    for part in parts_of(source):
        if isinstance(part, nodes.Name):
            used.add(part.name)
        elif (
            isinstance(part, nodes.Test | nodes.Filter)
            and isinstance(part.node, nodes.Name)
            and part.name in _TESTS | {"default"}
        ):
            guarded.add(part.node.name)
    return frozenset(used - guarded)


@lru_cache(maxsize=4096)
def _expression(source: str, language: str) -> TemplateExpression:
    return _environment(language).compile_expression(source, undefined_to_none=False)


@lru_cache(maxsize=4096)
def compiled(source: str, language: str) -> Template:
    """The template of a text in a language that :func:`parts_of` has let through."""
    return _environment(language).from_string(source)


def parts_of(source: str) -> Iterator[nodes.Node]:
    """The syntax tree of a template, node by node; refuses what may not be in it."""
    try:
        template = _environment().parse(source)
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


def _refuse_unknown_currency(money: nodes.Filter) -> None:
    for argument in money.args:
        if isinstance(argument, nodes.Const) and not is_currency(str(argument.value)):
            raise fault(
                "unknown_currency",
                f"no currency is named “{argument.value}”",
                advice="use its three letters, such as SEK, DKK or EUR",
            )


def _refuse_unknown(node: nodes.Node) -> None:
    if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
        raise fault(
            "bad_expression", f"no filter is named “{node.name}”", name=node.name, known=_FILTERS
        )
    if isinstance(node, nodes.Filter) and node.name == "money":
        _refuse_unknown_currency(node)
    if isinstance(node, nodes.Test) and node.name not in _TESTS:
        raise fault(
            "bad_expression", f"no test is named “{node.name}”", name=node.name, known=_TESTS
        )
