"""``recognise``: go by who calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import model_validator

from ivr.flow.faults import Strict, fault
from ivr.flow.patterns import named
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import Target

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation


class Recognised(Strict):
    """Where callers go who are known; at least one of them.

    Attributes:
        blocked: Whom ``callers: blocked`` of the organisation names.
        vip: Whom ``callers: vip`` names.
        known: Who has called before, within the time for which that is kept.
    """

    blocked: Target | None = None
    vip: Target | None = None
    known: Target | None = None

    @model_validator(mode="after")
    def _any(self) -> Self:
        if self.blocked is self.vip is self.known is None:
            raise fault(
                "empty",
                "nobody is recognised here",
                advice="add “blocked: …”, “vip: …” or “known: …”, each with a node",
            )
        return self


class Recognise(Node):
    """Recognise the caller by number: on the block list, on the VIP list, as one who called before.

    A caller who has agreed to it (``remember: language``) is spoken to in their language from here
    on. A withheld number is nobody's.

    Attributes:
        recognise: Where those who are recognised go; the first that fits.
        otherwise: Where everybody else goes.
    """

    verb: ClassVar[str] = "recognise"
    example: ClassVar[str] = """
who:
  recognise: {blocked: goodbye, vip: operator, known: main}   # lists: “callers”
  otherwise: choose_language
"""
    instant: ClassVar[frozenset[str]] = frozenset({"recognise", "otherwise"})

    recognise: Recognised
    otherwise: Target

    def quiet(self) -> bool:
        """The caller hears nothing of it."""
        return True

    async def run(self, talk: Conversation) -> Exit:
        """Look at the lists, and at what is kept."""
        caller, lists = talk.call.caller, talk.organisation.callers
        if not any(character.isdecimal() for character in caller):
            return Exit(self.otherwise, "withheld")
        if self.recognise.blocked is not None and named(lists.blocked, caller) is not None:
            return Exit(self.recognise.blocked, "blocked")
        remembered = await talk.call.world.recall()
        if remembered.language in talk.organisation.languages:
            talk.language = remembered.language
        if self.recognise.vip is not None and named(lists.vip, caller) is not None:
            return Exit(self.recognise.vip, "vip")
        if self.recognise.known is not None and remembered.known:
            return Exit(self.recognise.known, "known")
        return Exit(self.otherwise, "otherwise")
