"""Whoever calls a desk proves who they are: their number, then their PIN, a few times at most.

Agents in the house, agents outside and supervisors prove it by the same words. Wrong PINs in a row
lock a number, at whichever desk they were keyed. A number that nobody has sounds like a wrong PIN.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from acd.agents import Agents
from acd.errors import AgentLocked, WrongPin
from ivr.desk.visit import TRIES, Visit

PinOf: TypeAlias = Callable[[str], str]
"""The right PIN of a number, ``""`` for none."""

_MINUTE_MS: Final = 60_000


async def prove(
    visit: Visit,
    number: Callable[[], Awaitable[str]],
    counted_by: Callable[[str], Agents | None],
    pin_of: PinOf,
    *,
    supervising: str = "",
) -> str | None:
    """Ask for a number and its PIN until they are right.

    Args:
        visit: The call.
        number: Asks for the number, or knows it.
        counted_by: Who counts the wrong PINs of a number; ``None``: nobody has it.
        pin_of: The right ones.
        supervising: As of :meth:`acd.agents.Agents.check_pin`.

    Returns:
        The number; ``None``: they have been told that it cannot be, and have tried enough.

    Raises:
        CallerHungUp, CallFailed: They are gone.
        AcdUnavailable: Redis does not answer: nobody is let in.
    """
    for _ in range(TRIES):
        claimed = await number()
        given = await visit.enter(visit.texts.desk.enter_pin)
        agents = counted_by(claimed)
        try:
            if agents is not None:
                right = pin_of(claimed)
                await agents.check_pin(claimed, given, right, supervising=supervising)
                return claimed
        except WrongPin:
            pass
        except AgentLocked as locked:
            minutes = -(-(locked.until_ms - visit.clock()) // _MINUTE_MS)
            await visit.say(visit.texts.desk.locked, minutes=max(1, minutes))
            return None
        await visit.say(visit.texts.desk.wrong_pin)
    return None
