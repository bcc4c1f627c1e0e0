"""What is kept of supervisors in conversations: events, and what a controller leaves for the next.

Nobody comes into a conversation unless that is written down first. The presence stands on the
supervisor's channel too: should the controller die, the next one is asked by the dialplan to note
the end. Keys that change the way in between are then not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from acd.model.offer import Offer
from ivr.flow.supervision import Right
from store.events import Event, EventType
from store.stream import EventStream

PRESENCE: Final = "VAXEL_PRESENCE"
"""On the supervisor's channel while they are in a conversation, else empty."""

_PARTS: Final = 7


@dataclass(frozen=True, slots=True)
class Presence:
    """A supervisor in a conversation.

    Attributes:
        org: The organisation.
        by: The supervisor's number, or the name of the token.
        phone: Where the supervisor is, PJSIP endpoint.
        agent: Agent id.
        contact: With whom the agent talks.
        queue: Where the contact comes from.
        since_ms: Epoch.
    """

    org: str
    by: str
    phone: str
    agent: str
    contact: str
    queue: str
    since_ms: int

    @classmethod
    def begun(cls, org: str, by: str, phone: str, offer: Offer, now_ms: int) -> Self:
        """That in the conversation of an offer which begins now."""
        return cls(org, by, phone, offer.agent, offer.contact, offer.queue, now_ms)

    @property
    def noted(self) -> str:
        """As it stands on the channel; no name has a ``|`` in it."""
        who = self.org, self.by, self.phone, self.agent, self.contact, self.queue
        return "|".join((*who, str(self.since_ms)))

    @classmethod
    def of_note(cls, noted: str) -> Self | None:
        """The presence that stands on a channel, ``None`` where none does."""
        parts = noted.split("|")
        if len(parts) != _PARTS or not parts[-1].isdecimal():
            return None
        org, by, phone, agent, contact, queue, since = parts
        return cls(org, by, phone, agent, contact, queue, int(since))

    def joined(self, mode: Right) -> Event:
        """It begins."""
        return self._event(EventType.SUPERVISOR_JOINED, self.since_ms, mode=mode.value)

    def switched(self, mode: Right, at_ms: int) -> Event:
        """It goes on in another way."""
        return self._event(EventType.SUPERVISOR_SWITCHED, at_ms, mode=mode.value)

    def left(self, at_ms: int) -> Event:
        """It is over."""
        lasted = max(0, at_ms - self.since_ms)
        return self._event(EventType.SUPERVISOR_LEFT, at_ms, duration=str(lasted))

    def _event(self, type_: EventType, at_ms: int, **own: str) -> Event:
        who = {"by": self.by, "phone": self.phone}
        return Event(type_, at_ms, self.org, self.contact, self.queue, self.agent, who | own)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that a supervisor wanted and was not let do.

    Attributes:
        by: As of :class:`Presence`.
        act: What, as :data:`store.events.EventType.SUPERVISOR_REFUSED` has it.
        reason: ``right``, ``queue`` or ``role``.
        agent: Whom it was about, ``""`` for no agent.
        contact: The contact that it was about, if it was about one.
        queue: Where that is, or comes from.
        phone: Where the supervisor is, ``""`` for nowhere.
    """

    by: str
    act: str
    reason: str
    agent: str
    contact: str = ""
    queue: str = ""
    phone: str = ""

    async def note(self, stream: EventStream, org: str, at_ms: int) -> None:
        """Tell of it.

        Raises:
            StreamUnavailable: Redis cannot be used.
        """
        own: Mapping[str, str] = {
            "reason": self.reason,
            "by": self.by,
            "act": self.act,
            "phone": self.phone,
        }
        kind = EventType.SUPERVISOR_REFUSED
        told = {name: text for name, text in own.items() if text}
        await stream.append(Event(kind, at_ms, org, self.contact, self.queue, self.agent, told))
