"""``queue``: wait for an agent and talk to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import Field, model_validator

from ivr.flow.call import QueueOutcome, QueueRequest
from ivr.flow.faults import fault, faults
from ivr.flow.lengths import Length
from ivr.flow.requirement import Relaxing, Requirement, requirements, wrong_relaxing
from ivr.flow.tree import Exit, Node, Path_
from ivr.flow.vocabulary import QueueName, Target

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation
    from ivr.flow.organisation import Organisation


class InQueue(Node):
    """Put the caller in a queue of the organisation.

    Where the queue calls people back, a caller who asks for that has the call ended here.

    Attributes:
        queue: Its name.
        require: What the agent must be able to do, by kinds of ``skills`` in organisation.yaml. A
            value may be worked out on the call; where it comes to nothing, or to no value of its
            kind, that kind is not asked for, so that nobody is lost.
        relax: What is required instead of callers who have waited so long, step by step.
        max_wait: Seconds until the wait ends; without it the caller waits for ever.
        priority: The caller stands as if they had waited so long already; who waits longer
            still comes first.
        max_length: Where so many wait already, the caller goes by ``on_full``.
        max_estimate: A caller whose wait is expected to be longer goes by ``on_long_wait`` and
            never joins; one of whose wait nothing is known yet does.
        then: Where to go after the conversation, when the agent's side ended it.
        on_timeout: Where to go when nobody answered within ``max_wait``.
        on_full: Where to go when the queue is as long as it may be.
        on_long_wait: Where to go when too long a wait is expected.
        on_nobody: Where to go when no agent is logged in to the queue, or none at a phone that can
            be reached.
    """

    verb: ClassVar[str] = "queue"
    instant: ClassVar[frozenset[str]] = frozenset({"on_nobody", "on_full", "on_long_wait"})
    serves: ClassVar[bool] = True
    example: ClassVar[str] = """
operator:
  queue: support               # under “queues” in organisation.yaml
  require: {language: "{{ language }}", subject: {fees: 2}}   # fees on level 2 or above
  relax:
    - {after: 60 s, require: {language: "{{ language }}"}}
    - {after: 3 min}           # anybody of the queue
  max_wait: 10 min
  then: goodbye
  on_timeout: mailbox
  on_nobody: mailbox
"""

    queue: QueueName
    require: Requirement | None = None
    relax: tuple[Relaxing, ...] = ()
    max_wait: Annotated[float, Length(5, 4 * 3600)] | None = None
    priority: Annotated[float, Length(0, 4 * 3600)] = 0
    max_length: Annotated[int, Field(ge=1, le=10_000)] | None = None
    max_estimate: Annotated[float, Length(30, 4 * 3600)] | None = None
    then: Target
    on_timeout: Target | None = None
    on_full: Target | None = None
    on_long_wait: Target | None = None
    on_nobody: Target

    @model_validator(mode="after")
    def _relaxes(self) -> Self:
        faults("queue", wrong_relaxing(self.require, self.relax, self.max_wait))
        return self

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

    @model_validator(mode="after")
    def _length_has_a_way_out(self) -> Self:
        if (self.max_length is None) != (self.on_full is None):
            raise fault(
                "half_a_limit",
                "“max_length” and “on_full” belong together",
                advice="add the other one, or remove this",
            )
        return self

    @model_validator(mode="after")
    def _estimate_has_a_way_out(self) -> Self:
        if (self.max_estimate is None) != (self.on_long_wait is None):
            raise fault(
                "half_an_estimate",
                "“max_estimate” and “on_long_wait” belong together",
                advice="add the other one, or remove this",
            )
        return self

    def ways(self, organisation: Organisation) -> Iterator[Path_]:
        """The arrows, and being called back where the queue offers that."""
        yield from super().ways(organisation)
        if organisation.queues[self.queue].callback is not None:
            yield (QueueOutcome.CALLED_BACK.value,)

    async def run(self, talk: Conversation) -> Exit:
        """Wait, talk, and go on as the ride ended."""
        request = QueueRequest(
            self.queue,
            talk.language,
            self.max_wait,
            dict(talk.answers),
            talk.open_values,
            require=requirements(self.require, self.relax, talk),
            priority=self.priority,
            max_length=self.max_length,
            max_estimate=self.max_estimate,
        )
        outcome = await talk.call.queue(request)
        ways = {
            QueueOutcome.TALKED: self.then,
            QueueOutcome.TIMED_OUT: self.on_timeout,
            QueueOutcome.NOBODY: self.on_nobody,
            QueueOutcome.FULL: self.on_full,
            QueueOutcome.LONG_WAIT: self.on_long_wait,
            QueueOutcome.CALLED_BACK: None,
        }
        by = (outcome.value,) if outcome is QueueOutcome.CALLED_BACK else None
        return Exit(ways[outcome], outcome.value, by)
