"""``queue``: wait for an agent and talk to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import model_validator

from ivr.flow.call import QueueOutcome, QueueRequest
from ivr.flow.faults import fault
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import Length, QueueName, Target

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation


class InQueue(Node):
    """Put the caller in a queue of the organisation.

    Where the queue calls people back, a caller who asks for that has the call ended here.

    Attributes:
        queue: Its name.
        max_wait: Seconds until the wait ends; without it the caller waits for ever.
        then: Where to go after the conversation, when the agent's side ended it.
        on_timeout: Where to go when nobody answered within ``max_wait``.
        on_nobody: Where to go when no agent is logged in to the queue.
    """

    verb: ClassVar[str] = "queue"
    instant: ClassVar[frozenset[str]] = frozenset({"on_nobody"})
    serves: ClassVar[bool] = True
    example: ClassVar[str] = """
operator:
  queue: support               # under “queues” in organisation.yaml
  max_wait: 10 min
  then: goodbye
  on_timeout: mailbox
  on_nobody: mailbox
"""

    queue: QueueName
    max_wait: Annotated[float, Length(5, 4 * 3600)] | None = None
    then: Target
    on_timeout: Target | None = None
    on_nobody: Target

    @model_validator(mode="after")
    def _limit_has_a_way_out(self) -> Self:
        if self.max_wait is not None and self.on_timeout is None:
            raise fault(
                "no_timeout_branch",
                "a queue with “max_wait” needs “on_timeout”",
                advice="add “on_timeout: …”, the node where a caller goes who waited too long",
            )
        if self.max_wait is None and self.on_timeout is not None:
            raise fault(
                "no_time_limit",
                "“on_timeout” can never happen without “max_wait”",
                advice="add “max_wait: 10 min”, or remove “on_timeout”",
            )
        return self

    async def run(self, talk: Conversation) -> Exit:
        """Wait, talk, and go on as the ride ended."""
        request = QueueRequest(self.queue, talk.language, self.max_wait, dict(talk.answers))
        outcome = await talk.call.queue(request)
        ways = {
            QueueOutcome.TALKED: self.then,
            QueueOutcome.TIMED_OUT: self.on_timeout,
            QueueOutcome.NOBODY: self.on_nobody,
            QueueOutcome.CALLED_BACK: None,
        }
        return Exit(ways[outcome], outcome.value)
