"""``remember``: keep the caller's language for the next time, if they agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Literal

from ivr.flow.asking import Wait, press
from ivr.flow.texts import Text
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import Target

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation

YES: Final = "1"


class Remember(Node):
    """Ask the caller for leave to keep their language, and keep it under their number.

    Key 1 is yes; any other key and silence are a no, and nothing is kept. A caller whose language
    is kept already, or whose number is withheld, is not asked. ``vaxel recordings erase`` forgets
    it, and so does the time that ``callers: keep`` of the organisation sets.

    Attributes:
        remember: What is kept: ``language``.
        ask: The question.
        wait: Seconds to wait for the key.
        then: Where to go on.
    """

    verb: ClassVar[str] = "remember"
    example: ClassVar[str] = """
keep:
  remember: language
  ask:
    sv: Ska vi minnas ditt språk till nästa gång? Tryck 1 för ja.
    en: Shall we remember your language for next time? Press 1 for yes.
  then: main
"""
    instant: ClassVar[frozenset[str]] = frozenset({"then"})

    remember: Literal["language"]
    ask: Text
    wait: Wait = 5
    then: Target

    async def run(self, talk: Conversation) -> Exit:
        """Ask for consent and keep the language."""
        if not any(character.isdecimal() for character in talk.call.caller):
            return Exit(self.then, "withheld")
        if (await talk.call.world.recall()).language == talk.language:
            return Exit(self.then, "kept")
        if await press(talk, [(self.ask, talk.language)], self.wait) != YES:
            return Exit(self.then, "declined")
        kept = await talk.call.world.remember_language(talk.language)
        return Exit(self.then, "remembered" if kept else "failed")
