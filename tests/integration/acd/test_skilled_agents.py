"""Contacts that require skills: whom they get, and what the queue says of it."""

from __future__ import annotations

import pytest

from acd.model.waiting import AT_ONCE, LeaveReason, Place
from acd.skills import Requirement
from tests.integration.acd.conftest import FEES, SUPPORT, House
from tests.integration.acd.skilled import SOFTENING, SWEDISH, log_in, match

pytestmark = pytest.mark.integration


async def test_a_caller_gets_the_agent_with_the_skill_though_another_has_idled_longer(
    house: House,
) -> None:
    await log_in(house, "1")
    house.clock.forward(60)
    await log_in(house, "2", sv=5)
    await house.acd.join("c-1", FEES, require=SWEDISH)
    assert await match(house) == ("c-1", "2")


@pytest.mark.parametrize("skills", [{}, {"sv": 4}, {"da": 10}])
async def test_nobody_is_given_a_caller_whom_they_lack_a_skill_for(
    house: House, skills: dict[str, int]
) -> None:
    await log_in(house, "1", **skills)
    await house.acd.join("c-1", FEES, require=SWEDISH)
    assert await match(house) is None
    assert await house.acd.match_agent("1") is None
    assert (await house.acd.upkeep.tick([FEES])).offers == ()


async def test_all_skills_that_are_required_must_be_there(house: House) -> None:
    await house.acd.join("c-1", FEES, require=[Requirement(0, {"tax": 3, "sv": 5})])
    await log_in(house, "1", sv=9)
    await log_in(house, "2", tax=9)
    assert await match(house) is None
    await log_in(house, "3", sv=5, tax=3)
    assert await match(house) == ("c-1", "3")


async def test_who_can_be_served_is_served_past_those_who_cannot(house: House) -> None:
    await house.acd.join("first", FEES, require=SWEDISH)
    house.clock.forward(1)
    await house.acd.join("second", FEES)
    house.clock.forward(1)
    await house.acd.join("third", FEES)
    await log_in(house, "1")
    assert await match(house) == ("second", "1")
    await log_in(house, "2", sv=5)
    assert await match(house) == ("first", "2"), "the oldest of those whom this agent can serve"


async def test_an_agents_next_contact_is_the_oldest_over_all_their_lines_and_queues(
    house: House,
) -> None:
    await log_in(house, "1", (FEES, SUPPORT), sv=5)
    await house.agents.pause("1", "lunch")
    for contact, queue, require in (
        ("too-hard", SUPPORT, (Requirement(0, {"sv": 6}),)),
        ("support", SUPPORT, SWEDISH),
        ("fees", FEES, ()),
        ("swedish", FEES, SWEDISH),
    ):
        await house.acd.join(contact, queue, require=require)
        house.clock.forward(1)
    served = []
    for _ in range(3):
        await house.agents.unpause("1")
        offer = await house.acd.match_agent("1")
        assert offer is not None
        served.append(offer.contact)
        await house.acd.leave(offer.contact, LeaveReason.ABANDONED)
    assert served == ["support", "fees", "swedish"]
    assert await house.acd.match_agent("1") is None


async def test_a_round_serves_by_order_of_arrival_over_lines_and_queues(house: House) -> None:
    for number, (queue, require) in enumerate(
        [(FEES, SWEDISH), (FEES, SWEDISH), (SUPPORT, ()), (FEES, ())]
    ):
        await house.acd.join(f"c-{number}", queue, require=require)
        house.clock.forward(1)
    for agent in ("1", "2"):
        await log_in(house, agent, (FEES, SUPPORT), sv=5)
    offers = (await house.acd.upkeep.tick([FEES, SUPPORT])).offers
    assert [offer.contact for offer in offers] == ["c-0", "c-1"]


async def test_a_round_leaves_queues_alone_that_its_controller_does_not_know(house: House) -> None:
    await house.acd.join("c-1", FEES, require=SWEDISH)
    await log_in(house, "1", sv=5)
    assert (await house.acd.upkeep.tick([SUPPORT])).offers == ()


async def test_a_place_is_one_of_the_whole_queue_and_its_agents_are_those_who_fit(
    house: House,
) -> None:
    for contact, require in (("c-1", ()), ("c-2", SWEDISH), ("c-3", SOFTENING), ("c-4", SWEDISH)):
        await house.acd.join(contact, FEES, require=require)
        house.clock.forward(1)
    await log_in(house, "1", sv=4)
    await log_in(house, "2", sv=5)
    await house.agents.pause("2", "lunch")
    assert await house.acd.place("c-1") == Place(1, 4, ready=1, logged_in=2, estimate=AT_ONCE)
    assert await house.acd.place("c-2") == Place(position=2, waiting=4, ready=0, logged_in=1)
    assert await house.acd.place("c-3") == Place(position=3, waiting=4, ready=0, logged_in=2)
    assert await house.acd.place("c-4") == Place(position=4, waiting=4, ready=0, logged_in=1)


async def test_figures_are_those_of_the_whole_queue(house: House) -> None:
    await house.acd.join("c-1", FEES, require=SWEDISH)
    house.clock.forward(5)
    await house.acd.join("c-2", FEES)
    await log_in(house, "1", sv=5)
    await log_in(house, "2")
    figures = await house.acd.figures("fees")
    assert (figures.waiting, figures.oldest_wait_ms) == (2, 5_000)
    assert (figures.logged_in, figures.ready) == (2, 2)
    gauge = (await house.acd.snapshot([FEES])).queues["fees"]
    assert (gauge.waiting, gauge.oldest_wait_ms) == (2, 5_000)


async def served(house: House, agent: str, times: int) -> None:
    """The agent has handled calls of two minutes each."""
    for number in range(times):
        contact = f"past-{number}"
        await house.acd.join(contact, FEES)
        offer = await house.acd.match_agent(agent)
        assert offer is not None
        await house.acd.answered(offer)
        house.clock.forward(120)
        await house.acd.ended(offer, 120_000)
        await house.agents.unpause(agent)


async def test_a_wait_for_skills_is_that_for_the_agents_who_have_them(house: House) -> None:
    await log_in(house, "1", sv=9)
    await served(house, "1", 10)
    for agent in ("2", "3"):
        await log_in(house, agent)
    for contact in ("t-1", "t-2", "t-3"):
        await house.acd.join(contact, FEES)
        assert await house.acd.match(FEES) is not None

    plain = await house.acd.figures("fees")
    skilled = await house.acd.figures("fees", require=SWEDISH)
    nobody = await house.acd.figures("fees", require=[Requirement(0, {"fi": 1})])
    await house.acd.join("c-1", FEES, require=SWEDISH)
    behind = await house.acd.figures("fees", require=SWEDISH)
    place = await house.acd.place("c-1")

    assert place is not None
    assert plain.estimate is not None
    assert skilled.estimate is not None
    assert behind.estimate is not None
    assert nobody.estimate is None
    assert skilled.estimate.expected_ms == 3 * plain.estimate.expected_ms  # one of three has them
    assert behind.estimate.expected_ms == 2 * skilled.estimate.expected_ms
    assert place.estimate == skilled.estimate
    assert (await house.acd.figures("fees")).estimate != plain.estimate  # c-1 stands before


async def test_whoever_logs_in_anew_has_the_skills_and_queues_of_now(house: House) -> None:
    await house.acd.join("c-1", FEES, require=SWEDISH)
    await house.acd.join("c-2", SUPPORT, require=SWEDISH)
    await log_in(house, "1", (FEES, SUPPORT), sv=5)
    await log_in(house, "1", (SUPPORT,), sv=5)
    assert await match(house) is None
    await log_in(house, "1", (FEES, SUPPORT), sv=4)
    assert await match(house, SUPPORT) is None
    await log_in(house, "1", (FEES, SUPPORT), sv=10)
    assert await match(house, SUPPORT) == ("c-2", "1")
