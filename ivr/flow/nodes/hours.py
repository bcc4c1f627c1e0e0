"""``hours``: one way when open, another when closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import HoursName, Target

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation


class OpeningHours(Node):
    """Go the way of the organisation's named opening hours, now.

    Attributes:
        hours: Name of the opening hours.
        open: Where to go while they are open.
        closed: Where to go otherwise.
    """

    verb: ClassVar[str] = "hours"
    instant: ClassVar[frozenset[str]] = frozenset({"open", "closed"})
    example: ClassVar[str] = """
opening:
  hours: office                # under “hours” in organisation.yaml
  open: main
  closed: mailbox
"""

    hours: HoursName
    open: Target
    closed: Target

    def quiet(self) -> bool:
        """The caller hears nothing of it."""
        return True

    async def run(self, talk: Conversation) -> Exit:
        """Look at the clock."""
        organisation = talk.organisation
        if organisation.hours[self.hours].open_at(talk.now(), organisation.time_zone):
            return Exit(self.open, "open")
        return Exit(self.closed, "closed")
