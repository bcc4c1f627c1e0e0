"""``split``: lead shares of the callers different ways."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import BeforeValidator, model_validator

from ivr.flow.faults import Strict, fault
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import NotEmpty, Target

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation

_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,2})?) ?%", re.ASCII)
_ALL = Decimal(100)


def _percent(value: object) -> Decimal:
    match = _SHARE.fullmatch(value.strip()) if isinstance(value, str) else None
    share = Decimal(match[1]) if match is not None else Decimal(0)
    if not 0 < share <= _ALL:
        raise fault("no_share", f"“{value}” is not a share", advice="write it in percent: 30 %")
    return share


class Share(Strict):
    """One way out.

    Attributes:
        share: Percent of the callers, at random.
        goto: Where they go.
    """

    share: Annotated[Decimal, BeforeValidator(_percent)]
    goto: Target


class Split(Node):
    """Lead each caller one of the ways, by chance; the shares are 100 % together.

    Attributes:
        split: The ways.
    """

    verb: ClassVar[str] = "split"
    example: ClassVar[str] = """
trial:
  split:
    - {share: 70 %, goto: short-menu}
    - {share: 30 %, goto: long-menu}
"""
    instant: ClassVar[frozenset[str]] = frozenset({"split"})

    split: Annotated[tuple[Share, ...], NotEmpty]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        total = sum((way.share for way in self.split), Decimal(0))
        if total != _ALL:
            raise fault(
                "shares_not_whole",
                f"the shares are {total.normalize():f} % together",
                advice="make them 100 %",
            )
        return self

    def quiet(self) -> bool:
        """The caller hears nothing of it."""
        return True

    async def run(self, talk: Conversation) -> Exit:
        """Draw."""
        drawn = talk.chance() * 100
        for number, way in enumerate(self.split, 1):
            drawn -= float(way.share)
            if drawn < 0:
                return Exit(way.goto, f"share_{number}")
        return Exit(self.split[-1].goto, f"share_{len(self.split)}")  # of rounding
