"""``record_announcement``: speak an announcement by telephone, and switch it on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Final

from pydantic import Field

from ivr.flow.call import spoken
from ivr.flow.lengths import Length
from ivr.flow.texts import Text
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import AnnouncementName, Target
from ivr.flow.world import LONGEST_ANNOUNCEMENT_S

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation

USE, AGAIN = "1", "2"
_TAKES: Final = 5
_WAIT_S: Final = 10


class RecordAnnouncement(Node):
    """Let somebody speak an announcement, hear it, and switch it on for some time.

    Put it behind a ``pin``: who may reach the node may do it. After the beep the caller speaks and
    ends with ``#``, hears what was recorded, and presses 1 to use it, or 2 to speak again. It is
    one recording: whoever calls hears it, in whatever language they listen. It ends by itself, and
    then nothing of it is kept. Each time is an event, with the contact that did it.

    Attributes:
        record_announcement: The announcement's name.
        ask: What is said before the beep.
        confirm: What is said behind the recording: which key is for what.
        seconds: For how long it is on; it must end some day.
        max_length: The longest, in seconds.
        then: Where to go when it is on.
        on_failure: Where to go when it cannot be done now, or nothing was confirmed.
    """

    verb: ClassVar[str] = "record_announcement"
    example: ClassVar[str] = """
speak:
  record_announcement: water-leak
  ask: {sv: Tala efter tonen. Avsluta med fyrkant., en: Speak after the tone and press hash.}
  confirm: {sv: "Använd det: tryck 1. Tala igen: tryck 2.", en: "Use it: 1. Speak again: 2."}
  for: 4 h
  then: is_on
  on_failure: goodbye
"""

    record_announcement: AnnouncementName
    ask: Text
    confirm: Text
    seconds: Annotated[float, Length(60, 31 * 24 * 3600)] = Field(alias="for")
    max_length: Annotated[float, Length(5, LONGEST_ANNOUNCEMENT_S)] = LONGEST_ANNOUNCEMENT_S
    then: Target
    on_failure: Target

    async def run(self, talk: Conversation) -> Exit:
        """Record until it is right, then switch."""
        world = talk.call.world
        for _ in range(_TAKES):
            await talk.say(self.ask)
            sound = await world.take_announcement(self.max_length)
            if sound and await self._judged(talk, sound) == USE:
                name, seconds = self.record_announcement, self.seconds
                done = await world.switch_announcement(name, seconds, sound)
                return Exit(self.then if done else self.on_failure, "on" if done else "failed")
        return Exit(self.on_failure, "failed")

    async def _judged(self, talk: Conversation, sound: str) -> str:
        """The key that is pressed once the recording was heard."""
        keys = USE + AGAIN
        key = await talk.call.say(spoken(sound, talk.language), interrupt=keys)
        key = key or await talk.say(self.confirm, interrupt=keys)
        return await talk.call.collect(first=key, count=1, wait=_WAIT_S, stop="")
