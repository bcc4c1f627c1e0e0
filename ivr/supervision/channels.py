"""Which channel of Asterisk is the agent's in a conversation."""

from __future__ import annotations

from collections.abc import Sequence

from wire.ami.frames import Frame


def agents_channel(channels: Sequence[Frame], contact: str, phone: str) -> str | None:
    """The Uniqueid of the channel on which an agent talks to a contact at this moment.

    It is the one of exactly this phone in the bridge of the contact's own channel: neither another
    call of the phone nor a phone whose name begins likewise.

    Args:
        channels: The entries of ``CoreShowChannels``.
        contact: Id of the contact, its channel's Uniqueid.
        phone: PJSIP endpoint.

    Returns:
        ``None`` when the two are not connected (yet, or any more).
    """
    bridge = next((c.get("BridgeId") for c in channels if c.get("Uniqueid") == contact), "")
    if not bridge:
        return None
    found = [
        channel.get("Uniqueid")
        for channel in channels
        if channel.get("BridgeId") == bridge
        and channel.get("Uniqueid") != contact
        and channel.get("Channel").rpartition("-")[0] == f"PJSIP/{phone}"
    ]
    return found[0] if len(found) == 1 else None
