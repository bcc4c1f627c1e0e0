"""``callback``: offer to call back, without a wait in the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import AfterValidator, ValidationInfo

from ivr.flow.faults import fault
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import Names, QueueName, Target
from ivr.flow.world import CallbackWish

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation


def _calls_back(queue: str, info: ValidationInfo) -> str:
    calling = Names.of(info).calling_back
    if calling is not None and queue not in calling:
        raise fault(
            "no_callback",
            f"the queue “{queue}” calls nobody back",
            advice=f"add to organisation.yaml: queues: {queue}: callback: {{}}",
        )
    return queue


class Callback(Node):
    """Ask the caller for number and time, as the queue does, and let its agents call.

    The place in the queue is that of somebody who comes now.

    Attributes:
        callback: A queue that calls people back.
        then: Where to go when the caller will be called, and has been told so.
        on_refused: Where to go when nothing came of it: no number that can be called, or this
            installation calls nobody.
    """

    verb: ClassVar[str] = "callback"
    example: ClassVar[str] = """
call_me:
  callback: support            # a queue of organisation.yaml with “callback”
  then: goodbye
  on_refused: operator
"""
    instant: ClassVar[frozenset[str]] = frozenset({"on_refused"})
    serves: ClassVar[bool] = True

    callback: Annotated[QueueName, AfterValidator(_calls_back)]
    then: Target
    on_refused: Target

    async def run(self, talk: Conversation) -> Exit:
        """Talk about it, and keep the wish."""
        wish = CallbackWish(self.callback, talk.language, dict(talk.answers))
        if await talk.call.world.call_back(wish):
            return Exit(self.then, "promised")
        return Exit(self.on_refused, "refused")
