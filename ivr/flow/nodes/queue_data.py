"""``queue_data``: how a queue stands now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import BeforeValidator, model_validator

from ivr.flow.faults import fault
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import NotEmpty, QueueName, Table, Target, Variable
from ivr.flow.world import WAITS, QueueFigure

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
    could take a call now); ``wait_low`` and ``wait_high`` are whole minutes between which eight in
    ten callers who join now wait. Of a wait nothing is known while nobody works for the queue, or
    before its agents have handled a few contacts.

    Attributes:
        queue_data: The queue.
        into: The figures, e.g. ``ahead: waiting``.
        then: Where to go on.
        on_unknown: Where to go when nothing is known of the wait that is asked for; no variable is
            set then.
    """

    verb: ClassVar[str] = "queue_data"
    example: ClassVar[str] = """
look:
  queue_data: support          # under “queues” in organisation.yaml
  into: {ahead: waiting, logged_in: agents}
  then: tell
"""
    instant: ClassVar[frozenset[str]] = frozenset({"then", "on_unknown"})

    queue_data: QueueName
    into: Annotated[Table[Variable, Annotated[QueueFigure, BeforeValidator(_known)]], NotEmpty]
    then: Target
    on_unknown: Target | None = None

    @model_validator(mode="after")
    def _unknown_wait_has_a_way_out(self) -> Self:
        asked = bool(WAITS & set(self.into.values()))
        if asked and self.on_unknown is None:
            raise fault(
                "no_unknown_branch",
                "a wait is not always known, and nothing is said of what happens then",
                advice="add “on_unknown: …”, the node where the call goes then",
            )
        if not asked and self.on_unknown is not None:
            raise fault(
                "nothing_unknown",
                "“on_unknown” can never happen without “wait_low” or “wait_high”",
                advice="ask for one of these under “into”, or remove “on_unknown”",
            )
        return self

    def quiet(self) -> bool:
        """The caller hears nothing of it."""
        return True

    async def run(self, talk: Conversation) -> Exit:
        """Look at the queue."""
        figures = await talk.call.world.queue_figures(self.queue_data)
        if not figures.keys() >= set(self.into.values()):
            return Exit(self.on_unknown, "unknown")
        talk.values.update({name: figures[figure] for name, figure in self.into.items()})
        return Exit(self.then, "read")
