"""What a queue node requires of the agent, and how that is relaxed while a caller waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, NamedTuple, TypeAlias

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from ivr.flow.call import RequiredSkills
from ivr.flow.errors import ExpressionError
from ivr.flow.expressions import Expression, known_variables
from ivr.flow.faults import Located, Strict, fault, faults
from ivr.flow.lengths import Length, spelled
from ivr.flow.places import Path_
from ivr.flow.skills import (
    LEAST_LEVEL,
    LEVEL_SCHEMA,
    VALUE_SCHEMA,
    declared_kind,
    declared_value,
    level,
    noting,
    skill,
    told,
)
from ivr.flow.vocabulary import Names

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation

LANGUAGE: Final = "language"
"""The variable that is the caller's language."""
NOTHING: Final = ""
"""The value that asks for nothing."""
NONE: Final = "none"
"""Where a test wants that nothing is required."""
_FAILED: Final = "?"
_FORM: Final = "write {language: sv}, or with the least level {subject: {fees: 2}}"


class Wanted(NamedTuple):
    """What is wanted of one kind.

    Attributes:
        value: A value of the kind, or what comes to one on a call.
        level: The least.
    """

    value: str | Expression
    level: int


@dataclass(frozen=True, slots=True)
class Requiring:
    """Marks what is wanted of an agent, by kind.

    Attributes:
        tested: Whether it stands in a test: nothing is worked out, and it may be ``none``.
    """

    tested: bool = False
    words: ClassVar[str] = "by kind: a value, or its least level: {value: level}"

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        levels = {"type": "object", "additionalProperties": dict(LEVEL_SCHEMA), "maxProperties": 1}
        values = {"anyOf": [dict(VALUE_SCHEMA), levels]}
        schema = {"type": "object", "additionalProperties": values, "minProperties": 1}
        return {"anyOf": [schema, {"const": NONE}]} if self.tested else schema

    def _read(self, value: object, info: ValidationInfo) -> Mapping[str, Wanted]:
        if self.tested and value == NONE:
            return MappingProxyType({})
        if not isinstance(value, Mapping) or not value:
            raise fault("no_requirement", "kinds of skills were expected here", advice=_FORM)
        names, wrong, found = Names.of(info), list[Located](), dict[str, Wanted]()
        for kind, written in value.items():
            with noting(wrong, kind, "[key]"):
                declared_kind(kind, names)
            at: Path_ = (kind,)
            one, least = written, LEAST_LEVEL
            if isinstance(written, Mapping) and len(written) == 1:
                ((one, number),) = written.items()
                at = (kind, one, "[key]")
                with noting(wrong, kind, one):
                    least = level(number)
            with noting(wrong, *at):
                found[kind] = Wanted(self._value(kind, one, names), least)
        faults("require", wrong)
        return MappingProxyType(found)

    def _value(self, kind: str, written: object, names: Names) -> str | Expression:
        if not isinstance(written, str) or not written:
            raise fault("no_requirement", "one value was expected here", advice=_FORM)
        if self.tested or "{{" not in written:
            return declared_value(kind, written, names, "undefined_skill")
        expression = Expression.parse(written)
        known_variables(expression.variables, names.variables)
        for name in sorted(expression.variables & names.sensitive):
            raise fault(
                "sensitive_skill",
                f"“{name}” is sensitive, and what is required is seen by others",
                advice="choose another value",
            )
        declared = (names.skills or {}).get(kind)
        if expression.source == LANGUAGE and declared:
            for tag in names.languages or ():
                if tag not in declared:
                    raise fault(
                        "language_no_skill",
                        f"callers may speak “{tag}”, which is no value of “{kind}”",
                        advice=f"add it to “skills: {kind}: …” of the organisation",
                    )
        return expression


Requirement: TypeAlias = Annotated[Mapping[str, Wanted], Requiring()]
TestedRequirement: TypeAlias = Annotated[Mapping[str, Wanted], Requiring(tested=True)]


class Relaxing(Strict):
    """From some time of waiting on something else is required instead.

    Attributes:
        after: So long the caller has waited, in the order of the steps.
        require: What the agent must be able to do from then on; anybody of the queue will do when
            left out.
    """

    after: Annotated[float, Length(5, 4 * 3600)]
    require: Requirement | None = None


def wrong_relaxing(
    require: Mapping[str, Wanted] | None, relax: Sequence[Relaxing], max_wait: float | None
) -> Iterator[Located]:
    """What is wrong with the steps of a queue node, at its place below the node."""
    before, time = require, 0.0
    for index, step in enumerate(relax):
        at = ("relax", index)
        if before is None:
            yield (
                at,
                fault(
                    "relax_nothing",
                    "there is nothing left to relax: anybody of the queue will do by then",
                    advice="remove it, or say before it what the agent must be able to do",
                ),
            )
        elif step.require == before:
            yield (
                at,
                fault(
                    "relax_the_same",
                    "this asks the same as before",
                    advice="ask for less, or leave “require” out for anybody of the queue",
                ),
            )
        if step.after <= time:
            yield (
                (*at, "after"),
                fault(
                    "relax_order",
                    f"this is not later than {spelled(time)}, the step before",
                    advice="write the steps in the order of their times",
                ),
            )
        elif max_wait is not None and step.after >= max_wait:
            yield (
                (*at, "after"),
                fault(
                    "relax_too_late",
                    f"nobody waits so long: “max_wait” is {spelled(max_wait)}",
                    advice="make it shorter, or remove it",
                ),
            )
        before, time = step.require, step.after


def requirements(
    require: Mapping[str, Wanted] | None, relax: Sequence[Relaxing], talk: Conversation
) -> tuple[RequiredSkills, ...]:
    """What a call asks for, its values worked out; empty when anybody of the queue will do.

    Nobody is lost by a value that is none of its kind: that kind is not asked for, and a warning
    says so. A value that comes to nothing asks for nothing without a word.
    """
    wrong: dict[str, None] = {}
    steps = [RequiredSkills(0.0, _skills(require, talk, wrong))]
    for step in relax:
        skills = _skills(step.require, talk, wrong)
        if skills != steps[-1].skills:
            steps.append(RequiredSkills(step.after, skills))
    for kind in wrong:
        talk.goes_without("a required skill is no value of its kind; left out", kind=kind)
    return tuple(steps) if any(step.skills for step in steps) else ()


def _skills(
    require: Mapping[str, Wanted] | None, talk: Conversation, wrong: dict[str, None]
) -> Mapping[str, int]:
    """What is asked for; kinds whose value is none of them are added to ``wrong``."""
    found: dict[str, int] = {}
    for kind, wanted in (require or {}).items():
        value = _worked_out(wanted.value, talk)
        if value in talk.organisation.skills.get(kind, ()):
            found[skill(kind, value)] = wanted.level
        elif value != NOTHING:
            wrong[kind] = None
    return found


def _worked_out(value: str | Expression, talk: Conversation) -> str:
    if isinstance(value, str):
        return value
    try:
        return str(value.value(talk.variables) or NOTHING)
    except ExpressionError:
        return _FAILED


def in_words(require: Mapping[str, Wanted]) -> str:
    """A requirement in words: ``language: {{ language }}, subject: fees 2``."""
    values = {
        kind: one.value if isinstance(one.value, str) else f"{{{{ {one.value.source} }}}}"
        for kind, one in require.items()
    }
    return told({skill(kind, values[kind]): one.level for kind, one in require.items()})
