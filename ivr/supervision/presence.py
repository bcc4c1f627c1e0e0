"""A supervisor comes into a conversation, changes the way, and leaves it; each is an event."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from enum import Enum

from acd.model.offer import Offer
from ivr.calls.attention import Attention
from ivr.flow.supervision import Right
from ivr.office import Office
from ivr.supervision.audit import PRESENCE, Presence
from ivr.supervision.channels import agents_channel
from ivr.supervision.rights import SWITCHES, may_switch, spy_options
from ivr.supervision.taking_over import take_over
from store.stream import StreamUnavailable
from wire.agi.link import NO_LIMIT
from wire.agi.session import AgiSession
from wire.ami.client import AmiClient

logger = logging.getLogger(__name__)


class End(Enum):
    """How a supervisor's presence ended."""

    BACK = "back"  # by the key that leads to the menu
    OVER = "over"  # with the conversation, or with the supervisor's call
    NOBODY = "nobody"  # the agent talks to nobody: it did not begin


class Presences:
    """Brings supervisors into conversations."""

    def __init__(self, ami: AmiClient, attention: Attention, clock: Callable[[], int]) -> None:
        """Bind; nothing is asked yet.

        Args:
            ami: The link.
            attention: Hears the supervisor's keys.
            clock: Epoch milliseconds.
        """
        self._ami = ami
        self._attention = attention
        self.clock = clock

    async def channel_of(self, offer: Offer, outgoing: str) -> str | None:
        """The Uniqueid of the agent's channel in a conversation; see :func:`agents_channel`.

        Raises:
            AmiError: Asterisk does not answer.
        """
        channels = await self._ami.list("CoreShowChannels")
        return agents_channel(channels, offer, outgoing)

    async def come_in(
        self,
        session: AgiSession,
        office: Office,
        offer: Offer,
        *,
        by: str,
        phone: str,
        mode: Right,
        may: Collection[Right],
        tell: str = "",
    ) -> End:
        """Be in a conversation until it ends or the supervisor leaves.

        Args:
            session: The supervisor's channel.
            office: Whose conversation it is.
            offer: Which.
            by: Who, see :class:`Presence`.
            phone: Where.
            mode: How, one of ``WAYS_IN``.
            may: What they may do.
            tell: What is said in the agent's ear, a sound's path; nothing for ``""``.

        Raises:
            AgiError: The channel is gone or failed.
            AmiError: Asterisk does not answer.
            StreamUnavailable: It cannot be written down, so nobody comes in.
        """
        outgoing = office.around.outgoing.endpoint
        channel = await self.channel_of(offer, outgoing)
        if channel is None:
            return End.NOBODY
        presence = Presence.begun(office.organisation.id, by, phone, offer, self.clock())
        await office.stream.append(presence.joined(mode))
        await session.set_variable(PRESENCE, presence.noted)
        if tell:
            await self._tell(channel, tell)
        if mode is Right.TAKE_OVER:
            await take_over(session, office, offer, channel, self._ami)
            await self.leave(session, office, presence)
            return End.OVER
        switching = may_switch(may)
        with self._attention.listen(session.environment.uniqueid) as keys:
            followed = keys if switching else asyncio.Queue[str]()
            following = asyncio.create_task(self._follow(office, presence, followed, mode))
            try:
                options = spy_options(mode, switching=switching)
                await session.exec("ChanSpy", channel, options, limit_s=NO_LIMIT)
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
        await self.leave(session, office, presence)
        # Its key may be told of later than what it does: whoever could go on has come back by it.
        return End.BACK if await self.channel_of(offer, outgoing) == channel else End.OVER

    async def leave(self, session: AgiSession, office: Office, presence: Presence) -> None:
        """Note that a presence is over, by this controller or by one that has died since.

        Raises:
            AgiError: The session is over.
            StreamUnavailable: Redis cannot be used.
        """
        await office.stream.append(presence.left(self.clock()))
        await session.set_variable(PRESENCE, "")

    async def _tell(self, channel: str, sound: str) -> None:
        """Say something in the ear of whoever is at a channel.

        Raises:
            AmiError: Asterisk does not answer, or refuses: who shall be told of it must not be
                heard without.
        """
        fields = {
            "Channel": "Local/ear@vaxel-tell/n",
            "Context": "vaxel-tell",
            "Exten": "say",
            "Priority": "1",
            "Variable": f"VAXEL_SAY={sound},VAXEL_EAR={channel}",
            "Async": "true",
        }
        await self._ami.action("Originate", fields)

    async def _follow(
        self, office: Office, presence: Presence, keys: asyncio.Queue[str], mode: Right
    ) -> None:
        """Tell of each key that changes the way, until cancelled."""
        while True:
            switched = SWITCHES.get(await keys.get(), mode)
            if switched is mode:
                continue
            mode = switched
            try:
                await office.stream.append(presence.switched(mode, self.clock()))
            except StreamUnavailable as fault:
                logger.error(
                    "what a supervisor does cannot be written down",
                    extra={"contact": presence.contact, "by": presence.by, "fault": fault.code},
                )
