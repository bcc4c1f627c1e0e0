"""The feature codes that agents dial from their softphones: log in and out, pause, be ready again.

``*11`` logs in (agent number, PIN), ``*12`` logs out, ``*13`` pauses with a reason, ``*14`` ends a
pause or the wrap-up time. ``*10`` stands in :mod:`ivr.desk_own_state`, ``*15`` and ``*16`` in
:mod:`ivr.desk_after_call`. The phone tells who is calling for all but the first.

An agent whose number stands in the files of several organisations is logged in at all of them at
once, and what they dial holds for all; see :mod:`ivr.elsewhere`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from acd.errors import AgentBusy, AgentLocked, PhoneBusy, ResultOwed, WrongPin
from acd.model import HAS_A_CALL, AgentStatus
from ivr import desk_after_call, desk_own_state
from ivr.agi_call import AllPrompts
from ivr.desk_visit import KEY_WAIT_S, KEYS, TRIES, Presence, Visit
from ivr.dialplan import DONE
from ivr.flow.call import CallerHungUp
from ivr.flow.staff import NOT_ANSWERING
from ivr.joining import acd_agent
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
    """Ask for number and PIN, a few times at most; make the agent ready wherever they work."""
    for _ in range(TRIES):
        number = await visit.enter(visit.texts.desk.enter_agent)
        pin = await visit.enter(visit.texts.desk.enter_pin)
        offices = visit.offices_of(number)
        if not offices:  # an unknown number sounds like a wrong PIN
            await visit.say(visit.texts.desk.wrong_pin)
            continue
        visit.come_to(offices[0])
        texts = visit.texts.desk
        try:
            await offices[0].agents.check_pin(number, pin, pin_of(number))
            before = [await office.agents.status(number) for office in offices]
            await _move_in(visit, number, offices, before)
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
            await _match(offices, number)
            return


async def _move_in(
    visit: Visit, number: str, offices: Sequence[Office], before: Sequence[AgentStatus]
) -> None:
    """Log an agent in at all of their organisations, or at none.

    Raises:
        AgentBusy: The agent has a call at one of them.
        PhoneBusy: Another agent has one at this phone.
    """
    if any(agent.state in HAS_A_CALL for agent in before):
        raise AgentBusy(number)
    if any(there.agent.state in HAS_A_CALL for there in await visit.who()):
        raise PhoneBusy(visit.phone)
    for office in offices:
        await office.agents.login(acd_agent(number, office.organisation), visit.phone)


async def _match(offices: Iterable[Office], agent: str) -> None:
    """Give an agent who is ready one call, by the first organisation that has any."""
    for office in offices:
        if await office.distributor.match_agent(agent) is not None:
            return


async def _change(visit: Visit, code: str) -> None:
    """What whoever is logged in at this phone wants otherwise, wherever they work."""
    found = await visit.who()
    if not found:
        await visit.say(visit.texts.desk.not_logged_in)
        return
    visit.come_to(found[0].office)
    await _say_why_paused(visit, [there.agent for there in found])
    if code == STATE:
        await desk_own_state.tell(visit, found)
    elif code == LOG_OUT:
        for there in found:
            await there.office.agents.logout(there.agent.id)
        await visit.say(visit.texts.desk.logged_out)
    elif code == PAUSE:
        await _pause(visit, found)
    elif code == READY:
        await _be_ready(visit, found)
    elif code == EXTEND:
        await desk_after_call.extend(visit, found)
    elif code == RESULT:
        await desk_after_call.give_result(visit, found)


async def _be_ready(visit: Visit, found: Sequence[Presence]) -> None:
    texts, owing = visit.texts, [there for there in found if _owes(there.agent)]
    try:
        for there in owing or found:  # whoever owes one organisation a result is refused there
            await there.office.agents.unpause(there.agent.id)
    except ResultOwed:
        await visit.say(texts.after_call.result_owed)
        return
    await visit.say(texts.desk.ready)
    await _match([there.office for there in found], found[0].agent.id)


def _owes(agent: AgentStatus) -> bool:
    return agent.last is not None and agent.last.owed


async def _say_why_paused(visit: Visit, statuses: Iterable[AgentStatus]) -> None:
    """Tell an agent who does not know: they were not at the phone."""
    told = visit.texts.desk.not_answering
    if told is not None and any(agent.reason == NOT_ANSWERING for agent in statuses):
        await visit.say(told)


async def _pause(visit: Visit, found: Sequence[Presence]) -> None:
    texts, pauses = visit.texts.desk, found[0].office.organisation.pauses
    for _ in range(TRIES):
        key = await visit.say(texts.enter_reason, interrupt=KEYS)
        key = key or await visit.call.collect(count=1, wait=KEY_WAIT_S, stop="")
        reason = pauses.get(key)
        if reason is not None:
            for there in found:
                await there.office.agents.pause(there.agent.id, reason.key)
            await visit.say(texts.paused, reason=visit.spoken(reason.say))
            return
        await visit.say(texts.unknown_reason)


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
