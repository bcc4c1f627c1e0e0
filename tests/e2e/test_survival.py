"""The controller is told to stop, or killed: nobody is cut off or lost, and it is there again."""

from __future__ import annotations

import asyncio

import pytest

from ivr.platform.announcements import TEXTS
from ivr.softphone import Line
from media.tones import tone
from media.wav import read_wav
from recorder.message_spool import SpooledMessages
from store.events import EventType
from tests.e2e.conftest import until_nothing_is_left
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import tone_share, wait_until_hears_music, wait_until_hears_tone
from tests.e2e.rig.phones import (
    CALLER_NUMBER,
    READY,
    RECEPTION,
    AgentHandset,
    Cast,
    Ears,
    Handset,
)
from tests.e2e.rig.platform import ORG, Platform
from tests.e2e.rig.reception import NEXT, WELCOME, walk_to_queue

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(180),
]

TECHNICAL = TEXTS["technical"]["sv"]
MESSAGE = TEXTS["message"]["en"]  # the last language, thus the end of what is said
DESK = TEXTS["desk"]["sv"]
NEW_NUMBER = "+46707654321"
OTHER_NUMBER = "+46701740625"

ONCE = (
    EventType.CONTACT_STARTED,
    EventType.CALL_QUEUED,
    EventType.CALL_OFFERED,
    EventType.CALL_ANSWERED,
    EventType.CALL_ENDED,
    EventType.CONTACT_ENDED,
)
"""What happens to every caller who talks to an agent."""

EXACT_MS = 100
"""Between what a conversation lasted and what is told of it."""


async def test_a_controller_told_to_stop_ends_its_calls_while_the_next_one_serves(
    platform: Platform, cast: Cast, agent: AgentHandset, ears: Ears, journal: Journal
) -> None:
    await platform.until_spare_waits()
    counted = await _counted(platform)
    line = await (await cast.caller()).call(RECEPTION)
    await walk_to_queue(line, ears)
    theirs = await agent.pick_up()
    talking = (await journal.wait(EventType.CALL_ANSWERED)).contact
    next_in_line = await (await cast.caller(OTHER_NUMBER)).call(RECEPTION)
    await walk_to_queue(next_in_line, ears)
    await wait_until_hears_music(next_in_line)
    waiting = (await journal.wait(EventType.CALL_QUEUED, count=2)).contact
    since = len(next_in_line.heard)

    first = platform.controller()
    first.terminate()
    new = await (await cast.caller(NEW_NUMBER)).call(RECEPTION)
    await ears.hear(new, WELCOME)
    await new.hang_up()
    await ears.hear(next_in_line, NEXT, since=since, seconds=30)
    await eventually(lambda: platform.controller().pid != first.pid, why="the spare is noted")
    _, told = await platform.vaxel("status")
    assert "ending: ends its calls" in told, told
    await _talk(line, theirs)  # and not with whoever waits, or only one
    assert first.is_running()

    await theirs.hang_up()
    ended = await journal.wait(EventType.CALL_ENDED, contact=talking)
    theirs = await agent.pick_up()
    await _talk(next_in_line, theirs)
    await eventually(lambda: not first.is_running(), why="it has no call any more")
    await theirs.hang_up()
    await journal.wait(EventType.CONTACT_ENDED, contact=waiting, reason="tree")

    (answered,) = journal.all(EventType.CALL_ANSWERED, contact=talking)
    assert abs(ended.at - answered.at - int(ended.fields["talked"])) < EXACT_MS
    for contact in (talking, waiting):
        happened = [event.type for event in journal.events if event.contact == contact]
        for once in ONCE:
            assert happened.count(once) == 1, (once, happened)
        assert len(journal.all(EventType.NODE_VISITED, contact=contact, node="support")) == 1
    expected = [number + 2 for number in counted]

    async def both_are_counted() -> bool:
        return await _counted(platform) == expected

    await eventually(both_are_counted, why=f"{counted} have become {expected}")


async def test_a_waiting_caller_keeps_the_place_over_a_quick_restart(
    platform: Platform, caller: Handset, agent: AgentHandset, ears: Ears, journal: Journal
) -> None:
    await agent.pause("1", "Du är pausad: rast.", ears)
    line = await caller.call(RECEPTION)
    await walk_to_queue(line, ears)
    await wait_until_hears_music(line)
    queued = await journal.wait(EventType.CALL_QUEUED)
    since = len(line.heard)
    platform.controller().kill()
    await ears.hear(line, NEXT, since=since, seconds=30)
    await platform.until_ready()
    await agent.code(READY, ears, "Du är redo att ta emot samtal.")
    theirs = await agent.pick_up()
    await journal.wait(EventType.CALL_ANSWERED, contact=queued.contact)
    assert len(journal.all(EventType.CALL_QUEUED, contact=queued.contact)) == 1
    await theirs.hang_up()


async def test_a_conversation_goes_on_and_a_new_caller_is_looked_after(
    platform: Platform,
    cast: Cast,
    caller: Handset,
    agent: AgentHandset,
    ears: Ears,
) -> None:
    line = await caller.call(RECEPTION)
    await walk_to_queue(line, ears)
    theirs = await agent.pick_up()
    await _talk(line, theirs)

    async with platform.without_controller():
        await _talk(line, theirs)
        other = await (await cast.caller(NEW_NUMBER)).call(RECEPTION)
        await ears.hear(other, TECHNICAL, seconds=30)
        await other.hang_up()
        await _talk(line, theirs)
        await theirs.hang_up()
        await line.hang_up()

    again = await caller.call(RECEPTION)
    await ears.hear(again, WELCOME)
    await again.hang_up()


async def test_a_waiting_caller_reaches_an_agent_without_the_controller(
    platform: Platform, caller: Handset, agent: AgentHandset, ears: Ears
) -> None:
    await agent.pause("1", "Du är pausad: rast.", ears)
    line = await caller.call(RECEPTION)
    await walk_to_queue(line, ears)
    await ears.hear(line, NEXT)
    async with platform.without_controller():
        since = len(line.heard)
        await ears.hear(line, TECHNICAL, since=since, seconds=30)
        theirs = await agent.pick_up(40)  # Asterisk's own queue rings all telephones
        await _talk(line, theirs)
        await theirs.hang_up()
        await line.hang_up()
    # the dead controller's lease and the time in which another may take the contact up
    await until_nothing_is_left(platform)


async def test_who_reaches_nobody_without_the_controller_can_leave_a_message(
    platform: Platform, cast: Cast, caller: Handset, ears: Ears
) -> None:
    inbox = platform.layout.asterisk_spool / "voicemail" / "default" / "survivable" / "INBOX"
    async with cast.nobody_at_the_desk(), platform.without_controller():
        line = await caller.call(RECEPTION)
        await ears.hear(line, TECHNICAL, seconds=30)
        await ears.hear(line, MESSAGE, "en", seconds=30)
        await line.play(tone(700, 7))
        await line.hang_up()
        kept = inbox / "msg0000.wav"
        await eventually(kept.exists, why="the message is kept")
    assert tone_share(read_wav(kept), 700) > 0.9
    spool = SpooledMessages(inbox.parents[2])
    assert spool.of({CALLER_NUMBER}) == [kept.with_suffix(".txt")], "who is erased by the number"


async def test_an_agent_at_the_desk_is_told_when_the_controller_is_away(
    platform: Platform, cast: Cast, ears: Ears
) -> None:
    handset = await cast.agent(3)
    async with platform.without_controller():
        await handset.code(READY, ears, DESK)


async def _counted(platform: Platform) -> list[float]:
    """How many callers of customer service have been answered, and how many talks are over."""
    return [
        await platform.metric(f"vaxel_{name}", org=ORG, queue="support")
        for name in ("calls_answered_total", "talk_seconds_count")
    ]


async def _talk(one: Line, other: Line) -> None:
    """Both hear each other now."""
    since_one, since_other = len(one.heard), len(other.heard)
    await asyncio.gather(
        one.play(tone(440, 1.5)),
        other.play(tone(1000, 1.5)),
        wait_until_hears_tone(one, 1000, since=since_one),
        wait_until_hears_tone(other, 440, since=since_other),
    )
