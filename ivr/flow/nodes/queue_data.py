"""``queue_data``: how a queue stands now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import BeforeValidator

from ivr.flow.faults import fault
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import NotEmpty, QueueName, Table, Target, Variable
from ivr.flow.world import QueueFigure

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation


def _known(value: object) -> object:
    if isinstance(value, str) and value not in set(QueueFigure):
        raise fault(
            "unknown_figure", f"a queue has no “{value}”", name=value, known=set(QueueFigure)
        )
    return value


class QueueData(Node):
    """Put live figures of a queue into variables, to be said or to branch on.

    There are ``waiting`` (callers and people to be called back), ``longest_wait`` (whole minutes
    that the first of the callers has waited), ``agents`` (logged in) and ``ready`` (of these, who
    could take a call now).

    Attributes:
        queue_data: The queue.
        into: The figures, e.g. ``ahead: waiting``.
        then: Where to go on.
    """

    verb: ClassVar[str] = "queue_data"
    example: ClassVar[str] = """
look:
  queue_data: support          # under “queues” in organisation.yaml
  into: {ahead: waiting, logged_in: agents}
  then: tell
"""
    instant: ClassVar[frozenset[str]] = frozenset({"then"})

    queue_data: QueueName
    into: Annotated[Table[Variable, Annotated[QueueFigure, BeforeValidator(_known)]], NotEmpty]
    then: Target

    def quiet(self) -> bool:
        """The caller hears nothing of it."""
        return True

    async def run(self, talk: Conversation) -> Exit:
        """Look at the queue."""
        figures = await talk.call.world.queue_figures(self.queue_data)
        talk.values.update({name: figures[figure] for name, figure in self.into.items()})
        return Exit(self.then, "read")
