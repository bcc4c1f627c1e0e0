"""People who are to be called back: a callback is a place in the line.

It waits in the same order as the calls of its queue, by effective arrival, but without an owner:
the controller whose match pairs it with an agent becomes its owner, hears of it by
:meth:`acd.offers.OfferListener.callback_offers` and calls the person. An agent is held for each
callback that is being dialled, so that nobody is called whom no agent can talk to.

A callback's way, under one contact id: ``keep_place`` or ``add`` → scheduled → (its time) →
waiting → (match) → reserved → ``dialled`` → ``reached`` → ``Distributor.answered`` → talking →
``Distributor.ended``. ``missed`` leads back to scheduled, with the old effective arrival, or out
when the tries are used up. Once ``reached``, the caller is on the line: if the agent does not
answer, ``Distributor.refused`` makes it a waiting call at the old place that goes on as any other.

Whatever a dead controller leaves undone has its end in Redis: a reservation that nobody begins to
dial (10 s), the caller's ringing phone, the greeting. ``dialled`` is said before the phone rings,
and its reservation outlasts the ringing: so no attempt begins while the phone may still ring from
the one before, and an attempt that was perhaps made counts as a missed one.

A chosen time does not count as waiting: arrival and effective arrival move by what lies before it.
At its time a callback has the wait that its caller had when asking, no more and no less. The skills
that its caller required are required on, and relax as the callback waits, by the same measure.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from redis.asyncio import Redis

from acd.clock import Clock
from acd.errors import InvalidNumber
from acd.estimate import place_of_row
from acd.keys import Keys
from acd.model.callback import (
    Callback,
    CallbackRules,
    CallbackSource,
    CallbackState,
    MissReason,
)
from acd.model.offer import Offer
from acd.model.queue import Queue
from acd.script import Reply, Scripts
from acd.skills import Requirement, sparing_backups, steps_to_wire

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class Callbacks:
    """The callbacks of one organisation.

    All methods raise :class:`acd.errors.AcdUnavailable` when Redis does not answer. None looks for
    an agent or a contact: after :meth:`missed` and :meth:`cancel` an agent may be ready for
    :meth:`acd.distributor.Distributor.match_agent`.
    """

    def __init__(self, redis: Redis, org: str, clock: Clock) -> None:
        """Bind to an organisation; nothing is asked of Redis yet.

        Args:
            redis: A client made by :func:`store.stream.connect`.
            org: The organisation's name.
            clock: The time.
        """
        self._org = org
        self._clock = clock
        self._scripts = Scripts(redis, Keys(org))

    async def keep_place(
        self,
        contact: str,
        number: str,
        *,
        language: str,
        answers: Mapping[str, str],
        rules: CallbackRules,
        consent: bool | None = None,
        due_ms: int | None = None,
    ) -> None:
        """Turn a waiting contact into a callback at the same place; its call may end.

        Asking twice for the same contact and number changes nothing.

        Args:
            contact: Its id.
            number: E.164.
            language: BCP 47 tag.
            answers: What is known of the caller.
            rules: How often and how long to try.
            consent: Whether the caller has agreed to be recorded; ``None``: not asked.
            due_ms: Epoch; a chosen time, ``None`` for as soon as its turn comes.

        Raises:
            InvalidNumber: It is not E.164.
            NotWaiting: The contact has no place in a queue, or is a callback being called.
            CallbackOpen: The number has another open callback.
            ContactOffered: An agent is reserved for the contact now.
        """
        wish = _wish(
            CallbackSource.QUEUE,
            number,
            language=language,
            answers=answers,
            rules=rules,
            consent=consent,
            due_ms=due_ms,
        )
        await self._run("keep_place", contact, wish)

    async def add(
        self,
        number: str,
        queue: Queue,
        *,
        language: str,
        answers: Mapping[str, str],
        rules: CallbackRules,
        consent: bool | None = None,
        due_ms: int | None = None,
        contact: str = "",
        require: Sequence[Requirement] = (),
    ) -> str:
        """Make a callback of somebody who has no place in the queue.

        Args:
            number: E.164.
            queue: Where it stands; its ring and wrap-up times go with it.
            language: BCP 47 tag.
            answers: What is known of the caller.
            rules: How often and how long to try.
            consent: Whether the person has agreed to be recorded; ``None``: not asked.
            due_ms: Epoch; a chosen time, ``None`` for as soon as its turn comes.
            contact: Of the person who has asked for it in a call that is not in a queue; without
                one an operator has.
            require: As in :meth:`acd.distributor.Distributor.join`.

        Returns:
            Its contact id.

        Raises:
            InvalidNumber: It is not E.164.
            CallbackOpen: The number has an open callback.
            TooManyLines: The queue cannot keep apart so many requirements.
        """
        wish = _wish(
            CallbackSource.QUEUE if contact else CallbackSource.OPERATOR,
            number,
            language=language,
            answers=answers,
            rules=rules,
            consent=consent,
            due_ms=due_ms,
        )
        parting_ms = rules.parting_ms if contact else 0
        contact = contact or f"cb-{secrets.token_hex(6)}"
        await self._run(
            "add_callback",
            contact,
            queue.name,
            *queue.times_ms,
            wish,
            parting_ms,
            *steps_to_wire(sparing_backups(queue, require)),
        )
        return contact

    async def cancel(self, contact: str, *, by: str = "") -> bool:
        """Call nobody, or nobody once more. An agent who was held for it is ready again.

        Args:
            contact: Its id.
            by: The supervisor who wants it so, ``""`` for whoever else.

        Returns:
            Whether it is gone. Else the phone rings, or the caller is on the line: what has begun
            goes on, with its agent, and is the last attempt.

        Raises:
            CallbackUnknown: There is none, or the two talk already.
        """
        return bool(await self._run("cancel_callback", contact, by, "cancelled"))

    async def give_up(self, contact: str) -> bool:
        """As :meth:`cancel`, where nobody wanted it so: there is nobody who could call.

        Raises:
            CallbackUnknown: There is none, or the two talk already.
        """
        return bool(await self._run("cancel_callback", contact, "", "given_up"))

    async def open(self) -> tuple[Callback, ...]:
        """All that no agent has answered, by queue and place."""
        rows = [self._callback(row) for row in await self._run("callbacks")]
        return tuple(sorted(rows, key=lambda row: (row.queue, row.effective_ms, row.contact)))

    async def get(self, contact: str) -> Callback | None:
        """One callback, also while the two talk."""
        rows = await self._run("callbacks", contact)
        return self._callback(rows[0]) if rows else None

    async def of_number(self, number: str) -> Callback | None:
        """The open callback of a number (E.164)."""
        contact = await self._run("callback_of", number)
        return None if contact is None else await self.get(contact)

    async def of_person(
        self, numbers: Collection[str], contacts: Collection[str]
    ) -> tuple[Callback, ...]:
        """All open callbacks to a person.

        Args:
            numbers: Theirs; E.164 among other spellings.
            contacts: Ids of their calls, for they may have asked to be called elsewhere.
        """
        return tuple(
            row for row in await self.open() if row.number in numbers or row.contact in contacts
        )

    async def dialled(self, offer: Offer) -> int:
        """The caller's phone is about to ring: say so first, then let it, for ``ring_ms``.

        Returns:
            Number of the attempt.

        Raises:
            StaleOffer: The offer is over; do not dial.
        """
        return int(await self._run("dialled", offer.contact, offer.id))

    async def reached(self, offer: Offer, *, by: str = "") -> bool:
        """The caller has picked up: from here on the contact is a call.

        Args:
            offer: For which an agent is held.
            by: The controller whose call it is; ``""``: that which had the caller called.

        Returns:
            Whether this is news; else it is whose call it was.

        Raises:
            StaleOffer: The offer is over; :meth:`acd.distributor.Distributor.join` takes the
                place, if the callback is still there.
        """
        return bool(await self._run("reached", offer.contact, offer.id, by))

    async def missed(self, offer: Offer, reason: MissReason) -> int | None:
        """The attempt has failed; the agent is ready again at the old place.

        Returns:
            When the next attempt may begin (epoch milliseconds), ``None``: it is given up.

        Raises:
            StaleOffer: The offer is over.
            OfferAnswered: The agent and the caller talk.
        """
        return int(await self._run("missed", offer.contact, offer.id, reason.value)) or None

    def _callback(self, row: Reply) -> Callback:
        contact, record, *place = row
        kept: dict[str, Any] = json.loads(record)
        return Callback(
            contact=contact,
            org=self._org,
            queue=kept["queue"],
            number=kept["number"],
            language=kept["language"],
            answers=json.loads(kept["answers"]),
            consent=kept["consent"],
            state=_state(kept),
            source=CallbackSource(kept["callback"]),
            arrived_ms=kept["arrived"],
            effective_ms=kept["effective"],
            due_ms=kept["due"],
            promised_ms=kept["promised"],
            attempt=kept["attempt"],
            rules=CallbackRules(**kept["rules"]),
            place=place_of_row(place) if place else None,
        )

    async def _run(self, name: str, *arguments: str | int) -> Reply:
        return await self._scripts.run(name, self._clock(), *arguments)


def _wish(
    source: CallbackSource,
    number: str,
    *,
    language: str,
    answers: Mapping[str, str],
    rules: CallbackRules,
    due_ms: int | None,
    consent: bool | None = None,
) -> str:
    if _E164.fullmatch(number) is None:
        raise InvalidNumber
    return json.dumps(
        {
            "callback": source.value,
            "number": number,
            "language": language,
            "answers": json.dumps(dict(answers)),  # text to the scripts: Lua has one empty table
            "consent": consent,
            "due": due_ms or 0,
            "rules": asdict(rules),
        }
    )


def _state(kept: Mapping[str, Any]) -> CallbackState:
    if kept["state"] == "talking":
        return CallbackState.TALKING
    if kept.get("live"):
        return CallbackState.REACHED
    if "dialled" in kept:
        return CallbackState.DIALLING
    return CallbackState(kept["state"])
