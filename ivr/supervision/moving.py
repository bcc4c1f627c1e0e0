"""A waiting call goes to another queue because a supervisor wants it, by phone or by the API."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from acd.floor import ContactStatus, Floor
from ivr.flow.queues import Queue
from ivr.office import Office


class Difference(StrEnum):
    """What keeps a call from going to a queue: its caller was told otherwise, or relies on it."""

    RECORDING = "recording"
    SUPERVISION = "supervision"


def difference(queues: Mapping[str, Queue], origin: str, to: str) -> Difference | None:
    """What of two queues must be the same and is not.

    Whether a call is recorded was settled, and the caller asked, when it came to its first queue:
    it may go where the same rule holds, and nowhere else; so with supervisors' presence. Of a queue
    that nobody describes any more nothing is known.

    Args:
        queues: Of the organisation, by name.
        origin: Where the call waits.
        to: Where it shall wait, one of ``queues``.
    """
    known = queues.get(origin)
    if known is None or known.recording.when is not queues[to].recording.when:
        return Difference.RECORDING
    if known.supervision.allowed is not queues[to].supervision.allowed:
        return Difference.SUPERVISION
    return None


async def move(
    office: Office, floor: Floor, contact: ContactStatus, to: str, *, by: str
) -> ContactStatus:
    """Let the call wait there, and give it to whoever is ready.

    Raises:
        AcdError: As :meth:`acd.floor.Floor.move`; nothing has changed.
    """
    queue = office.rides.queues[to]
    moved = await floor.move(contact.id, contact.queue, queue, by=by)
    await office.distributor.match(queue)
    return moved
