"""A message for a closed office."""

from __future__ import annotations

from pathlib import Path

import pytest

from media.tones import BEEP_HZ, tone
from media.wav import read_wav
from store.events import EventType
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import tone_share, wait_until_hears_tone
from tests.e2e.rig.phones import CALLER_NUMBER, OFFICE, Ears, Handset
from tests.e2e.rig.platform import Platform
from tests.e2e.rig.policies import MAILBOX, MAILBOX_NUMBER
from tests.e2e.rig.reception import GOODBYE, OFFICE_CLOSED, OFFICE_MESSAGE
from tests.e2e.rig.recordings import sides

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

MESSAGE_HZ = 600
SPOKEN = Path(__file__).parents[1] / "audio" / "messages" / "opening-hours-en.wav"
HEARD = "opening"
"""The recogniser gets this word of the message each time, and the others now and then."""


async def test_a_message_is_recorded_after_the_beep(
    platform: Platform, caller: Handset, ears: Ears, journal: Journal
) -> None:
    line = await caller.call(OFFICE)
    await ears.hear(line, OFFICE_CLOSED)
    told = await ears.hear(line, OFFICE_MESSAGE)
    await wait_until_hears_tone(line, BEEP_HZ, length=0.2, since=round(told * 16000))
    await line.play(tone(MESSAGE_HZ, 3))
    await line.press("#")
    await ears.hear(line, GOODBYE)
    await line.wait_closed()

    stored = await journal.wait(EventType.VOICEMAIL_STORED, mailbox="office")
    (row,) = platform.rows("SELECT * FROM recordings WHERE contact = ?", stored.contact)
    assert (row["kind"], row["mailbox"], row["caller"]) == ("voicemail", "office", CALLER_NUMBER)
    assert 2000 < row["duration_ms"] < 5000
    (message,) = sides(platform, row)
    assert tone_share(message, MESSAGE_HZ) > 0.8


async def test_a_message_ended_by_hanging_up_is_kept(
    platform: Platform, caller: Handset, ears: Ears, journal: Journal
) -> None:
    line = await caller.call(OFFICE)
    told = await ears.hear(line, OFFICE_MESSAGE, seconds=20)
    await wait_until_hears_tone(line, BEEP_HZ, length=0.2, since=round(told * 16000))
    await line.play(tone(MESSAGE_HZ, 3))
    await line.hang_up()
    stored = await journal.wait(EventType.VOICEMAIL_STORED, mailbox="office")
    (row,) = platform.rows("SELECT * FROM recordings WHERE contact = ?", stored.contact)
    assert row["duration_ms"] > 2000


async def test_a_message_can_be_found_by_its_words_and_read(
    platform: Platform, caller: Handset, journal: Journal
) -> None:
    line = await caller.call(MAILBOX_NUMBER)
    await line.press("3")
    await wait_until_hears_tone(line, BEEP_HZ, length=0.2)
    await line.play(read_wav(SPOKEN))
    await line.press("#")
    stored = await journal.wait(EventType.VOICEMAIL_STORED, mailbox=MAILBOX)
    recording = stored.fields["recording"]
    await journal.wait(
        EventType.RECORDING_TRANSCRIBED, recording=recording, language="en", seconds=60
    )

    _, found = await platform.vaxel("recordings", "search", HEARD.upper(), "--reason", "a test")
    assert recording in found
    code, read = await platform.vaxel("recordings", "transcript", recording)
    assert code == 0, read
    assert HEARD in read
    accesses = platform.rows(
        "SELECT action, reason FROM recording_accesses WHERE recording = ? ORDER BY id", recording
    )
    assert [tuple(row.values()) for row in accesses] == [("read", "a test"), ("read", None)]


async def test_a_caller_who_says_nothing_leaves_no_message(
    platform: Platform, caller: Handset, ears: Ears, journal: Journal
) -> None:
    line = await caller.call(OFFICE)
    await ears.hear(line, OFFICE_MESSAGE, seconds=20)
    await line.hang_up()
    ended = await journal.wait(EventType.CONTACT_ENDED, reason="caller")
    assert platform.rows("SELECT * FROM recordings WHERE contact = ?", ended.contact) == []
