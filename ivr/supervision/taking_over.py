"""A supervisor talks to a caller in the agent's place.

Asterisk's ``Bridge`` takes the caller out of the conversation and joins the two. The ``Dial`` that
joined caller and agent returns only when that is over, so the caller's call tree goes on then, as
after any conversation. Option ``x``: without it Asterisk would lead the caller to the beginning
of the dialplan instead. For the queue the conversation ends when the supervisor has the caller: the
agent wraps up from then on. The recording, which hangs on the agent's channel, ends with it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from acd.errors import AcdUnavailable
from acd.model.offer import Offer
from acd.model.waiting import LeaveReason
from ivr.office import Office
from ivr.queueing.joining import leave
from wire.agi.link import NO_LIMIT
from wire.agi.session import AgiSession
from wire.ami.client import AmiClient
from wire.ami.errors import AmiActionFailed
from wire.ami.frames import Frame

logger = logging.getLogger(__name__)

_JOINED_S: Final = 3.0
"""Asterisk joins the two within milliseconds, or never."""

_LOOK_S: Final = 0.05
_OPTIONS: Final = "x"


async def take_over(
    session: AgiSession, office: Office, offer: Offer, agents_channel: str, ami: AmiClient
) -> None:
    """Talk to the caller until one of the two hangs up.

    Should Asterisk not join them, nothing has changed.

    Args:
        session: The supervisor's channel.
        office: Whose conversation it is.
        offer: Which.
        agents_channel: The Uniqueid of the agent's channel in it.
        ami: The link.

    Raises:
        AgiError: The channel is gone or failed.
        AmiError: Asterisk does not answer.
    """
    callers = next(
        (
            one.get("Channel")
            for one in await ami.list("CoreShowChannels")
            if one.get("Uniqueid") == offer.contact
        ),
        "",
    )
    if not callers:
        return
    talk = asyncio.create_task(session.exec("Bridge", callers, _OPTIONS, limit_s=NO_LIMIT))
    try:
        if await _are_joined(ami, offer.contact, session.environment.uniqueid, talk):
            await _release(office, offer, agents_channel, ami)
        await talk
    finally:
        talk.cancel()
        await asyncio.gather(talk, return_exceptions=True)


async def _release(office: Office, offer: Offer, agents_channel: str, ami: AmiClient) -> None:
    """The agent has no call any more, in Asterisk and for the queue."""
    with suppress(AmiActionFailed):  # it has gone by itself
        await ami.action("Hangup", {"Channel": agents_channel, "Cause": "16"})
    try:
        await leave(
            office.distributor, offer.contact, LeaveReason.FAILED
        )  # a talk ends as it should
    except AcdUnavailable:  # told as soon as it can be
        office.stranded.add(offer.contact)


async def _are_joined(
    ami: AmiClient, contact: str, supervisor: str, talk: asyncio.Task[int]
) -> bool:
    """Wait until the two are in one bridge; not longer than ``talk`` lasts."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_JOINED_S):
            while not talk.done():
                if share_bridge(await ami.list("CoreShowChannels"), contact, supervisor):
                    return True
                await asyncio.wait([talk], timeout=_LOOK_S)
    logger.warning("a caller could not be taken over", extra={"contact": contact})
    return False


def share_bridge(channels: Sequence[Frame], one: str, other: str) -> bool:
    """Whether two channels, by their Uniqueids, are in the same bridge."""
    bridges = [c.get("BridgeId") for c in channels if c.get("Uniqueid") in (one, other)]
    return len(bridges) == 2 and bridges[0] == bridges[1] != ""
