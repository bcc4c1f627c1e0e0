"""``branch``: go the first way whose condition holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from ivr.flow.errors import ExpressionError
from ivr.flow.expressions import Expression
from ivr.flow.faults import Strict
from ivr.flow.sensitive import Sensitive
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import NotEmpty, Target

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation


class Way(Strict):
    """One way out.

    Attributes:
        when: Its condition, e.g. ``age >= 65 and language == "sv"``.
        goto: Where it leads.
    """

    when: Expression
    goto: Target


class Branch(Node):
    """Go the first way whose condition holds; one that cannot be worked out does not hold.

    Attributes:
        branch: The ways, in their order.
        otherwise: Where to go when none holds.
    """

    verb: ClassVar[str] = "branch"
    example: ClassVar[str] = """
who:
  branch:
    - {when: not caller, goto: withheld}
    - {when: language == "en" and dialled != "100", goto: english}
  otherwise: main
"""
    instant: ClassVar[frozenset[str]] = frozenset({"branch", "otherwise"})

    branch: Annotated[tuple[Way, ...], NotEmpty]
    otherwise: Target

    def quiet(self) -> bool:
        """The caller hears nothing of it."""
        return True

    async def run(self, talk: Conversation) -> Exit:
        """Try one condition after the other."""
        for number, way in enumerate(self.branch, 1):
            try:
                value = talk.worked_out(way.when)
            except ExpressionError:
                continue  # noted already
            if value.reveal() if isinstance(value, Sensitive) else value:
                return Exit(way.goto, f"when_{number}")
        return Exit(self.otherwise, "otherwise")
