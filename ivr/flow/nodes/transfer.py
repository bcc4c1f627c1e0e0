"""``transfer``: connect the caller with a number or SIP address outside."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import AfterValidator, ValidationInfo

from ivr.flow.call import CallerHungUp
from ivr.flow.errors import ExpressionError
from ivr.flow.faults import fault, right_ones
from ivr.flow.filling import Filling
from ivr.flow.lengths import Length
from ivr.flow.patterns import Pattern, is_target, named
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import Names, Target
from ivr.flow.world import TransferOutcome, Transferred, TransferRequest

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation

logger = logging.getLogger(__name__)


def _listed(target: Filling, info: ValidationInfo) -> Filling:
    if not target.constant:
        return target  # judged when it is known
    if not is_target(target.source):
        raise fault(
            "bad_target",
            f"“{target.source}” cannot be dialled",
            advice="write it as +46 8 465 004 00 or sip:name@host",
        )
    patterns = Names.of(info).transfers
    if patterns is not None and named(right_ones(Pattern.parse, patterns), target.source) is None:
        raise fault(
            "target_not_listed",
            f"the organisation does not list “{target.source}” among those it transfers to",
            advice=f'add it to organisation.yaml: transfers: ["{target.source}"]',
        )
    return target


class Transfer(Node):
    """Connect the caller with somebody outside, for as long as they talk.

    Only whom ``transfers`` of the organisation lists is dialled: a number, all numbers that begin
    so (``+46 8*``), a SIP address or everybody at a SIP host. A number that is listed by its
    beginning only must be an ordinary one of a country that is called (setting
    ``outgoing.regions``), as for callbacks.

    Attributes:
        transfer: The number or ``sip:name@host``; it may be an expression.
        ring: How long it rings there.
        then: Where to go after the conversation, when the other side ended it.
        on_failure: Where to go when nobody was reached, or the target is not listed.
    """

    verb: ClassVar[str] = "transfer"
    example: ClassVar[str] = """
on_call:
  transfer: +46 8 465 004 00   # among “transfers” in organisation.yaml
  ring: 40 s
  then: goodbye
  on_failure: mailbox
"""
    instant: ClassVar[frozenset[str]] = frozenset({"on_failure"})
    serves: ClassVar[bool] = True

    transfer: Annotated[Filling, AfterValidator(_listed)]
    ring: Annotated[float, Length(5, 120)] = 30
    then: Target
    on_failure: Target

    async def run(self, talk: Conversation) -> Exit:
        """Ring, let them talk."""
        transferred = await self._transferred(talk)
        await talk.tell(transferred)
        if transferred.hung_up:
            raise CallerHungUp
        done = transferred.outcome is TransferOutcome.TALKED
        return Exit(self.then if done else self.on_failure, transferred.outcome.value)

    async def _transferred(self, talk: Conversation) -> Transferred:
        try:
            target = self.transfer.fill(talk.variables).strip()
        except ExpressionError:
            target = ""
        pattern = named(talk.organisation.transfers, target) if is_target(target) else None
        if pattern is None:
            logger.warning(
                "a transfer was refused: its target is not listed",
                extra={"contact": talk.call.contact, "pii": {"target": target}},
            )
            return Transferred(TransferOutcome.REFUSED)
        request = TransferRequest(target, not pattern.prefix, self.ring)
        return await talk.call.world.transfer(request)
