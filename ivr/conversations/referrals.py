"""The transfer button of an agent's phone (SIP REFER, RFC 3515) hands a caller over as ``*2`` does.

Asterisk accepts a REFER or not by whether its target is an extension, and asks the controller for
that (``POST /referrals/single``, in the words of its Realtime): what the agent may not do is
refused while nothing has changed. What it accepts it does at once: the caller's channel leaves the
agent, ``Dial`` and its AGI session, and comes back in a session of its own (``agi://…/referred``).
The target is judged there once more, since the world goes on between; where it cannot be any more,
the caller waits for an agent of their own queue.

A phone may name what ``*2`` takes, or a number outside as it would be called.

About a transfer to a second call of the phone (Replaces, RFC 3891) Asterisk asks nobody. An agent
in a conversation has no second call to anybody (:mod:`ivr.agents.own_calls`), so only a code's is
left: a caller who is put there would sit at the agent's desk, and is taken away at once to wait for
an agent again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Final

from aiohttp import web

from acd.errors import AcdUnavailable
from acd.model.offer import Offer
from ivr.conversations.handover_targets import CannotHandOver, judged
from ivr.conversations.handovers import WISH, HandoverWish
from ivr.desk.desk import agent_at, phone_of
from ivr.local_requests import nearby
from ivr.office import Office
from wire.agi.session import AgiSession
from wire.ami.client import AmiClient
from wire.ami.errors import AmiError
from wire.ami.frames import Frame

logger = logging.getLogger(__name__)

ASTRAY: Final = "vaxel-astray"
"""The dialplan's context for callers at an agent's desk."""

_ROW: Final = "app=Goto&appdata=vaxel-consult%2C%24%7BEXTEN%7D%2C1"
"""The extension that Asterisk is told of; only who has keyed ``*3`` and no ``#`` gets to it."""


class Referrals:
    """Judges REFERs, and takes up the callers."""

    def __init__(
        self, ami: AmiClient, offices: Mapping[str, Office], succeeded: asyncio.Event
    ) -> None:
        """Subscribe to ``ami``, which is not yet connected.

        Args:
            ami: The link.
            offices: Of all organisations; may grow.
            succeeded: As of :class:`ivr.services.Services`; then nobody is taken away from here.
        """
        self._ami = ami
        self._offices = offices
        self._succeeded = succeeded
        self._astray: dict[str, str] = {}
        ami.subscribe("AttendedTransfer", self._on_attended)
        ami.subscribe("Hangup", self._on_hang_up)

    def pages(self) -> Iterator[web.AbstractRouteDef]:
        """What Asterisk asks, for the controller's server."""

        async def single(request: web.Request) -> web.Response:
            nearby(request)
            asked = await request.post()
            phone, target = str(asked.get("context", "")), str(asked.get("exten", ""))
            try:
                may = await self.may(phone, target)
            except AcdUnavailable as fault:
                logger.warning("a transfer cannot be judged", extra={"fault": fault.code})
                may = False
            return web.Response(text=_ROW if may else "")

        yield web.post("/referrals/single", single)

    async def may(self, phone: str, target: str) -> bool:
        """Whether the agent at a phone may transfer whom they talk to.

        Args:
            phone: Its PJSIP endpoint.
            target: Whom the phone names.

        Raises:
            AcdUnavailable: Redis does not answer.
        """
        found = await agent_at(self._offices, phone)
        if found is None:
            return False
        for office in tuple(self._offices.values()):
            offer = await office.distributor.conversation(found[1].id)
            if offer is None or offer.phone != phone:
                continue
            if await office.distributor.consulting.running(offer.contact):
                return False
            try:
                await _wish(office, target, offer)
            except CannotHandOver as refused:
                logger.info(
                    "a phone may not transfer a caller there",
                    extra={"contact": offer.contact, "reason": refused.code},
                )
                return False
            return True
        return False

    async def serve(self, session: AgiSession) -> None:
        """Note on the caller's channel to whom they are handed over.

        Raises:
            AgiError: The channel is gone or failed.
            AcdUnavailable: Redis does not answer.
        """
        contact, target = session.environment.uniqueid, session.environment.extension
        for office in tuple(self._offices.values()):
            offer = await office.distributor.current_offer(contact)
            if offer is None:
                continue
            try:
                wish = await _wish(office, target, offer)
            except CannotHandOver as late:
                logger.warning(
                    "a transferred caller stays with their queue",
                    extra={"contact": contact, "reason": late.code},
                )
                return
            await session.set_variable(WISH, wish.noted())
            logger.info(
                "a phone transfers a caller", extra={"contact": contact, "to": wish.to.value}
            )
            return

    async def _on_attended(self, event: Frame) -> None:
        """See whom a phone puts in the place of its call to a code."""
        phone, second = (
            phone_of(event.get(f"{which}TransfererChannel")) for which in ("Orig", "Second")
        )
        if event.get("DestType") != "App" or phone != second or not phone:
            return
        if self._succeeded.is_set():
            return
        contact, place = event.get("TransfereeUniqueid"), event.get("SecondTransfererUniqueid")
        logger.warning(
            "a phone has put a caller in the place of its own second call; they wait again",
            extra={"contact": contact, "phone": phone},
        )
        self._astray[place] = contact
        try:
            await self._ami.action("Getvar", {"Channel": place, "Variable": "CHANNEL(uniqueid)"})
        except AmiError:
            await self._take_away(place)

    async def _on_hang_up(self, event: Frame) -> None:
        await self._take_away(event.get("Uniqueid"))

    async def _take_away(self, place: str) -> None:
        """Once the channels have changed places, ids included, and the phone's is over."""
        contact = self._astray.pop(place, None)
        if contact is None:
            return
        with suppress(AmiError):  # hung up meanwhile
            await self._ami.action(
                "Redirect",
                {"Channel": contact, "Context": ASTRAY, "Exten": "s", "Priority": "1"},
            )


async def _wish(office: Office, target: str, offer: Offer) -> HandoverWish:
    """Whom a phone names: as one keys it, else a number as it would be called.

    Raises:
        CannotHandOver: Nobody, or nobody who could be reached.
    """
    if office.organisation.texts.handover is None:
        raise CannotHandOver("not_allowed")
    try:
        return await judged(office, target, offer)
    except CannotHandOver as refused:
        try:
            return await judged(office, f"0{target}", offer)
        except CannotHandOver:
            raise refused from None
