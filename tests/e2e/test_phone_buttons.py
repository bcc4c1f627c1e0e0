"""The buttons of an agent's own phone: transfer hands the caller over, hold has them wait."""

from __future__ import annotations

import pytest

from ivr.softphone import CallNotAnswered, TransferRefused
from store.events import EventType
from tests.e2e.conftest import AGENT
from tests.e2e.rig.conversations import conversation, talk, told_of
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.handover import (
    AFTERWARDS,
    BACK_KEY,
    COLLEAGUE,
    FRONT,
    HANDED_ON,
    QUESTION,
    SURVEYED,
)
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import wait_until_hears_music
from tests.e2e.rig.phones import (
    BEGINNING,
    ENTER_REASON,
    PAUSE,
    AgentHandset,
    Cast,
    Ears,
    Handset,
)
from tests.e2e.rig.platform import ORG, Platform
from tests.e2e.rig.world import OUTSIDE

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(120),
]

NOT_FOUND, BUSY, DECLINE = 404, 486, 603
FOREIGN = "+19005550100"
"""A number that nobody lists. No caller's: Asterisk writes down whom it does not transfer to."""


@pytest.fixture
def queues() -> tuple[str, ...]:
    return (FRONT,)


@pytest.mark.parametrize(("target", "to"), [(f"*{BACK_KEY}", "queue"), (COLLEAGUE, "agent")])
async def test_the_transfer_button_hands_over_to_a_queue_or_an_agent_and_the_survey_follows(
    *,
    target: str,
    to: str,
    platform: Platform,
    caller: Handset,
    agent: AgentHandset,
    colleague: AgentHandset,
    ears: Ears,
    journal: Journal,
) -> None:
    line, first = await conversation(caller, agent, SURVEYED)
    await first.transfer(target)
    second = await colleague.pick_up()
    await talk(line, second)
    await second.hang_up()
    await ears.hear(line, QUESTION)
    await line.press("4")
    await ears.hear(line, AFTERWARDS)

    started = await journal.wait(EventType.CONTACT_STARTED)
    ended = await journal.wait(EventType.CONTACT_ENDED, contact=started.contact)
    told = told_of(journal.events, started.contact)
    assert [(e.type.value, e.queue, e.agent) for e in told] == HANDED_ON
    assert [e.fields["to"] for e in journal.all(EventType.CALL_TRANSFERRED)] == [to]
    visits = journal.all(EventType.NODE_VISITED, contact=started.contact)
    assert [e.fields["node"] for e in visits] == ["talk", "rating", "after"]
    assert ended.fields["reason"] == "tree"
    (answer,) = journal.all(EventType.SURVEY_ANSWERED, contact=started.contact)
    assert (answer.fields["question"], answer.fields["score"]) == ("helpful", "4")
    stored = await journal.wait(EventType.RECORDING_STORED, contact=started.contact)
    assert (stored.agent, int(stored.fields["duration"]) > 1000) == (AGENT, True)


async def test_the_transfer_button_reaches_a_number_that_is_listed(
    *,
    cast: Cast,
    caller: Handset,
    agent: AgentHandset,
    ears: Ears,
    journal: Journal,
) -> None:
    outside = await cast.reachable(OUTSIDE)
    line, first = await conversation(caller, agent)
    await first.transfer(OUTSIDE)
    await (await outside.ring()).reject()
    await journal.wait(EventType.CALL_FORWARDED, outcome="busy")
    again = await agent.pick_up()
    await talk(line, again)
    await again.transfer(OUTSIDE)
    theirs = await outside.pick_up()
    await talk(line, theirs)
    await theirs.hang_up()
    await ears.hear(line, AFTERWARDS)
    await journal.wait(EventType.CALL_FORWARDED, outcome="talked")


async def test_a_phone_that_may_not_transfer_there_is_told_so_and_they_talk_on(
    *,
    platform: Platform,
    caller: Handset,
    agent: AgentHandset,
    colleague: AgentHandset,
    ears: Ears,
    journal: Journal,
) -> None:
    line, first = await conversation(caller, agent)
    for target in ("4999", "*99", AGENT, FOREIGN, "vaxel", COLLEAGUE.replace("2", "3")):
        with pytest.raises(TransferRefused) as refused:
            await first.transfer(target)
        assert refused.value.status == NOT_FOUND, target
    with pytest.raises(TransferRefused) as refused:
        await line.transfer(COLLEAGUE)
    assert refused.value.status == DECLINE
    await talk(line, first)
    async with platform.without_controller():
        with pytest.raises(TransferRefused):
            await first.transfer(COLLEAGUE)
        await talk(line, first)
    await first.hang_up()
    await journal.wait(EventType.CALL_ENDED, agent=AGENT)
    assert not journal.all(EventType.CALL_TRANSFERRED)


async def test_a_caller_is_given_to_no_second_call_of_the_phone(
    *,
    caller: Handset,
    agent: AgentHandset,
    colleague: AgentHandset,
    ears: Ears,
    journal: Journal,
) -> None:
    line, first = await conversation(caller, agent)
    with pytest.raises(CallNotAnswered) as refused:
        await agent.call(COLLEAGUE)
    assert refused.value.status == BUSY
    await talk(line, first)
    code = await agent.call(PAUSE)
    await ears.hear(code, ENTER_REASON, first=BEGINNING)
    await first.transfer(code)  # Asterisk asks nobody about this
    await wait_until_hears_music(line, since=len(line.heard))
    again = await agent.pick_up()
    await talk(line, again)
    await again.hang_up()
    await ears.hear(line, AFTERWARDS)
    started = await journal.wait(EventType.CONTACT_STARTED)
    await journal.wait(EventType.CONTACT_ENDED, contact=started.contact)
    assert len(journal.all(EventType.CONTACT_STARTED)) == 1
    told = told_of(journal.events, started.contact)
    assert [e.type.value for e in told].count("call.answered") == 2
    assert not journal.all(EventType.AGENT_PAUSED)


async def test_a_caller_on_hold_hears_music_and_is_counted(
    *,
    platform: Platform,
    caller: Handset,
    agent: AgentHandset,
    ears: Ears,
    journal: Journal,
) -> None:
    counted = await platform.metric("vaxel_hold_seconds_count", org=ORG, queue=FRONT)
    line, first = await conversation(caller, agent)
    for times in (1, 2):
        since = len(line.heard)
        await first.hold()
        await wait_until_hears_music(line, since=since)
        held = await journal.wait(EventType.CALL_HELD, agent=AGENT, count=times)
        await first.resume()
        resumed = await journal.wait(EventType.CALL_RESUMED, agent=AGENT, count=times)
        assert int(resumed.fields["held"]) == resumed.at - held.at >= 500
        await talk(line, first)

    async def is_counted() -> bool:
        now = await platform.metric("vaxel_hold_seconds_count", org=ORG, queue=FRONT)
        return now == counted + 2

    await eventually(is_counted)
    await first.hold()
    await journal.wait(EventType.CALL_HELD, agent=AGENT, count=3)
    await first.hang_up()  # while the caller holds
    await ears.hear(line, AFTERWARDS)
    last = await journal.wait(EventType.CALL_RESUMED, agent=AGENT, count=3)

    def is_reported() -> bool:
        query = "select holds, held_ms from queue_visits where contact = ?"
        (row,) = platform.rows(query, last.contact)
        held_ms = sum(int(e.fields["held"]) for e in journal.all(EventType.CALL_RESUMED))
        return (row["holds"], row["held_ms"]) == (3, held_ms)

    await eventually(is_reported, why="vaxel report transfers tells of it")
