"""``queue``: wait for an agent and talk to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import Field, ValidationInfo, model_validator

from ivr.flow.call import QueueOutcome, QueueRequest
from ivr.flow.faults import fault, faults
from ivr.flow.lengths import Length
from ivr.flow.preference import Prefer, preferred, wrong_preference
from ivr.flow.requirement import Relaxing, Requirement, requirements, wrong_relaxing
from ivr.flow.tree import Exit, Node, Path_
from ivr.flow.vocabulary import Names, QueueName, Target

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
        prefer: Whom a caller shall have before all others, for some time.
        max_wait: Seconds until the wait ends; without it the caller waits for ever.
        priority: The caller stands as if they had waited so long already; who waits longer
            still comes first.
        max_length: Where so many wait already, the caller goes by ``on_full``.
        max_estimate: A caller whose wait is expected to be longer goes by ``on_long_wait`` and
            never joins; one of whose wait nothing is known yet does.
        leave_when_empty: Once nobody has been there for so long who could serve a waiting caller,
            they go by ``on_nobody``; without it they wait on. ``empty`` of the queue says what
            counts.
        then: Where to go after the conversation, when the agent's side ended it.
        on_timeout: Where to go when nobody answered within ``max_wait``.
        on_full: Where to go when the queue is as long as it may be.
        on_long_wait: Where to go when too long a wait is expected.
        on_nobody: Where to go when no agent is logged in to the queue, or none at a phone that can
            be reached; or none is at work, where ``empty`` of the queue says so.
        on_closed: Where to go outside of the ``hours`` of the queue.
    """

    verb: ClassVar[str] = "queue"
    instant: ClassVar[frozenset[str]] = frozenset(
        {"on_nobody", "on_full", "on_long_wait", "on_closed"}
    )
    serves: ClassVar[bool] = True
    example: ClassVar[str] = """
operator:
  queue: support               # under “queues” in organisation.yaml
  require: {language: "{{ language }}", subject: {fees: 2}}   # fees on level 2 or above
  relax:
    - {after: 60 s, require: {language: "{{ language }}"}}
    - {after: 3 min}           # anybody of the queue
  prefer: {agent: last, for: 30 s}    # before all others who talked to this caller last
  max_wait: 10 min
  then: goodbye
  on_timeout: mailbox
  on_nobody: mailbox
"""

    queue: QueueName
    require: Requirement | None = None
    relax: tuple[Relaxing, ...] = ()
    prefer: Prefer | None = None
    max_wait: Annotated[float, Length(5, 4 * 3600)] | None = None
    priority: Annotated[float, Length(0, 4 * 3600)] = 0
    max_length: Annotated[int, Field(ge=1, le=10_000)] | None = None
    max_estimate: Annotated[float, Length(30, 4 * 3600)] | None = None
    leave_when_empty: Annotated[float, Length(0, 4 * 3600)] | None = None
    then: Target
    on_timeout: Target | None = None
    on_full: Target | None = None
    on_long_wait: Target | None = None
    on_nobody: Target
    on_closed: Target | None = None

    @model_validator(mode="after")
    def _suits_the_queue(self, info: ValidationInfo) -> Self:
        names = Names.of(info)
        faults("queue", wrong_preference(self.prefer, self.queue, names))
        if names.opening is None or (self.queue in names.opening) == (self.on_closed is not None):
            return self
        if self.on_closed is None:
            raise fault(
                "no_closed_branch",
                f"the queue “{self.queue}” has opening hours, and nothing is said of the others",
                advice="add “on_closed: …”, the node where a caller goes outside of them",
            )
        raise fault(
            "never_closed",
            f"“on_closed” can never happen: the queue “{self.queue}” has no “hours”",
            advice="give it hours in organisation.yaml, or remove “on_closed”",
        )

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
            prefer=await preferred(self.prefer, self.queue, talk),
            keeps_agent=self.prefer is not None and self.prefer.last,
            leave_when_empty=self.leave_when_empty,
            closed=self._closed(talk),
        )
        outcome = await talk.call.queue(request)
        ways = {
            QueueOutcome.TALKED: self.then,
            QueueOutcome.TIMED_OUT: self.on_timeout,
            QueueOutcome.NOBODY: self.on_nobody,
            QueueOutcome.FULL: self.on_full,
            QueueOutcome.LONG_WAIT: self.on_long_wait,
            QueueOutcome.CLOSED: self.on_closed,
            QueueOutcome.CALLED_BACK: None,
        }
        by = (outcome.value,) if outcome is QueueOutcome.CALLED_BACK else None
        return Exit(ways[outcome], outcome.value, by)

    def _closed(self, talk: Conversation) -> bool:
        organisation = talk.organisation
        hours = organisation.queues[self.queue].hours
        if hours is None:
            return False
        return not organisation.hours[hours].open_at(talk.now(), organisation.time_zone)
