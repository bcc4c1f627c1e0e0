"""Whom an agent hands a contact over to, or asks first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from acd.model.offer import Offer


class HandedTo(StrEnum):
    """Whom an agent hands a contact over to."""

    QUEUE = "queue"
    AGENT = "agent"
    NUMBER = "number"  # outside; which one is personal and never told


@dataclass(frozen=True, slots=True)
class Handover:
    """An agent's wish to hand the contact over.

    Attributes:
        to: To what.
        target: Name of the queue, id of the agent; ``""`` for a number.
    """

    to: HandedTo
    target: str = ""


@dataclass(frozen=True, slots=True)
class Consultation:
    """An agent asks somebody during a conversation.

    Attributes:
        number: Unique within the organisation, also among offers; that of the conversation which
            may come of it.
        offer: The conversation.
        whom: Who is asked.
        phone: The asked agent's PJSIP endpoint, ``""`` for a number.
        node: Where the phone is, as of :class:`Offer`.
    """

    number: str
    offer: Offer
    whom: Handover
    phone: str
    node: str = ""
