"""Why an agent who did not take a call is not to blame."""

from __future__ import annotations

from typing import Final, Protocol

from acd.model.offer import Offer


class Excuses(Protocol):
    """Knows what else an agent is wanted for."""

    async def excused(self, org: str, offer: Offer) -> bool:
        """Whether an agent did not take an offer because another organisation has them.

        If so, the phone is in use to this one until it is told otherwise.

        Raises:
            AcdUnavailable: Redis does not answer.
        """


class NoExcuses:
    """Of an organisation that shares its agents with no other."""

    async def excused(self, org: str, offer: Offer) -> bool:
        """Nobody is."""
        return False


NO_EXCUSES: Final = NoExcuses()
"""The one that there need be."""
