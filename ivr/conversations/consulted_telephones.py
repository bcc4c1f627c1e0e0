"""The telephone at which somebody is asked during a conversation (``*3``), as ``Dial`` is told.

At a colleague's in the house, at this node or another, whoever picks up is it. At one outside it
may be a mailbox: they are asked for key 1 first (the dialplan's ``vaxel-confirm-asked``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from acd.clock import Clock
from acd.model.handover import Consultation, HandedTo
from acd.model.offer import Offer
from ivr.agents.destinations import Destinations
from ivr.agents.remote_agents import LATE_S, is_remote, remote_destination
from ivr.calls.outside import LONGEST_S
from ivr.conversations.handover_targets import CannotHandOver, request_of
from ivr.conversations.handovers import RING_S, HandoverWish
from ivr.office import Office

AGENTS_OPTIONS: Final = "tU(vaxel-consulted{recording})"
REMOTE_OPTIONS: Final = "i{shown}U(vaxel-confirm-asked^{told}{recording})"
"""As for their offers, follow no forwarding; they ask nobody in their turn."""

OUTSIDE_OPTIONS: Final = f"S({LONGEST_S})"
"""Somebody outside has no codes."""


@dataclass(frozen=True, slots=True)
class Dialled:
    """What ``Dial`` is given.

    Attributes:
        to: The channel; ``""``: there is no way any more.
        ring_s: So long it rings.
        options: Its options.
    """

    to: str
    ring_s: float
    options: str


class ConsultedTelephones:
    """Those that one node can ring."""

    def __init__(
        self, destinations: Destinations, shown_number: Callable[[str], str], clock: Clock
    ) -> None:
        """Bind.

        Args:
            destinations: The phones of the house.
            shown_number: What people outside see whom an organisation calls, by its id.
            clock: Epoch milliseconds.
        """
        self._destinations = destinations
        self._shown_number = shown_number
        self._clock = clock

    async def check(self, office: Office, offer: Offer, agent: str) -> None:
        """See that an agent could be rung, at whatever telephone they are.

        Raises:
            CannotHandOver: There is no way to their telephone outside.
            AcdUnavailable: Redis does not answer.
        """
        status = await office.agents.status(agent)
        if is_remote(status.phone) and _outside(office, offer, agent) is None:
            raise CannotHandOver("nobody")

    def dialled(
        self, office: Office, wish: HandoverWish, asked: Consultation, recording: str
    ) -> Dialled:
        """How somebody is rung.

        Args:
            office: Whose conversation it is.
            wish: Whom its agent has keyed.
            asked: As the queues have it.
            recording: Arguments of ``vaxel-consulted``.
        """
        if wish.to is HandedTo.NUMBER:
            to = office.around.transfers.destination(request_of(wish))
            return Dialled(to or "", RING_S, OUTSIDE_OPTIONS)
        queue = office.organisation.queues.get(asked.offer.queue)
        ring_s = queue.ring_seconds if queue else RING_S
        if not is_remote(asked.phone):
            there = replace(asked.offer, phone=asked.phone, node=asked.node)
            options = AGENTS_OPTIONS.format(recording=recording)
            return Dialled(self._destinations.of(there), ring_s, options)
        shown = self._shown_number(office.organisation.id)
        until_ms = self._clock() + round((ring_s + LATE_S) * 1000)
        options = REMOTE_OPTIONS.format(
            shown=f"f({shown})" if shown else "",
            told="^".join((asked.offer.contact, asked.number, str(until_ms))),
            recording=recording,
        )
        return Dialled(_outside(office, asked.offer, wish.target) or "", ring_s, options)


def _outside(office: Office, offer: Offer, agent: str) -> str | None:
    return remote_destination(
        replace(offer, agent=agent), office.organisation, office.around.outgoing
    )
