"""What tokens of too low a role have wanted to do, for the audit log.

A program may ask in a loop. So of each token and organisation the same refusal is told once an
hour, and no more than :data:`MOST` different ones: a row names an agent of the file or a contact
that is there, and whatever else was named counts as nobody. All are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ivr.api.route import House
from ivr.api.tokens import Token
from ivr.supervision.audit import Refusal
from store.stream import StreamUnavailable

MOST: Final = 20
_HOUR_MS: Final = 3_600_000


@dataclass(slots=True)
class _Hour:
    """What was told of one token in one organisation.

    Attributes:
        ends_ms: Epoch.
        told: Each once.
    """

    ends_ms: int
    told: set[Refusal] = field(default_factory=set)


class RefusedActs:
    """Those at one controller.

    Attributes:
        refused: So many requests wanted more than their token's role may.
    """

    def __init__(self, clock: Callable[[], int]) -> None:
        """Begin with none.

        Args:
            clock: Epoch milliseconds.
        """
        self._clock = clock
        self._hours: dict[tuple[str, str], _Hour] = {}
        self.refused = 0

    async def note(
        self, house: House | None, token: Token, act: str, named: Mapping[str, str]
    ) -> None:
        """Count a refusal, and tell of it unless that was done.

        Args:
            house: Where; ``None``: nowhere that the token sees, and nobody there is told.
            token: Whose.
            act: What it wanted, as of :attr:`ivr.api.route.Route.act`.
            named: The variables of the path, by name.

        Raises:
            AcdUnavailable, StreamUnavailable: Redis cannot be used; it is told the next time.
        """
        self.refused += 1
        if house is None or not act:
            return
        organisation, now = house.office.organisation, self._clock()
        told = self._told(organisation.id, token.name, now)
        agent, contact = named.get("agent", ""), named.get("contact", "")
        there = None
        if contact and len(told) < MOST:
            there = await house.floor.contact(contact)
        refusal = Refusal(
            token.name,
            act,
            "role",
            agent if agent in organisation.agents else "",
            contact="" if there is None else there.id,
            queue="" if there is None else there.queue,
        )
        if refusal in told or len(told) >= MOST:
            return
        told.add(refusal)  # before it is: others may be refused meanwhile
        try:
            await refusal.note(house.office.stream, organisation.id, now)
        except StreamUnavailable:
            told.discard(refusal)
            raise

    def _told(self, org: str, token: str, now: int) -> set[Refusal]:
        """What was told of a token in this hour."""
        hour = self._hours.get((org, token))
        # A clock that has been set back must not make an hour longer.
        if hour is None or not now < hour.ends_ms <= now + _HOUR_MS:
            hour = self._hours[org, token] = _Hour(now + _HOUR_MS)
        return hour.told
