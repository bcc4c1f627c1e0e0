"""Node types on a real line: what is keyed, said, sent, remembered, and who comes first."""

from __future__ import annotations

import asyncio
import json

import pytest

from acd.agents import Agents
from acd.clock import system_clock
from media.tones import tone
from store.events import EventType
from tests.e2e.conftest import AGENT
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import wait_until_hears_music, wait_until_hears_tone
from tests.e2e.rig.nodes import (
    ASK,
    CHOOSE,
    CHOSEN,
    CODE_IS,
    COLLECTS,
    DIAL,
    ENTER_CODE,
    ENTERED,
    EXTENSION,
    EXTENSIONS,
    FULL,
    HELLO,
    LIMITED,
    LINK,
    NOBODY_WRITES,
    NOT_SENT,
    PREFERRED,
    QUEUE,
    REMEMBERS,
    RIGHT,
    SAY_IT,
    SENT,
    SKIPPED,
    TEXTS,
    TRANSCRIBES,
    YOU_SAID,
)
from tests.e2e.rig.phones import BEGINNING, AgentHandset, Cast, Ears, Handset
from tests.e2e.rig.platform import ORG, Platform
from tests.e2e.rig.speech import stats, words

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

AGENT_HZ = 1000
NUMBERS = tuple(f"+4670765440{last}" for last in range(6))
BYTES_A_SECOND = 16_000


@pytest.fixture
def queues() -> tuple[str, ...]:
    return (QUEUE,)


async def test_what_is_keyed_is_read_back_until_it_is_right(caller: Handset, ears: Ears) -> None:
    line = await caller.call(COLLECTS)
    await ears.hear(line, ENTER_CODE)
    await line.press("4712#")  # many press # behind the last digit; nothing is cut short by it
    said = await ears.hear(line, ENTERED)
    for digit in "4712":
        said = await ears.hear(line, digit, since=round(said * BYTES_A_SECOND))
    await ears.hear(line, RIGHT, first=BEGINNING, since=round(said * BYTES_A_SECOND))
    since = len(line.heard)
    await line.press("2")
    await ears.hear(line, ENTER_CODE, since=since)
    since = len(line.heard)
    await line.press("4711")
    await ears.hear(line, ENTERED, since=since)
    await line.press("1")  # in mid-reading
    await ears.hear(line, f"{CODE_IS} 4711.", since=since)
    await line.wait_closed()


async def test_an_extension_is_dialled_where_its_first_digit_is_a_choice(
    cast: Cast, ears: Ears
) -> None:
    async def press(number: str, keys: str, answer: str) -> None:
        line = await (await cast.caller(number)).call(EXTENSIONS)
        await ears.hear(line, DIAL)
        await line.press(keys)
        await ears.hear(line, answer)
        await line.wait_closed()

    async with asyncio.TaskGroup() as group:
        group.create_task(press(NUMBERS[0], "1", CHOSEN))
        group.create_task(press(NUMBERS[1], "1234", f"{EXTENSION} 1234."))


async def test_a_text_message_is_handed_over_and_a_caller_without_a_number_is_told(
    platform: Platform, cast: Cast, ears: Ears
) -> None:
    async def call(number: str, answer: str) -> None:
        line = await (await cast.caller(number)).call(TEXTS)
        await ears.hear(line, answer)
        await line.wait_closed()

    async with asyncio.TaskGroup() as group:
        group.create_task(call(NUMBERS[0], SENT))
        group.create_task(call("anonymous", NOT_SENT))
    assert platform.settings.sms.file is not None
    sent = platform.settings.sms.file.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in sent] == [{"org": ORG, "to": NUMBERS[0], "text": LINK}]
    assert platform.settings.sms.file.stat().st_mode & 0o777 == 0o600


async def test_a_language_is_remembered_for_the_next_call(
    cast: Cast, ears: Ears, journal: Journal
) -> None:
    caller = await cast.caller(NUMBERS[2])
    line = await caller.call(REMEMBERS)
    await ears.hear(line, CHOOSE, first=BEGINNING)
    await line.press("3")
    await ears.hear(line, ASK, "en")
    await line.press("1")
    await ears.hear(line, HELLO, "en")
    await line.wait_closed()
    await journal.wait(EventType.CONTACT_ENDED)
    line = await caller.call(REMEMBERS)
    assert await ears.hear(line, HELLO, "en") < 1, "nothing is asked this time"
    await line.wait_closed()


async def test_words_become_a_value_and_nobody_is_asked_where_nobody_writes_them_down(
    platform: Platform, cast: Cast, ears: Ears, journal: Journal
) -> None:
    async def listens() -> bool:
        told = await stats(platform.settings.speech.port)
        return told is not None and "en" in told["languages"]

    async def speak(number: str) -> None:
        line = await (await cast.caller(number)).call(TRANSCRIBES)
        await ears.hear(line, CHOOSE, first=BEGINNING)
        await line.press("3")
        await ears.hear(line, SAY_IT, "en", first=BEGINNING)  # and interrupts it
        await line.play(words("thank-you"))
        await line.press("#")  # as who is done does; the words are still to come
        await ears.hear(line, f"{YOU_SAID} thank you very much.", "en", seconds=30)
        await line.wait_closed()

    async def press(number: str, language: str, answer: str, speaks: str) -> None:
        line = await (await cast.caller(number)).call(TRANSCRIBES)
        await ears.hear(line, CHOOSE, first=BEGINNING)
        await line.press(language)
        if language == "3":
            await ears.hear(line, SAY_IT, speaks, first=BEGINNING)
            await line.press("#")
        await ears.hear(line, answer, speaks)
        await line.wait_closed()

    await eventually(listens, seconds=30, why="the speech server has loaded its models")
    async with asyncio.TaskGroup() as group:
        group.create_task(speak(NUMBERS[0]))
        group.create_task(press(NUMBERS[3], "1", NOBODY_WRITES, "sv"))
    await press(NUMBERS[2], "3", SKIPPED, "en")
    await journal.wait(EventType.SPEECH_HEARD, outcome="match")
    await journal.wait(EventType.SPEECH_HEARD, outcome="away")
    assert not [event for event in journal.events if "thank" in str(event)]


async def test_a_full_queue_turns_away_and_priority_comes_before_who_waits(
    cast: Cast, agent: AgentHandset, platform: Platform, ears: Ears
) -> None:
    agents = Agents(platform.redis, ORG, system_clock)
    await agents.pause(AGENT, "break")
    first = await (await cast.caller(NUMBERS[0])).call(LIMITED)
    await wait_until_hears_music(first)
    turned = await (await cast.caller(NUMBERS[1])).call(LIMITED)
    preferred = await (await cast.caller(NUMBERS[2])).call(PREFERRED)
    await ears.hear(turned, FULL)
    await turned.wait_closed()
    await wait_until_hears_music(preferred)

    await agents.unpause(AGENT)
    for line in (preferred, first):
        theirs = await agent.pick_up()
        theirs.start_playing(tone(AGENT_HZ, 3))
        await wait_until_hears_tone(line, AGENT_HZ, since=len(line.heard))
        await theirs.hang_up()
        await line.wait_closed()
