"""The desk of agents who work at a telephone outside: they call in to log in and out, and to pause.

Who calls from the number that the organisation's file names for an agent is asked for that agent's
PIN. A number can be forged, so it proves nothing; but nobody else is asked, so that a stranger
cannot go through all agents. Who is logged in there has the keys of the feature codes: 2 logs out
(``*12``), 3 pauses (``*13``), 4 is ready again (``*14``).

No device state tells of their telephone, and nobody shall be offered a call while they are still
talking to us: they log in, and are ready again, a moment after the end of the call.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from acd.agents import Agents
from acd.distributor import Distributor
from acd.errors import AcdError, AgentLocked, WrongPin
from acd.model import AgentState, AgentStatus, Clock
from ivr.agi_call import AgiCaller
from ivr.callback_offer import NOTHING, TRIES, Speaker
from ivr.flow.call import CallerHungUp
from ivr.flow.numbers import e164
from ivr.flow.organisation import Organisation
from ivr.flow.remote import RemoteTexts
from ivr.flow.staff import NOT_ANSWERING
from ivr.joining import acd_agent
from ivr.remote_agents import remote_phone

logger = logging.getLogger(__name__)

SETTLE_S: Final = 2.0
"""So long a mobile network takes at most to know that a call is over; until then it is busy."""

KEY_WAIT_S: Final = 6.0
LONGEST_PIN: Final = 8
_KEYS: Final = "0123456789*#"
_LOG_OUT, _PAUSE, _READY = "2", "3", "4"
_MINUTE_MS: Final = 60_000


class RemoteDesk:
    """Serves the agents of one organisation who call in from their own telephone."""

    def __init__(
        self,
        organisation: Organisation,
        agents: Agents,
        distributor: Distributor,
        pin_of: Callable[[str], str],
        *,
        regions: Sequence[str],
        clock: Clock,
        settle_s: float = SETTLE_S,
    ) -> None:
        """Bind.

        Args:
            organisation: Its file.
            agents: Their states.
            distributor: Finds contacts for who is ready.
            pin_of: The right PIN of an agent, ``""`` for none.
            regions: Of numbers that are delivered without a country, the first.
            clock: Epoch milliseconds.
            settle_s: See :data:`SETTLE_S`.
        """
        self._organisation = organisation
        self._agents = agents
        self._distributor = distributor
        self._pin_of = pin_of
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
        home = self._organisation
        texts, agent = home.texts.remote, self._whose(call.caller)
        speaker = Speaker(call, home, home.default_language)
        if texts is None or agent is None:
            if texts is not None:
                await speaker.say(texts.unknown)
            return False
        try:
            if not await self._proved(speaker, agent):
                return False
            status = await self._agents.status(agent)
            if status.phone == remote_phone(agent):
                await self._change(call, speaker, texts, status)
            elif status.state in (AgentState.RESERVED, AgentState.TALKING):
                await speaker.say(home.texts.desk.busy)
                return False
            else:
                await self._part(call, speaker, texts)
                await self._log_in(agent)
        except AcdError as fault:
            logger.warning(
                "an agent outside could not be served", extra={"agent": agent, "fault": fault.code}
            )
            return False
        return True

    def _whose(self, caller: str) -> str | None:
        """The agent whose telephone a call comes from."""
        number = e164(caller, self._regions)
        for agent, known in self._organisation.agents.items():
            if number and known.remote is not None and number == e164(known.remote, ()):
                return agent
        return None

    async def _proved(self, speaker: Speaker, agent: str) -> bool:
        """Ask for the PIN, a few times at most; wrong ones in a row lock the agent."""
        texts = self._organisation.texts.desk
        for _ in range(TRIES):
            first = await speaker.say(texts.enter_pin, interrupt=_KEYS)
            pin = await speaker.voice.collect(first=first, count=LONGEST_PIN, wait=KEY_WAIT_S)
            try:
                await self._agents.check_pin(agent, pin, self._pin_of(agent))
            except WrongPin:
                await speaker.say(texts.wrong_pin)
            except AgentLocked as locked:
                minutes = -(-(locked.until_ms - self._clock()) // _MINUTE_MS)
                await speaker.say(texts.locked, {"minutes": max(1, minutes)})
                return False
            else:
                return True
        return False

    async def _change(
        self, call: AgiCaller, speaker: Speaker, texts: RemoteTexts, agent: AgentStatus
    ) -> None:
        """What somebody who is logged in there wants otherwise; no key: nothing."""
        desk = self._organisation.texts.desk
        if agent.reason == NOT_ANSWERING and desk.not_answering is not None:
            await speaker.say(desk.not_answering)
        for _ in range(TRIES):
            key = await speaker.ask((texts.menu, NOTHING))
            if key == _READY and agent.last is not None and agent.last.owed:
                await speaker.say(self._organisation.texts.after_call.result_owed)
            elif key == _READY:
                await self._part(call, speaker, texts)
                await self._agents.unpause(agent.id)
                await self._distributor.match_agent(agent.id)
                return
            elif key == _LOG_OUT:
                await self._agents.logout(agent.id)
                await speaker.say(desk.logged_out)
                break
            elif key == _PAUSE and await self._paused(speaker, agent.id):
                break
        await call.hang_up()

    async def _paused(self, speaker: Speaker, agent: str) -> bool:
        texts = self._organisation.texts.desk
        key = await speaker.ask((texts.enter_reason, NOTHING))
        reason = self._organisation.pauses.get(key)
        if reason is None:
            await speaker.say(texts.unknown_reason)
            return False
        await self._agents.pause(agent, reason.key)
        await speaker.say(texts.paused, {"reason": speaker.worded(reason.say)})
        return True

    async def _part(self, call: AgiCaller, speaker: Speaker, texts: RemoteTexts) -> None:
        """End the call, whoever hangs up first, and let their network know of it."""
        with suppress(CallerHungUp):
            await speaker.say(texts.hang_up)
            await call.hang_up()
        await asyncio.sleep(self._settle_s)

    async def _log_in(self, agent: str) -> None:
        person, phone = acd_agent(agent, self._organisation), remote_phone(agent)
        await self._agents.login(person, phone, alone=True)
        await self._distributor.match_agent(agent)
