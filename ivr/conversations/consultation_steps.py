"""What becomes of consultations, as Asterisk's Manager tells; the ACD learns of each step.

The asked phone is picked up or hung up, all three are joined, the first agent hangs up. Each step
is idempotent in the ACD: several controllers may tell of it. A controller that dies takes with it
what is in hand here: both agents are free when the caller's conversation is over, at the latest,
and what was silent stays so. A link that was down looks, when it is back, who is joined with whom.

An agent who hangs up while it still rings leaves the caller waiting for the second; Asterisk tells
of that as of any transfer (AttendedTransfer), and of the first agent's Hangup when it is decided.
Where nobody picks up, the caller is back in the queue at the old place.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeVar

from acd.errors import AcdUnavailable
from acd.model.handover import Consultation, HandedTo
from ivr.agents.remote_agents import is_remote
from ivr.conversations.consulted_channels import Joined
from ivr.conversations.handovers import AGENT, WISH, HandoverWish
from ivr.office import Office
from recorder.pauses import Cause, Pauses
from recorder.recorder import Recorder
from recorder.sidecar import Sidecar
from wire.ami.client import AmiClient
from wire.ami.errors import AmiError
from wire.ami.frames import Frame

logger = logging.getLogger(__name__)
T = TypeVar("T")

RETRY_S: Final = 1.0
TRIES: Final = 60
"""So often Redis is told of a step; it is away no longer, or else for very long."""

CATCH_UP_S: Final = 5.0


@dataclass(slots=True)
class InHand:
    """One consultation, as the controller knows it that has begun it.

    Attributes:
        office: Whose.
        asked: Who is asked.
        channel: The first agent's channel.
        sidecar: Of the second recording; ``None`` where there is none.
        asked_channel: That of whoever is asked, once it is picked up.
        answered: Whether it is they who have picked up.
        left: Whether the first agent has hung up before that.
        joined: Whether the caller hears the second.
    """

    office: Office
    asked: Consultation
    channel: str
    sidecar: Sidecar | None = None
    asked_channel: str = ""
    answered: bool = False
    left: bool = False
    joined: bool = False


class ConsultationSteps:
    """Those of the consultations that this controller has begun.

    Attributes:
        in_hand: By contact.
    """

    def __init__(self, ami: AmiClient, pauses: Pauses, recorder: Recorder) -> None:
        """Subscribe to ``ami``, which is not yet connected."""
        self.in_hand: dict[str, InHand] = {}
        self._ami = ami
        self._pauses = pauses
        self._recorder = recorder
        ami.subscribe("DialEnd", self._on_dial_end)
        ami.subscribe("AttendedTransfer", self._on_transfer)
        ami.subscribe("Hangup", self._on_hang_up)
        ami.on_connect(self._catch_up)

    async def _on_dial_end(self, event: Frame) -> None:
        """What became of the ring; the channel that rings is the dialplan's, a Local one."""
        contact = event.get("Linkedid")
        held = self.in_hand.get(contact)
        if held is None or not event.get("Channel").startswith("Local/"):
            return
        if event.get("DialStatus") != "ANSWER":
            await self._over(contact, held)
            return
        held.asked_channel = event.get("DestChannel")
        if not is_remote(held.asked.phone):
            await self.answered(contact, held)

    async def answered(self, contact: str, held: InHand) -> None:
        """Whoever is asked is there."""
        held.answered = True
        if held.asked.phone:
            # not again: they are joined after this, and until then an agent is as busy
            await self._tell(held.office.distributor.consulting.answered, contact, tries=1)
        if held.left:
            await self._join(held)

    async def _on_transfer(self, event: Frame) -> None:
        """All three are together, or the first agent has left the caller to the second."""
        contact = event.get("TransfereeUniqueid")
        held = self.in_hand.get(contact)
        if held is None or event.get("Result") != "Success":
            return
        if not held.answered:
            held.left = True
            queue = held.asked.offer.queue
            await self._wish(contact, HandoverWish(HandedTo.QUEUE, queue, queue))
            return
        if event.get("DestType") == "Threeway":
            await self._all_joined(contact, held)
        else:
            await self._join(held)

    async def _all_joined(self, contact: str, held: InHand) -> None:
        """The caller hears both."""
        await self._tell(held.office.distributor.consulting.joined, contact)
        await self._resume(held.channel)
        await self._join(held)

    async def _join(self, held: InHand) -> None:
        """The caller hears the second agent: the second recording does too."""
        held.joined = True
        if held.sidecar is not None and not held.sidecar.on_demand:
            await self._resume(held.asked_channel)

    async def _resume(self, channel: str) -> None:
        try:
            await self._pauses.resume(channel, Cause.HANDOVER)
        except AmiError as fault:
            logger.info("a recording stays silent", extra={"fault": fault.code})

    async def _on_hang_up(self, event: Frame) -> None:
        contact = event.get("Linkedid")
        held = self.in_hand.get(contact)
        if held is None:
            return
        channel = event.get("Channel")
        if event.get("Uniqueid") == contact:  # the caller: whoever serves the call tells of it
            await self._forget(contact)
        elif channel == held.channel and held.joined:
            await self._took_over(contact, held)
        elif channel == held.asked_channel or (channel.startswith("Local/") and not held.answered):
            await self._over(contact, held)

    async def _took_over(self, contact: str, held: InHand) -> None:
        """The first agent has hung up, and the second has the caller."""
        distributor = held.office.distributor
        left = await self._tell(distributor.consulting.took_over, contact)
        with suppress(AmiError):
            await self._set(contact, AGENT, held.asked_channel)
        if held.left:
            await self._wish(contact, None)
        if left:
            await self._tell(distributor.match_agent, left)
        if not held.asked.phone:
            await self._forget(contact)

    async def _catch_up(self) -> None:
        """See who is joined with whom by now: the link was lost meanwhile."""
        with suppress(TimeoutError):  # a Redis that is away must not hold the link up
            async with asyncio.timeout(CATCH_UP_S):
                await self._look_at_all()

    async def _look_at_all(self) -> None:
        channels = await self._ami.list("CoreShowChannels") if self.in_hand else ()
        names = {channel.get("Channel") for channel in channels}
        for contact, held in tuple(self.in_hand.items()):
            stands = Joined.of(channels, contact, held.channel)
            if not stands.caller_lives:
                await self._forget(contact)
                continue
            if held.answered and held.asked_channel not in names:
                await self._over(contact, held)
                continue
            if stands.second and not held.answered:
                held.asked_channel = stands.second
                await self.answered(contact, held)
            if stands.first_lives and stands.second and stands.all_three and not held.joined:
                await self._all_joined(contact, held)
            elif stands.first_lives and not stands.second and stands.caller_speaks:
                await self._over(contact, held)
            elif not stands.first_lives and stands.second:
                if not held.joined:
                    await self._join(held)
                await self._took_over(contact, held)

    async def _over(self, contact: str, held: InHand) -> None:
        """Whoever was asked has hung up: the first agent has the caller again, if still there."""
        distributor = held.office.distributor
        asked = held.asked.whom.target
        freed = await self._tell(distributor.consulting.over, contact, asked)
        await self._forget(contact)
        if freed is None:
            return  # they had the caller by then; whoever serves the call tells of the end
        await self._resume(held.channel)
        if freed:
            await self._tell(distributor.match_agent, freed)

    async def _forget(self, contact: str) -> None:
        held = self.in_hand.pop(contact)
        if held.sidecar is None:
            return
        if held.joined:
            self._recorder.finish(held.sidecar.base)
        else:
            with suppress(OSError):  # the recorder's sweep finds it
                await self._recorder.discard(held.sidecar)

    async def _tell(
        self, step: Callable[..., Awaitable[T]], *about: str, tries: int = TRIES
    ) -> T | None:
        """What comes of a step in the ACD, once Redis can be told of it.

        What AMI tells of this call waits for that, and of no other. What Redis has not been told by
        then ends with the conversation.
        """
        for tried in range(tries):
            if tried:
                await asyncio.sleep(RETRY_S)
            try:
                return await step(*about)
            except AcdUnavailable as fault:
                if not tried:
                    extra = {"contact": about[0], "fault": fault.code}
                    logger.warning("a consultation cannot be told now", extra=extra)
        return None

    async def _wish(self, contact: str, wish: HandoverWish | None) -> None:
        with suppress(AmiError):
            await self._set(contact, WISH, wish.noted() if wish else "")

    async def _set(self, channel: str, variable: str, value: str) -> None:
        fields = {"Channel": channel, "Variable": variable, "Value": value}
        await self._ami.action("Setvar", fields)
