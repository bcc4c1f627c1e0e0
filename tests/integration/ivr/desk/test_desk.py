"""Feature codes on the real Redis and a fake channel: what is said, and what comes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from redis.asyncio import Redis

from acd.clock import system_clock
from acd.model.agent import Agent, AgentState
from tests.integration.ivr.desk_floor import Floor, a_floor

pytestmark = pytest.mark.integration


@pytest.fixture
def floor(redis: Redis, tmp_path: Path) -> Floor:
    return a_floor(redis, tmp_path)


async def test_a_result_is_asked_for_with_its_choices_and_noted(floor: Floor) -> None:
    await floor.talk()
    heard = await floor.dial("*16", "22")
    assert heard == ["enter_result", "result_choice", "result_choice", "result_given"]
    assert await floor.results() == ["passed_on"]


async def test_an_unknown_result_is_asked_for_again_three_times_and_nothing_is_noted(
    floor: Floor,
) -> None:
    await floor.talk()
    heard = await floor.dial("*16", "9##7#")
    assert heard.count("unknown_result") == 3
    assert await floor.results() == []


async def test_a_queue_offers_its_own_results_only(floor: Floor) -> None:
    await floor.talk("cases")
    heard = await floor.dial("*16", "1#22")
    assert heard == [
        *("enter_result", "result_choice", "unknown_result"),
        *("enter_result", "result_choice", "result_given"),
    ]
    assert await floor.results() == ["passed_on"]


async def test_without_a_contact_there_is_no_result(floor: Floor) -> None:
    assert await floor.dial("*16", "1") == ["not_logged_in"]
    await floor.office.agents.login(Agent("4001", "", ("support",)), "agent1")
    assert await floor.dial("*16", "1#") == ["no_contact"]


async def test_ready_is_refused_until_the_result_that_the_queue_requires_is_given(
    floor: Floor,
) -> None:
    await floor.talk("cases")
    await floor.hang_up()
    assert await floor.dial("*14") == ["result_owed"]
    assert (await floor.agent()).state is AgentState.WRAPUP
    await floor.dial("*16", "22")
    assert await floor.dial("*14") == ["ready"]


async def test_more_wrapup_is_told_in_seconds_then_in_minutes_then_refused(floor: Floor) -> None:
    await floor.talk()
    heard = [await floor.dial("*15") for _ in range(5)]
    assert heard == [
        ["wrapup_seconds"],
        ["wrapup_seconds"],
        ["wrapup_minutes"],
        ["wrapup_minutes"],
        ["wrapup_limit"],
    ]
    await floor.hang_up()
    status = await floor.agent()
    assert status.until_ms - status.since_ms == 180_000


async def test_who_has_no_wrapup_is_told_so(floor: Floor) -> None:
    await floor.office.agents.login(Agent("4001", "", ("support",)), "agent1")
    assert await floor.dial("*15") == ["no_wrapup"]
    await floor.talk()
    await floor.hang_up()
    await floor.dial("*14")
    assert await floor.dial("*15") == ["no_wrapup"]


@pytest.mark.parametrize(
    ("doing", "said"),
    [
        ("ready", ["ready"]),
        ("lunch", ["paused"]),
        ("busy", ["phone_failed"]),
        ("not_answering", []),
        ("talking", ["in_call"]),
        ("wrapup", ["wrapup_seconds"]),
    ],
)
async def test_an_agent_hears_how_they_stand(floor: Floor, doing: str, said: list[str]) -> None:
    if doing in ("talking", "wrapup"):
        await floor.talk()
        floor.clock.now_ms = system_clock()
        if doing == "wrapup":
            await floor.hang_up()
    else:
        await floor.office.agents.login(Agent("4001", "", ("support",)), "agent1")
        if doing != "ready":
            await floor.office.agents.pause("4001", doing)
    heard = await floor.dial("*10")
    why = ["not_answering"] * (doing == "not_answering")
    assert heard == [*why, "who", *said, "queues", "waiting"]


async def test_who_asks_how_they_stand_without_being_there_is_told_so(floor: Floor) -> None:
    assert await floor.dial("*10") == ["not_logged_in"]
