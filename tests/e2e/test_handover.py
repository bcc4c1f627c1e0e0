"""An agent hands the caller over: to a queue, to somebody outside, or not at all."""

from __future__ import annotations

import pytest

from store.events import EventType
from tests.e2e.conftest import AGENT
from tests.e2e.rig.conversations import conversation, talk, told_of
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.handover import (
    AFTERWARDS,
    BACK_KEY,
    COLLEAGUE,
    ENTER,
    FRONT,
    GOES_ON,
    HANDED_ON,
    NOT_ALLOWED,
    UNKNOWN,
)
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import wait_until_hears_music
from tests.e2e.rig.phones import BEGINNING, AgentHandset, Cast, Ears, Handset
from tests.e2e.rig.platform import Platform
from tests.e2e.rig.world import OUTSIDE

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(120),
]


@pytest.fixture
def queues() -> tuple[str, ...]:
    return (FRONT,)


@pytest.mark.parametrize(("keys", "to"), [(f"*{BACK_KEY}#", "queue"), (f"{COLLEAGUE}#", "agent")])
async def test_a_caller_is_handed_over_to_a_queue_or_an_agent_and_talks_to_them(
    *,
    keys: str,
    to: str,
    platform: Platform,
    caller: Handset,
    agent: AgentHandset,
    colleague: AgentHandset,
    ears: Ears,
    journal: Journal,
) -> None:
    line, first = await conversation(caller, agent)
    await first.press("*2")
    await ears.hear(first, ENTER, first=BEGINNING)
    await wait_until_hears_music(line)
    await first.press("*99#")
    await ears.hear(first, UNKNOWN)
    await ears.hear(first, ENTER, first=BEGINNING, since=len(first.heard) - 8000)
    await first.press(keys)
    second = await colleague.pick_up()
    await first.wait_closed()
    await talk(line, second)
    await second.hang_up()
    await ears.hear(line, AFTERWARDS)

    started = await journal.wait(EventType.CONTACT_STARTED)
    ended = await journal.wait(EventType.CONTACT_ENDED, contact=started.contact)
    told = told_of(journal.events, started.contact)
    assert [(e.type.value, e.queue, e.agent) for e in told] == HANDED_ON
    assert ended.fields["reason"] == "tree"
    assert [e.fields["to"] for e in journal.all(EventType.CALL_TRANSFERRED)] == [to]


async def test_a_caller_is_handed_over_to_a_number_that_is_listed_and_to_no_other(
    *,
    cast: Cast,
    platform: Platform,
    caller: Handset,
    agent: AgentHandset,
    ears: Ears,
    journal: Journal,
) -> None:
    outside = await cast.reachable(OUTSIDE)
    line, first = await conversation(caller, agent)
    await first.press("*2")
    await ears.hear(first, ENTER, first=BEGINNING)
    await first.press("00046701112233#")
    await ears.hear(first, NOT_ALLOWED)
    await ears.hear(first, ENTER, first=BEGINNING, since=len(first.heard) - 8000)
    await first.press("#")
    await ears.hear(first, GOES_ON)
    await talk(line, first)
    await first.press("*2")
    await ears.hear(first, ENTER, first=BEGINNING, since=len(first.heard) - 8000)
    await first.press(f"000{OUTSIDE.removeprefix('+')}#")
    await (await outside.ring()).reject()
    forwarded = await journal.wait(EventType.CALL_FORWARDED, outcome="busy")

    again = await agent.pick_up()  # whoever is not reached comes back, to whoever is free
    await first.wait_closed()
    await again.press("*2")
    await ears.hear(again, ENTER, first=BEGINNING)
    await again.press(f"000{OUTSIDE.removeprefix('+')}#")
    theirs = await outside.pick_up()
    ended = await journal.wait(EventType.CALL_ENDED, contact=forwarded.contact, count=2)
    await talk(line, theirs)
    await theirs.hang_up()
    await ears.hear(line, AFTERWARDS)
    talked = await journal.wait(EventType.CALL_FORWARDED, outcome="talked")
    assert int(talked.fields["talked"]) >= 1000
    assert ended.agent == AGENT

    async def is_told() -> bool:
        rows = platform.rows(
            "select queue, agent, outcome, talked_ms from queue_visits where contact = ?",
            forwarded.contact,
        )
        return [(r["agent"], r["outcome"], r["talked_ms"] > 0) for r in rows] == [
            (AGENT, "answered", True)
        ] * 2

    await eventually(is_told)
