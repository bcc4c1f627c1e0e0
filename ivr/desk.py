"""The feature codes that agents dial from their softphones: log in and out, pause, be ready again.

``*11`` logs in (agent number, PIN), ``*12`` logs out, ``*13`` pauses with a reason, ``*14`` ends a
pause or the wrap-up time. ``*10`` stands in :mod:`ivr.desk_own_state`, ``*15`` and ``*16`` in
:mod:`ivr.desk_after_call`. The phone tells who is calling for all but the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from acd.errors import AgentBusy, AgentLocked, PhoneBusy, ResultOwed, WrongPin
from acd.model import Agent, AgentStatus
from ivr import desk_after_call, desk_own_state
from ivr.agi_call import AllPrompts
from ivr.desk_visit import KEY_WAIT_S, KEYS, TRIES, Visit
from ivr.dialplan import DONE
from ivr.flow.call import CallerHungUp
from ivr.flow.organisation import NOT_ANSWERING
from ivr.office import Office
from wire.agi.session import AgiSession

STATE: Final = "*10"
LOG_IN: Final = "*11"
LOG_OUT: Final = "*12"
PAUSE: Final = "*13"
READY: Final = "*14"
EXTEND: Final = "*15"
RESULT: Final = "*16"

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


async def _log_in(visit: Visit, pin_of: Callable[[str], str]) -> None:
    """Ask for number and PIN, a few times at most; make the agent ready."""
    for _ in range(TRIES):
        number = await visit.enter(visit.texts.desk.enter_agent)
        pin = await visit.enter(visit.texts.desk.enter_pin)
        office = visit.office_of(number)
        if office is None:  # an unknown number sounds like a wrong PIN
            await visit.say(visit.texts.desk.wrong_pin)
            continue
        visit.come_to(office)
        texts = visit.texts.desk
        try:
            await office.agents.check_pin(number, pin, pin_of(number))
            known = office.organisation.agents[number]
            agent = Agent(number, known.name, known.queues, known.levels)
            before = await office.agents.status(number)
            await office.agents.login(agent, visit.phone)
        except WrongPin:
            await visit.say(texts.wrong_pin)
        except AgentLocked as locked:
            minutes = -(-(locked.until_ms - visit.clock()) // _MINUTE_MS)
            await visit.say(texts.locked, minutes=max(1, minutes))
            return
        except (AgentBusy, PhoneBusy):
            await visit.say(texts.busy)
            return
        else:
            await _say_why_paused(visit, before)
            await visit.say(texts.logged_in)
            await office.distributor.match_agent(number)
            return


async def _change(visit: Visit, code: str) -> None:
    """What whoever is logged in at this phone wants otherwise."""
    found = await visit.who()
    if found is None:
        await visit.say(visit.texts.desk.not_logged_in)
        return
    office, agent = found
    visit.come_to(office)
    await _say_why_paused(visit, agent)
    if code == STATE:
        await desk_own_state.tell(visit, office, agent)
    elif code == LOG_OUT:
        await office.agents.logout(agent.id)
        await visit.say(visit.texts.desk.logged_out)
    elif code == PAUSE:
        await _pause(visit, office, agent)
    elif code == READY:
        await _be_ready(visit, office, agent)
    elif code == EXTEND:
        await desk_after_call.extend(visit, office, agent)
    elif code == RESULT:
        await desk_after_call.give_result(visit, office, agent)


async def _be_ready(visit: Visit, office: Office, agent: AgentStatus) -> None:
    try:
        await office.agents.unpause(agent.id)
    except ResultOwed:
        await visit.say(visit.texts.after_call.result_owed)
        return
    await visit.say(visit.texts.desk.ready)
    await office.distributor.match_agent(agent.id)


async def _say_why_paused(visit: Visit, agent: AgentStatus) -> None:
    """Tell an agent who does not know: they were not at the phone."""
    told = visit.texts.desk.not_answering
    if agent.reason == NOT_ANSWERING and told is not None:
        await visit.say(told)


async def _pause(visit: Visit, office: Office, agent: AgentStatus) -> None:
    texts = visit.texts.desk
    for _ in range(TRIES):
        key = await visit.say(texts.enter_reason, interrupt=KEYS)
        key = key or await visit.call.collect(count=1, wait=KEY_WAIT_S, stop="")
        reason = office.organisation.pauses.get(key)
        if reason is not None:
            await office.agents.pause(agent.id, reason.key)
            await visit.say(texts.paused, reason=visit.spoken(reason.say))
            return
        await visit.say(texts.unknown_reason)


def phone_of(channel: str) -> str:
    """The PJSIP endpoint of a channel: ``agent1`` of ``PJSIP/agent1-0000002a``."""
    return channel.partition("/")[2].rpartition("-")[0]
