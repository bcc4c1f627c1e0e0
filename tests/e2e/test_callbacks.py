"""Called back instead of waiting: real telephones, whatever they and the controller do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import pytest_asyncio

from acd.agents import Agents
from acd.callbacks import Callbacks
from acd.clock import system_clock
from acd.errors import CallbackUnknown
from acd.model.agent import Agent, AgentState
from acd.model.callback import CallbackState
from ivr.softphone import Line
from media.tones import tone
from store.events import EventType
from tests.e2e.rig.callbacks import (
    ENTER,
    FOREIGN,
    FREE,
    GREETING,
    NUMBER,
    OFFER,
    PRESS,
    PROMISED,
    QUEUE,
    RIGHT,
    RULES,
    SOON,
    TAKE_OVER,
    WE_CALL,
)
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import wait_until_hears_tone
from tests.e2e.rig.nodes import CALLS_BACK
from tests.e2e.rig.phones import BEGINNING, CALLER_NUMBER, AgentHandset, Cast, Ears
from tests.e2e.rig.platform import ORG, Platform

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(180),
]

AGENT = "4003"
OTHER_NUMBER = "+46707654321"
SHOWN = "+46846500400"


class Desk:
    """The agent who serves the queue, and the queue's callbacks."""

    def __init__(self, handset: AgentHandset, platform: Platform) -> None:
        self.handset = handset
        self.agents = Agents(platform.redis, ORG, system_clock)
        self.callbacks = Callbacks(platform.redis, ORG, system_clock)

    async def be_away(self) -> None:
        """Be logged in, and take no call."""
        person = Agent(AGENT, AGENT, (QUEUE.name,))
        await self.agents.login(person, self.handset.name)
        await self.agents.pause(AGENT, "break")

    async def be_ready(self) -> None:
        """Take calls; the sweep of the controller finds who waits."""
        await self.agents.unpause(AGENT)

    async def is_quiet(self) -> bool:
        """Whether nobody is called, or is to be, and the agent is gone."""
        status = await self.agents.status(AGENT)
        return status.state is AgentState.LOGGED_OUT and not await self.callbacks.open()

    async def add(self, number: str = CALLER_NUMBER) -> str:
        """A callback that waits already, before any that is added later."""
        contact = await self.callbacks.add(
            number, QUEUE, language="sv", answers={"main": "fees"}, rules=RULES
        )
        added = system_clock()
        await eventually(lambda: system_clock() > added)  # a tie of milliseconds has no order
        return contact


@pytest_asyncio.fixture(loop_scope="session")
async def desk(cast: Cast, platform: Platform) -> AsyncIterator[Desk]:
    """An agent on the telephone ``agent3`` who is away at first."""
    it = Desk(await cast.agent(3), platform)
    await it.be_away()
    yield it
    await it.agents.logout(AGENT)  # nobody more is called
    for callback in await it.callbacks.open():
        with suppress(CallbackUnknown):
            await it.callbacks.cancel(callback.contact)
    await eventually(it.is_quiet, seconds=30)


async def test_a_caller_keeps_the_place_and_is_called_when_an_agent_is_free(
    platform: Platform, cast: Cast, desk: Desk, ears: Ears, journal: Journal
) -> None:
    caller = await cast.reachable()
    line = await caller.call(NUMBER)
    await ears.hear(line, OFFER, first=BEGINNING)
    await line.press("1")
    await ears.hear(line, WE_CALL)
    await line.press("2")  # the number may be interrupted
    await ears.hear(line, ENTER, first=BEGINNING)
    await line.press("00442071838750#")
    await ears.hear(line, FOREIGN)
    await ears.hear(line, ENTER, first=BEGINNING, since=len(line.heard) - 16000)
    await line.press("0701234567#")
    since = len(line.heard)
    await ears.hear(line, RIGHT, first=BEGINNING, since=since, seconds=30)
    await line.press("1")
    await ears.hear(line, SOON, first=BEGINNING)
    await line.press("1")
    await ears.hear(line, PROMISED)
    await line.wait_closed()

    queued = await journal.wait(EventType.CALL_QUEUED)
    contact = queued.contact
    await desk.be_ready()
    called = await caller.ring(30)
    assert SHOWN in called.peer
    await called.answer()
    await ears.hear(called, GREETING)
    await ears.hear(called, PRESS, first=BEGINNING)
    await called.press("1")
    theirs = await desk.handset.pick_up()
    assert CALLER_NUMBER in theirs.peer
    await _talk(called, theirs)
    await theirs.hang_up()
    await called.wait_closed()

    await journal.wait(EventType.CALLBACK_ENDED, contact=contact, outcome="talked", agent=AGENT)
    await journal.wait(EventType.AGENT_WRAPUP, agent=AGENT)
    await journal.wait(EventType.RECORDING_STORED, contact=contact)
    await journal.catch_up()
    assert len(journal.all(EventType.CONTACT_STARTED)) == 1
    assert len(journal.all(EventType.CALLBACK_DIALLED, contact=contact)) == 1
    assert not journal.all(EventType.CALL_ABANDONED)
    (recording,) = platform.rows("SELECT * FROM recordings WHERE contact = ?", contact)
    assert (recording["agent"], recording["caller"]) == (AGENT, CALLER_NUMBER)


async def test_a_tree_promises_a_call_without_a_wait_in_the_queue(
    cast: Cast, desk: Desk, ears: Ears, journal: Journal
) -> None:
    caller = await cast.reachable()
    line = await caller.call(CALLS_BACK)
    await ears.hear(line, WE_CALL)
    await line.press("1")
    await ears.hear(line, SOON, first=BEGINNING)
    await line.press("1")
    await ears.hear(line, PROMISED)
    await line.wait_closed()
    await desk.be_ready()
    called = await caller.pick_up(30)
    await ears.hear(called, GREETING)
    await ears.hear(called, PRESS, first=BEGINNING)
    await called.press("1")
    theirs = await desk.handset.pick_up()
    await _talk(called, theirs)
    await theirs.hang_up()
    await called.wait_closed()
    await journal.wait(EventType.CALLBACK_ENDED, outcome="talked", agent=AGENT)


async def test_an_agent_who_is_free_is_not_kept_waiting_by_a_caller_who_keys(
    cast: Cast, desk: Desk, ears: Ears, journal: Journal
) -> None:
    line = await (await cast.reachable()).call(NUMBER)
    await ears.hear(line, OFFER, first=BEGINNING)
    await line.press("1")
    await ears.hear(line, WE_CALL)
    await desk.be_ready()
    await ears.hear(line, FREE)
    theirs = await desk.handset.pick_up()
    answered = await journal.wait(EventType.CALL_ANSWERED)
    assert not await desk.callbacks.open()
    await theirs.hang_up()
    await line.hang_up()
    await journal.wait(EventType.CALL_ENDED, contact=answered.contact)


async def test_a_busy_phone_is_tried_again_by_rule_and_then_given_up(
    cast: Cast, desk: Desk, journal: Journal
) -> None:
    caller = await cast.reachable()
    contact = await desk.add()
    await desk.be_ready()
    await (await caller.ring()).reject()
    missed = await journal.wait(EventType.CALLBACK_MISSED, contact=contact)
    assert (missed.fields["reason"], missed.fields["attempt"]) == ("busy", "1")
    await (await caller.ring()).reject()
    await journal.wait(EventType.CALLBACK_ENDED, contact=contact, outcome="given_up")
    assert len(journal.all(EventType.CALLBACK_DIALLED, contact=contact)) == RULES.tries
    assert not desk.handset.lines


async def test_with_one_agent_never_two_are_called(
    cast: Cast, desk: Desk, journal: Journal
) -> None:
    first, second = await cast.reachable(), await cast.reachable(OTHER_NUMBER)
    contacts = [await desk.add(), await desk.add(OTHER_NUMBER)]
    await desk.be_ready()
    ringing = await first.ring()
    states = [row.state for row in await desk.callbacks.open()]
    assert states == [CallbackState.DIALLING, CallbackState.WAITING]
    await ringing.reject()
    await journal.wait(EventType.CALLBACK_MISSED, contact=contacts[0])
    await (await second.ring()).reject()
    await journal.wait(EventType.CALLBACK_MISSED, contact=contacts[1])
    order = [event.contact for event in journal.all(EventType.CALLBACK_DIALLED)]
    assert order[:2] == contacts


async def test_who_is_cancelled_while_the_phone_rings_is_not_called_again(
    cast: Cast, desk: Desk, journal: Journal
) -> None:
    caller = await cast.reachable()
    contact = await desk.add()
    await desk.be_ready()
    ringing = await caller.ring()
    assert await desk.callbacks.cancel(contact) is False
    await ringing.reject()
    await journal.wait(EventType.CALLBACK_ENDED, contact=contact, outcome="cancelled")


async def test_who_calls_in_meanwhile_takes_over_the_place_that_was_kept(
    cast: Cast, desk: Desk, ears: Ears, journal: Journal
) -> None:
    contact = await desk.add()
    await desk.add(OTHER_NUMBER)
    line = await (await cast.reachable()).call(NUMBER)
    await ears.hear(line, TAKE_OVER, first=BEGINNING)
    await line.press("1")
    await journal.wait(EventType.CALLBACK_ENDED, contact=contact, outcome="cancelled")
    await desk.be_ready()
    theirs = await desk.handset.pick_up()  # the other one asked later and is not called before
    await theirs.hang_up()
    await line.hang_up()


async def test_a_killed_controller_neither_forgets_nor_doubles_who_rings_and_who_waits(
    platform: Platform, cast: Cast, desk: Desk, ears: Ears, journal: Journal
) -> None:
    first, second = await cast.reachable(), await cast.reachable(OTHER_NUMBER)
    contacts = [await desk.add(), await desk.add(OTHER_NUMBER)]
    await desk.be_ready()
    called = await first.ring()
    platform.controller().kill()
    await called.answer()
    await _confirm(called, ears)
    theirs = await desk.handset.pick_up(30)
    assert theirs.headers["From"].startswith('"sv callback fees"'), "what the agent's phone shows"
    await _talk(called, theirs)
    await theirs.hang_up()
    await called.wait_closed()
    called = await second.pick_up(30)
    await _confirm(called, ears)
    await (await desk.handset.pick_up()).hang_up()
    await called.wait_closed()
    for contact in contacts:
        await journal.wait(EventType.CALLBACK_ENDED, contact=contact, outcome="talked")
        assert len(journal.all(EventType.CALLBACK_DIALLED, contact=contact)) == 1
    await platform.until_ready()


async def test_a_phone_nobody_answers_while_the_controller_is_killed_is_called_once_more(
    platform: Platform, cast: Cast, desk: Desk, journal: Journal
) -> None:
    caller = await cast.reachable()
    contact = await desk.add()
    await desk.be_ready()
    unanswered = await caller.ring()
    platform.controller().kill()
    again = await caller.ring(60)
    assert unanswered.is_closed  # one phone call at a time
    await again.reject()
    await journal.wait(EventType.CALLBACK_ENDED, contact=contact, outcome="given_up")
    assert len(journal.all(EventType.CALLBACK_DIALLED, contact=contact)) == RULES.tries
    await platform.until_ready()


async def _confirm(called: Line, ears: Ears) -> None:
    await ears.hear(called, PRESS, first=BEGINNING, seconds=40)
    await called.press("1")


async def _talk(one: Line, other: Line) -> None:
    """Both hear each other now."""
    since_one, since_other = len(one.heard), len(other.heard)
    await asyncio.gather(
        one.play(tone(440, 1.5)),
        other.play(tone(1000, 1.5)),
        wait_until_hears_tone(one, 1000, since=since_one),
        wait_until_hears_tone(other, 440, since=since_other),
    )
