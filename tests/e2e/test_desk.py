"""Feature codes: log in and out, pause and be ready, and what happens to a guesser."""

from __future__ import annotations

import pytest

from ivr.flow.spoken import spoken_filters
from store.events import EventType
from tests.e2e.conftest import AGENT
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.phones import (
    BEGINNING,
    ENTER_REASON,
    EXTEND,
    LOG_IN,
    LOG_OUT,
    PAUSE,
    READY,
    RECEPTION,
    RESULT,
    AgentHandset,
    Cast,
    Ears,
    Handset,
    enter,
)
from tests.e2e.rig.platform import ORG, Platform
from tests.e2e.rig.reception import walk_to_queue

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

ALL_AGENTS = 4
VICTIM = "4003"
WRONG = "Agentnumret eller pinkoden stämmer inte."
NOT_LOGGED_IN = "Du är inte inloggad."


async def test_an_agent_logs_in_pauses_comes_back_and_logs_out(
    platform: Platform, cast: Cast, ears: Ears, journal: Journal
) -> None:
    agent = await cast.agent(1)

    async def state_is(state: str, expected: int = 1) -> None:
        async def so() -> bool:
            return await platform.metric("vaxel_agents", org=ORG, state=state) == expected

        await eventually(so, why=f"{expected} in state {state}")

    await agent.log_in(AGENT, platform.secrets.pins[AGENT], ears)
    await journal.wait(EventType.AGENT_LOGGED_IN, agent=AGENT, phone="agent1")
    await state_is("ready")
    await agent.pause("3", "Du är pausad: möte.", ears)
    await journal.wait(EventType.AGENT_PAUSED, reason="meeting")
    await state_is("paused")
    await agent.code(READY, ears, "Du är redo att ta emot samtal.")
    await state_is("ready")
    await agent.log_out(ears)
    await state_is("logged_out", ALL_AGENTS)


async def test_an_unknown_pause_reason_is_asked_for_again(agent: AgentHandset, ears: Ears) -> None:
    line = await agent.call(PAUSE)
    await ears.hear(line, ENTER_REASON, first=BEGINNING)
    since = len(line.heard)
    await line.press("8")
    await ears.hear(line, "Den pausorsaken finns inte.", since=since)
    await ears.hear(line, ENTER_REASON, since=since)
    await line.press("1")
    await ears.hear(line, "Du är pausad: rast.", since=since)
    await line.wait_closed()


async def test_an_agent_makes_the_wrapup_longer_and_says_what_came_of_the_call(
    platform: Platform, caller: Handset, agent: AgentHandset, ears: Ears, journal: Journal
) -> None:
    line = await caller.call(RECEPTION)
    await walk_to_queue(line, ears)
    theirs = await agent.pick_up()
    answered = await journal.wait(EventType.CALL_ANSWERED)
    seconds = spoken_filters("sv")["number"](60)  # 61, told in steps of five
    await agent.code(EXTEND, ears, f"Du har {seconds} sekunder för efterarbete.")
    await theirs.hang_up()
    wrapup = await journal.wait(EventType.AGENT_WRAPUP, agent=AGENT)
    assert int(wrapup.fields["until"]) == wrapup.at + 61_000

    asked = await agent.call(RESULT)
    await ears.hear(asked, "Hur slutade samtalet?", first=BEGINNING)
    await asked.press("1")
    await ears.hear(asked, "Noterat: löst.")
    await asked.wait_closed()

    given = await journal.wait(EventType.CONTACT_RESULT_GIVEN, contact=answered.contact)
    assert (given.queue, given.fields) == ("support", {"result": "resolved"})
    await agent.code(READY, ears, "Du är redo att ta emot samtal.")

    async def counted() -> bool:
        given = {"org": ORG, "queue": "support", "result": "resolved"}
        return await platform.metric("vaxel_results_given_total", **given) == 1

    await eventually(counted, why="the result is counted")


@pytest.mark.parametrize("code", [LOG_OUT, PAUSE, READY, RESULT])
async def test_who_is_not_logged_in_is_told_so(cast: Cast, ears: Ears, code: str) -> None:
    await (await cast.agent(3)).code(code, ears, NOT_LOGGED_IN)


async def test_three_wrong_pins_lock_the_agent_and_the_right_one_does_not_help(
    cast: Cast, platform: Platform, ears: Ears, journal: Journal
) -> None:
    handset = await cast.agent(3)
    right = platform.secrets.pins[VICTIM]
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    line = await handset.call(LOG_IN)
    for _ in range(2):
        since = len(line.heard)
        await enter(line, VICTIM, wrong, ears)
        await ears.hear(line, WRONG, since=since)
    await enter(line, VICTIM, wrong, ears)
    await journal.wait(EventType.AGENT_LOCKED, agent=VICTIM)
    if not line.is_closed:
        await line.hang_up()

    again = await handset.call(LOG_IN)
    await enter(again, VICTIM, right, ears)
    await again.wait_closed(30)
    await journal.catch_up()
    assert journal.all(EventType.AGENT_LOGGED_IN, agent=VICTIM) == []


async def test_an_unknown_agent_sounds_like_a_wrong_pin(cast: Cast, ears: Ears) -> None:
    line = await (await cast.agent(3)).call(LOG_IN)
    await enter(line, "4999", "000000", ears)
    await ears.hear(line, WRONG)
    await line.hang_up()


@pytest.mark.parametrize(
    ("number", "told"),
    [("100", NOT_LOGGED_IN), ("*99", "Du kan inte ringa ut från den här telefonen.")],
)
async def test_an_agents_telephone_where_nobody_is_logged_in_cannot_call_out(
    cast: Cast, ears: Ears, number: str, told: str
) -> None:
    line = await (await cast.agent(3)).call(number)
    await ears.hear(line, told)
    await line.wait_closed()
