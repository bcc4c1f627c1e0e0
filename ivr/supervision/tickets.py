"""Supervisors come into the conversations of another node, where the caller is.

``ChanSpy`` hears the channels of its own Asterisk only. So the node at which a supervisor has
proved who they are, or whose API has rung them, calls that one for them, by a ticket in the place
of a number. What it lets into stands in Redis for some seconds, and is gone with its first use. The
dialplan's context ``peers`` alone takes tickets, so nobody but a node can dial one, and a node that
guesses comes in nowhere.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from typing import Final, Self

from redis.asyncio import Redis

from acd.model.offer import Offer
from ivr.agents.destinations import Destinations, endpoint_of
from ivr.flow.supervision import Right
from ivr.supervision.orders import PARTS, Order
from store.stream import replying
from wire.agi.link import NO_LIMIT
from wire.agi.session import AgiSession

logger = logging.getLogger(__name__)

TICKET: Final = "VAXEL_TICKET"
"""On the channel of the other node: what it has dialled."""

DIALLED: Final = "order-"
"""Stands before it, see extensions.conf."""

LASTS_S: Final = 15
RING_S: Final = "10"

OPTIONS: Final = "g"
"""When the other node hangs up, they are back in the menu."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What whoever brings it may come into.

    Attributes:
        order: Which conversation, and how.
        phone: Where the supervisor is, PJSIP endpoint.
        may: All that they may do there.
    """

    order: Order
    phone: str
    may: tuple[Right, ...]

    @property
    def noted(self) -> str:
        """As it is kept; no name has a ``|`` in it."""
        return "|".join((self.order.noted, self.phone, *self.may))

    @classmethod
    def of_note(cls, noted: str) -> Self | None:
        """What is kept so; ``None``: nothing of ours."""
        parts = noted.split("|")
        order = Order.of_note("|".join(parts[:PARTS]))
        phone, *may = parts[PARTS:] or [""]
        if order is None or not phone or not set(may) <= set(Right):
            return None
        return cls(order, phone, tuple(map(Right, may)))


class Tickets:
    """Calls other nodes for supervisors, and lets those of other nodes in."""

    def __init__(self, redis: Redis, destinations: Destinations) -> None:
        """Bind.

        Args:
            redis: What the nodes share.
            destinations: The nodes.
        """
        self._redis = redis
        self._destinations = destinations

    def elsewhere(self, offer: Offer) -> bool:
        """Whether a conversation is another node's."""
        return self._destinations.node_of_caller(offer) != self._destinations.node

    async def use(self, session: AgiSession, offer: Offer, ticket: Ticket) -> bool:
        """Have a supervisor come into a conversation of another node, until that is over.

        Returns:
            Whether the node has taken the call; what there was to say it has said.

        Raises:
            AgiError: The supervisor is gone.
            StreamUnavailable: Redis cannot be used.
        """
        node = self._destinations.node_of_caller(offer)
        if node not in self._destinations.peers:
            logger.warning(
                "a conversation is at a node that asterisk.peers does not name",
                extra={"contact": offer.contact, "node": node},
            )
            return False
        number = secrets.token_hex(16)
        async with replying():
            await self._redis.set(_key(number), ticket.noted, ex=LASTS_S)
        called = f"PJSIP/{DIALLED}{number}@{endpoint_of(node)}"
        await session.exec("Dial", called, RING_S, OPTIONS, limit_s=NO_LIMIT)
        return await session.get_variable("DIALSTATUS") == "ANSWER"

    async def redeem(self, number: str) -> Ticket | None:
        """The ticket that another node has dialled; ``None``: there is none, or no more.

        Raises:
            StreamUnavailable: Redis cannot be used.
        """
        async with replying():
            noted = await self._redis.getdel(_key(number))
        return None if noted is None else Ticket.of_note(str(noted))


def _key(number: str) -> str:
    return f"vaxel:ticket:{number}"
