"""A test played on a call in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ivr.flow.call import MessageRequest, QueueRequest, Utterance
from ivr.flow.trace import RunResult
from ivr.flow.tree import Tree
from ivr.flow.trials.actor import Actor, Finding
from ivr.flow.trials.acts import Act
from ivr.flow.trials.given import Given, stage


@dataclass(frozen=True, slots=True)
class Played:
    """What happened on the call of a test.

    Attributes:
        result: The way through the tree, and how it ended.
        heard: What was said, in order.
        rides: The queues that the caller came to, in order.
        messages: Messages left, with their seconds.
        dialled: Whom the call was transferred to, or was to be, in order.
        texts: What was sent to a telephone, in order.
        values: What nodes have set in the end.
        language: What the caller listened in at the end.
        story: What the caller heard and did, a line each.
        act: Index of the first act that there was no time for; their number when all were done.
        impossible: What the test wanted of the call and could not have.
    """

    result: RunResult
    heard: Sequence[Utterance]
    rides: Sequence[QueueRequest]
    messages: Sequence[tuple[MessageRequest, float]]
    dialled: Sequence[str]
    texts: Sequence[str]
    values: Mapping[str, object]
    language: str
    story: Sequence[str]
    act: int
    impossible: Sequence[Finding]

    @property
    def way(self) -> tuple[str, ...]:
        """The nodes, in order."""
        return tuple(step.visit.node for step in self.result.trace)


async def play(tree: Tree, given: Given, acts: Sequence[Act]) -> Played:
    """Make the call. Never raises for what happens on it."""
    actor = Actor(given, acts, tree.organisation)
    staged = stage(tree, given, actor, actor.notices, actor.where)
    result = await staged.run.to_end()
    return Played(
        result,
        staged.call.heard,
        staged.call.rides,
        staged.call.messages,
        [request.target for request in staged.call.world.transferred],
        [message.text for message in staged.call.world.texts],
        staged.run.values,
        staged.run.language,
        actor.story,
        actor.next_act,
        actor.impossible,
    )
