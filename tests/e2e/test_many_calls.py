"""Twenty calls through menu, queue and agent: one after the other, and all at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ivr.softphone import LineClosed
from media.tones import tone
from store.events import EventType
from tests.e2e.conftest import until_nothing_is_left
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import wait_until_hears_tone
from tests.e2e.rig.nodes import PRESS_ONE, SHORT
from tests.e2e.rig.phones import RECEPTION, AgentHandset, Cast, Ears
from tests.e2e.rig.platform import ORG, Platform
from tests.e2e.rig.privacy import personal_lines
from tests.e2e.rig.reception import walk_to_queue

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(300),
]

CALLS = 20
POOLED = 8
"""So many connections to Redis and SQL may be added to pools; a leak would be one a call."""

AGENTS = ("4001", "4002", "4003")
AGENT_HZ = 1000
IN_QUEUE = {"queue": "support"}
COUNTED = {
    EventType.CALL_QUEUED: "vaxel_calls_offered_total",
    EventType.CALL_ANSWERED: "vaxel_calls_answered_total",
    EventType.CALL_ENDED: "vaxel_talk_seconds_count",
    EventType.RECORDING_STORED: "vaxel_recordings_stored_total",
}


@pytest_asyncio.fixture(loop_scope="session")
async def staff(cast: Cast, platform: Platform) -> AsyncIterator[None]:
    """Three agents who pick up whatever rings and speak until the caller hangs up."""
    handsets = [await cast.agent(which) for which in (1, 2, 3)]
    for handset, agent in zip(handsets, AGENTS, strict=True):
        await handset.sit_down(agent, platform.redis)
    work = [asyncio.create_task(_work(handset)) for handset in handsets]
    yield
    for task in work:
        task.cancel()
    for result in await asyncio.gather(*work, return_exceptions=True):
        assert isinstance(result, asyncio.CancelledError), result
    await cast.hang_up()
    for handset, agent in zip(handsets, AGENTS, strict=True):
        await handset.stand_up(agent, platform.redis)


async def _work(handset: AgentHandset) -> None:
    while True:
        line = await handset.ring(300)
        try:
            await line.answer()
        except LineClosed:
            continue  # the caller was quicker
        line.start_playing(tone(AGENT_HZ, 30))
        await line.wait_closed(60)


async def _one_call(cast: Cast, ears: Ears, number: int, *, short: bool = False) -> None:
    handset = await cast.caller(f"+467000000{number:02d}")
    line = await handset.call(SHORT if short else RECEPTION)
    if short:
        await ears.hear(line, PRESS_ONE)
        await line.press("1")
    else:
        await walk_to_queue(line, ears)
    await wait_until_hears_tone(line, AGENT_HZ, seconds=90)
    await line.hang_up()


@pytest.mark.usefixtures("staff")
async def test_all_at_once(platform: Platform, cast: Cast, ears: Ears, journal: Journal) -> None:
    async def round_of_calls() -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(CALLS):
                group.create_task(_one_call(cast, ears, number))

    before = await _figures(platform)
    await round_of_calls()
    await _all_is_well(platform, journal, before)


@pytest.mark.usefixtures("staff")
async def test_one_after_the_other(
    platform: Platform, cast: Cast, ears: Ears, journal: Journal
) -> None:
    before = await _figures(platform)
    files = platform.controller().num_fds() + POOLED
    for number in range(CALLS):
        await _one_call(cast, ears, number, short=True)
    await _all_is_well(platform, journal, before)
    controller = platform.controller()
    await eventually(lambda: controller.num_fds() <= files, why=f"at most {files} open files")


async def _figures(platform: Platform) -> list[float]:
    return [await platform.metric(name, org=ORG, **IN_QUEUE) for name in COUNTED.values()]


async def _all_is_well(platform: Platform, journal: Journal, before: list[float]) -> None:
    """Every call was answered, recorded and counted, and nothing is left of it, nor in a log."""
    await journal.wait(EventType.RECORDING_STORED, count=CALLS, seconds=30)
    await journal.wait(EventType.CONTACT_ENDED, count=CALLS)

    await journal.catch_up()
    happened = [len(journal.all(kind, **IN_QUEUE)) for kind in COUNTED]
    assert happened == [CALLS] * len(COUNTED)

    async def all_counted() -> bool:
        return await _figures(platform) == [count + CALLS for count in before]

    await eventually(all_counted, why=f"{CALLS} more than {before} of {list(COUNTED.values())}")
    for stored in journal.all(EventType.RECORDING_STORED):
        (row,) = platform.rows("SELECT * FROM recordings WHERE contact = ?", stored.contact)
        assert (platform.layout.recordings / str(row["path"])).stat().st_size == row["bytes"]
    assert journal.all(EventType.CALL_ABANDONED) == []
    await until_nothing_is_left(platform)
    assert not list(personal_lines(platform))
