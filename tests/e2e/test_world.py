"""Trees that touch the world: real services, other telephones, what a supervisor switches on."""

from __future__ import annotations

import pytest

from ivr.platform.secrets import Secrets
from media.tones import BEEP_HZ, tone
from store.events import EventType
from tests.e2e.conftest import until_nothing_is_left
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import hears_prompt, wait_until_hears_tone
from tests.e2e.rig.phones import CALLER_NUMBER, Cast, Ears, Handset
from tests.e2e.rig.platform import ORG, Platform
from tests.e2e.rig.world import (
    AFTERWARDS,
    AGAIN,
    ANNOUNCES,
    ASKS,
    ASKS_LONG,
    BUSY,
    CONFIRM,
    DOOR,
    GIVEN_UP,
    GUARDED,
    KEY,
    MEETS,
    NO_ANSWER,
    NOTHING_NEW,
    OUTSIDE,
    RECORDS,
    SECRET,
    SPEAKS,
    STATUS,
    STORM,
    TELL,
    THANKS,
    TRANSFERS,
    service,
)

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

CALLER_HZ, OUTSIDE_HZ, SPOKEN_HZ = 440, 1000, 620


async def test_a_services_answer_is_heard_and_its_absence_too(
    platform: Platform, caller: Handset, ears: Ears
) -> None:
    Secrets.keep_web(
        platform.layout.secrets, f"{ORG}/{SECRET}", "Bearer q1w2e3"
    )  # while the platform runs
    async with service() as asked:
        line = await caller.call(ASKS)
        await ears.hear(line, STATUS)
        await line.wait_closed()
    assert asked == [(f"/cases/{CALLER_NUMBER}", "Bearer q1w2e3")]
    line = await caller.call(ASKS)
    await ears.hear(line, NO_ANSWER)
    await line.wait_closed()


async def test_a_caller_who_hangs_up_while_a_service_hangs_ends_the_request_at_once(
    platform: Platform, caller: Handset, journal: Journal
) -> None:
    async with service() as asked:
        line = await caller.call(ASKS_LONG)
        await eventually(lambda: bool(asked), why="the service is asked")
        await line.hang_up()
        ended = await journal.wait(EventType.CONTACT_ENDED, seconds=5)
        assert (ended.fields["reason"], ended.fields["node"]) == ("caller", "b")
        await eventually(lambda: asked[-1][0] == GIVEN_UP, seconds=5, why="nobody waits any more")
    await until_nothing_is_left(platform)


async def test_a_wrong_pin_is_counted_where_every_controller_sees_it(
    platform: Platform, caller: Handset, ears: Ears
) -> None:
    async def tries() -> int:
        return len([key async for key in platform.redis.scan_iter(f"vaxel:{{{ORG}}}:tries:*")])

    pin = platform.secrets.pins[f"{ORG}/{DOOR}"]
    line = await caller.call(GUARDED)
    await ears.hear(line, KEY)
    await line.press("0#")
    await ears.hear(line, AGAIN)
    assert await tries() == 1
    await line.press(f"{pin}#")
    await ears.hear(line, THANKS)
    await line.wait_closed()
    assert await tries() == 0


async def test_a_caller_is_transferred_and_the_tree_goes_on_afterwards(
    cast: Cast, ears: Ears, journal: Journal
) -> None:
    outside = await cast.reachable(OUTSIDE)
    caller = await cast.caller()
    line = await caller.call(TRANSFERS)
    theirs = await outside.pick_up()
    line.start_playing(tone(CALLER_HZ, 3))
    theirs.start_playing(tone(OUTSIDE_HZ, 3))
    await wait_until_hears_tone(theirs, CALLER_HZ)
    await wait_until_hears_tone(line, OUTSIDE_HZ)
    await theirs.hang_up()
    await ears.hear(line, AFTERWARDS)
    await line.wait_closed()
    ended = await journal.wait(EventType.CONTACT_ENDED, reason="tree")
    assert ended.fields["node"] == "end"
    told = await journal.wait(EventType.CONTACT_TRANSFERRED, outcome="talked")
    assert 0 < (told.milliseconds("rang") or 0) < 30_000
    assert 0 < (told.milliseconds("talked") or 0) < 30_000


async def test_a_caller_who_is_turned_away_gets_the_networks_busy_tone(
    caller: Handset, journal: Journal
) -> None:
    line = await caller.dial(BUSY)
    assert (await line.wait_closed()).startswith("486")
    assert not line.heard, "it was never picked up"
    ended = await journal.wait(EventType.CONTACT_ENDED)
    assert (ended.fields["reason"], ended.fields["node"]) == ("tree", "turned")


async def test_what_is_switched_on_is_heard_until_it_is_switched_off(
    platform: Platform, caller: Handset, ears: Ears, journal: Journal
) -> None:
    code, said = await platform.vaxel("announcements", "on", "demo", "storm", "--for", "1h")
    assert code == 0, said
    line = await caller.call(ANNOUNCES)
    await ears.hear(line, STORM)
    await ears.hear(line, NOTHING_NEW)
    await line.wait_closed()
    await platform.vaxel("announcements", "off", "demo", "storm")
    line = await caller.call(ANNOUNCES)
    await ears.hear(line, NOTHING_NEW)
    await line.wait_closed()
    assert not hears_prompt(bytes(line.heard), await ears.sound(STORM))
    await journal.wait(EventType.ANNOUNCEMENT_SWITCHED, turn="off")


async def test_an_announcement_spoken_by_telephone_is_heard_by_the_next_caller(
    platform: Platform, caller: Handset, ears: Ears, journal: Journal
) -> None:
    line = await caller.call(SPEAKS)
    told = await ears.hear(line, TELL)
    await wait_until_hears_tone(line, BEEP_HZ, length=0.2, since=round(told * 16000))
    await line.play(tone(SPOKEN_HZ, 2))
    spoken = len(line.heard)
    await line.press("#")
    await wait_until_hears_tone(line, SPOKEN_HZ, since=spoken)
    await ears.hear(line, CONFIRM)
    await line.press("1")
    await ears.hear(line, THANKS)
    await line.wait_closed()
    switched = await journal.wait(EventType.ANNOUNCEMENT_SWITCHED, turn="on")
    assert switched.fields["recorded"] == "yes"

    line = await caller.call(ANNOUNCES)
    await wait_until_hears_tone(line, SPOKEN_HZ)
    await ears.hear(line, NOTHING_NEW)
    await line.wait_closed()
    await platform.vaxel("announcements", "off", "demo", "storm")


async def test_what_a_caller_is_asked_to_tell_is_kept_as_the_queues(
    platform: Platform, caller: Handset, ears: Ears, journal: Journal
) -> None:
    line = await caller.call(RECORDS)
    told = await ears.hear(line, TELL)
    await wait_until_hears_tone(line, BEEP_HZ, length=0.2, since=round(told * 16000))
    await line.play(tone(CALLER_HZ, 2))
    await line.press("#")
    await ears.hear(line, THANKS)
    await line.wait_closed()
    stored = await journal.wait(EventType.VOICEMAIL_STORED, mailbox="recorded", queue="always")
    (row,) = platform.rows("SELECT * FROM recordings WHERE contact = ?", stored.contact)
    assert (row["id"], row["queue"]) == (stored.fields["recording"], "always")


async def test_two_callers_meet_in_a_room_and_leave_it_by_a_key(
    cast: Cast, ears: Ears, journal: Journal
) -> None:
    one, other = await cast.caller(), await cast.caller(OUTSIDE)
    line, theirs = await one.call(MEETS), await other.call(MEETS)
    line.start_playing(tone(CALLER_HZ, 4))
    theirs.start_playing(tone(OUTSIDE_HZ, 4))
    await wait_until_hears_tone(theirs, CALLER_HZ)
    await wait_until_hears_tone(line, OUTSIDE_HZ)
    await line.press("*")
    await ears.hear(line, THANKS)
    await line.wait_closed()
    left = await journal.wait(EventType.CONTACT_CONFERRED, outcome="joined")
    assert 0 < (left.milliseconds("stayed") or 0) < 30_000
    await theirs.hang_up()
