"""The feature codes for what comes after a conversation: ``*15`` more wrap-up, ``*16`` its result.

Both may be dialled during the conversation too, on a second line: the phone is the agent's. Of an
agent of several organisations ``*16`` means the contact whose result is owed, the oldest one first,
else the latest one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from acd.errors import NoLastContact, NoWrapup, WrapupAtLimit
from acd.model.agent import AgentState, LastContact
from ivr.desk.visit import KEY_WAIT_S, KEYS, TRIES, Presence, Visit
from ivr.flow.after_call import Result, choices_of

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


def owes(there: Presence) -> bool:
    """Whether an agent owes an organisation the result of their last contact."""
    return there.agent.last is not None and there.agent.last.owed


def owing(found: Iterable[Presence]) -> list[Presence]:
    """Where an agent owes a result, the oldest first."""
    return sorted(filter(owes, found), key=_began_ms)


def choices_at(there: Presence) -> Mapping[str, Result]:
    """What can come of the last contact that an agent had at an organisation, by code."""
    organisation, last = there.office.organisation, there.agent.last
    queue = None if last is None else organisation.queues.get(last.queue)
    return choices_of(queue, organisation.results)


async def give_result(visit: Visit, found: Sequence[Presence]) -> None:
    """Ask what came of a contact, until it is a choice, a few times at most."""
    due = (there for there in owing(found) if choices_at(there))
    there = next(due, None) or _latest(found)
    texts, last = visit.texts.after_call, there.agent.last
    if last is None:
        await visit.say(texts.no_contact)
        return
    choices = choices_at(there)
    if not choices:
        await visit.say(texts.no_results)
        return
    with visit.speaking_as(there.office):
        texts = visit.texts.after_call
        for _ in range(TRIES):
            result = choices.get(await _choose(visit, choices))
            if result is not None:
                await _note(visit, there, last, result)
                return
            await visit.say(texts.unknown_result)


def _latest(found: Sequence[Presence]) -> Presence:
    """Where the agent has talked last, of all organisations that they work for."""
    return max(found, key=_began_ms)


def _began_ms(there: Presence) -> int:
    last = there.agent.last
    return 0 if last is None else last.began_ms


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


async def _note(visit: Visit, there: Presence, last: LastContact, result: Result) -> None:
    texts, office = visit.texts.after_call, there.office
    try:
        status = await office.agents.give_result(there.agent.id, result.key, contact=last.contact)
    except NoLastContact:  # the next conversation has begun, or the agent is here anew
        await visit.say(texts.no_contact)
        return
    await visit.say(texts.result_given, result=visit.spoken(result.say))
    if last.owed and status.state is AgentState.READY:
        await office.distributor.match_agent(there.agent.id)
