"""``hang_up``: say good-bye and end the call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import BeforeValidator

from ivr.flow.call import Cause
from ivr.flow.faults import fault
from ivr.flow.texts import Text
from ivr.flow.tree import Exit, Node

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation


def _nothing(value: object) -> object:
    return None if value == "" else value


def _known(value: object) -> object:
    if isinstance(value, str) and value not in set(Cause):
        raise fault("unknown_cause", f"“{value}” is no cause", name=value, known=Cause)
    return value


class HangUp(Node):
    """End the call, after a text if there is one (``hang_up:`` alone says nothing).

    A call that is ended with another cause than ``normal``, before anything was said, is never
    picked up: the caller hears what their network plays for a busy or an unknown number.

    Attributes:
        hang_up: Said before.
        cause: What the caller's network is told: normal, busy, congestion, unallocated, rejected
            or unavailable.
    """

    verb: ClassVar[str] = "hang_up"
    example: ClassVar[str] = """
goodbye:
  hang_up:
    sv: Tack för ditt samtal. Hej då.
    en: Thank you for calling. Goodbye.
"""

    hang_up: Annotated[Text | None, BeforeValidator(_nothing, json_schema_input_type=Text | None)]
    cause: Annotated[Cause, BeforeValidator(_known)] = Cause.NORMAL

    def quiet(self) -> bool:
        """There is nothing to say, and something to tell the network."""
        return self.hang_up is None and self.cause is not Cause.NORMAL

    async def run(self, talk: Conversation) -> Exit:
        """Say good-bye; the engine puts the receiver down."""
        if self.hang_up is not None:
            await talk.say(self.hang_up)
        talk.cause = self.cause
        return Exit(None, "hung_up")
