"""A supervisor's phone is rung by order of a program (the API).

The order stands on the channel that Växel makes, and the dialplan's context ``vaxel-supervision``
leads there alone: no phone can dial it, and none can bring a variable along.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Self

from acd.model.offer import Offer
from ivr.flow.supervision import Right
from wire.agi.session import AgiSession
from wire.ami.client import AmiClient

CONTEXT: Final = "vaxel-supervision"
ORDER: Final = "VAXEL_ORDER"
SHOWN: Final = "*20"
"""What the phone that rings shows as the number."""

RING_MS: Final = 30_000
PARTS: Final = 5
"""Of an order as it is noted."""


@dataclass(frozen=True, slots=True)
class Order:
    """What whoever picks up is to come into.

    Attributes:
        org: The organisation.
        by: Name of the token.
        agent: Agent id.
        contact: With whom the agent talks; no later conversation is meant.
        mode: How.
    """

    org: str
    by: str
    agent: str
    contact: str
    mode: Right

    @classmethod
    def about(cls, org: str, by: str, offer: Offer, mode: Right) -> Self:
        """To come into the conversation of an offer."""
        return cls(org, by, offer.agent, offer.contact, mode)

    @property
    def noted(self) -> str:
        """As it stands on the channel; no name has a ``|`` in it."""
        return "|".join((self.org, self.by, self.agent, self.contact, self.mode.value))

    @classmethod
    def of_note(cls, noted: str) -> Self | None:
        """The order that stands on a channel, ``None`` where none does."""
        parts = noted.split("|")
        if len(parts) != PARTS or parts[-1] not in set(Right):
            return None
        org, by, agent, contact, mode = parts
        return cls(org, by, agent, contact, Right(mode))


async def order_of(session: AgiSession) -> Order | None:
    """The order by which Växel has made this call, ``None`` where somebody has dialled."""
    return Order.of_note(await session.get_variable(ORDER) or "")


class SupervisorsPhones:
    """Rings agents' phones for supervisors."""

    def __init__(self, ami: AmiClient, phones: Collection[str]) -> None:
        """Bind.

        Args:
            ami: The link.
            phones: PJSIP endpoints that may be rung: agents' and no others.
        """
        self._ami = ami
        self.known = frozenset(phones)

    async def ring(self, phone: str, order: Order) -> None:
        """Ring a phone; who picks up comes in.

        Raises:
            ValueError: The phone is no agent's.
            AmiError: Asterisk does not answer, or refuses.
        """
        if phone not in self.known:
            raise ValueError(f"no agent's phone: {phone!r}")
        await self._ami.action(
            "Originate",
            {
                "Channel": f"PJSIP/{phone}",
                "Context": CONTEXT,
                "Exten": "s",
                "Priority": "1",
                "Timeout": str(RING_MS),
                "CallerID": f'"{order.mode} {order.agent}" <{SHOWN}>',
                "Variable": f"{ORDER}={order.noted}",
                "Async": "true",
            },
        )
