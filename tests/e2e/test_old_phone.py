"""Callers whose telephones send no key events, and nothing at all while they are silent."""

from __future__ import annotations

import asyncio

import pytest

from media.tones import tone
from store.events import EventType
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import tone_share, tone_span, wait_until_hears_tone
from tests.e2e.rig.old_phone import old_phone
from tests.e2e.rig.phones import CALLER_NUMBER, RECEPTION, AgentHandset, Cast
from tests.e2e.rig.platform import Platform
from tests.e2e.rig.policies import NUMBERS
from tests.e2e.rig.recordings import sides

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(180),
]

ACCOUNT = "caller"
DIGITS = "4711"
BEFORE, AFTER = 440, 770
AGENTS = 1500


@pytest.fixture
def queues() -> tuple[str, ...]:
    return tuple(NUMBERS)


async def test_tones_for_digits_silence_the_recording_whose_sides_stay_aligned(
    platform: Platform, agent: AgentHandset, journal: Journal
) -> None:
    async with old_phone(ACCOUNT, platform.secrets.phones[ACCOUNT], platform.server) as phone:
        await phone.call(NUMBERS["always"], CALLER_NUMBER)
        theirs = await agent.pick_up()
        await asyncio.gather(phone.say(tone(BEFORE, 1)), wait_until_hears_tone(theirs, BEFORE))
        await phone.press(DIGITS)
        await theirs.wait_digits(DIGITS)
        await journal.wait(EventType.RECORDING_PAUSED, cause="digits")
        await journal.wait(EventType.RECORDING_RESUMED, cause="digits")
        theirs.start_playing(tone(AGENTS, 1))
        await asyncio.gather(phone.say(tone(AFTER, 1)), wait_until_hears_tone(theirs, AFTER))
        await phone.hang_up()
    answered = await journal.wait(EventType.CALL_ANSWERED)
    stored = await journal.wait(EventType.RECORDING_STORED, contact=answered.contact)
    (row,) = platform.rows("SELECT * FROM recordings WHERE contact = ?", stored.contact)
    callers, agents = sides(platform, row)
    shares = [tone_share(callers, hz) for hz in (BEFORE, AFTER)]
    assert min(shares) > 0.2
    assert sum(shares) > 0.9, "the rest would be digits"
    begins, begins_too = tone_span(callers, AFTER)[0], tone_span(agents, AGENTS)[0]
    assert abs(begins - begins_too) < 0.5


async def test_tones_choose_in_a_menu(platform: Platform, cast: Cast, journal: Journal) -> None:
    async with old_phone(ACCOUNT, platform.secrets.phones[ACCOUNT], platform.server) as phone:
        await phone.call(RECEPTION, CALLER_NUMBER)
        await journal.wait(EventType.NODE_VISITED, node="choose_language")
        while not journal.all(EventType.NODE_VISITED, node="main"):
            await phone.press("3")  # at the first time the question may not have begun
            await journal.catch_up()
        await phone.hang_up()
    ended = await journal.wait(EventType.CONTACT_ENDED)
    assert ended.fields["language"] == "en"
