"""``voicemail``: record a message from the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from ivr.flow.call import MessageRequest
from ivr.flow.lengths import Length
from ivr.flow.texts import Text
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import Identifier, QueueName, Target

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation


class Voicemail(Node):
    """Greet the caller, beep, and keep what they say.

    Attributes:
        voicemail: The mailbox, a name under which the messages are kept.
        greeting: Said before the beep.
        max_length: The longest message, in seconds.
        queue: Whose message it is: kept as long as that queue's recordings, and told of as its;
            the queue that the caller came to last when left out.
        then: Where to go afterwards.
    """

    verb: ClassVar[str] = "voicemail"
    example: ClassVar[str] = """
mailbox:
  voicemail: reception
  greeting:
    sv: Lämna ett meddelande efter tonen.
    en: Please leave a message after the tone.
  max_length: 2 min
  then: goodbye
"""

    voicemail: Identifier
    greeting: Text
    max_length: Annotated[float, Length(5, 900)] = 120
    queue: QueueName | None = None
    then: Target

    async def run(self, talk: Conversation) -> Exit:
        """Greet and record."""
        await talk.say(self.greeting)
        message = await talk.call.record(
            MessageRequest(
                self.voicemail,
                talk.language,
                max_seconds=self.max_length,
                queue=self.queue or "",
            )
        )
        return Exit(self.then, "stored" if message.id else "empty")
