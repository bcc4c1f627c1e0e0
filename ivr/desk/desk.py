"""The feature codes that agents dial from their softphones: log in and out, pause, be ready again.

``*11`` logs in (agent number, PIN), ``*12`` logs out, ``*13`` pauses with a reason, ``*14`` ends a
pause or the wrap-up time; what these and the others do stands in :mod:`ivr.desk.codes`. The phone
tells who is calling for all but the first.

An agent whose number stands in the files of several organisations is logged in at all of them at
once, and what they dial holds for all; see :mod:`ivr.agents.elsewhere`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from acd.agents import Agents
from acd.errors import AgentBusy, NotLoggedIn, PhoneBusy
from acd.model.agent import AgentStatus
from ivr.calls.agi_call import AllPrompts
from ivr.calls.dialplan import DONE
from ivr.desk.codes import do, say_why_paused
from ivr.desk.login import match, move_in
from ivr.desk.pin_dialogue import PinOf, prove
from ivr.desk.visit import Visit
from ivr.flow.call import CallerHungUp
from ivr.office import Office
from wire.agi.session import AgiSession

LOG_IN: Final = "*11"


class Desk:
    """Serves agents (``agi://…/desk``)."""

    def __init__(
        self,
        offices: Mapping[str, Office],
        pin_of: PinOf,
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
        phone = phone_of(environment.channel)
        visit = Visit(session, self._prompts, phone, self._offices, self._clock)
        try:
            await visit.call.answer()
            if environment.extension == LOG_IN:
                await _log_in(visit, self._pin_of)
            else:
                await _change(visit, environment.extension)
            await session.set_variable(DONE, "1")
            await visit.call.hang_up()
        except CallerHungUp:
            return  # an agent who has heard enough


async def _log_in(visit: Visit, pin_of: PinOf) -> None:
    """Have an agent prove who they are; make them ready wherever they work."""

    async def number() -> str:
        return await visit.enter(visit.texts.desk.enter_agent)

    def counted_by(claimed: str) -> Agents | None:
        offices = visit.offices_of(claimed)
        if not offices:
            return None
        visit.come_to(offices[0])
        return offices[0].agents

    agent = await prove(visit, number, counted_by, pin_of)
    if agent is None:
        return
    offices = visit.offices_of(agent)
    try:
        before = await move_in(visit, agent, offices)
    except (AgentBusy, PhoneBusy):
        await visit.say(visit.texts.desk.busy)
        return
    await say_why_paused(visit, before)
    await visit.say(visit.texts.desk.logged_in)
    await match(offices, agent)


async def _change(visit: Visit, code: str) -> None:
    """What whoever is logged in at this phone wants otherwise, wherever they work."""
    found = await visit.who()
    if not found:
        await visit.say(visit.texts.desk.not_logged_in)
        return
    visit.come_to(found[0].office)
    await say_why_paused(visit, [there.agent for there in found])
    try:
        await do(visit, found, code)
    except NotLoggedIn:  # since they dialled the code
        await visit.say(visit.texts.desk.not_logged_in)


def phone_of(channel: str) -> str:
    """The PJSIP endpoint of a channel: ``agent1`` of ``PJSIP/agent1-0000002a``."""
    return channel.partition("/")[2].rpartition("-")[0]


async def agent_at(offices: Mapping[str, Office], phone: str) -> tuple[Office, AgentStatus] | None:
    """Who is logged in at a phone, and where they work.

    Raises:
        AcdUnavailable: Redis does not answer.
    """
    for office in tuple(offices.values()):
        agent = await office.agents.at_phone(phone)
        if agent is not None:
            return office, agent
    return None
