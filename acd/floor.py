"""The floor as a supervisor sees it: queues, agents and contacts of this moment, page by page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis

from acd.agents import status_of
from acd.clock import Clock
from acd.keys import Keys
from acd.model.agent import AgentStatus
from acd.model.figures import LineFigures
from acd.model.queue import Queue
from acd.replies import figures_of
from acd.script import Call, Reply, Scripts


@dataclass(frozen=True, slots=True)
class ContactStatus:
    """A contact that waits or talks, by telephone or as somebody to be called back.

    Attributes:
        id: Its id.
        queue: Where it waits, or was answered.
        state: ``waiting``, ``reserved`` (an agent is being rung), ``talking``, ``orphan`` (its
            controller died just now), ``scheduled`` (a callback before its time).
        arrived_ms: Epoch; in the queue.
        effective_ms: Epoch; what the line is ordered by: the arrival less the priority's credit.
        answered_ms: Epoch; ``None`` before.
        agent: Who is rung or talks, ``""`` for nobody; of several who are rung, the first.
        beside: The others who are rung.
        number: Whom to call back, E.164; ``""`` for a call. Personal.
    """

    id: str
    queue: str
    state: str
    arrived_ms: int
    effective_ms: int
    answered_ms: int | None
    agent: str
    number: str = field(repr=False)
    beside: tuple[str, ...] = ()

    @property
    def is_callback(self) -> bool:
        """Whether somebody is to be called back, or was."""
        return bool(self.number)


@dataclass(frozen=True, slots=True)
class ContactPage:
    """Some contacts, and where the next ones begin.

    Attributes:
        contacts: These.
        last: What to ask for next; ``""`` when these were the last.
    """

    contacts: tuple[ContactStatus, ...]
    last: str


class Floor:
    """One organisation at this moment. Every method is one round trip.

    All raise :class:`acd.errors.AcdUnavailable` when Redis does not answer.
    """

    def __init__(self, redis: Redis, org: str, clock: Clock) -> None:
        """Bind to an organisation; nothing is asked of Redis yet.

        Args:
            redis: A client made by :func:`store.stream.connect`.
            org: The organisation's name.
            clock: The time.
        """
        self._clock = clock
        self._scripts = Scripts(redis, Keys(org))

    async def queues(self, names: Sequence[str]) -> list[LineFigures]:
        """Queues as somebody without demands would join them, in the order asked for."""
        now = self._clock()
        calls: list[Call] = [("figures", now, name, 0) for name in names]
        return [figures_of(reply) for reply in await self._scripts.run_all(calls)]

    async def agents(self, ids: Sequence[str]) -> list[AgentStatus]:
        """What agents do, in the order asked for; an unknown one is logged out."""
        return [status_of(reply) for reply in await self._run("statuses", *ids)]

    async def contacts(self, after: str, limit: int) -> ContactPage:
        """Contacts that wait or talk.

        Args:
            after: :attr:`ContactPage.last` of the page before, ``""`` for the first.
            limit: At most so many.
        """
        last, *rows = await self._run("contacts", after, limit)
        return ContactPage(tuple(_contact(name, json.loads(row)) for name, row in rows), str(last))

    async def contact(self, contact: str) -> ContactStatus | None:
        """One contact; ``None`` when it neither waits nor talks."""
        record = await self._run("contact", contact)
        return None if record is None else _contact(contact, json.loads(record))

    async def callers(self, queues: Sequence[str], limit: int) -> list[ContactStatus]:
        """Callers whom no agent has answered, who came first first; no callbacks.

        Args:
            queues: Those that they wait in.
            limit: At most so many.
        """
        rows = await self._run("callers", limit, *queues)
        return [_contact(name, json.loads(row)) for name, row in rows]

    async def prioritise(self, contact: str, credit_ms: int, *, by: str) -> ContactStatus:
        """Move a contact forward in line, or back to the place of its arrival.

        Args:
            contact: Its id.
            credit_ms: From now on as if it had arrived so much earlier, whatever it had before.
            by: The supervisor who wants it so.

        Raises:
            ContactUnknown: It neither waits nor talks.
            NotWaiting: It talks.
        """
        record = await self._run("prioritise", contact, credit_ms, by)
        return _contact(contact, json.loads(record))

    async def move(self, contact: str, origin: str, queue: Queue, *, by: str) -> ContactStatus:
        """Let a waiting call wait in another queue; it keeps its effective arrival.

        What it requires of its agent goes with it. Whoever serves the call goes on with it there,
        also after another ``join`` of the queue that it came from.

        Args:
            contact: Its id.
            origin: The queue that it is moved from.
            queue: Where to; its ring and wrap-up times go with the contact.
            by: The supervisor who wants it so.

        Raises:
            ContactUnknown: It neither waits nor talks.
            ContactOffered: An agent is being rung for it.
            ContactElsewhere: It has come to another queue meanwhile.
            NotWaiting: It talks, is to be called back, or has lost its controller just now.
            TooManyLines: The other queue cannot keep apart so many requirements.
        """
        record = await self._run("move", contact, origin, queue.name, *queue.times_ms, by)
        return _contact(contact, json.loads(record))

    async def _run(self, name: str, *arguments: str | int) -> Reply:
        return await self._scripts.run(name, self._clock(), *arguments)


def _contact(contact: str, kept: dict[str, Any]) -> ContactStatus:
    return ContactStatus(
        id=contact,
        queue=kept["queue"],
        state=kept["state"],
        arrived_ms=kept["arrived"],
        effective_ms=kept["effective"],
        answered_ms=kept.get("answered"),
        agent=kept.get("agent", ""),
        number=kept.get("number", ""),
        beside=tuple(kept.get("beside", ())),
    )
