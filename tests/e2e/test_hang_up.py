"""A caller who hangs up, at each single step: nothing is left, and the figures tell it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from ivr.softphone import Line
from recorder.transcribing import LOCK
from store.events import EventType
from tests.e2e.conftest import AGENT, until_nothing_is_left
from tests.e2e.rig.eventually import eventually
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
from tests.e2e.rig.platform import ORG, Platform
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
    platform: Platform, cast: Cast, ears: Ears, journal: Journal
) -> None:
    async def one(step: Callable[[Line, Ears], Awaitable[None]], number: str) -> None:
        line = await (await cast.caller(number)).call(RECEPTION)
        await step(line, ears)
        await line.hang_up()

    async with asyncio.TaskGroup() as calls:
        for index, step in enumerate(STEPS):
            calls.create_task(one(step, f"+4670000000{index}"), name=step.__name__)
    await journal.wait(EventType.CONTACT_ENDED, count=len(STEPS), reason="caller")
    await _nothing_is_open(platform)


async def test_before_the_answer(platform: Platform, caller: Handset) -> None:
    line = await caller.dial(RECEPTION)
    await line.hang_up()
    await _nothing_is_open(platform)


async def test_while_leaving_a_message(
    platform: Platform, caller: Handset, ears: Ears, journal: Journal
) -> None:
    line = await caller.call(OFFICE)
    await ears.hear(line, OFFICE_MESSAGE, seconds=20)
    await line.hang_up()
    await journal.wait(EventType.CONTACT_ENDED, reason="caller")
    await _nothing_is_open(platform)


async def test_while_waiting(
    platform: Platform, caller: Handset, agent: AgentHandset, ears: Ears, journal: Journal
) -> None:
    await agent.pause("1", "Du är pausad: rast.", ears)
    abandoned = await platform.metric("vaxel_calls_abandoned_total", **QUEUE)
    line = await caller.call(RECEPTION)
    await walk_to_queue(line, ears)
    await ears.hear(line, NEXT)
    await line.hang_up()
    ended = await journal.wait(EventType.CALL_ABANDONED)
    await journal.wait(EventType.CONTACT_ENDED, contact=ended.contact, reason="caller")
    await _nothing_is_open(platform)

    async def counted() -> bool:
        return await platform.metric("vaxel_calls_abandoned_total", **QUEUE) == abandoned + 1

    await eventually(counted, why="the call is in the figures, once")
    assert await platform.metric("vaxel_calls_waiting", **QUEUE) == 0


async def test_while_an_agent_is_rung(
    platform: Platform, caller: Handset, agent: AgentHandset, ears: Ears, journal: Journal
) -> None:
    line = await caller.call(RECEPTION)
    await walk_to_queue(line, ears)
    ringing = await agent.ring()
    await line.hang_up()
    await ringing.wait_closed()
    await journal.wait(EventType.CALL_ABANDONED)
    await _nothing_is_open(platform)
    await _is_ready_again(platform)
    assert journal.all(EventType.AGENT_PAUSED, agent=AGENT) == []


async def test_while_talking(
    platform: Platform, caller: Handset, agent: AgentHandset, ears: Ears, journal: Journal
) -> None:
    line = await caller.call(RECEPTION)
    await walk_to_queue(line, ears)
    theirs = await agent.pick_up()
    assert _open_for_calls(platform)  # else the look below would see nothing either
    await line.hang_up()
    await theirs.wait_closed()
    ended = await journal.wait(EventType.CALL_ENDED)
    await journal.wait(EventType.CONTACT_ENDED, contact=ended.contact, reason="caller")
    await journal.wait(EventType.RECORDING_STORED)
    await _is_ready_again(platform)
    await _nothing_is_open(platform)


async def test_an_agent_who_hangs_up_at_the_desk_leaves_nothing(
    platform: Platform, agent: AgentHandset
) -> None:
    line = await agent.call(READY)
    await line.hang_up()
    await _nothing_is_open(platform)


async def _nothing_is_open(platform: Platform) -> None:
    await until_nothing_is_left(platform)
    await eventually(lambda: not _open_for_calls(platform), why="nothing is open for a call")


def _open_for_calls(platform: Platform) -> list[str]:
    """Connections and files of calls that the controller has open.

    Those to Redis and SQL are pooled: how many there are says nothing of one call.
    """
    controller = platform.controller()
    port = platform.settings.agi.port
    sessions = [
        f"AGI session {each.raddr}"
        for each in controller.net_connections("inet")
        if each.laddr.port == port and each.raddr
    ]
    folders = (platform.layout.recordings, platform.layout.prompts.resolve())
    files = [
        each.path
        for each in controller.open_files()
        if Path(each.path).name != LOCK and any(map(Path(each.path).is_relative_to, folders))
    ]
    return sessions + files


async def _is_ready_again(platform: Platform) -> None:
    async def so() -> bool:
        return await platform.metric("vaxel_agents", org=ORG, state="ready") == 1

    await eventually(so, why="the agent is ready again")
