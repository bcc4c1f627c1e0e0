"""What is recorded and what is not: the queue's policy, the agent's codes, the caller's digits."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ivr.platform.announcements import TEXTS
from ivr.softphone import RATE_HZ, Line
from media.tones import tone
from media.wav import read_wav
from recorder.legs import is_closed
from store.events import EventType
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import (
    hears_prompt,
    is_silent,
    tone_share,
    tone_span,
    wait_until_hears_tone,
)
from tests.e2e.rig.phones import BEGINNING, AgentHandset, Ears, Handset
from tests.e2e.rig.platform import Platform
from tests.e2e.rig.policies import NUMBERS
from tests.e2e.rig.recordings import sides

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(180),
]

PAUSED = "Inspelningen är pausad."
GOES_ON = "Inspelningen fortsätter."
BEGINS = "Inspelningen börjar."
CONSENT = (
    "Vi vill gärna spela in samtalet, så att vi kan bli bättre. Tryck 1 om du samtycker."
    " Annars väntar du bara kvar."
)
STILL_PAUSED = TEXTS["still_paused"]["en"]
CUT = TEXTS["cut"]["en"]

BEFORE, DURING, AFTER = (440, 1000), (620, 1240), (770, 1500)
"""What the caller and the agent say in each part of a conversation, as tones of so many Hz."""

CALLER, AGENTS = 0, 1
"""The sides of a recording."""

_SECONDS = 1.0
_EDGE = 0.1


@pytest.fixture
def queues() -> tuple[str, ...]:
    return tuple(NUMBERS)


async def test_what_is_said_while_the_agent_pauses_is_silence_in_the_file(
    platform: Platform, caller: Handset, agent: AgentHandset, ears: Ears, journal: Journal
) -> None:
    line = await caller.call(NUMBERS["always"])
    theirs = await agent.pick_up()
    await _say(line, theirs, BEFORE)
    await theirs.press("*7")
    await ears.hear(theirs, PAUSED)
    await journal.wait(EventType.RECORDING_PAUSED, cause="agent")
    await _say(line, theirs, DURING)
    await theirs.press("*8")
    await ears.hear(theirs, GOES_ON)
    await journal.wait(EventType.RECORDING_RESUMED, cause="agent")
    await _say(line, theirs, AFTER)
    heard = bytes(line.heard)
    await line.hang_up()

    assert not hears_prompt(heard, await ears.sound(PAUSED)), "only the agent is told"
    assert line.digits == ""
    both = _sides(platform, await _stored(journal))
    middles = []
    for side in (CALLER, AGENTS):
        _, ends = tone_span(both[side], BEFORE[side])
        begins, _ = tone_span(both[side], AFTER[side])
        _hears_only(both[side], BEFORE[side], AFTER[side])
        assert is_silent(both[side][_at(ends + _EDGE) : _at(begins - _EDGE)])
        middles.append((ends, begins))
    (ends, begins), (ends_too, begins_too) = middles
    assert abs(ends - ends_too) < 0.4, "the sides are aligned before the pause"
    assert abs((begins - begins_too) - (ends - ends_too)) < 0.3, "and as much after it"
    paused, resumed = (
        journal.all(kind)[0].at
        for kind in (EventType.RECORDING_PAUSED, EventType.RECORDING_RESUMED)
    )
    assert begins - ends > (resumed - paused) / 1000, "the pause is as long as it was"


async def test_a_callers_digits_silence_the_recording_and_are_no_code(
    platform: Platform, caller: Handset, agent: AgentHandset, ears: Ears, journal: Journal
) -> None:
    line = await caller.call(NUMBERS["always"])
    theirs = await agent.pick_up()
    await _say(line, theirs, BEFORE)
    await line.press("*7")
    await journal.wait(EventType.RECORDING_PAUSED, cause="digits")
    await _say(line, theirs, DURING)
    await line.press("4")  # in time: the silence goes on
    await theirs.wait_digits("*74")
    await _say(line, theirs, DURING)
    await journal.wait(EventType.RECORDING_RESUMED, cause="digits")
    await _say(line, theirs, AFTER)
    await line.hang_up()

    for side, pcm in enumerate(_sides(platform, await _stored(journal))):
        _hears_only(pcm, BEFORE[side], AFTER[side])
    assert len(journal.all(EventType.RECORDING_PAUSED)) == 1, "the caller's *7 is just digits"
    assert not hears_prompt(line.heard, await ears.sound(PAUSED))
    logs = "".join(file.read_text() for file in platform.layout.log.iterdir())
    assert "Digit" not in logs, "no event with a digit is written down"


async def test_where_nothing_is_recorded_there_is_no_file_and_no_code(
    platform: Platform, caller: Handset, agent: AgentHandset, journal: Journal
) -> None:
    line = await caller.call(NUMBERS["never"])
    theirs = await agent.pick_up()
    await _say(line, theirs, BEFORE)  # a key that comes before they are joined goes nowhere
    await theirs.press("*8")
    await line.wait_digits("*8")
    answered = await journal.wait(EventType.CALL_ANSWERED)
    assert _files(platform, answered.contact) == []
    await line.hang_up()
    await journal.wait(EventType.CONTACT_ENDED, contact=answered.contact)
    assert _rows(platform, answered.contact) == []


async def test_who_agrees_is_recorded_and_not_asked_again(
    platform: Platform, caller: Handset, agent: AgentHandset, ears: Ears, journal: Journal
) -> None:
    line = await caller.call(NUMBERS["consent"])
    await ears.hear(line, CONSENT, first=BEGINNING)
    await line.press("1")
    theirs = await agent.pick_up()
    await _say(line, theirs, BEFORE)
    since = len(line.heard)
    await theirs.hang_up()  # the tree leads to the same queue once more
    theirs = await agent.pick_up()
    await _say(line, theirs, AFTER)
    again = bytes(line.heard[since:])
    await line.hang_up()
    assert len(_rows(platform, await _stored(journal, 2))) == 2
    assert not hears_prompt(again, await ears.sound(CONSENT))


async def test_who_presses_another_key_is_not_recorded(
    platform: Platform, caller: Handset, agent: AgentHandset, ears: Ears, journal: Journal
) -> None:
    line = await caller.call(NUMBERS["consent"])
    await ears.hear(line, CONSENT, first=BEGINNING)
    await line.press("2")
    theirs = await agent.pick_up()
    await _say(line, theirs, BEFORE)
    answered = await journal.wait(EventType.CALL_ANSWERED)
    assert _files(platform, answered.contact) == []
    await line.hang_up()


async def test_on_demand_the_file_begins_with_the_agents_code(
    platform: Platform, caller: Handset, agent: AgentHandset, ears: Ears, journal: Journal
) -> None:
    line = await caller.call(NUMBERS["on_demand"])
    theirs = await agent.pick_up()
    await _say(line, theirs, BEFORE)
    answered = await journal.wait(EventType.CALL_ANSWERED)
    assert [file.suffix for file in _files(platform, answered.contact)] == [".json"]
    await theirs.press("*8")
    await ears.hear(theirs, BEGINS)
    await _say(line, theirs, AFTER)
    await line.hang_up()
    for side, pcm in enumerate(_sides(platform, await _stored(journal))):
        _hears_only(pcm, AFTER[side])


async def test_what_is_paused_stays_so_without_the_controller(
    platform: Platform, caller: Handset, agent: AgentHandset, ears: Ears, journal: Journal
) -> None:
    line = await caller.call(NUMBERS["always"])
    theirs = await agent.pick_up()
    await _say(line, theirs, BEFORE)
    await theirs.press("*7")
    await ears.hear(theirs, PAUSED)
    async with platform.without_controller():
        await _say(line, theirs, DURING)
        await theirs.press("*8")
        await ears.hear(theirs, STILL_PAUSED, "en")  # the last of the languages
    await _say(line, theirs, DURING)
    await theirs.press("*8")
    await ears.hear(theirs, GOES_ON)
    await _say(line, theirs, AFTER)
    await line.hang_up()
    answered = await journal.wait(EventType.CALL_ANSWERED)
    await _hears_in_the_legs(platform, answered.contact, BEFORE, AFTER)
    await journal.wait(EventType.CALL_ENDED, contact=answered.contact, seconds=40)


async def test_without_the_controller_a_pause_ends_the_recording(
    platform: Platform, caller: Handset, agent: AgentHandset, ears: Ears, journal: Journal
) -> None:
    line = await caller.call(NUMBERS["always"])
    theirs = await agent.pick_up()
    await _say(line, theirs, BEFORE)
    answered = await journal.wait(EventType.CALL_ANSWERED)
    async with platform.without_controller():
        await theirs.press("*7")
        await ears.hear(theirs, CUT, "en")
        await _say(line, theirs, DURING)
        await _hears_in_the_legs(platform, answered.contact, BEFORE)
        await line.hang_up()
    await journal.wait(EventType.CALL_ENDED, contact=answered.contact, seconds=40)


async def _stored(journal: Journal, count: int = 1) -> str:
    """The contact of this test, once it is stored; those of others may be stored meanwhile."""
    contact = (await journal.wait(EventType.CALL_ANSWERED)).contact
    await journal.wait(EventType.RECORDING_STORED, contact=contact, count=count)
    return contact


async def _say(line: Line, theirs: Line, tones: tuple[int, int]) -> None:
    """Caller and agent speak at the same time, until each has heard the other."""
    since, since_theirs = len(line.heard), len(theirs.heard)
    await asyncio.gather(
        line.play(tone(tones[CALLER], _SECONDS)),
        theirs.play(tone(tones[AGENTS], _SECONDS)),
        wait_until_hears_tone(line, tones[AGENTS], since=since),
        wait_until_hears_tone(theirs, tones[CALLER], since=since_theirs),
    )


async def _hears_in_the_legs(platform: Platform, contact: str, *tones: tuple[int, int]) -> None:
    """Each side's file, closed and not taken away yet, holds its tones and nothing else."""
    folder = platform.layout.recordings_incoming
    for side, *heard in zip(("caller", "agent"), *tones, strict=True):
        (leg,) = folder.glob(f"{contact}-*-{side}.wav")
        await eventually(partial(is_closed, leg), why=f"{leg.name} is closed")
        _hears_only(read_wav(leg), *heard)


def _hears_only(pcm: bytes, *tones: int) -> None:
    """Each of the tones is there, and nothing else."""
    for hz in tones:
        begins, ends = tone_span(pcm, hz)
        assert ends - begins > _SECONDS / 4, f"{hz} Hz is there"
    shares = sum(tone_share(pcm, hz) for hz in tones)
    assert shares > 0.85, f"there is more than {tones}"


def _at(seconds: float) -> int:
    """The position in a side, bytes."""
    return 2 * round(seconds * RATE_HZ)


def _sides(platform: Platform, contact: str) -> tuple[bytes, ...]:
    (row,) = _rows(platform, contact)
    return sides(platform, row)


def _rows(platform: Platform, contact: str) -> list[dict[str, Any]]:
    return platform.rows("SELECT * FROM recordings WHERE contact = ?", contact)


def _files(platform: Platform, contact: str) -> list[Path]:
    """What lies in the recorder's incoming folder of a contact."""
    return list(platform.layout.recordings_incoming.glob(f"{contact}-*"))
