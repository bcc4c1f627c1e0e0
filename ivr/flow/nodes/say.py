"""``say``: speak a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ivr.flow.texts import Text
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import Target

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation


class Say(Node):
    """Speak a text to its end, then go on."""

    verb: ClassVar[str] = "say"
    instant: ClassVar[frozenset[str]] = frozenset({"then"})
    example: ClassVar[str] = """
welcome:
  say:
    sv: Välkommen till {{ organisation }}.
    en: Welcome to {{ organisation }}.
  then: opening
"""

    say: Text
    then: Target

    async def run(self, talk: Conversation) -> Exit:
        """Speak."""
        await talk.say(self.say)
        return Exit(self.then, "said")
