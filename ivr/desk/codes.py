"""What agents who are logged in want otherwise, by feature code, at whatever telephone they are.

``*10`` stands in :mod:`ivr.desk.own_state`, ``*15`` and ``*16`` in :mod:`ivr.desk.after_call`. An
agent of several organisations wants it at all of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Final

from acd.errors import NotLoggedIn, ResultOwed
from acd.model.agent import AgentStatus
from ivr.desk import after_call, own_state
from ivr.desk.after_call import choices_at, owes
from ivr.desk.login import match
from ivr.desk.visit import TRIES, Presence, Visit
from ivr.flow.staff import NOT_ANSWERING

STATE: Final = "*10"
LOG_OUT: Final = "*12"
PAUSE: Final = "*13"
READY: Final = "*14"
EXTEND: Final = "*15"
RESULT: Final = "*16"


async def do(visit: Visit, found: Sequence[Presence], code: str) -> bool:
    """Do what a code says, and tell of it.

    Args:
        visit: The agent's call.
        found: The agent, wherever they are logged in; somewhere.
        code: One of those above; any other does nothing.

    Returns:
        Whether it logs them out, pauses them or has them ready.

    Raises:
        CallerHungUp, CallFailed: The agent is gone.
        NotLoggedIn: Somebody else has logged them out meanwhile, wherever they were.
        AcdUnavailable: Redis does not answer.
    """
    if code == STATE:
        await own_state.tell(visit, found)
    elif code == LOG_OUT:
        await _wherever(found, lambda there: there.office.agents.logout(there.agent.id))
        await visit.say(visit.texts.desk.logged_out)
        return True
    elif code == PAUSE:
        return await _pause(visit, found)
    elif code == READY:
        return await _be_ready(visit, found)
    elif code == EXTEND:
        await after_call.extend(visit, found)
    elif code == RESULT:
        await after_call.give_result(visit, found)
    return False


async def say_why_paused(visit: Visit, statuses: Iterable[AgentStatus]) -> None:
    """Tell an agent who does not know: they were not at the phone."""
    told = visit.texts.desk.not_answering
    if told is not None and any(agent.reason == NOT_ANSWERING for agent in statuses):
        await visit.say(told)


async def _wherever(
    found: Iterable[Presence], step: Callable[[Presence], Awaitable[object]]
) -> None:
    """Take a step at each organisation, but where somebody else has logged the agent out.

    Raises:
        NotLoggedIn: That is so at all of them.
    """
    out, taken = None, False
    for there in found:
        try:
            await step(there)
            taken = True
        except NotLoggedIn as gone:
            out = gone
    if out is not None and not taken:
        raise out


async def _be_ready(visit: Visit, found: Sequence[Presence]) -> bool:
    """Whoever owes one organisation a result that can be given is ready for none."""
    texts = visit.texts

    async def ready(there: Presence) -> None:
        let_off = not choices_at(there)  # the file has lost its results since
        await there.office.agents.unpause(there.agent.id, let_off=let_off)

    try:
        await _wherever(sorted(found, key=owes, reverse=True), ready)
    except ResultOwed:
        await visit.say(texts.after_call.result_owed)
        return False
    await visit.say(texts.desk.ready)
    await match([there.office for there in found], found[0].agent.id)
    return True


async def _pause_at(reason: str, there: Presence) -> None:
    await there.office.agents.pause(there.agent.id, reason)


async def _pause(visit: Visit, found: Sequence[Presence]) -> bool:
    texts, pauses = visit.texts.desk, found[0].office.organisation.pauses
    for _ in range(TRIES):
        reason = pauses.get(await visit.key(texts.enter_reason))
        if reason is not None:
            await _wherever(found, partial(_pause_at, reason.key))
            await visit.say(texts.paused, reason=visit.spoken(reason.say))
            return True
        await visit.say(texts.unknown_reason)
    return False
