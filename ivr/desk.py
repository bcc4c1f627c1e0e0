"""The feature codes that agents dial from their softphones: log in and out, pause, be ready again.

``*11`` logs in (agent number, PIN), ``*12`` logs out, ``*13`` pauses with a reason, ``*14`` ends a
pause or the wrap-up time. The phone tells who is calling for all but the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from acd.errors import AgentBusy, AgentLocked, PhoneBusy, WrongPin
from acd.model import Agent, AgentStatus
from ivr.agi_call import AgiVoice, AllPrompts
from ivr.dialplan import DONE
from ivr.flow.call import CallerHungUp
from ivr.flow.organisation import NOT_ANSWERING, DeskTexts
from ivr.flow.texts import Text
from ivr.office import Office
from wire.agi.session import AgiSession

LOG_IN: Final = "*11"
LOG_OUT: Final = "*12"
PAUSE: Final = "*13"
READY: Final = "*14"

TRIES: Final = 3
KEY_WAIT_S: Final = 6.0
LONGEST_NUMBER: Final = 8
_KEYS: Final = "0123456789*#"
_MINUTE_MS: Final = 60_000


class Desk:
    """Serves agents (``agi://…/desk``)."""

    def __init__(
        self,
        offices: Mapping[str, Office],
        pin_of: Callable[[str], str],
        prompts: AllPrompts,
        clock: Callable[[], int],
    ) -> None:
        self._offices = offices
        self._pin_of = pin_of
        self._prompts = prompts
        self._clock = clock

    async def serve(self, session: AgiSession) -> None:
        """One call of an agent.

        Raises:
            AgiError: The channel is gone or failed.
            AcdError: Redis does not answer; the dialplan tells the agent.
        """
        environment = session.environment
        visit = _Visit(
            session, self._prompts, phone_of(environment.channel), self._offices, self._clock
        )
        call = visit.call
        try:
            await call.answer()
            if environment.extension == LOG_IN:
                await visit.log_in(self._pin_of)
            else:
                await visit.change(environment.extension)
            await session.set_variable(DONE, "1")
            await call.hang_up()
        except CallerHungUp:
            return  # an agent who has heard enough


class _Visit:
    """One agent's call at the desk."""

    def __init__(
        self,
        session: AgiSession,
        prompts: AllPrompts,
        phone: str,
        offices: Mapping[str, Office],
        clock: Callable[[], int],
    ) -> None:
        self._prompts = prompts
        self._phone = phone
        self._offices = offices
        self._clock = clock
        self._home = next(iter(offices.values())).organisation
        self.call = AgiVoice(session, prompts.of(self._home.id))

    def _come_to(self, office: Office) -> None:
        """Speak from now on as an organisation does."""
        self._home = office.organisation
        self.call.prompts = self._prompts.of(self._home.id)

    async def log_in(self, pin_of: Callable[[str], str]) -> None:
        """Ask for number and PIN, a few times at most; make the agent ready."""
        for _ in range(TRIES):
            number = await self._enter(self._texts.enter_agent)
            pin = await self._enter(self._texts.enter_pin)
            office = self._office_of(number)
            if office is None:  # an unknown number sounds like a wrong PIN
                await self._say(self._texts.wrong_pin)
                continue
            self._come_to(office)
            try:
                await office.agents.check_pin(number, pin, pin_of(number))
                known = office.organisation.agents[number]
                agent = Agent(
                    number, known.name, known.serves, known.levels, frozenset(known.backup)
                )
                before = await office.agents.status(number)
                await office.agents.login(agent, self._phone)
            except WrongPin:
                await self._say(self._texts.wrong_pin)
            except AgentLocked as locked:
                minutes = -(-(locked.until_ms - self._clock()) // _MINUTE_MS)
                await self._say(self._texts.locked, minutes=max(1, minutes))
                return
            except (AgentBusy, PhoneBusy):
                await self._say(self._texts.busy)
                return
            else:
                await self._say_why_paused(before)
                await self._say(self._texts.logged_in)
                await office.distributor.match_agent(number)
                return

    async def change(self, code: str) -> None:
        """Log out, pause or be ready: whoever is logged in at this phone."""
        found = await self._who()
        if found is None:
            await self._say(self._texts.not_logged_in)
            return
        office, agent = found
        self._come_to(office)
        await self._say_why_paused(agent)
        if code == LOG_OUT:
            await office.agents.logout(agent.id)
            await self._say(self._texts.logged_out)
        elif code == PAUSE:
            await self._pause(office, agent)
        elif code == READY:
            await office.agents.unpause(agent.id)
            await self._say(self._texts.ready)
            await office.distributor.match_agent(agent.id)

    async def _say_why_paused(self, agent: AgentStatus) -> None:
        """Tell an agent who does not know: they were not at the phone."""
        if agent.reason == NOT_ANSWERING and self._texts.not_answering is not None:
            await self._say(self._texts.not_answering)

    async def _pause(self, office: Office, agent: AgentStatus) -> None:
        for _ in range(TRIES):
            key = await self._say(self._texts.enter_reason, interrupt=_KEYS)
            key = key or await self.call.collect(count=1, wait=KEY_WAIT_S, stop="")
            reason = office.organisation.pauses.get(key)
            if reason is not None:
                await office.agents.pause(agent.id, reason.key)
                spoken = reason.say.utterance(self._language, {}).text
                await self._say(self._texts.paused, reason=spoken)
                return
            await self._say(self._texts.unknown_reason)

    async def _enter(self, question: Text) -> str:
        """Ask for digits up to ``#``; the first may interrupt the question."""
        first = await self._say(question, interrupt=_KEYS)
        return await self.call.collect(first=first, count=LONGEST_NUMBER, wait=KEY_WAIT_S)

    async def _say(self, text: Text, *, interrupt: str = "", **variables: object) -> str:
        everyday = {"organisation": self._home.name, "language": self._language}
        utterance = text.utterance(self._language, {**everyday, **variables})
        return await self.call.say(utterance, interrupt=interrupt)

    async def _who(self) -> tuple[Office, AgentStatus] | None:
        for office in tuple(self._offices.values()):
            agent = await office.agents.at_phone(self._phone)
            if agent is not None:
                return office, agent
        return None

    def _office_of(self, number: str) -> Office | None:
        return next((o for o in self._offices.values() if number in o.organisation.agents), None)

    @property
    def _texts(self) -> DeskTexts:
        return self._home.texts.desk

    @property
    def _language(self) -> str:
        return self._home.default_language


def phone_of(channel: str) -> str:
    """The PJSIP endpoint of a channel: ``agent1`` of ``PJSIP/agent1-0000002a``."""
    return channel.partition("/")[2].rpartition("-")[0]
