"""Whom a queue node prefers for some time: one agent, before all others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from ivr.flow.call import Preferred
from ivr.flow.errors import ExpressionError
from ivr.flow.expressions import Expression, known_variables
from ivr.flow.faults import Located, Strict, fault
from ivr.flow.lengths import Length
from ivr.flow.vocabulary import Names

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation

LAST: Final = "last"
"""The agent who talked to this caller last."""


@dataclass(frozen=True, slots=True)
class Choosing:
    """Marks who is preferred: ``last``, an agent's number, or an expression that comes to one."""

    words: ClassVar[str] = "`last`, an agent's number, or an expression that comes to one"

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": ["string", "number"]}

    def _read(self, value: object, info: ValidationInfo) -> str | Expression:
        if not isinstance(value, str) or not value:
            raise fault(
                "no_preference",
                "an agent was expected here",
                advice="write “last”, an agent's number, or an expression: "
                "{agent: last, for: 30 s}",
            )
        names = Names.of(info)
        if "{{" in value:
            expression = Expression.parse(value)
            known_variables(expression.variables, names.variables)
            for name in sorted(expression.variables & names.sensitive):
                raise fault(
                    "sensitive_preference",
                    f"“{name}” is sensitive, and who is preferred is seen by others",
                    advice="choose another value",
                )
            return expression
        if value != LAST and names.agents is not None and value not in names.agents:
            raise fault(
                "undefined_agent",
                f"no agent has the number “{value}”",
                name=value,
                known=(*names.agents, LAST),
            )
        return value


class Prefer(Strict):
    """One agent before all others, for some time of waiting.

    Nobody waits for an agent who is logged out, pauses or cannot be reached, and whoever is
    preferred must have the skills that are required. Where it comes to no agent of the queue nobody
    is preferred.

    Attributes:
        agent: Who: ``last``, the one who talked to this caller last, as far as that is kept; an
            agent's number; or an expression that comes to one.
        seconds: So long others are not asked, from the caller's arrival on.
    """

    agent: Annotated[str | Expression, Choosing()]
    seconds: Annotated[float, Length(5, 600)] = Field(30, alias="for")

    @property
    def last(self) -> bool:
        """Whether it is the agent of the conversation before."""
        return self.agent == LAST


def wrong_preference(prefer: Prefer | None, queue: str, names: Names) -> Iterator[Located]:
    """What is wrong with a preference of a queue, at its place below the node."""
    if prefer is None or not isinstance(prefer.agent, str) or names.agents is None:
        return
    if queue not in names.agents.get(prefer.agent, (queue,)):
        serving = [agent for agent, queues in names.agents.items() if queue in queues]
        yield (
            ("prefer", "agent"),
            fault(
                "agent_elsewhere",
                f"agent {prefer.agent} does not serve the queue “{queue}”",
                name=prefer.agent,
                known=serving,
            ),
        )


async def preferred(prefer: Prefer | None, queue: str, talk: Conversation) -> Preferred | None:
    """Whom a call prefers; ``None`` for nobody, so that nobody is lost by a wrong value."""
    if prefer is None:
        return None
    if prefer.last:
        withheld = not any(character.isdecimal() for character in talk.call.caller)
        agent = "" if withheld else await talk.call.world.last_agent()
    elif isinstance(prefer.agent, str):
        agent = prefer.agent
    else:
        try:
            agent = str(talk.worked_out(prefer.agent) or "")
        except ExpressionError:
            return None  # noted already
    known = talk.organisation.agents.get(agent)
    if known is not None and queue in known.serves:
        return Preferred(agent, prefer.seconds)
    if agent and not prefer.last:
        talk.goes_without("who is preferred is no agent of the queue; anybody is asked")
    return None
