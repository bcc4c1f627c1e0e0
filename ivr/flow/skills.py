"""Skills: what agents can do, and how well, as the organisation's file says it.

``skills`` of the organisation declares kinds, such as ``language`` or ``subject``, and the values
of each. Agents have values on a level; a queue node may require them of whom a caller comes to
(:mod:`ivr.flow.requirement`). Outside of these files a skill is ``kind.value``: neither name holds
a dot.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, TypeAlias

from pydantic import BeforeValidator, Field

from ivr.flow.faults import fault, faults
from ivr.flow.vocabulary import Identifier, NotEmpty, Table

LEAST_LEVEL: Final = 1
MOST_LEVEL: Final = 10

Level: TypeAlias = Annotated[int, Field(ge=LEAST_LEVEL, le=MOST_LEVEL)]


def _values_once(value: object) -> object:
    if isinstance(value, list):
        again = [index for index, one in enumerate(value) if one in value[:index]]
        message = "“{}” is given twice"
        faults("skills", [((at,), fault("skill_twice", message.format(value[at]))) for at in again])
    return value


def _levels(value: object) -> object:
    """The short form, a list, as the table that it stands for."""
    if isinstance(value, list):
        _values_once(value)
        return {one if isinstance(one, str) else "": LEAST_LEVEL for one in value}
    return value


SkillValues: TypeAlias = Annotated[tuple[Identifier, ...], BeforeValidator(_values_once), NotEmpty]
"""The values of a declared kind."""

SkillLevels: TypeAlias = Annotated[
    Table[Identifier, Level],
    BeforeValidator(_levels, json_schema_input_type=list[str] | dict[str, int]),
    NotEmpty,
]
"""An agent's levels by value of one kind: ``[sv, en]`` is level 1 of each."""


def skill(kind: str, value: str) -> str:
    """The one name of a skill: ``language.sv``."""
    return f"{kind}.{value}"


def by_skill(levels: Mapping[str, Mapping[str, int]]) -> Mapping[str, int]:
    """Levels by kind and value as levels by skill."""
    return {skill(kind, value): level for kind, of in levels.items() for value, level in of.items()}
