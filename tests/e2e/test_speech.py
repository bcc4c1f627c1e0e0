"""Callers who speak to a menu, with keys beside it, and what is left when nobody listens."""

from __future__ import annotations

import asyncio

import psutil
import pytest

from ivr.platform.processes import ProcessRecord
from ivr.softphone import RATE_HZ
from store.events import EventType
from tests.e2e.rig import korea
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.phones import BEGINNING, Ears, Handset
from tests.e2e.rig.platform import Platform
from tests.e2e.rig.reception import MENU_ENGLISH
from tests.e2e.rig.speech import (
    NOBODY,
    OPENING_HOURS,
    UNCLEAR,
    noise,
    stats,
    walk_to_english_menu,
    words,
)

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(180),
]

BYTES_A_SECOND = 2 * RATE_HZ


async def heard(journal: Journal, outcome: str, count: int = 1) -> None:
    await journal.wait(
        EventType.SPEECH_HEARD,
        count=count,
        outcome=outcome,
        node="main",
        engine="pocketsphinx",
    )


async def streams(platform: Platform) -> int | None:
    told = await stats(platform.settings.speech.port)
    return None if told is None else int(told["streams"])


async def until_nobody_listens(platform: Platform) -> None:
    async def no_stream() -> bool:
        return await streams(platform) == 0

    await eventually(no_stream, seconds=10, why="the speech server has no stream")


async def test_the_spoken_words_take_their_branch(
    caller: Handset, ears: Ears, journal: Journal, platform: Platform
) -> None:
    async def say(name: str, answer: str) -> None:
        line, _ = await walk_to_english_menu(caller, ears)
        since = len(line.heard)
        await line.play(words(name))
        await ears.hear(line, answer, "en", first=BEGINNING, since=since)
        await line.hang_up()

    async with asyncio.TaskGroup() as group:
        group.create_task(say("opening-hours", OPENING_HOURS))
        group.create_task(say("operator", NOBODY))
        group.create_task(say("support", NOBODY))
    await journal.wait(EventType.NODE_VISITED, node="opening_hours")
    await journal.wait(EventType.NODE_VISITED, node="operator")
    await journal.wait(EventType.NODE_VISITED, node="support")
    await heard(journal, "match", count=3)
    await until_nobody_listens(platform)


async def test_the_prompt_stops_when_the_caller_speaks(caller: Handset, ears: Ears) -> None:
    line, _ = await walk_to_english_menu(caller, ears)
    said = words("wrong-number")
    since = len(line.heard)
    await line.play(said)
    answered = await ears.hear(line, UNCLEAR, "en", since=since)
    # nothing is sent while nothing is to be heard: this is how long the menu has gone on
    assert answered * BYTES_A_SECOND - since < len(said)
    await line.hang_up()


async def test_other_words_choose_nothing_and_the_menu_comes_again(
    caller: Handset, ears: Ears, journal: Journal
) -> None:
    line, _ = await walk_to_english_menu(caller, ears)
    since = len(line.heard)
    await line.play(words("weather"))
    await ears.hear(line, UNCLEAR, "en", since=since)
    await ears.hear(line, MENU_ENGLISH, "en", first=BEGINNING, since=since)
    await heard(journal, "no_match")
    await line.hang_up()


async def test_noise_chooses_nothing_and_a_key_beside_it_stops_the_prompt(
    caller: Handset, ears: Ears, journal: Journal, platform: Platform
) -> None:
    line, menu = await walk_to_english_menu(caller, ears)
    await line.play(noise(1.5))
    await line.press("0")
    answered = await ears.hear(line, NOBODY, "en")
    assert answered - menu < len(await ears.sound(MENU_ENGLISH, "en")) / BYTES_A_SECOND
    await line.hang_up()
    await journal.wait(EventType.CONTACT_ENDED)
    assert journal.all(EventType.SPEECH_HEARD, outcome="match") == []
    await until_nobody_listens(platform)


async def test_a_caller_who_hangs_up_while_listened_to_leaves_nothing(
    caller: Handset, ears: Ears, journal: Journal, platform: Platform
) -> None:
    line, _ = await walk_to_english_menu(caller, ears)
    assert await streams(platform) == 1
    await line.hang_up()
    await until_nobody_listens(platform)
    await journal.wait(EventType.CONTACT_ENDED, reason="caller", node="main")


async def test_another_engine_understands_another_language(caller: Handset, ears: Ears) -> None:
    async def say(word: str, answer: str) -> None:
        line = await caller.call(korea.NUMBER)
        since = 0
        for last in (*[False] * korea.ASKED_AGAIN, True):
            await ears.hear(line, korea.MENU, "ko", since=since)
            since = len(line.heard)
            await line.play(await ears.sound(word, "ko"))
            try:
                await ears.hear(line, answer, "ko", since=since, seconds=15 if last else 5)
                break
            except AssertionError:
                if last or line.is_closed:
                    raise
        await line.wait_closed()

    async with asyncio.TaskGroup() as group:
        group.create_task(say("네", korea.YES))
        group.create_task(say("아니요", korea.NO))


async def test_silence_is_waited_for_as_long_as_the_tree_says(
    caller: Handset, ears: Ears, platform: Platform
) -> None:
    journal = await Journal.from_now(platform.redis, korea.ORG)
    line = await caller.call(korea.NUMBER)
    await ears.hear(line, korea.NO_KEY, "ko")
    visited = await journal.wait(EventType.NODE_VISITED, node="menu")
    told = await journal.wait(EventType.SPEECH_HEARD, outcome="silence", engine="vosk")
    question = len(await ears.sound(korea.MENU, "ko")) / BYTES_A_SECOND
    assert told.at - visited.at >= (question + korea.WAIT_SECONDS) * 1000
    await line.hang_up()


async def test_when_the_recogniser_is_killed_keys_work_and_it_comes_back(
    caller: Handset, ears: Ears, platform: Platform
) -> None:
    journal = await Journal.from_now(platform.redis, korea.ORG)
    line = await caller.call(korea.NUMBER)
    await ears.hear(line, korea.MENU, "ko", first=BEGINNING)
    record = ProcessRecord.read(platform.layout.record("speech"))
    assert record is not None
    psutil.Process(record.pid).kill()
    await ears.hear(line, korea.MENU, "ko")
    await line.press("1")
    await ears.hear(line, korea.YES, "ko")
    await journal.wait(EventType.SPEECH_HEARD, outcome="away", node="menu")

    async def listens_again() -> bool:
        told = await stats(platform.settings.speech.port)
        return told is not None and "ko" in told["languages"]

    await eventually(listens_again, seconds=30, why="the speech server was started again")
    line = await caller.call(korea.NUMBER)
    await ears.hear(line, korea.MENU, "ko", first=BEGINNING)
    await line.play(await ears.sound("아니요", "ko"))
    await ears.hear(line, korea.NO, "ko")
    await journal.wait(EventType.SPEECH_HEARD, outcome="match", engine="vosk")
