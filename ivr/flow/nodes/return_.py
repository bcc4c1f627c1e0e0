"""``return``: the end of a sub-tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import ExitLabel

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation


class Return(Node):
    """End a sub-tree and go on where the node that uses it says; only sub-trees may hold it.

    Attributes:
        label: Which of the sub-tree's ends this is (written ``return:``), a name that ``exits``
            of the using node leads on.
    """

    verb: ClassVar[str] = "return"
    instant: ClassVar[frozenset[str]] = frozenset({"label"})
    example: ClassVar[str] = """
ask:
  hours: "{{ hours }}"
  open: is_open
  closed: is_closed
is_open: {return: open}
is_closed: {return: closed}
"""

    label: ExitLabel = Field(alias="return")

    def quiet(self) -> bool:
        """The caller hears nothing of it."""
        return True

    async def run(self, talk: Conversation) -> Exit:
        """Go on in the tree that uses this one."""
        return Exit(self.label, "returned")
