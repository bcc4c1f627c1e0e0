"""Where an agent is rung: at a phone of this node, or by way of the node that has the phone.

Each node's Asterisk knows each other one as a SIP endpoint (``asterisk.peers``), which rings
agents' phones, lets supervisors in by a ticket (:mod:`ivr.supervision.tickets`) and nothing else.
The caller, the recording and the call's decisions stay where the caller is.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from acd.model.offer import Offer
from ivr.agents.remote_agents import is_remote

logger = logging.getLogger(__name__)

_ENDPOINT: Final = "node-"


def endpoint_of(node: str) -> str:
    """The PJSIP endpoint, and the SIP user, that a node is for the others."""
    return f"{_ENDPOINT}{node}"


def endpoints_of(offer: Offer, outgoing: str) -> frozenset[str]:
    """The endpoints one of which the agent's channel has where the caller is.

    Args:
        offer: The conversation.
        outgoing: The endpoint towards the telephone network, by which agents outside are rung.
    """
    if is_remote(offer.phone):
        return frozenset({outgoing})
    return frozenset({offer.phone, endpoint_of(offer.node)})


@dataclass(frozen=True, slots=True)
class Destinations:
    """The phones that one node can ring.

    Attributes:
        node: Its name; ``""``: there is only one.
        peers: The other nodes, by name.
    """

    node: str = ""
    peers: Mapping[str, str] = field(default_factory=dict)

    def node_of_caller(self, offer: Offer) -> str:
        """The node that has the caller of an offer: that of the controller who rings for them."""
        node, dot, _ = offer.controller.partition(".")
        return node if dot else ""

    def of(self, offer: Offer) -> str:
        """What ``Dial`` is given for an offer."""
        if offer.node in self.peers:
            return f"PJSIP/{offer.phone}@{endpoint_of(offer.node)}"
        if offer.node not in ("", self.node):
            logger.warning(
                "an agent's phone is at a node that asterisk.peers does not name",
                extra={"contact": offer.contact, "agent": offer.agent, "node": offer.node},
            )
        return f"PJSIP/{offer.phone}"


ALONE: Final = Destinations()
"""Of a node that has no other beside it."""
