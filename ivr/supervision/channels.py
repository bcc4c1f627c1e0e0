"""Which channel of Asterisk is the agent's in a conversation."""

from __future__ import annotations

from collections.abc import Sequence

from acd.model.offer import Offer
from ivr.agents.destinations import endpoints_of
from wire.ami.frames import Frame


def agents_channel(channels: Sequence[Frame], offer: Offer, outgoing: str) -> str | None:
    """The Uniqueid of the channel on which an agent talks to a contact at this moment.

    It is the one of exactly this phone, or of the node that has it, or towards an agent outside, in
    the bridge of the contact's own channel: neither another call of the phone nor a phone whose
    name begins likewise.

    Args:
        channels: The entries of ``CoreShowChannels``, of the node where the contact's channel is.
        offer: The conversation.
        outgoing: As of :func:`ivr.agents.destinations.endpoints_of`.

    Returns:
        ``None`` when the two are not connected (yet, or any more).
    """
    bridge = next((c.get("BridgeId") for c in channels if c.get("Uniqueid") == offer.contact), "")
    if not bridge:
        return None
    endpoints = endpoints_of(offer, outgoing)
    found = [
        channel.get("Uniqueid")
        for channel in channels
        if channel.get("BridgeId") == bridge
        and channel.get("Uniqueid") != offer.contact
        and channel.get("Channel").rpartition("-")[0].removeprefix("PJSIP/") in endpoints
    ]
    return found[0] if len(found) == 1 else None
