"""Agents of several organisations: while one has them, no other calls them.

An agent's number may stand in the files of several organisations: that is one person, with one PIN
and one log-in at one phone. The queues of each organisation lie under a hash tag of their own in
Redis, so that no step spans two of them. What keeps an agent from two callers at once is the phone:
to the queues of every other organisation it is in use while it rings or talks, which Asterisk says,
and for as long as the agent wraps up or is held for a callback, which is asked for here.

That is looked at again with each change of a phone and each step of such an agent that the events
tell (:mod:`ivr.agents.common_agents`), and told anew from time to time, by every controller; so
whatever one that died has told last holds nobody for long. Two organisations that offer in the same
instant are not kept apart: the phone is busy for one of them, whose caller waits on, and the agent
is excused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from acd.clock import system_clock
from acd.model.agent import HAS_A_CALL, AgentState, AgentStatus, PhoneState
from acd.model.offer import Offer
from ivr.office import Office

SOON_S: Final = 1.0
"""So long after a phone is free the end of its call is noted, usually."""

_ASKED_AT_ONCE: Final = 100
_HELD: Final = HAS_A_CALL | {AgentState.WRAPUP}


@dataclass(frozen=True, slots=True)
class Held:
    """Phones at which an organisation has its hands on somebody who works for others too.

    Attributes:
        by: The organisations that do, by phone.
        again_s: After so many seconds this may have changed; infinity where there is none.
    """

    by: Mapping[str, frozenset[str]] = field(default_factory=dict)
    again_s: float = float("inf")

    def keeps_from(self, org: str, phone: str) -> bool:
        """Whether an organisation must not call a phone."""
        return bool(self.by.get(phone, frozenset()) - {org})


class Elsewhere:
    """What the organisations have their common agents do."""

    def __init__(
        self,
        offices: Mapping[str, Office],
        clock: Callable[[], int] = system_clock,
        *,
        node: str = "",
    ) -> None:
        """Look at ``offices``, which may grow.

        Args:
            offices: Of all organisations.
            clock: Epoch milliseconds.
            node: Whose controller this is.
        """
        self._offices = offices
        self._clock = clock
        self._node = node

    async def held(self) -> Held:
        """At which phones somebody is rung, talks or wraps up who works for others too.

        Raises:
            AcdUnavailable: Redis does not answer.
        """
        shared = self.shared()
        by: dict[str, set[str]] = {}
        again_s = float("inf")
        for org, office in tuple(self._offices.items()):
            numbers = sorted(shared & office.organisation.agents.keys())
            for first in range(0, len(numbers), _ASKED_AT_ONCE):
                some = numbers[first : first + _ASKED_AT_ONCE]
                for status in await office.agents.statuses(some):
                    if status.state in _HELD:
                        by.setdefault(status.phone, set()).add(org)
                        again_s = min(again_s, self._again_s(status))
        return Held({phone: frozenset(orgs) for phone, orgs in by.items()}, again_s)

    async def excused(self, org: str, offer: Offer) -> bool:
        """See :class:`ivr.queueing.excuses.Excuses`."""
        for other, office in tuple(self._offices.items()):
            if other == org or offer.agent not in office.organisation.agents:
                continue
            status = await office.agents.status(offer.agent)
            if status.phone == offer.phone and status.state in _HELD:
                agents = self._offices[org].agents
                node = offer.node or self._node  # a telephone outside is at no node
                await agents.phones_are({offer.phone: PhoneState.IN_USE}, node)
                return True
        return False

    def shared(self) -> frozenset[str]:
        """The agents who work for several organisations, by number."""
        counted = Counter(
            number
            for office in tuple(self._offices.values())
            for number in office.organisation.agents
        )
        return frozenset(number for number, count in counted.items() if count > 1)

    def shares(self, org: str) -> bool:
        """Whether anybody of an organisation works for others too."""
        return not self.shared().isdisjoint(self._offices[org].organisation.agents)

    def _again_s(self, status: AgentStatus) -> float:
        if status.state in HAS_A_CALL:
            return SOON_S
        return max(SOON_S, (status.until_ms - self._clock()) / 1000)
