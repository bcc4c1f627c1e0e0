"""The desk of agents who work at a telephone outside: they call in to log in and out, and to pause.

Who calls from the number that the organisation's file names for an agent is asked for that agent's
PIN. A number can be forged, so it proves nothing; but nobody else is asked, so that a stranger
cannot go through all agents. Who is logged in there has the feature codes of
:mod:`ivr.desk.codes` by their last digit: 0 tells how they stand (``*10``), 2 logs out, 3 pauses, 4
is ready again, 5 asks for more wrap-up, 6 says what came of the last contact.

An agent of several organisations works outside for those whose files name this telephone for them,
and is logged out at the others: an organisation decides itself whether its callers go there.

No device state tells of their telephone, and nobody shall be offered a call while they are still
talking to us: it is in use from the right PIN on until a moment after the end of the call.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any, Final, Protocol

from acd.clock import Clock
from acd.errors import AcdError, AgentBusy, NotLoggedIn, PhoneBusy
from ivr.agents.remote_agents import remote_phone
from ivr.calls.agi_call import AgiCaller, AllPrompts
from ivr.desk.after_call import choices_at, give_result, owing
from ivr.desk.codes import EXTEND, LOG_OUT, PAUSE, READY, RESULT, STATE, do, say_why_paused
from ivr.desk.login import move_in
from ivr.desk.pin_dialogue import PinOf, prove
from ivr.desk.visit import TRIES, Presence, Visit
from ivr.flow.call import CallerHungUp
from ivr.flow.numbers import e164
from ivr.flow.remote import RemoteTexts
from ivr.office import Office

logger = logging.getLogger(__name__)

SETTLE_S: Final = 2.0
"""So long a mobile network takes at most to know that a call is over; until then it is busy."""

_CODES: Final[Mapping[str, str]] = {
    code[-1]: code for code in (STATE, LOG_OUT, PAUSE, READY, EXTEND, RESULT)
}
"""By key."""


class Engaged(Protocol):
    """Keeps offers from a telephone outside (:meth:`ivr.agents.phones.Phones.engaged`)."""

    def __call__(self, phone: str) -> AbstractAsyncContextManager[None]:
        """It is in use during the block."""


class RemoteDesk:
    """Serves the agents of one organisation who call in from their own telephone."""

    def __init__(
        self,
        org: str,
        offices: Mapping[str, Office],
        prompts: AllPrompts,
        pin_of: PinOf,
        engaged: Engaged,
        *,
        regions: Sequence[str],
        clock: Clock,
        settle_s: float = SETTLE_S,
    ) -> None:
        """Bind.

        Args:
            org: The organisation's id.
            offices: Of all organisations; may grow.
            prompts: Spoken texts.
            pin_of: The right PIN of an agent.
            engaged: Keeps offers from whoever talks to us.
            regions: Of numbers that are delivered without a country, the first.
            clock: Epoch milliseconds.
            settle_s: See :data:`SETTLE_S`.
        """
        self._org = org
        self._offices = offices
        self._prompts = prompts
        self._pin_of = pin_of
        self._engaged = engaged
        self._regions = regions
        self._clock = clock
        self._settle_s = settle_s

    async def visit(self, call: AgiCaller) -> bool:
        """Serve whoever calls; they are hung up then.

        Returns:
            ``False``: it is no agent, they did not prove it, or nothing can be changed now. They
            have been told and are still there.

        Raises:
            CallerHungUp: They are gone.
            CallFailed: The channel failed.
        """
        home = self._offices[self._org]
        number = e164(call.caller, self._regions)
        agent = _whose(number, home)
        phone = remote_phone(agent or "")
        visit = Visit(call.session, self._prompts, phone, self._offices, self._clock)
        visit.come_to(home)
        texts = visit.texts.remote
        if texts is None:
            return False
        if agent is None:
            await visit.say(texts.unknown)
            return False
        theirs = visit.offices_of(agent)

        async def known() -> str:
            return agent

        try:
            if await prove(visit, known, lambda _: theirs[0].agents, self._pin_of) is None:
                return False
            async with self._engaged(phone):
                outside = [office for office in theirs if _whose(number, office) == agent]
                return await self._settled(_serve(visit, texts, agent, outside))
        except AcdError as fault:
            logger.warning(
                "an agent outside could not be served", extra={"agent": agent, "fault": fault.code}
            )
            return False

    async def _settled(self, serving: Coroutine[Any, Any, bool]) -> bool:
        """What comes of a visit, once their network knows that it is over."""
        try:
            served = await serving
        except CallerHungUp:
            await asyncio.sleep(self._settle_s)
            raise
        if served:
            await asyncio.sleep(self._settle_s)
        return served


def _whose(number: str, office: Office) -> str | None:
    """The agent whose telephone has a number, E.164, as an organisation says."""
    for agent, known in office.organisation.agents.items():
        if number and known.remote is not None and number == e164(known.remote, ()):
            return agent
    return None


async def _serve(visit: Visit, texts: RemoteTexts, agent: str, outside: Collection[Office]) -> bool:
    """Log in whoever is not there, ask all others what they want; whether the call is over."""
    if await _found(visit):
        await _change(visit, texts)
        return True
    try:
        before = await move_in(visit, agent, outside)
    except (AgentBusy, PhoneBusy):
        await visit.say(visit.texts.desk.busy)
        return False
    await say_why_paused(visit, before)
    await _part(visit, texts)
    return True


async def _change(visit: Visit, texts: RemoteTexts) -> None:
    """What somebody who is logged in there wants otherwise; no key: nothing more."""
    await say_why_paused(visit, [there.agent for there in await _found(visit)])
    silent = 0
    while silent < TRIES:
        code = _CODES.get(await visit.key(texts.menu), "")
        silent = 0 if code else silent + 1
        try:
            over = await _done(visit, code)
        except NotLoggedIn:
            await visit.say(visit.texts.desk.not_logged_in)
            break
        if over:
            if code == READY:
                await _part(visit, texts)
            break
    await visit.call.hang_up()


async def _done(visit: Visit, code: str) -> bool:
    """Do what a code says; whether nothing more can be wanted.

    Raises:
        NotLoggedIn: They are there no longer.
    """
    found = await _found(visit)
    if code == READY and _can_give(found):  # a key away, as it is not for a softphone
        await give_result(visit, found)
        found = await _found(visit)
        if _can_give(found):
            return False
    if not found:
        raise NotLoggedIn(visit.phone)
    return await do(visit, found, code)


def _can_give(found: Sequence[Presence]) -> bool:
    """Whether somebody owes a result, and there is one that they could give."""
    return any(choices_at(there) for there in owing(found))


async def _found(visit: Visit) -> list[Presence]:
    """Who is logged in there; first at the organisation that speaks, whose pauses are asked for."""
    return sorted(await visit.who(), key=lambda there: there.office is not visit.home)


async def _part(visit: Visit, texts: RemoteTexts) -> None:
    """End the call, whoever hangs up first."""
    with suppress(CallerHungUp):
        await visit.say(texts.hang_up)
        await visit.call.hang_up()
