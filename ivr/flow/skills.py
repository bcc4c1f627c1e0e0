"""Skills: what agents can do, and how well, as the organisation's file says it.

``skills`` of the organisation declares kinds, such as ``language`` or ``subject``, and the values
of each. Agents have values on a level; a queue node may require them (:mod:`ivr.flow.requirement`).
Outside of these files a skill is ``kind.value``: neither name can hold a dot.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final, TypeAlias

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from ivr.flow.faults import Located, fault, faults
from ivr.flow.vocabulary import Identifier, Names, NotEmpty

LEAST_LEVEL: Final = 1
MOST_LEVEL: Final = 10
LEVEL_SCHEMA: Final = {"type": "integer", "minimum": LEAST_LEVEL, "maximum": MOST_LEVEL}
VALUE_SCHEMA: Final = {"type": ["string", "number", "boolean"]}
_FORM: Final = "write {language: [sv, en]}, or the level of each: {subject: {fees: 3}}"


def _values(value: object) -> object:
    if isinstance(value, list):
        wrong = [((index,), _twice(one)) for index, one in enumerate(value) if one in value[:index]]
        faults("skills", wrong)
    return value


def _twice(value: object) -> PydanticCustomError:
    return fault("skill_twice", f"“{value}” is given twice", advice="remove one of them")


SkillValues: TypeAlias = Annotated[tuple[Identifier, ...], BeforeValidator(_values), NotEmpty]
"""The values of a declared kind."""


@dataclass(frozen=True, slots=True)
class AgentSkills:
    """Marks an agent's levels by kind and value; the list ``[sv, en]`` is the least of each."""

    words: ClassVar[str] = "by kind: a list of values, or the level of each"

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        values = {"type": "array", "items": dict(VALUE_SCHEMA)}
        levels = {"type": "object", "additionalProperties": dict(LEVEL_SCHEMA)}
        return {"type": "object", "additionalProperties": {"anyOf": [values, levels]}}

    @staticmethod
    def _read(value: object, info: ValidationInfo) -> Mapping[str, Mapping[str, int]]:
        if not isinstance(value, Mapping):
            raise fault("no_skills", "kinds of skills were expected here", advice=_FORM)
        names, wrong = Names.of(info), list[Located]()
        found = {kind: _levels(kind, of, names, wrong) for kind, of in value.items()}
        faults("skills", wrong)
        return MappingProxyType(found)


def _levels(kind: str, of: object, names: Names, wrong: list[Located]) -> Mapping[str, int]:
    """The levels of an agent in one kind; what is wrong with them is added to ``wrong``."""
    with noting(wrong, kind, "[key]"):
        declared_kind(kind, names)
    levels: dict[str, int] = {}
    if isinstance(of, Mapping) and of:
        for value, written in of.items():
            with noting(wrong, kind, value, "[key]"):
                declared_value(kind, value, names, "agent_undefined_skill")
            with noting(wrong, kind, value):
                levels[value] = level(written)
    elif isinstance(of, list) and of:
        for index, value in enumerate(of):
            with noting(wrong, kind, index):
                if value in of[:index]:
                    raise _twice(value)
                levels[declared_value(kind, value, names, "agent_undefined_skill")] = LEAST_LEVEL
    else:
        wrong.append(((kind,), fault("no_skills", "values were expected here", advice=_FORM)))
    return MappingProxyType(levels)


@contextmanager
def noting(wrong: list[Located], *path: str | int) -> Iterator[None]:
    """Add what is raised within to ``wrong``, as a fault at ``path``, and go on behind it."""
    try:
        yield
    except PydanticCustomError as error:
        wrong.append((path, error))


def declared_kind(kind: str, names: Names) -> None:
    """Refuse a kind that the organisation does not declare.

    Raises:
        PydanticCustomError: It does not.
    """
    if names.skills is not None and kind not in names.skills:
        message = f"no kind of skill is named “{kind}”"
        advice = "" if names.skills else f"add “skills: {{{kind}: […]}}” to organisation.yaml"
        raise fault("undefined_skill_kind", message, advice=advice, name=kind, known=names.skills)


def declared_value(kind: str, value: object, names: Names, code: str) -> str:
    """``value``, if it may be one of its kind, as far as any of the kind are known.

    Raises:
        PydanticCustomError: It is none; its code is ``code``, or ``no_skills`` for no text.
    """
    if not isinstance(value, str):
        raise fault("no_skills", "a value was expected here", advice=_FORM)
    declared = (names.skills or {}).get(kind) or (value,)
    if value not in declared:
        raise fault(code, f"“{value}” is no value of “{kind}”", name=value, known=declared)
    return value


def level(written: object) -> int:
    """A level as a file writes it.

    Raises:
        PydanticCustomError: It is none.
    """
    for number in range(LEAST_LEVEL, MOST_LEVEL + 1):
        if str(written) == str(number):
            return number
    raise fault(
        "no_level",
        f"“{written}” is no level" if isinstance(written, str) else "a level was expected here",
        advice=f"write a whole number, {LEAST_LEVEL} for a beginner to {MOST_LEVEL}",
    )


def skill(kind: str, value: str) -> str:
    """The one name of a skill: ``language.sv``."""
    return f"{kind}.{value}"


def by_skill(levels: Mapping[str, Mapping[str, int]]) -> Mapping[str, int]:
    """Levels by kind and value as levels by skill."""
    return {skill(kind, value): least for kind, of in levels.items() for value, least in of.items()}


def told(skills: Mapping[str, int]) -> str:
    """Levels by skill in words: ``language: sv, subject: fees 2``; the least is not told."""
    parts = (f"{name.replace('.', ': ', 1)} {least}" for name, least in skills.items())
    return ", ".join(part.removesuffix(f" {LEAST_LEVEL}") for part in parts)
