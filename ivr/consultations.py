"""An agent asks somebody during a conversation (``*3``), and may leave the caller to them.

Asterisk does the talking (features.conf: ``atxfer``); here the ACD learns of each step, so that it
knows all the while who is busy. Whom the agent keys is judged by AGI before anything rings; what
becomes of it is told by AMI: the asked phone is picked up or hung up, all three are joined, the
first agent hangs up. Each step is idempotent in the ACD: several controllers may tell of it.

The recording is silent while the caller is away. What the second agent and the caller talk is a
recording of its own: it runs from the answer on, for Asterisk lets no manager of few rights begin
one later, and is silent until they are joined. A controller that dies takes with it what is in
hand here: both agents are free when the caller's conversation is over, at the latest, and what was
silent stays so.

Whoever picks up at an agent's telephone outside is asked for key 1 first. Until then it rings, as
far as the first agent hears and Asterisk's transfer knows.

An agent who hangs up while it still rings leaves the caller waiting for the second; Asterisk tells
of that as of any transfer (AttendedTransfer), and of the first agent's Hangup when it is decided.
Where nobody picks up, the caller is back in the queue at the old place.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from acd.errors import AcdError, AcdUnavailable, AgentNotReady
from acd.model.handover import Consultation, HandedTo
from ivr.agi_call import AgiVoice, AllPrompts
from ivr.confirmations import TAKEN, takes
from ivr.consulted_telephones import ConsultedTelephones, Dialled
from ivr.dialplan import DONE
from ivr.flow.call import CallerHungUp, CallFailed
from ivr.handover_targets import CannotHandOver, judged
from ivr.handovers import AGENT, WISH, HandoverWish
from ivr.office import Office
from ivr.remote_agents import is_remote
from recorder.pauses import RECORDING, Cause, Pauses, sidecar_of
from recorder.recorder import Recorder
from recorder.sidecar import Sidecar
from wire.agi.session import AgiSession
from wire.ami.client import AmiClient
from wire.ami.errors import AmiError
from wire.ami.frames import Frame

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _InHand:
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
    sidecar: Sidecar | None
    asked_channel: str = ""
    answered: bool = False
    left: bool = False
    joined: bool = False


class Consultations:
    """Serves agents who ask somebody (``agi://…/consult``), and watches what becomes of it."""

    def __init__(
        self,
        ami: AmiClient,
        offices: Mapping[str, Office],
        pauses: Pauses,
        prompts: AllPrompts,
        recorder: Recorder,
        *,
        telephones: ConsultedTelephones,
        clock: Callable[[], int],
    ) -> None:
        """Subscribe to ``ami``, which is not yet connected."""
        self._ami = ami
        self._offices = offices
        self._pauses = pauses
        self._prompts = prompts
        self._recorder = recorder
        self._telephones = telephones
        self._clock = clock
        self._in_hand: dict[str, _InHand] = {}
        ami.subscribe("DialEnd", self._on_dial_end)
        ami.subscribe("AttendedTransfer", self._on_transfer)
        ami.subscribe("Hangup", self._on_hang_up)

    async def serve(self, session: AgiSession) -> None:
        """Whom an agent has keyed, on the channel that will ring them.

        Raises:
            AgiError: The channel is gone or failed.
            AcdUnavailable: Redis does not answer: nobody is rung.
        """
        contact = await session.get_variable("CHANNEL(linkedid)") or ""
        for office in tuple(self._offices.values()):
            offer = await office.distributor.current_offer(contact)
            if offer is not None:
                break
        else:
            return
        keys = session.environment.extension.removesuffix("#")
        try:
            wish = await judged(office, keys, offer)
            if wish.to is HandedTo.QUEUE:
                raise CannotHandOver("unknown")  # nobody is there yet to be asked
            if wish.to is HandedTo.AGENT:
                await self._telephones.check(office, offer, wish.target)
            asked = await office.distributor.consulting.begin(offer, wish.told)
        except (CannotHandOver, AgentNotReady) as refused:
            code = refused.code if isinstance(refused, CannotHandOver) else "nobody"
            await self._refuse(session, office, CannotHandOver(code))
            return
        except AcdUnavailable:
            raise
        except AcdError as stale:  # the conversation is over, or somebody is asked already
            logger.info("nobody is asked", extra={"contact": contact, "fault": stale.code})
            return
        recording = await self._take_in_hand(session, office, asked)
        dialled = self._telephones.dialled(office, wish, asked, recording)
        await self._tell_dialplan(session, dialled)

    async def ask(self, session: AgiSession) -> None:
        """Whether it is the agent outside who has picked up (``agi://…/asked``), on that channel.

        Raises:
            AgiError: The channel is gone or failed; then they have not.
            AcdUnavailable: Redis does not answer, likewise.
        """
        contact, number, until = session.environment.args
        held = self._in_hand.get(contact)
        if held is None or held.asked.number != number:
            return  # over meanwhile
        home = held.office.organisation
        if (texts := home.texts.remote) is None:
            return

        def wanted() -> bool:
            return self._in_hand.get(contact) is held

        voice, queue = AgiVoice(session, self._prompts.of(home.id)), held.asked.offer.queue
        asking = takes(
            voice,
            home,
            texts.asked,
            queue=queue,
            until_ms=int(until),
            clock=self._clock,
            wanted=wanted,
        )
        if not await asking or not wanted():
            return
        await session.set_variable(TAKEN, "1")
        held.asked_channel = session.environment.channel
        await self._answered(contact, held)

    async def silence(self, session: AgiSession) -> None:
        """The second recording runs (``agi://…/silence``): not before they are joined, it does.

        Raises:
            AmiError: It could not be silenced; the dialplan ends it.
        """
        await self._pauses.pause(session.environment.channel, Cause.HANDOVER)
        await session.set_variable(DONE, "1")

    async def _refuse(self, session: AgiSession, office: Office, why: CannotHandOver) -> None:
        texts = office.organisation.texts.handover
        if texts is None:
            return
        language = office.organisation.default_language
        everyday = {"organisation": office.organisation.name, "language": language}
        voice = AgiVoice(session, self._prompts.of(office.organisation.id))
        with suppress(CallerHungUp, CallFailed):
            await voice.answer()
            await voice.say(why.words(texts).utterance(language, everyday))

    async def _take_in_hand(self, session: AgiSession, office: Office, asked: Consultation) -> str:
        """Silence the recording; the second one's part of ``vaxel-consulted``'s arguments."""
        channel = await session.get_variable(f"MASTER_CHANNEL({AGENT})") or ""
        held = self._in_hand[asked.offer.contact] = _InHand(office, asked, channel, None)
        first: Sidecar | None = None
        with suppress(AmiError):
            first = await sidecar_of(await self._get(channel, RECORDING))
            if first is not None:
                await self._pauses.pause(channel, Cause.HANDOVER)
        if first is None or not asked.phone:
            return ""
        number, agent = int(asked.number), asked.whom.target
        held.sidecar = replace(first, n=number, agent=agent, offered_at_ms=self._clock())
        try:
            base = await self._recorder.expect(held.sidecar)
        except OSError as fault:
            await self._recorder.unrecorded(held.sidecar, fault)
            held.sidecar = None
            return ""
        return f"^{base}" if first.on_demand else f"^{base}^now"

    async def _tell_dialplan(self, session: AgiSession, dialled: Dialled) -> None:
        await session.set_variable("VAXEL_TO", dialled.to)
        await session.set_variable("VAXEL_RING", f"{dialled.ring_s:.0f}")
        await session.set_variable("VAXEL_OPTIONS", dialled.options)
        await session.set_variable(DONE, "1")

    async def _on_dial_end(self, event: Frame) -> None:
        """What became of the ring; the channel that rings is the dialplan's, a Local one."""
        contact = event.get("Linkedid")
        held = self._in_hand.get(contact)
        if held is None or not event.get("Channel").startswith("Local/"):
            return
        if event.get("DialStatus") != "ANSWER":
            await self._over(contact, held)
            return
        held.asked_channel = event.get("DestChannel")
        if not is_remote(held.asked.phone):
            await self._answered(contact, held)

    async def _answered(self, contact: str, held: _InHand) -> None:
        """Whoever is asked is there."""
        held.answered = True
        if held.asked.phone:
            await self._tell(held.office.distributor.consulting.answered(contact))
        if held.left:
            await self._join(held)

    async def _on_transfer(self, event: Frame) -> None:
        """All three are together, or the first agent has left the caller to the second."""
        contact = event.get("TransfereeUniqueid")
        held = self._in_hand.get(contact)
        if held is None or event.get("Result") != "Success":
            return
        if not held.answered:
            held.left = True
            queue = held.asked.offer.queue
            await self._wish(contact, HandoverWish(HandedTo.QUEUE, queue, queue))
            return
        if event.get("DestType") == "Threeway":
            await self._tell(held.office.distributor.consulting.joined(contact))
            await self._resume(held.channel)
        await self._join(held)

    async def _join(self, held: _InHand) -> None:
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
        held = self._in_hand.get(contact)
        if held is None:
            return
        channel, distributor = event.get("Channel"), held.office.distributor
        if event.get("Uniqueid") == contact:  # the caller: whoever serves the call tells of it
            await self._forget(contact)
        elif channel == held.channel and held.joined:
            left = await self._tell(distributor.consulting.took_over(contact))
            with suppress(AmiError):
                await self._set(contact, AGENT, held.asked_channel)
            if held.left:
                await self._wish(contact, None)
            if left:
                await distributor.match_agent(left)
            if not held.asked.phone:
                await self._forget(contact)
        elif channel == held.asked_channel or (channel.startswith("Local/") and not held.answered):
            await self._over(contact, held)

    async def _over(self, contact: str, held: _InHand) -> None:
        """Whoever was asked has hung up: the first agent has the caller again, if still there."""
        distributor = held.office.distributor
        freed = await self._tell(distributor.consulting.over(contact, held.asked.whom.target))
        await self._forget(contact)
        if freed is None:
            return  # they had the caller by then; whoever serves the call tells of the end
        await self._resume(held.channel)
        if freed:
            await distributor.match_agent(freed)

    async def _forget(self, contact: str) -> None:
        held = self._in_hand.pop(contact)
        if held.sidecar is None:
            return
        if held.joined:
            self._recorder.finish(held.sidecar.base)
        else:
            with suppress(OSError):  # the recorder's sweep finds it
                await self._recorder.discard(held.sidecar)

    async def _tell(self, step: Coroutine[Any, Any, Any]) -> Any:
        """What comes of a step in the ACD; what it is not told ends with the conversation."""
        try:
            return await step
        except AcdUnavailable as fault:
            logger.warning("a consultation could not be told", extra={"fault": fault.code})
            return None

    async def _wish(self, contact: str, wish: HandoverWish | None) -> None:
        with suppress(AmiError):
            await self._set(contact, WISH, wish.noted() if wish else "")

    async def _get(self, channel: str, variable: str) -> str:
        answer = await self._ami.action("Getvar", {"Channel": channel, "Variable": variable})
        return answer.get("Value")

    async def _set(self, channel: str, variable: str, value: str) -> None:
        fields = {"Channel": channel, "Variable": variable, "Value": value}
        await self._ami.action("Setvar", fields)
