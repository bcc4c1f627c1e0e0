"""The feature codes for what comes after a conversation: ``*15`` more wrap-up, ``*16`` its result.

Both may be dialled during the conversation too, on a second line: the phone is the agent's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from acd.errors import NoLastContact, NoWrapup, WrapupAtLimit
from acd.model.agent import AgentState, AgentStatus, LastContact
from ivr.desk_visit import KEY_WAIT_S, KEYS, TRIES, Presence, Visit
from ivr.flow.after_call import Result, choices_of
from ivr.office import Office

_LONG_S: Final = 120
_ROUGHLY_S: Final = 5


async def extend(visit: Visit, found: Sequence[Presence]) -> None:
    """Let the wrap-up last longer, as the queue has it; say how long it lasts now."""
    there = _latest(found)
    office, agent = there.office, there.agent
    texts, last = visit.texts.after_call, agent.last
    queue = None if last is None else office.organisation.queues.get(last.queue)
    if last is None or queue is None:
        await visit.say(texts.no_wrapup)
        return
    try:
        left_ms, _ = await office.agents.extend_wrapup(
            agent.id,
            round(queue.wrapup_extension_seconds * 1000),
            queue.longest_wrapup_seconds * 1000,
            contact=last.contact,
        )
    except (NoWrapup, NoLastContact):
        await visit.say(texts.no_wrapup)
    except WrapupAtLimit:
        await visit.say(texts.wrapup_limit)
    else:
        await say_wrapup(visit, left_ms // 1000)


async def say_wrapup(visit: Visit, seconds: int) -> None:
    """How long the wrap-up lasts, rounded down: nobody shall count on more than there is."""
    texts = visit.texts.after_call
    if seconds < _LONG_S:
        await visit.say(texts.wrapup_seconds, seconds=seconds - seconds % _ROUGHLY_S)
    else:
        await visit.say(texts.wrapup_minutes, minutes=seconds // 60)


async def give_result(visit: Visit, found: Sequence[Presence]) -> None:
    """Ask what came of the last contact, until it is a choice, a few times at most."""
    there = _latest(found)
    office, agent = there.office, there.agent
    texts, last = visit.texts.after_call, agent.last
    if last is None:
        await visit.say(texts.no_contact)
        return
    organisation = office.organisation
    choices = choices_of(organisation.queues.get(last.queue), organisation.results)
    if not choices:
        await visit.say(texts.no_results)
        return
    for _ in range(TRIES):
        result = choices.get(await _choose(visit, choices))
        if result is not None:
            await _note(visit, office, agent, last, result)
            return
        await visit.say(texts.unknown_result)


def _latest(found: Sequence[Presence]) -> Presence:
    """Where the agent has talked last, of all organisations that they work for."""
    return max(
        found, key=lambda there: 0 if there.agent.last is None else there.agent.last.began_ms
    )


async def _choose(visit: Visit, choices: Mapping[str, Result]) -> str:
    """The digits of a choice; who knows them need not listen."""
    texts, longest = visit.texts.after_call, max(map(len, choices))
    first = await visit.say(texts.enter_result, interrupt=KEYS)
    for code, result in choices.items():
        if first:
            break
        said = visit.spoken(result.say)
        first = await visit.say(texts.result_choice, interrupt=KEYS, code=code, result=said)
    return await visit.call.collect(first=first, count=longest, wait=KEY_WAIT_S)


async def _note(
    visit: Visit, office: Office, agent: AgentStatus, last: LastContact, result: Result
) -> None:
    texts = visit.texts
    try:
        status = await office.agents.give_result(agent.id, result.key, contact=last.contact)
    except NoLastContact:  # the next conversation has begun, or the agent is here anew
        await visit.say(texts.after_call.no_contact)
        return
    await visit.say(texts.after_call.result_given, result=visit.spoken(result.say))
    if last.owed and status.state is AgentState.READY:
        await office.distributor.match_agent(agent.id)
