"""One call through everything, judged by listening."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from media.tones import tone
from store.events import EventType
from tests.e2e.conftest import AGENT
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import (
    tone_share,
    wait_until_hears_music,
    wait_until_hears_tone,
)
from tests.e2e.rig.phones import (
    CALLER_NUMBER,
    OFFICE,
    READY,
    RECEPTION,
    Cast,
    Ears,
    Handset,
)
from tests.e2e.rig.platform import ORG, Platform
from tests.e2e.rig.reception import (
    CHOOSE_ENGLISH,
    CHOOSE_SWEDISH,
    GOODBYE,
    MENU,
    NEXT,
    WELCOME,
)
from tests.e2e.rig.recordings import played

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

CALLER_HZ, AGENT_HZ = 440, 1000
QUEUE = {"org": ORG, "queue": "support"}
COUNTED = (
    "vaxel_calls_offered_total",
    "vaxel_calls_answered_total",
    "vaxel_recordings_stored_total",
)


async def test_from_the_greeting_to_the_recording(
    platform: Platform, cast: Cast, caller: Handset, ears: Ears, journal: Journal
) -> None:
    agent = await cast.agent(1)
    await agent.log_in(AGENT, platform.secrets.pins[AGENT], ears)
    before = [await platform.metric(name, **QUEUE) for name in COUNTED]
    await agent.pause("1", "Du är pausad: rast.", ears)
    line = await caller.call(RECEPTION)
    await ears.hear(line, WELCOME)
    await ears.hear(line, CHOOSE_SWEDISH)
    await ears.hear(line, CHOOSE_ENGLISH, "en")
    await line.press("1")
    await ears.hear(line, MENU)
    await line.press("1")
    await ears.hear(line, NEXT)
    await wait_until_hears_music(line)
    started = await journal.wait(EventType.CONTACT_STARTED)

    await agent.code(READY, ears, "Du är redo att ta emot samtal.")
    theirs = await agent.pick_up()
    since = len(line.heard)
    await asyncio.gather(
        line.play(tone(CALLER_HZ, 3)),
        theirs.play(tone(AGENT_HZ, 3)),
        wait_until_hears_tone(line, AGENT_HZ, since=since),
        wait_until_hears_tone(theirs, CALLER_HZ),
    )
    await journal.wait(EventType.CALL_ANSWERED, contact=started.contact, agent=AGENT)
    await theirs.hang_up()
    await ears.hear(line, GOODBYE, since=since)
    await line.wait_closed()

    stored = await journal.wait(EventType.RECORDING_STORED, contact=started.contact)
    await journal.wait(EventType.CONTACT_ENDED, contact=started.contact, reason="tree")

    async def counted() -> bool:
        after = [await platform.metric(name, **QUEUE) for name in COUNTED]
        return after == [count + 1 for count in before]

    await eventually(counted, why="the call is in the figures, once")
    recording = _recording(platform, started.contact)
    _has_both_sides(await played(platform, recording))
    assert stored.queue == QUEUE["queue"]
    await agent.log_out(ears)
    await journal.wait(EventType.AGENT_LOGGED_OUT, agent=AGENT)


async def test_the_store_tells_what_happened_to_the_contact(
    platform: Platform, caller: Handset, journal: Journal
) -> None:
    line = await caller.call(OFFICE)
    await journal.wait(EventType.CONTACT_STARTED)
    await line.hang_up()
    ended = await journal.wait(EventType.CONTACT_ENDED)

    def stored() -> bool:
        return bool(_ended(platform, ended.contact))

    await eventually(stored, why="the contact's end is in the store")
    (contact,) = _ended(platform, ended.contact)
    assert (contact["org"], contact["caller"]) == (ORG, CALLER_NUMBER)
    assert (contact["dialled"], contact["tree"]) == (OFFICE, "office")
    assert contact["end_reason"] == "caller"


def _ended(platform: Platform, contact: str) -> list[dict[str, Any]]:
    return platform.rows("SELECT * FROM contacts WHERE id = ? AND ended_at IS NOT NULL", contact)


def _recording(platform: Platform, contact: str) -> str:
    """Name of the contact's only recording, after a look at its row."""
    (row,) = platform.rows("SELECT * FROM recordings WHERE contact = ?", contact)
    assert (row["org"], row["queue"], row["agent"]) == (ORG, QUEUE["queue"], AGENT)
    assert row["caller"] == CALLER_NUMBER
    assert 2500 < row["duration_ms"] < 6000
    (visit,) = platform.rows("SELECT * FROM queue_visits WHERE contact = ?", contact)
    assert (visit["outcome"], visit["agent"]) == ("answered", AGENT)
    return str(row["id"])


def _has_both_sides(sides: tuple[bytes, ...]) -> None:
    left, right = sides
    assert tone_share(left, CALLER_HZ) > 0.8, "the caller is on the left"
    assert tone_share(left, AGENT_HZ) < 0.05
    assert tone_share(right, AGENT_HZ) > 0.8, "the agent is on the right"
    assert tone_share(right, CALLER_HZ) < 0.05
