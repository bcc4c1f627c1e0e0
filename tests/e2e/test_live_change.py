"""Call trees changed while people call: what is saved is heard, what is wrong never."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ivr.softphone import Line
from monitoring.metrics.platform import EVENT_LOOP_DELAY
from store.events import EventType
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import wait_until_hears_tone
from tests.e2e.rig.phones import BEGINNING, Cast, Ears, Handset
from tests.e2e.rig.platform import Platform
from tests.e2e.rig.village import NUMBER, ORG, QUESTION, Village

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

OLD, NEW = "Det här är den gamla hälsningen.", "Nu gäller en helt annan text."
RECORDED_HZ = 620
OLD_END, NEW_END = "Hej då på det gamla viset.", "Adjö och välkommen åter en annan dag."

SAVES_A_SECOND = 20
SAVING_SECONDS = 5
HEARD_SECONDS = 0.1
"""A caller hears it when the controller is later than this; the alert EventLoopSlow says so too."""


@pytest_asyncio.fixture(loop_scope="session")
async def news(platform: Platform) -> Journal:
    return await Journal.from_now(platform.redis, ORG)


@pytest_asyncio.fixture(loop_scope="session")
async def village(platform: Platform, news: Journal) -> AsyncIterator[Village]:
    """The village as it was of old; at the first time, it comes to a platform that runs."""
    it = Village(platform.settings.trees)
    it.save(OLD, OLD_END)
    await platform.vaxel("trees", "reload")
    await eventually(lambda: _is_well(platform), why="the village is served and counted")
    await news.catch_up()
    news.events.clear()
    yield it
    it.save(OLD, OLD_END)
    await platform.vaxel("trees", "reload")


async def _is_well(platform: Platform) -> bool:
    try:
        refused = await platform.metric("vaxel_trees_refused", org=ORG)
    except AssertionError:
        return False  # 503: its events are being counted
    return refused == 0 and await platform.metric("vaxel_trees_version_info", org=ORG) == 1


async def greeted(cast: Cast, ears: Ears, greeting: str, caller: str = "+46701234567") -> Line:
    """A call that hears a greeting and is asked for a key."""
    line = await (await cast.caller(caller)).call(NUMBER)
    await ears.hear(line, greeting)
    await ears.hear(line, QUESTION, first=BEGINNING)
    return line


@pytest.mark.usefixtures("village")
async def test_an_organisation_that_comes_while_calls_run_is_served(cast: Cast, ears: Ears) -> None:
    line = await greeted(cast, ears, OLD)
    await line.press("1")
    await ears.hear(line, OLD_END)
    await line.wait_closed()


async def test_a_saved_text_is_heard_on_the_next_call_and_a_running_one_keeps_the_old(
    cast: Cast, ears: Ears, village: Village, news: Journal
) -> None:
    running = await greeted(cast, ears, OLD)
    village.save(NEW, NEW_END)
    changed = await news.wait(EventType.TREES_CHANGED, files=f"{ORG}/menu.yaml")

    later = await greeted(cast, ears, NEW, "+46701234568")
    await running.press("1")
    await ears.hear(running, OLD_END)
    await later.press("1")
    await ears.hear(later, NEW_END)

    await news.wait(EventType.CONTACT_STARTED, version=changed.fields["version"])
    await news.wait(EventType.CONTACT_STARTED, version=changed.fields["before"])
    await running.wait_closed()
    await later.wait_closed()


async def test_a_saved_recording_is_heard_on_the_next_call_until_it_is_removed(
    caller: Handset, cast: Cast, ears: Ears, village: Village, news: Journal
) -> None:
    file = village.record(OLD, RECORDED_HZ)
    name = f"{ORG}/recordings/sv/menu.greeting.say"
    await news.wait(EventType.TREES_CHANGED, files=f"{name}.txt,{name}.wav")
    line = await caller.call(NUMBER)
    await wait_until_hears_tone(line, RECORDED_HZ)
    await line.hang_up()

    file.write_bytes(file.read_bytes()[:9000])  # somebody's copy that stopped half-way
    refused = await news.wait(EventType.TREES_REFUSED)
    assert "menu.greeting.say.wav cannot be used: it is not whole" in refused.fields["problem"]
    line = await caller.call(NUMBER)
    await wait_until_hears_tone(line, RECORDED_HZ)
    await line.hang_up()

    file.unlink()
    await news.wait(EventType.TREES_CHANGED, files=f"{name}.wav")
    await (await greeted(cast, ears, OLD)).hang_up()


async def test_a_broken_file_is_refused_and_told_and_the_version_before_goes_on(
    platform: Platform, cast: Cast, ears: Ears, village: Village, news: Journal
) -> None:
    village.save(NEW, NEW_END, end="ende")
    refused = await news.wait(EventType.TREES_REFUSED)
    assert "menu.yaml:7:25: error: no node is named “ende”" in refused.fields["problem"]
    assert await platform.metric("vaxel_trees_refused", org=ORG) == 1
    assert await platform.metric("vaxel_trees_reloads_total", outcome="refused") >= 1
    _, told = await platform.vaxel("status")
    assert f"newer ones of {ORG} are refused: " in told
    await (await greeted(cast, ears, OLD)).hang_up()

    code, told = await platform.vaxel("trees", "rollback", ORG)

    assert (code, "is back: " in told) == (0, True), told
    await eventually(lambda: _is_well(platform), why="nothing is refused any more")


async def test_a_version_that_is_put_back_is_heard(
    platform: Platform, cast: Cast, ears: Ears, village: Village, news: Journal
) -> None:
    village.save(NEW, NEW_END)
    await news.wait(EventType.TREES_CHANGED)
    await (await greeted(cast, ears, NEW)).hang_up()

    code, told = await platform.vaxel("trees", "rollback", ORG)

    assert (code, f"New calls of {ORG} get version" in told) == (0, True), told
    await (await greeted(cast, ears, OLD)).hang_up()
    _, told = await platform.vaxel("trees", "history", ORG)
    assert "rolled back to, in place" in told


async def test_twenty_saves_a_second_hold_no_call(
    platform: Platform, cast: Cast, ears: Ears, village: Village
) -> None:
    before = await platform.buckets("vaxel_event_loop_delay_seconds")

    async def save() -> None:
        for number in range(SAVING_SECONDS * SAVES_A_SECOND):
            village.save(OLD, f"{OLD_END} {number}")
            await asyncio.sleep(1 / SAVES_A_SECOND)  # an admin's tool that saves all the time

    saving = asyncio.create_task(save())
    while not saving.done():
        await (await greeted(cast, ears, OLD)).hang_up()
    await saving

    after = await platform.buckets("vaxel_event_loop_delay_seconds")
    turns = [late - early for early, late in zip(before, after, strict=True)]
    in_time, every = turns[EVENT_LOOP_DELAY.bounds_seconds.index(HEARD_SECONDS)], turns[-1]
    assert every > SAVING_SECONDS * 10
    assert in_time >= 0.99 * every, f"the controller was late: {turns}"
    await platform.vaxel("trees", "reload")
    line = await greeted(cast, ears, OLD)
    await line.press("1")
    await ears.hear(line, f"{OLD_END} {SAVING_SECONDS * SAVES_A_SECOND - 1}")
    await line.wait_closed()
