"""``sms``: send the caller a text message."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ivr.flow.errors import ExpressionError
from ivr.flow.expressions import Expression
from ivr.flow.filling import Filling
from ivr.flow.patterns import is_target
from ivr.flow.texts import WrittenText
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import Target
from ivr.flow.world import TextMessage

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation

LONGEST = 480
"""Characters: three parts of a message, at the least two in other scripts."""

_CALLER = Filling("{{ caller }}", ("", ""), (Expression.parse("caller"),))


class Sms(Node):
    """Send a text message in the caller's language, e.g. a link; the caller hears nothing of it.

    Through the sender of the setting ``sms``; without one it goes by ``on_failure``. Only numbers
    that could be called back get one.

    Attributes:
        sms: What it says.
        to: The number; the caller's when left out.
        then: Where to go when the sender has taken it.
        on_failure: Where to go when it could not be sent.
    """

    verb: ClassVar[str] = "sms"
    example: ClassVar[str] = """
send_link:
  sms:
    sv: "Här är blanketten: https://example.se/blankett"
    en: "Here is the form: https://example.se/form"
  then: sent
  on_failure: not_sent
"""
    instant: ClassVar[frozenset[str]] = frozenset({"then", "on_failure"})

    sms: WrittenText
    to: Filling = _CALLER
    then: Target
    on_failure: Target

    def quiet(self) -> bool:
        """The caller hears nothing of it."""
        return True

    async def run(self, talk: Conversation) -> Exit:
        """Send it."""
        try:
            to = self.to.fill(talk.variables).strip()
            text = self.sms.utterance(talk.language, talk.variables).text
        except ExpressionError:
            to = text = ""
        if not text or not is_target(to) or to.startswith("sip:"):
            return Exit(self.on_failure, "failed")
        sent = await talk.call.world.send_text(TextMessage(to, text[:LONGEST]))
        return Exit(self.then if sent else self.on_failure, "sent" if sent else "failed")
