"""``pin``: let only those on who know a PIN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from ivr.flow.asking import Wait, press_several
from ivr.flow.pins import Verdict
from ivr.flow.sensitive import Sensitive
from ivr.flow.texts import Text
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import Identifier, Target

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation

LONGEST = 12


class Pin(Node):
    """Ask for a PIN, ended by ``#``. The PIN is a secret and stands in none of these files.

    A caller from whom too many wrong ones have come, in this call or in others, is not asked, nor
    is anybody while wrong ones cannot be counted (Redis is away).

    Attributes:
        pin: The question.
        of: Name of the PIN.
        attempts: How often the caller may try; silence is a try too.
        wait: Seconds to wait for each key.
        then: Where to go with the right one.
        on_wrong: Where to go otherwise.
    """

    verb: ClassVar[str] = "pin"
    example: ClassVar[str] = """
guard:
  pin: {sv: Ange pinkoden och fyrkant., en: "Enter the PIN, followed by hash."}
  of: supervisor
  then: announcements
  on_wrong: goodbye
"""
    instant: ClassVar[frozenset[str]] = frozenset({"on_wrong"})
    needs: ClassVar[str] = "pin"

    pin: Text
    of: Identifier
    attempts: Annotated[int, Field(ge=1, le=5)] = 3
    wait: Wait = 5
    then: Target
    on_wrong: Target

    async def run(self, talk: Conversation) -> Exit:
        """Ask until it is right, the tries are used up or the caller is locked out."""
        texts = talk.organisation.texts.pin
        caller = talk.call.caller
        verdict = await talk.pins.check(self.of, caller, None)
        for _ in range(self.attempts):
            if verdict in {Verdict.LOCKED, Verdict.AWAY}:
                break
            keys = await press_several(talk, self.pin, count=LONGEST, wait=self.wait, stop="#")
            if not keys:
                continue
            verdict = await talk.pins.check(self.of, caller, Sensitive(keys))
            if verdict is Verdict.RIGHT:
                return Exit(self.then, verdict.value)
            if verdict is Verdict.WRONG and texts is not None:
                await talk.say(texts.wrong)
        if verdict is Verdict.LOCKED and texts is not None:
            await talk.say(texts.locked)
        return Exit(self.on_wrong, verdict.value)
