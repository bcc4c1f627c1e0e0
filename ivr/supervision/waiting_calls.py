"""What a supervisor does at a phone with those who wait for an agent: another queue, another place.

They hear one caller after the other, whoever waits longest first, and key what is to become of
this one: the key of a queue or a number of minutes; ``#`` alone, or silence, leads to the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from acd.errors import (
    ContactElsewhere,
    ContactOffered,
    ContactUnknown,
    NotWaiting,
    TooManyLines,
)
from acd.floor import ContactStatus, Floor
from ivr.desk.visit import KEYS, TRIES
from ivr.flow.supervision import Right
from ivr.supervision.moving import difference, move
from ivr.supervision.rights import BACK
from ivr.supervision.visit import SupervisorsVisit

ON_WAITING: Final = (Right.MOVE, Right.PRIORITISE)
"""What may be done with calls that no agent has answered."""

MOST: Final = 20
"""Nobody listens to more."""

MOST_MINUTES: Final = 24 * 60

_MINUTE_MS: Final = 60_000
_NOT_NOW: Final = (ContactElsewhere, ContactOffered, ContactUnknown, NotWaiting, TooManyLines)


async def lead(
    visit: SupervisorsVisit, floor: Floor, agent: str, right: Right, *, by: str, now_ms: int
) -> None:
    """Tell who waits in an agent's queues, and do with each what is keyed.

    Args:
        visit: The supervisor's call, come to the agent's organisation.
        floor: That organisation at this moment.
        agent: One of its agents.
        right: One of :data:`ON_WAITING`.
        by: The supervisor's number.
        now_ms: Epoch.

    Raises:
        AcdUnavailable: Redis does not answer.
    """
    queues = visit.home.organisation.agents[agent].serves
    waiting = await floor.callers(queues, MOST)
    if not waiting:
        await visit.say(visit.words.waiting.none)
    for number, contact in enumerate(waiting, start=1):
        minutes = max(0, now_ms - contact.arrived_ms) // _MINUTE_MS
        told = {"number": number, "queue": contact.queue, "minutes": minutes}
        for _ in range(TRIES):
            keys = await _ask(visit, right, told)
            if keys.startswith(BACK):
                return
            if not keys or await _is_done(visit, floor, contact, right, keys, by=by):
                break


async def _ask(visit: SupervisorsVisit, right: Right, told: Mapping[str, object]) -> str:
    texts = visit.words.waiting
    if first := await visit.say(texts.call, interrupt=KEYS, **told):
        return await visit.take(first)
    return await visit.enter(texts.enter_queue if right is Right.MOVE else texts.enter_minutes)


async def _is_done(
    visit: SupervisorsVisit,
    floor: Floor,
    contact: ContactStatus,
    right: Right,
    keys: str,
    *,
    by: str,
) -> bool:
    """Do what was keyed; ``False`` where something else should be."""
    try:
        if right is Right.MOVE:
            return await _move(visit, floor, contact, keys, by=by)
        return await _prioritise(visit, floor, contact, keys, by=by)
    except _NOT_NOW:
        await visit.say(visit.words.waiting.not_now)
        return True


async def _move(
    visit: SupervisorsVisit, floor: Floor, contact: ContactStatus, keys: str, *, by: str
) -> bool:
    texts, queues = visit.words.waiting, visit.home.organisation.queues
    to = next((name for name, queue in queues.items() if queue.transfer_key == keys), None)
    if to is None:
        await visit.say(texts.unknown)
        return False
    if difference(queues, contact.queue, to) is not None:
        await visit.say(texts.other_rules)
        return False
    await move(visit.home, floor, contact, to, by=by)
    await visit.say(texts.moved)
    return True


async def _prioritise(
    visit: SupervisorsVisit, floor: Floor, contact: ContactStatus, keys: str, *, by: str
) -> bool:
    texts = visit.words.waiting
    if not keys.isdecimal() or int(keys) > MOST_MINUTES:
        await visit.say(texts.unknown)
        return False
    await floor.prioritise(contact.id, int(keys) * _MINUTE_MS, by=by)
    await visit.say(texts.prioritised)
    return True
