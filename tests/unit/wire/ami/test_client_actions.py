"""Actions and their answers."""

from __future__ import annotations

import asyncio

import pytest

from tests.unit.wire.ami.fake_asterisk import Action, FakeAsterisk, block, error, event, success
from tests.unit.wire.ami.links import Log, client_of, connected
from tests.unit.wire.ami.manual_clock import ManualClock
from wire.ami.errors import (
    AmiActionFailed,
    AmiActionTimedOut,
    AmiConnectionLost,
    AmiInjectionRefused,
    AmiNotConnected,
)

pytestmark = pytest.mark.unit


def three_channels(action: Action) -> bytes:
    """A list as Asterisk sends it, with an event of another matter in its middle."""
    mine = action["ActionID"]
    entries = [
        event("CoreShowChannel", ActionID=mine, Channel=f"PJSIP/a-{number}") for number in range(3)
    ]
    return b"".join(
        [
            success(action, "EventList: start", "Message: Channels will follow"),
            entries[0],
            event("X", N="1"),
            *entries[1:],
            event("CoreShowChannelsComplete", ActionID=mine, EventList="Complete", ListItems=3),
        ]
    )


async def test_an_answer_reaches_whoever_asked(asterisk: FakeAsterisk, clock: ManualClock) -> None:
    asterisk.script["Getvar"] = lambda action: success(action, f"Value: {action['Variable']}!")
    async with client_of(asterisk, clock) as client:
        await connected(client)
        answers = await asyncio.gather(
            *(client.action("Getvar", {"Variable": str(n)}) for n in range(20))
        )
        assert [answer.get("Value") for answer in answers] == [f"{n}!" for n in range(20)]
        assert client.stats.actions == 20


async def test_what_an_action_leads_to_is_an_event_even_when_it_comes_with_the_answer(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    def busy_at_once(action: Action) -> bytes:
        outcome = event("OriginateResponse", ActionID=action["ActionID"], Response="Failure")
        return outcome + success(action) + outcome

    asterisk.script["Originate"] = busy_at_once
    heard: list[str] = []
    async with client_of(asterisk, clock) as client:
        client.subscribe("OriginateResponse", lambda told: heard.append(told.get("Response")))
        await connected(client)
        answer = await client.action("Originate")
        assert answer.get("Response") == "Success"
        assert heard == ["Failure", "Failure"]


async def test_an_error_is_raised_with_asterisks_words(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    asterisk.script["Hangup"] = lambda action: error(action, "No such channel")
    async with client_of(asterisk, clock) as client:
        await connected(client)
        with pytest.raises(AmiActionFailed) as failure:
            await client.action("Hangup", {"Channel": "PJSIP/none"})
        assert (failure.value.action, failure.value.message) == ("Hangup", "No such channel")
        assert client.stats.actions_failed == 1


async def test_an_unanswered_action_times_out_and_leaves_nothing_behind(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    asterisk.script["Status"] = lambda _: None
    async with client_of(asterisk, clock, action=0.02) as client:
        await connected(client)
        with pytest.raises(AmiActionTimedOut, match=r"Status within 0\.02 s"):
            await client.action("Status")
        with pytest.raises(AmiActionTimedOut):
            await client.list("Status", limit=0.01)
        assert client.stats.timeouts == 2
        assert client._intake.connection is not None
        assert client._intake.connection.pending == 0
        assert client.connected


async def test_a_late_answer_harms_nobody(asterisk: FakeAsterisk, clock: ManualClock) -> None:
    asterisk.script["Status"] = lambda _: None
    async with client_of(asterisk, clock) as client:
        log = Log()
        client.subscribe("X", lambda x: log.add(x.get("N")))
        await connected(client)
        with pytest.raises(AmiActionTimedOut):
            await client.list("Status", limit=0.01)
        peer = await asterisk.received("Status")
        late = peer.actions[-1]
        peer.write(success(late) + event("StatusComplete", ActionID=late["ActionID"]))
        peer.write(event("X", N="1"))
        await log.has("1")
        assert (await client.action("Ping")).get("Response") == "Success"


async def test_a_cancelled_action_leaves_nothing_behind(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    asterisk.script["Status"] = lambda _: None
    async with client_of(asterisk, clock) as client:
        await connected(client)
        waiting = asyncio.create_task(client.action("Status"))
        await asterisk.received("Status")
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert (await client.action("Ping")).get("Response") == "Success"
        assert client._intake.connection is not None
        assert client._intake.connection.pending == 0


async def test_a_list_gives_its_entries_and_lets_other_events_through(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    asterisk.script["CoreShowChannels"] = three_channels
    async with client_of(asterisk, clock) as client:
        log = Log()
        client.subscribe("X", lambda x: log.add(x.get("N")))
        await connected(client)
        entries = await client.list("CoreShowChannels")
        assert [entry.get("Channel") for entry in entries] == [f"PJSIP/a-{n}" for n in range(3)]
        assert log.notes == ["1"]


async def test_a_subscriber_to_list_entries_does_not_take_them_away(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    asterisk.script["CoreShowChannels"] = three_channels
    async with client_of(asterisk, clock) as client:
        log = Log()
        client.subscribe("CoreShowChannel", lambda x: log.add(x.get("Channel")))
        await connected(client)
        assert len(await client.list("CoreShowChannels")) == 3
        assert log.notes == []


async def test_a_refused_list_is_an_error(asterisk: FakeAsterisk, clock: ManualClock) -> None:
    asterisk.script["Status"] = lambda action: error(action, "Permission denied")
    async with client_of(asterisk, clock) as client:
        await connected(client)
        with pytest.raises(AmiActionFailed, match="Permission denied"):
            await client.list("Status")


async def test_the_lines_of_a_command_are_all_there(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    asterisk.script["Command"] = lambda action: block(
        "Response: Success", f"ActionID: {action['ActionID']}", "Output: one", "Output: two: 2"
    )
    async with client_of(asterisk, clock) as client:
        await connected(client)
        answer = await client.action("Command", {"Command": "core show uptime"})
        assert answer.all("Output") == ("one", "two: 2")


@pytest.mark.parametrize(
    "fields",
    [
        {"UserEvent": "x\r\n\r\nAction: Originate\r\nActionID: 9"},
        {"UserEvent\r\n\r\nAction: Originate\r\nX": "x"},
        {"UserEvent": "x\nAction: Originate"},
    ],
)
async def test_a_line_end_in_a_value_never_becomes_a_second_action(
    asterisk: FakeAsterisk, clock: ManualClock, fields: dict[str, str]
) -> None:
    async with client_of(asterisk, clock) as client:
        await connected(client)
        with pytest.raises(AmiInjectionRefused):
            await client.action("UserEvent", fields)
        with pytest.raises(AmiInjectionRefused):
            await client.action("Ping\r\n\r\nAction: Originate")
        await client.action("Ping")
        peer = await asterisk.received("Ping")
        assert peer.names == ["Login", "Ping"]


async def test_without_a_connection_an_action_fails_at_once(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    client = client_of(asterisk, clock)
    with pytest.raises(AmiNotConnected, match="Ping was not sent"):
        await client.action("Ping")


async def test_actions_fail_at_once_when_the_connection_ends(
    asterisk: FakeAsterisk, clock: ManualClock
) -> None:
    asterisk.script["Status"] = lambda _: None
    async with client_of(asterisk, clock) as client:
        await connected(client)
        waiting = [asyncio.create_task(client.action("Status")) for _ in range(3)]
        (await asterisk.received("Status", times=3)).abort()
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(result) for result in results] == [AmiConnectionLost] * 3
        await clock.pass_sleep(0.25)
        await connected(client)
        assert (await client.action("Ping")).get("Response") == "Success"
