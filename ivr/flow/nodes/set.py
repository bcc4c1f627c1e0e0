"""``set``: give values to variables."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, ClassVar

from ivr.flow.errors import ExpressionError
from ivr.flow.setting import Setting
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import NotEmpty, Table, Target, Variable

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation


class Set(Node):
    """Give values to variables, in the order of the file; the next sees what the one before set.

    One that cannot be worked out leaves its variable as it was. What is made of a sensitive value
    is sensitive too.

    Attributes:
        set: The values, e.g. ``visits: "{{ visits + 1 }}"``.
        then: Where to go on.
    """

    verb: ClassVar[str] = "set"
    example: ClassVar[str] = """
count:
  set: {topic: fees, tries: 0, line: "{{ dialled }}"}
  then: main
"""
    instant: ClassVar[frozenset[str]] = frozenset({"then"})

    set: Annotated[Table[Variable, Setting], NotEmpty]
    then: Target

    def quiet(self) -> bool:
        """The caller hears nothing of it."""
        return True

    async def run(self, talk: Conversation) -> Exit:
        """Work the values out."""
        for name, setting in self.set.items():
            with suppress(ExpressionError):
                talk.values[name] = talk.worked_out(setting)
        return Exit(self.then, "set")
