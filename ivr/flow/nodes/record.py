"""``record``: keep what the caller says, and know it by a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Final

from ivr.flow.call import MessageRequest
from ivr.flow.lengths import Length
from ivr.flow.texts import Text
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import Identifier, QueueName, Target, Variable

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation

MAILBOX: Final = "recorded"


class Record(Node):
    """Ask the caller for something, beep, and keep what they say.

    It is kept, found and deleted as any message is; the value is its id, by which
    ``vaxel recordings`` plays it, ``""`` when nothing was said.

    Attributes:
        record: What is asked.
        into: The value that becomes the id.
        max_length: The longest, in seconds.
        queue: Kept as long as that queue's recordings; the queue that the caller came to last
            when left out.
        mailbox: The name under which it is kept.
        then: Where to go on.
    """

    verb: ClassVar[str] = "record"
    example: ClassVar[str] = """
describe:
  record: {sv: Beskriv felet efter tonen., en: Describe the fault after the tone.}
  into: description
  max_length: 90 s
  then: operator
"""

    record: Text
    into: Variable
    max_length: Annotated[float, Length(5, 900)] = 60
    queue: QueueName | None = None
    mailbox: Identifier = MAILBOX
    then: Target

    async def run(self, talk: Conversation) -> Exit:
        """Ask and record."""
        await talk.say(self.record)
        message = await talk.call.record(
            MessageRequest(
                self.mailbox,
                talk.language,
                max_seconds=self.max_length,
                queue=self.queue or "",
            )
        )
        talk.values[self.into] = message.id
        return Exit(self.then, "stored" if message.id else "empty")
