"""``use``: a sub-tree in the place of a node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from ivr.flow.call import CallFailed
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import SubTreeName, Table, Target

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation


class Use(Node):
    """Go through a sub-tree that many trees share, and go on where it ends.

    The sub-tree is a file of the folder ``shared``, the organisation's own before the city's. Its
    nodes take the place of this one when the files are read: the node ``x`` becomes ``x/…``.

    Attributes:
        use: The sub-tree, its file's name without ending.
        given: A value for each of the sub-tree's parameters (written ``with:``): a name, a
            number, a length of time, a text in all languages or whatever else it asks for.
        exits: Where to go on for each way in which the sub-tree ends.
    """

    verb: ClassVar[str] = "use"
    example: ClassVar[str] = """
opening:
  use: opening-hours          # dialplans/shared/opening-hours.yaml
  with: {hours: office, sorry: {sv: Vi har stängt., en: We are closed.}}
  exits: {open: main, closed: mailbox}
"""

    use: SubTreeName
    given: Table[str, Any] = Field(default_factory=dict, alias="with")
    exits: Table[str, Target] = Field(default_factory=dict)

    async def run(self, talk: Conversation) -> Exit:
        """Never happens: no tree that is ready to run holds such a node."""
        raise CallFailed(f"the sub-tree {self.use} was not put in its place")
