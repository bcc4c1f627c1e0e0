"""What an agent keys of whom a caller is handed over to, judged.

An agent's number, ``*`` and the key of a queue, or ``0`` and a number outside, which must be among
those that the organisation transfers to.
"""

from __future__ import annotations

from typing import Final

from acd.model.agent import AgentState
from acd.model.handover import HandedTo
from acd.model.offer import Offer
from ivr.conversations.handovers import RING_S, HandoverWish, waits_in
from ivr.flow.patterns import is_target, named
from ivr.flow.standard_texts import HandoverTexts
from ivr.flow.texts import Text
from ivr.flow.world import TransferRequest
from ivr.office import Office

_AWAY: Final = frozenset({AgentState.LOGGED_OUT, AgentState.PAUSED})


class CannotHandOver(Exception):
    """The caller stays with the agent, who is told why.

    Attributes:
        code: ``unknown``, ``nobody`` or ``not_allowed``: the text of that name tells.
    """

    def __init__(self, code: str) -> None:
        super().__init__(f"The caller cannot be handed over there ({code}). Name somebody else.")
        self.code = code

    def words(self, texts: HandoverTexts) -> Text:
        """What the agent hears."""
        return {
            "unknown": texts.unknown,
            "nobody": texts.nobody,
            "not_allowed": texts.not_allowed,
        }[self.code]


async def judged(office: Office, keys: str, offer: Offer) -> HandoverWish:
    """Whom the keys name.

    Args:
        office: The agent's organisation.
        keys: What was keyed, without the ``#``.
        offer: The conversation of the agent who keyed them.

    Raises:
        CannotHandOver: Nobody, or nobody who could be reached.
        AcdUnavailable: Redis does not answer.
    """
    if keys.startswith("*"):
        return await _queue(office, keys[1:])
    if keys in office.organisation.agents or not keys.startswith("0"):
        return await _agent(office, keys, offer)
    return _number(office, keys[1:])


def request_of(wish: HandoverWish) -> TransferRequest:
    """The number of a wish, as it is dialled."""
    return TransferRequest(wish.target, wish.literal, RING_S)


async def _queue(office: Office, key: str) -> HandoverWish:
    queues = office.organisation.queues
    name = next((name for name, queue in queues.items() if queue.transfer_key == key), None)
    if name is None:
        raise CannotHandOver("unknown")
    if (await office.distributor.figures(name)).logged_in == 0:
        raise CannotHandOver("nobody")
    return HandoverWish(HandedTo.QUEUE, name, name)


async def _agent(office: Office, number: str, offer: Offer) -> HandoverWish:
    if number not in office.organisation.agents or number == offer.agent:
        raise CannotHandOver("unknown")
    status = await office.agents.status(number)
    queue = waits_in(status, offer.queue, office.rides.queues)
    if status.state in _AWAY or not queue:
        raise CannotHandOver("nobody")
    return HandoverWish(HandedTo.AGENT, number, queue)


def _number(office: Office, keys: str) -> HandoverWish:
    number = f"+{keys[2:]}" if keys.startswith("00") else keys
    pattern = named(office.organisation.transfers, number) if is_target(number) else None
    if pattern is None:
        raise CannotHandOver("not_allowed")
    wish = HandoverWish(HandedTo.NUMBER, number, literal=not pattern.prefix)
    if office.around.transfers.destination(request_of(wish)) is None:
        raise CannotHandOver("not_allowed")
    return wish
