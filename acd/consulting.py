"""An agent asks somebody during a conversation, and may leave the contact to them."""

from __future__ import annotations

from acd.clock import Clock
from acd.model.handover import Consultation, Handover
from acd.model.offer import Offer
from acd.script import Reply, Scripts


class Consulting:
    """The consultations of one organisation's agents, at most one in a conversation.

    All methods raise :class:`acd.errors.AcdUnavailable` when Redis does not answer. Any controller
    may say what became of one, also again.
    """

    def __init__(self, scripts: Scripts, clock: Clock) -> None:
        self._scripts = scripts
        self._clock = clock

    async def begin(self, offer: Offer, whom: Handover) -> Consultation:
        """The agent of a conversation asks somebody; an agent is held from now on.

        Args:
            offer: The conversation.
            whom: An agent or a number.

        Raises:
            StaleOffer: The conversation is over.
            OfferNotAnswered: It never began.
            ContactConsulting: Somebody is asked already.
            AgentNotReady: The agent cannot be asked now.
        """
        number, phone, node = await self._run(
            "consult", offer.contact, offer.id, whom.to.value, whom.target
        )
        return Consultation(number, offer, whom, phone, node)

    async def running(self, contact: str) -> bool:
        """Whether the agent of a contact asks somebody now."""
        return bool(await self._run("consulting", contact))

    async def answered(self, contact: str) -> bool:
        """The agent who is asked has picked up; whether that is news."""
        return bool(await self._run("consult_answered", contact))

    async def joined(self, contact: str) -> bool:
        """All three talk together; whether that is news."""
        return bool(await self._run("consult_joined", contact))

    async def over(self, contact: str, agent: str) -> str | None:
        """Whoever was asked is out of it, and the conversation goes on.

        Args:
            contact: Its id.
            agent: Who was asked, ``""`` for a number.

        Returns:
            The agent who is free, to be matched, ``""`` for none; ``None``: no news.
        """
        freed = await self._run("consult_over", contact, agent)
        return None if freed is None else str(freed)

    async def took_over(self, contact: str) -> str | None:
        """Whoever was asked has the contact, and its agent has left and wraps up.

        Returns:
            That agent, to be matched; ``None``: no news.
        """
        left = await self._run("took_over", contact)
        return None if left is None else str(left)

    async def _run(self, name: str, *arguments: str | int) -> Reply:
        return await self._scripts.run(name, self._clock(), *arguments)
