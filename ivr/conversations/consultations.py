"""An agent asks somebody during a conversation (``*3``), and may leave the caller to them.

Asterisk does the talking (features.conf: ``atxfer``); here the ACD learns of each step, so that it
knows all the while who is busy. Whom the agent keys is judged by AGI before anything rings; what
becomes of it is told by AMI (:mod:`ivr.conversations.consultation_steps`).

The recording is silent while the caller is away. What the second agent and the caller talk is a
recording of its own: it runs from the answer on, for Asterisk lets no manager of few rights begin
one later, and is silent until they are joined.

Whoever picks up at an agent's telephone outside is asked for key 1 first. Until then it rings, as
far as the first agent hears and Asterisk's transfer knows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from acd.errors import AcdError, AcdUnavailable, AgentNotReady
from acd.model.handover import Consultation, HandedTo
from ivr.agents.confirmations import TAKEN, takes
from ivr.calls.agi_call import AgiVoice, AllPrompts
from ivr.calls.dialplan import DONE
from ivr.conversations.consultation_steps import ConsultationSteps, InHand
from ivr.conversations.consulted_telephones import ConsultedTelephones, Dialled
from ivr.conversations.handover_targets import CannotHandOver, judged
from ivr.conversations.handovers import AGENT
from ivr.flow.call import CallerHungUp, CallFailed
from ivr.office import Office
from recorder.pauses import RECORDING, Cause, Pauses, sidecar_of
from recorder.recorder import Recorder
from recorder.sidecar import Sidecar
from wire.agi.session import AgiSession
from wire.ami.client import AmiClient
from wire.ami.errors import AmiError

logger = logging.getLogger(__name__)


class Consultations:
    """Serves agents who ask somebody (``agi://…/consult``)."""

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
        self._steps = ConsultationSteps(ami, pauses, recorder)

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
        held = self._steps.in_hand.get(contact)
        if held is None or held.asked.number != number:
            return  # over meanwhile
        home = held.office.organisation
        if (texts := home.texts.remote) is None:
            return

        def wanted() -> bool:
            return self._steps.in_hand.get(contact) is held

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
        await self._steps.answered(contact, held)

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
        held = self._steps.in_hand[asked.offer.contact] = InHand(office, asked, channel)
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

    async def _get(self, channel: str, variable: str) -> str:
        answer = await self._ami.action("Getvar", {"Channel": channel, "Variable": variable})
        return answer.get("Value")
