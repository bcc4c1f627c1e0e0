"""A caller who hangs up, at each single step: nothing is left, and the figures tell it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from ivr.softphone import Line
from store.events import EventType
from tests.e2e.conftest import AGENT, until_nothing_is_left
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.phones import (
    BEGINNING,
    OFFICE,
    READY,
    RECEPTION,
    AgentHandset,
    Cast,
    Ears,
    Handset,
)
from tests.e2e.rig.platform import ORG, Platform, eventually
from tests.e2e.rig.reception import (
    CHOOSE_SWEDISH,
    NEXT,
    OFFICE_MESSAGE,
    WELCOME,
    walk_to_menu,
    walk_to_queue,
)

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

QUEUE = {"org": ORG, "queue": "support"}


async def _as_soon_as_it_is_up(line: Line, ears: Ears) -> None:
    """No step at all."""


async def _in_the_greeting(line: Line, ears: Ears) -> None:
    await ears.hear(line, WELCOME, first=BEGINNING)


async def _choosing_a_language(line: Line, ears: Ears) -> None:
    await ears.hear(line, CHOOSE_SWEDISH, first=BEGINNING)


async def _in_the_menu(line: Line, ears: Ears) -> None:
    await walk_to_menu(line, ears)


async def _after_a_wrong_key(line: Line, ears: Ears) -> None:
    await walk_to_menu(line, ears)
    await line.press("7")


STEPS = (
    _as_soon_as_it_is_up,
    _in_the_greeting,
    _choosing_a_language,
    _in_the_menu,
    _after_a_wrong_key,
)


async def test_before_the_queue(
    platform: Platform, cast: Cast, caller: Handset, ears: Ears, journal: Journal
) -> None:
    async def one(step: Callable[[Line, Ears], Awaitable[None]], number: str) -> None:
        line = await (await cast.caller(number)).call(RECEPTION)
        await step(line, ears)
        await line.hang_up()

    async def each_step() -> None:
        async with asyncio.TaskGroup() as calls:
            for index, step in enumerate(STEPS):
                calls.create_task(one(step, f"+4670000000{index}"), name=step.__name__)

    await each_step()  # opens what stays open for so many calls at once
    files = await _files(platform, caller, ears)
    await each_step()
    await journal.wait(EventType.CONTACT_ENDED, count=2 * len(STEPS) + 1, reason="caller")
    await _is_as_before(platform, files)


async def test_before_the_answer(platform: Platform, caller: Handset, ears: Ears) -> None:
    files = await _files(platform, caller, ears)
    line = await caller.dial(RECEPTION)
    await line.hang_up()
    await _is_as_before(platform, files)


async def test_while_leaving_a_message(
    platform: Platform, caller: Handset, ears: Ears, journal: Journal
) -> None:
    files = await _files(platform, caller, ears)
    line = await caller.call(OFFICE)
    await ears.hear(line, OFFICE_MESSAGE, seconds=20)
    await line.hang_up()
    await journal.wait(EventType.CONTACT_ENDED, count=2, reason="caller")
    await _is_as_before(platform, files)


async def test_while_waiting(
    platform: Platform, caller: Handset, agent: AgentHandset, ears: Ears, journal: Journal
) -> None:
    await agent.pause("1", "Du är pausad: rast.", ears)
    files = await _files(platform, caller, ears)
    abandoned = await platform.metric("vaxel_calls_abandoned_total", **QUEUE)
    line = await caller.call(RECEPTION)
    await walk_to_queue(line, ears)
    await ears.hear(line, NEXT)
    await line.hang_up()
    ended = await journal.wait(EventType.CALL_ABANDONED)
    await journal.wait(EventType.CONTACT_ENDED, contact=ended.contact, reason="caller")
    await _is_as_before(platform, files)

    async def counted() -> bool:
        return await platform.metric("vaxel_calls_abandoned_total", **QUEUE) == abandoned + 1

    await eventually(counted, why="the call is in the figures, once")
    assert await platform.metric("vaxel_calls_waiting", **QUEUE) == 0


async def test_while_an_agent_is_rung(
    platform: Platform, caller: Handset, agent: AgentHandset, ears: Ears, journal: Journal
) -> None:
    files = await _files(platform, caller, ears)
    line = await caller.call(RECEPTION)
    await walk_to_queue(line, ears)
    ringing = await agent.ring()
    await line.hang_up()
    await ringing.wait_closed()
    await journal.wait(EventType.CALL_ABANDONED)
    await _is_as_before(platform, files)
    await _is_ready_again(platform)
    assert journal.all(EventType.AGENT_PAUSED, agent=AGENT) == []


async def test_while_talking(
    platform: Platform, caller: Handset, agent: AgentHandset, ears: Ears, journal: Journal
) -> None:
    async def talk_and_hang_up() -> None:
        line = await caller.call(RECEPTION)
        await walk_to_queue(line, ears)
        theirs = await agent.pick_up()
        await line.hang_up()
        await theirs.wait_closed()

    await talk_and_hang_up()  # opens what stays open for a recording
    await _is_ready_again(platform)
    await journal.wait(EventType.RECORDING_STORED)
    files = await _files(platform, caller, ears)
    await talk_and_hang_up()
    ended = await journal.wait(EventType.CALL_ENDED, count=2)
    await journal.wait(EventType.CONTACT_ENDED, contact=ended.contact, reason="caller")
    await _is_ready_again(platform)
    await _is_as_before(platform, files)


async def test_an_agent_who_hangs_up_at_the_desk_leaves_nothing(
    platform: Platform, agent: AgentHandset, caller: Handset, ears: Ears
) -> None:
    files = await _files(platform, caller, ears)
    line = await agent.call(READY)
    await line.hang_up()
    await _is_as_before(platform, files)


async def _files(platform: Platform, caller: Handset, ears: Ears) -> int:
    """The controller's open files, after a call that has opened what stays open."""
    line = await caller.call(RECEPTION)
    await ears.hear(line, WELCOME, first=BEGINNING)
    await line.hang_up()
    await until_nothing_is_left(platform)
    return platform.controller().num_fds()


async def _is_as_before(platform: Platform, files: int) -> None:
    await until_nothing_is_left(platform)
    controller = platform.controller()
    await eventually(lambda: controller.num_fds() <= files, why=f"at most {files} open files")


async def _is_ready_again(platform: Platform) -> None:
    async def so() -> bool:
        return await platform.metric("vaxel_agents", org=ORG, state="ready") == 1

    await eventually(so, why="the agent is ready again")
