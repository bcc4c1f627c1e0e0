"""Supervisors come into conversations by order of their program: it has their phone rung."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from ivr.api.errors import (
    AsteriskAway,
    NotTalking,
    PhoneTaken,
    PhoneTalks,
    PhoneUnreachable,
    PrivateQueue,
    RequestInvalid,
)
from ivr.api.models import Nothing, Rung, Supervise
from ivr.api.route import Asked, House, Route
from ivr.api.tokens import Role
from ivr.flow.supervision import Right
from ivr.office import Office
from ivr.supervision.audit import Refusal
from ivr.supervision.orders import Order, SupervisorsPhones
from wire.ami.errors import AmiError

_SUMMARIES: Final = {
    Right.LISTEN: "Have a supervisor's phone rung, to hear an agent's conversation.",
    Right.WHISPER: "The same, to be heard by the agent alone.",
    Right.BARGE: "The same, to be heard by agent and caller.",
    Right.TAKE_OVER: "The same, to talk to the caller in the agent's place.",
}


class Supervising:
    """The pages by which supervisors come into conversations.

    Attributes:
        routes: They.
    """

    def __init__(
        self,
        offices: Mapping[str, Office],
        phones: SupervisorsPhones,
        reachable: Callable[[str], bool],
        clock: Callable[[], int],
    ) -> None:
        """Make them.

        Args:
            offices: By organisation; asked at each request.
            phones: Which may be rung, and how.
            reachable: Whether a phone can be rung from here.
            clock: Epoch milliseconds.
        """
        self._offices = offices
        self._phones = phones
        self._reachable = reachable
        self._clock = clock
        self.routes = tuple(
            Route(
                method="POST",
                path=f"/agents/{{agent}}/{mode}",
                role=Role.SUPERVISOR,
                summary=summary,
                serve=partial(self._ring, mode),
                answer=Rung,
                body=Supervise,
                act=mode.value,
            )
            for mode, summary in _SUMMARIES.items()
        )

    async def _ring(self, mode: Right, house: House, asked: Asked[Nothing, Supervise]) -> Rung:
        """Ring the phone; whoever picks up is in the conversation that goes on now, or in none."""
        office, phone, by = house.office, asked.body.phone, asked.token.name
        org, agent = office.organisation.id, asked.path["agent"]
        if phone not in self._phones.known:
            known = ", ".join(sorted(self._phones.known))
            raise RequestInvalid("phone: no agent's phone has this name.", f"Take one of: {known}.")
        offer = await office.distributor.conversation(agent)
        if offer is None:
            raise NotTalking(agent)
        queue = office.organisation.queues.get(offer.queue)
        if queue is None or not queue.supervision.allowed:
            refusal = Refusal(
                by, mode.value, "queue", agent, offer.contact, offer.queue, phone=phone
            )
            await refusal.note(office.stream, org, self._clock())
            raise PrivateQueue(offer.queue)
        if phone == offer.phone:
            raise PhoneTalks(phone)
        await self._no_strangers_phone(org, phone)
        if not self._reachable(phone):
            raise PhoneUnreachable(phone)
        try:
            await self._phones.ring(phone, Order.about(org, by, offer, mode))
        except AmiError as away:
            raise AsteriskAway from away
        return Rung(
            phone=phone, mode=mode.value, agent=agent, contact=offer.contact, queue=offer.queue
        )

    async def _no_strangers_phone(self, org: str, phone: str) -> None:
        """No agent of another organisation is at the phone: they would hear the conversation."""
        for other, office in tuple(self._offices.items()):
            if other != org and await office.agents.at_phone(phone) is not None:
                raise PhoneTaken(phone)
