"""``conference``: bring callers together in a room."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ivr.flow.call import CallerHungUp
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import Identifier, Target

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation


class Conference(Node):
    """Put the caller in a room of the organisation, with everybody who is in it; alone with music.

    The key ``*`` leaves it. Who may reach the node may join: put it behind a ``pin``.

    Attributes:
        conference: The room's name.
        then: Where to go when the caller has left it by the key, or it is over.
        on_failure: Where to go when it cannot be joined, e.g. because it is full.
    """

    verb: ClassVar[str] = "conference"
    example: ClassVar[str] = """
crisis_room:
  conference: crisis
  then: goodbye
  on_failure: operator
"""
    instant: ClassVar[frozenset[str]] = frozenset({"on_failure"})
    serves: ClassVar[bool] = True

    conference: Identifier
    then: Target
    on_failure: Target

    async def run(self, talk: Conversation) -> Exit:
        """Join, and go on afterwards."""
        conferred = await talk.call.world.conference(self.conference)
        await talk.tell(conferred)
        if conferred.hung_up:
            raise CallerHungUp
        if conferred.joined:
            return Exit(self.then, "left")
        return Exit(self.on_failure, "failed")
