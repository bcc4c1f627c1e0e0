"""``agent_desk``: the desk of agents who work at a telephone outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import BeforeValidator

from ivr.flow.texts import Text
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import Target

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation


def _nothing(value: object) -> object:
    return None if value == "" else value


class AgentDesk(Node):
    """Let an agent log in, or out, from the telephone outside that ``remote`` names for them.

    Who calls from that number is asked for the agent's PIN; nobody else is. An agent who is logged
    in there may log out, pause and be ready again, hear how they stand, ask for more wrap-up and
    say what came of the last contact. Calls come to them when they have hung up.

    Attributes:
        agent_desk: Said before; ``agent_desk:`` alone says nothing.
        on_failure: Where to go when it is no agent's number, the PIN was wrong too often, or the
            agent has a call at another phone.
    """

    verb: ClassVar[str] = "agent_desk"
    example: ClassVar[str] = """
desk:
  agent_desk:
    sv: Välkommen till handläggarnas telefon.
    en: Welcome to the agents' desk.
  on_failure: goodbye
"""
    instant: ClassVar[frozenset[str]] = frozenset({"on_failure"})
    serves: ClassVar[bool] = True

    agent_desk: Annotated[
        Text | None, BeforeValidator(_nothing, json_schema_input_type=Text | None)
    ]
    on_failure: Target

    async def run(self, talk: Conversation) -> Exit:
        """Serve them; the call is over then."""
        if self.agent_desk is not None:
            await talk.say(self.agent_desk)
        if await talk.call.world.agent_desk():
            return Exit(None, "served")
        return Exit(self.on_failure, "failed")
