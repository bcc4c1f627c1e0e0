"""A contact given to an agent, and why that came to nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Offer:
    """A contact given to an agent: a reservation with a lease, later the conversation.

    Where several are rung at once they have one offer, and each a view of it: the first agent's has
    the others' ``beside``. What is said of an offer is said of the agent whose view it is.

    Attributes:
        id: Unique within the organisation; the same in all views.
        contact: Id of the contact.
        queue: Where it waited.
        agent: Id of the agent.
        phone: The agent's PJSIP endpoint, e.g. ``"agent1"``.
        controller: Who owns the contact's call and rings the phone.
        expires_at_ms: Epoch; unanswered by then, the reservation is given back.
        node: Where the phone is registered, ``""`` when that is unknown.
        beside: The others' views, in the order of the queue's strategy.
    """

    id: str
    contact: str
    queue: str
    agent: str
    phone: str
    controller: str
    expires_at_ms: int
    node: str = ""
    beside: tuple[Offer, ...] = ()

    @property
    def views(self) -> tuple[Offer, ...]:
        """Each agent's, the first one's first, with nobody beside."""
        return replace(self, beside=()), *self.beside

    def at(self, phone: str) -> Offer | None:
        """The view of the agent at a phone; ``None``: it is not rung."""
        return next((view for view in self.views if view.phone == phone), None)


class RefusalReason(StrEnum):
    """Why an offer came to nothing. All but ``EXPIRED`` pause the agent, with a reason.

    A phone that did not ring through would be the longest idle again at once, and the same offer
    would be made in a tight loop; the pause stops that, is seen, and the agent ends it. Where
    Asterisk has said meanwhile that the phone is unreachable no pause is needed: nothing is offered
    until it is back.
    """

    NO_ANSWER = "no_answer"  # rang in vain, the last time allowed; paused as ``not_answering``
    BUSY = "busy"  # the phone is in use or the agent declined; paused as ``busy``
    UNREACHABLE = "unreachable"  # the phone is not registered; paused as ``unreachable``
    EXPIRED = "expired"  # not the agent's fault: nobody rang it, or another organisation has them
