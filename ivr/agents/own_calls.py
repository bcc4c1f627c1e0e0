"""Calls that agents make of their own accord, from the phone at which they are logged in.

Whom they may call says their organisation (``outgoing_calls``); the number is judged as that of a
transfer is. The other side sees the organisation's number, never the phone's. Nothing is offered to
the agent meanwhile, and the call is counted. It is not recorded: a queue's policy says what its
callers may expect, and these people have come through none.

Whoever has a contact calls nobody beside it. Their phone is told so (486) and no word spoken: a
second call that is up could be given to the caller by the phone's transfer button, unasked.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from acd.clock import Clock
from acd.errors import AcdUnavailable, AgentBusy, NotLoggedIn
from acd.model.agent import HAS_A_CALL, AgentStatus, OwnCallOutcome
from acd.names import check_name
from ivr.callbacks.offer import Outgoing
from ivr.calls.agi_call import AgiVoice, AllPrompts
from ivr.calls.dialplan import CAUSES, DONE
from ivr.calls.outside import LONGEST_S, dial
from ivr.desk.desk import agent_at, phone_of
from ivr.flow.call import CallerHungUp, Cause, Utterance
from ivr.flow.numbers import e164, normalised
from ivr.flow.organisation import Organisation
from ivr.flow.outgoing_calls import OutgoingCalls
from ivr.flow.patterns import named
from ivr.flow.texts import Text
from ivr.numbers import NumberOwn, NumberRefused
from ivr.office import Office
from ivr.queueing.answers import ANSWER, AnswerWatch
from store.events import Event, EventType
from wire.agi.session import AgiSession

logger = logging.getLogger(__name__)

OPTIONS: Final = f"giU(vaxel-answered)S({LONGEST_S})"
"""After the other side's hang-up go on; follow no forwarding; note when it was answered; not for
ever."""

OUTCOMES: Final = {
    "ANSWER": OwnCallOutcome.TALKED,
    "NOANSWER": OwnCallOutcome.NO_ANSWER,
    "BUSY": OwnCallOutcome.BUSY,
    "CANCEL": OwnCallOutcome.CANCELLED,
}
"""What ``DIALSTATUS`` says; any other is unreachable."""


class CallRefusal(StrEnum):
    """Why an agent was not let call. Stable: it appears in events and metrics."""

    OFF = "off"
    NOT_ALLOWED = "not_allowed"
    BUSY = "busy"


class CallRefused(Exception):
    """An agent may not make this call.

    Attributes:
        reason: Why.
    """

    def __init__(self, reason: CallRefusal) -> None:
        super().__init__(_ADVICE[reason])
        self.reason = reason


_ADVICE: Final[Mapping[CallRefusal, str]] = {
    CallRefusal.OFF: "Agents call nobody here. Give organisation.yaml “outgoing_calls: {allow: …}”,"
    " and the setting outgoing.endpoint a way to the telephone network.",
    CallRefusal.NOT_ALLOWED: "Agents may not call this number. List it in organisation.yaml,"
    " “outgoing_calls: {allow: …}”; if it is there, the setting outgoing.regions lacks its country"
    " or it is a special service, which must be listed whole.",
    CallRefusal.BUSY: "The agent has a call. End it first.",
}


class Shown(Protocol):
    """What people see whom an organisation calls (:meth:`ivr.offices.Offices.shown_number`)."""

    def __call__(self, org: str) -> str:
        """Its number, ``""`` for nothing."""


def number_to_dial(dialled: str, allowed: OutgoingCalls | None, outgoing: Outgoing) -> str:
    """The number as the endpoint is given it: E.164, or a short one that is listed whole.

    Args:
        dialled: What the agent has keyed.
        allowed: Whom the organisation lets its agents call.
        outgoing: Whom the installation calls.

    Raises:
        CallRefused: It is not to be called.
    """
    if allowed is None or not outgoing.endpoint:
        raise CallRefused(CallRefusal.OFF)
    number = e164(dialled, outgoing.regions) or normalised(dialled)
    pattern = named(allowed.allow, number) or named(allowed.allow, dialled)
    if pattern is None:
        raise CallRefused(CallRefusal.NOT_ALLOWED)
    try:
        return outgoing.judged(dialled)
    except NumberOwn:
        raise CallRefused(CallRefusal.NOT_ALLOWED) from None  # it would come back to us
    except NumberRefused:
        if pattern.prefix:
            raise CallRefused(CallRefusal.NOT_ALLOWED) from None
        return number


class AgentCalls:
    """Serves agents who call somebody (``agi://…/outgoing``)."""

    def __init__(
        self,
        offices: Mapping[str, Office],
        answers: AnswerWatch,
        prompts: AllPrompts,
        shown_number: Shown,
        clock: Clock,
        *,
        node: str = "",
    ) -> None:
        """Bind.

        Args:
            offices: By organisation.
            answers: Tells when somebody picks up.
            prompts: Spoken texts.
            shown_number: What those see who are called.
            clock: Epoch milliseconds.
            node: Whose Asterisk makes the calls.
        """
        self._node = node
        self._offices = offices
        self._answers = answers
        self._prompts = prompts
        self._shown_number = shown_number
        self._clock = clock

    async def serve(self, session: AgiSession) -> None:
        """One call of an agent, to its end.

        Raises:
            AgiError: The channel is gone or failed.
            AcdError: Redis does not answer; the dialplan tells the agent. Of a call that runs, the
                end is noted when the phone is free.
        """
        phone = phone_of(session.environment.channel)
        found = await agent_at(self._offices, phone)
        office = found[0] if found else next(iter(self._offices.values()))
        home = office.organisation
        voice = AgiVoice(session, self._prompts.of(home.id))
        try:
            if found and found[1].state in HAS_A_CALL:
                await self._refused(office, found[1].id, CallRefused(CallRefusal.BUSY))
                await session.exec("Hangup", CAUSES[Cause.BUSY])
                return
            told = await self._called(session, office, found[1]) if found else None
            text = told if found else home.texts.desk.not_logged_in
            if text is not None:
                await voice.answer()
                await voice.say(_in_words(text, home))
            await session.set_variable(DONE, "1")
            await voice.hang_up()
        except CallerHungUp:
            return  # an agent who has heard enough

    async def _called(self, session: AgiSession, office: Office, agent: AgentStatus) -> Text | None:
        """Make the call; what is to be said to the agent afterwards."""
        home = office.organisation
        call = check_name("Call", session.environment.uniqueid)
        try:
            number = number_to_dial(
                session.environment.extension, home.outgoing_calls, office.around.outgoing
            )
            await office.agents.call_begun(agent.id, agent.phone, call, self._node)
        except CallRefused as refused:
            return await self._refused(office, agent.id, refused)
        except AgentBusy:
            return await self._refused(office, agent.id, CallRefused(CallRefusal.BUSY))
        except NotLoggedIn:  # since we looked
            return home.texts.desk.not_logged_in
        outcome, answered_ms = await self._dial(session, office, agent.id, number)
        await office.agents.call_ended(agent.id, call, outcome, answered_ms=answered_ms)
        logger.info("an agent has called somebody", extra={"agent": agent.id, "outcome": outcome})
        texts = home.texts.outgoing_calls
        if texts is None or session.hung_up:
            return None
        words: Mapping[OwnCallOutcome, Text] = {
            OwnCallOutcome.NO_ANSWER: texts.no_answer,
            OwnCallOutcome.BUSY: texts.busy,
            OwnCallOutcome.UNREACHABLE: texts.unreachable,
        }
        return words.get(outcome)

    async def _dial(
        self, session: AgiSession, office: Office, agent: str, number: str
    ) -> tuple[OwnCallOutcome, int | None]:
        """Ring and let them talk: what came of it, and when it was answered (epoch ms)."""
        home, call = office.organisation, session.environment.uniqueid
        endpoint = office.around.outgoing.endpoint
        ring = home.outgoing_calls.ring if home.outgoing_calls else 0

        await session.set_variable("CALLERID(num)", self._shown_number(home.id))
        await session.set_variable("CALLERID(name)", home.name)
        with self._answers.expect(call, _Called(office, agent, call)):
            status, at = await dial(session, f"PJSIP/{number}@{endpoint}", ring, OPTIONS)
        outcome = OUTCOMES.get(status, OwnCallOutcome.UNREACHABLE)
        if outcome is not OwnCallOutcome.TALKED:
            return outcome, None
        return outcome, self._clock() if at is None else at

    async def _refused(self, office: Office, agent: str, refused: CallRefused) -> Text | None:
        """Note it; what the agent hears."""
        org, texts = office.organisation.id, office.organisation.texts
        logger.info("an agent was not let call", extra={"agent": agent, "reason": refused.reason})
        await office.stream.append(
            Event(
                EventType.AGENT_CALL_REFUSED,
                self._clock(),
                org,
                agent=agent,
                fields={"reason": refused.reason.value},
            )
        )
        if refused.reason is CallRefusal.BUSY:
            return texts.desk.busy
        if texts.outgoing_calls is None:
            return None
        off = refused.reason is CallRefusal.OFF
        return texts.outgoing_calls.off if off else texts.outgoing_calls.not_allowed


@dataclass(frozen=True, slots=True)
class _Called:
    """Whom an agent calls (:class:`ivr.queueing.answers.Rung`)."""

    office: Office
    agent: str
    call: str

    def rings(self, phone: str) -> None:
        """It is known."""

    async def over(self, _phone: str, status: str) -> None:
        """The queues are told of the answer."""
        if status != ANSWER:
            return
        try:
            await self.office.agents.call_answered(self.agent, self.call)
        except AcdUnavailable as fault:  # told again at the end
            logger.warning("an answer could not be noted", extra={"fault": fault.code})


def _in_words(text: Text, home: Organisation) -> Utterance:
    language = home.default_language
    return text.utterance(language, {"organisation": home.name, "language": language})
