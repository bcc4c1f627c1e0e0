"""``hang_up``: say good-bye and end the call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import BeforeValidator

from ivr.flow.texts import Text
from ivr.flow.tree import Exit, Node

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation


def _nothing(value: object) -> object:
    return None if value == "" else value


class HangUp(Node):
    """End the call, after a text if there is one (``hang_up:`` alone says nothing)."""

    verb: ClassVar[str] = "hang_up"
    example: ClassVar[str] = """
goodbye:
  hang_up:
    sv: Tack för ditt samtal. Hej då.
    en: Thank you for calling. Goodbye.
"""

    hang_up: Annotated[Text | None, BeforeValidator(_nothing, json_schema_input_type=Text | None)]

    async def run(self, talk: Conversation) -> Exit:
        """Say good-bye; the engine puts the receiver down."""
        if self.hang_up is not None:
            await talk.say(self.hang_up)
        return Exit(None, "hung_up")
