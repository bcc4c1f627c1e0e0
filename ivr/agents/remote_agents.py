"""Agents at a telephone outside: where and how they are rung.

The number stands in ``organisation.yaml`` (``remote``) and nowhere else: queues and events know the
agent's place as ``remote-4001``. Whoever picks up may be a mailbox, or somebody else in the house.
So they are joined with the caller only when they press a key (:mod:`ivr.agents.confirmations`).
They see the organisation's number, not the caller's.

In a conversation they have the codes that Asterisk runs on their own channel: ``*2``, ``*7``,
``*8``. ``*3`` they have not: in a transfer, a key that a mobile network loses or sends as sound
would leave the caller on hold. A colleague may ask them
(:mod:`ivr.conversations.consulted_telephones`).
"""

from __future__ import annotations

import logging
from typing import Final

from acd.model.offer import Offer
from ivr.callbacks.offer import Outgoing
from ivr.flow.organisation import Organisation
from ivr.numbers import NumberRefused

logger = logging.getLogger(__name__)

ANSWERED: Final = "VAXEL_ANSWERED"
"""On the caller's channel: when they came to talk; empty: nobody did."""

UNTAKEN: Final = "untaken"
"""Stands there instead when somebody has picked up and did not take the call."""

LATE_S: Final = 3.0
"""So long after the ring time the key may still be pressed; the offer lasts a little longer."""

_REMOTE: Final = "remote-"


def remote_phone(agent: str) -> str:
    """What the queues know of an agent's telephone outside."""
    return f"{_REMOTE}{agent}"


def is_remote(phone: str) -> bool:
    """Whether an offer goes to a telephone outside."""
    return phone.startswith(_REMOTE)


def remote_destination(offer: Offer, organisation: Organisation, outgoing: Outgoing) -> str | None:
    """What ``Dial`` is given for an agent outside; ``None``: there is no way to them.

    Args:
        offer: To an agent whose telephone :func:`is_remote`.
        organisation: Its file names the number.
        outgoing: Whom the installation calls.
    """
    agent = organisation.agents.get(offer.agent)
    number = agent.remote if agent is not None else None
    reason = "organisation.yaml gives the agent no number “remote”"
    if number is not None and not outgoing.endpoint:
        reason = "the setting outgoing.endpoint is empty"
    elif number is not None:
        try:
            return f"PJSIP/{outgoing.judged(number)}@{outgoing.endpoint}"
        except NumberRefused as refused:
            reason = str(refused)
    logger.warning(
        "an agent outside cannot be rung", extra={"agent": offer.agent, "reason": reason}
    )
    return None


def remote_options(offer: Offer, organisation: str, shown: str, until_ms: int) -> str:
    """Options of ``Dial`` for an agent outside, but the subroutine's end with the recording.

    Args:
        offer: The offer.
        organisation: Its id.
        shown: The number to be seen there, ``""`` for the caller's.
        until_ms: The key counts until then, epoch.
    """
    caller_id = f"f({shown})" if shown else ""
    told = "^".join((organisation, offer.contact, offer.id, str(until_ms)))
    return f"gim(default){caller_id}U(vaxel-confirm^{told}{{recording}})"
