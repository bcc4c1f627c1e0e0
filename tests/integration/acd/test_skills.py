"""Contacts that require skills: whom they get, when they require less, what is said of it."""

from __future__ import annotations

import pytest

from acd.errors import TooManyLines
from acd.model.agent import Agent
from acd.model.offer import Offer, RefusalReason
from acd.model.queue import Queue
from acd.model.waiting import AT_ONCE, LeaveReason, Place
from acd.skills import Requirement
from tests.integration.acd.conftest import FEES, RULES, SUPPORT, House

pytestmark = pytest.mark.integration

SWEDISH = (Requirement(0, {"sv": 5}),)
SOFTENING = (Requirement(0, {"sv": 9}), Requirement(20_000, {"sv": 5}), Requirement(60_000))
LINES_LIMIT = 100


async def log_in(
    house: House, agent: str, queues: tuple[Queue, ...] = (FEES,), /, **skills: int
) -> None:
    person = Agent(agent, "Somebody", tuple(queue.name for queue in queues), skills)
    await house.agents.login(person, f"phone{agent}")


async def match(house: House, queue: Queue = FEES) -> tuple[str, str] | None:
    offer = await house.acd.match(queue)
    return None if offer is None else (offer.contact, offer.agent)


async def index(house: House, name: str) -> list[str]:
    return [str(member) for member in await house.redis.zrange(f"vaxel:{{city}}:{name}", 0, -1)]


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


# Relaxing ----------------------------------------------------------------------------------------


async def test_a_contact_that_has_waited_requires_less_and_is_matched_in_the_same_round(
    house: House,
) -> None:
    await log_in(house, "1", sv=5)
    await house.acd.join("c-1", FEES, require=SOFTENING)
    house.clock.forward(19.999)
    tick = await house.acd.upkeep.tick([FEES])
    assert (tick.offers, tick.next_due_ms) == ((), house.clock() + 1)
    house.clock.forward(0.001)
    tick = await house.acd.upkeep.tick([FEES])
    assert tick.swept.relaxed == ("c-1",)
    assert [(offer.contact, offer.agent) for offer in tick.offers] == [("c-1", "1")]


async def test_the_last_step_may_require_nothing(house: House) -> None:
    await log_in(house, "1")
    await house.acd.join("c-1", FEES, require=SOFTENING)
    house.clock.forward(60)
    assert [offer.agent for offer in (await house.acd.upkeep.tick([FEES])).offers] == ["1"]


async def test_a_step_replaces_the_one_before(house: House) -> None:
    await log_in(house, "1", da=9)
    await log_in(house, "2", sv=9)
    steps = [Requirement(0, {"sv": 10}), Requirement(5_000, {"da": 9})]
    await house.acd.join("c-1", FEES, require=steps)
    house.clock.forward(5)
    assert [offer.agent for offer in (await house.acd.upkeep.tick([FEES])).offers] == ["1"]


async def test_what_falls_due_while_an_agent_is_rung_holds_once_the_offer_is_over(
    house: House,
) -> None:
    await log_in(house, "1", sv=9)
    await house.acd.join("c-1", FEES, require=SOFTENING)
    offer = await house.acd.match(FEES)
    assert offer is not None
    house.clock.forward(20)
    await house.acd.upkeep.renew()
    assert (await house.acd.upkeep.sweep()).relaxed == ("c-1",)
    assert await house.acd.current_offer("c-1") == offer, "the offer goes on"
    await log_in(house, "2", sv=5)
    await house.acd.refused(offer, RefusalReason.BUSY)
    assert await match(house) == ("c-1", "2")


async def test_one_that_is_taken_up_by_another_controller_is_where_it_was(house: House) -> None:
    await house.acd.join("c-1", FEES, require=SOFTENING)
    house.clock.forward(10)
    await house.other.upkeep.sweep()
    house.clock.forward(9)
    assert await house.other.join("c-1", FEES, require=[Requirement(0, {"none": 1})]) is True
    await log_in(house, "1", sv=5)
    assert await match(house) is None
    house.clock.forward(1)
    assert [offer.agent for offer in (await house.other.upkeep.tick([FEES])).offers] == ["1"]


async def test_an_orphan_requires_less_too(house: House) -> None:
    await house.acd.join("c-1", FEES, require=SOFTENING)
    house.clock.forward(10)
    await house.other.upkeep.sweep()
    house.clock.forward(10)
    assert (await house.other.upkeep.sweep()).relaxed == ("c-1",)
    await house.other.join("c-1", FEES)
    await log_in(house, "1", sv=5)
    assert await match(house) == ("c-1", "1")


async def test_one_that_is_lost_in_the_round_in_which_it_would_require_less_is_gone(
    house: House,
) -> None:
    steps = (Requirement(0, {"sv": 9}), Requirement(25_000))
    await house.acd.join("c-1", FEES, require=steps)
    house.clock.forward(10)
    await house.other.upkeep.sweep()
    house.clock.forward(15)
    swept = await house.other.upkeep.sweep()
    assert (swept.lost, swept.relaxed) == (("c-1",), ())
    assert "c-1" not in repr(await house.everything())


# Callbacks ---------------------------------------------------------------------------------------


async def test_a_callback_keeps_what_its_caller_required_and_relaxes_as_it_waits(
    house: House,
) -> None:
    await house.acd.join("c-1", FEES, require=SOFTENING)
    await house.keep_place()
    await log_in(house, "1", sv=5)
    house.clock.forward(19)
    assert (await house.acd.upkeep.tick([FEES])).offers == ()
    house.clock.forward(1)
    assert [offer.contact for offer in (await house.acd.upkeep.tick([FEES])).offers] == ["c-1"]


async def test_before_a_chosen_time_nothing_relaxes(house: House) -> None:
    """Whoever comes at a time of their choice has not waited: they get the agent whom they need."""
    await house.acd.join("c-1", FEES, require=SOFTENING)
    house.clock.forward(5)
    await house.keep_place(due_ms=house.clock() + 3_600_000)
    await log_in(house, "1", sv=5)
    house.clock.forward(3_600 + 14)
    assert (await house.acd.upkeep.tick([FEES])).offers == ()
    house.clock.forward(1)
    assert [offer.contact for offer in (await house.acd.upkeep.tick([FEES])).offers] == ["c-1"]


async def test_a_caller_who_is_back_before_the_chosen_time_waits_as_others_do(
    house: House,
) -> None:
    await house.acd.join("c-1", FEES, require=SOFTENING)
    await house.keep_place(due_ms=house.clock() + 3_600_000)
    await house.acd.join("c-1", FEES)
    await log_in(house, "1", sv=5)
    house.clock.forward(19)
    assert (await house.acd.upkeep.tick([FEES])).offers == ()
    house.clock.forward(1)
    assert [offer.contact for offer in (await house.acd.upkeep.tick([FEES])).offers] == ["c-1"]


async def test_a_callback_that_no_call_came_before_may_require_skills(house: House) -> None:
    await house.callbacks.add(
        "+46701740605", FEES, language="sv", answers={}, rules=RULES, require=SWEDISH
    )
    await log_in(house, "1")
    assert await match(house) is None
    await log_in(house, "2", sv=7)
    offer = await house.acd.match(FEES)
    assert offer is not None
    assert offer.agent == "2"


# What the queue says -----------------------------------------------------------------------------


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


# Lines -------------------------------------------------------------------------------------------


async def test_a_line_in_which_nobody_stands_is_forgotten_after_a_while_and_not_before(
    house: House,
) -> None:
    await log_in(house, "1", sv=9)
    before = await house.everything()
    await house.acd.join("c-1", FEES, require=SOFTENING)
    assert len(await index(house, "lines")) == 2
    await house.acd.leave("c-1", LeaveReason.ABANDONED)
    house.clock.forward(599)
    await house.acd.upkeep.sweep()
    assert len(await index(house, "lines")) == 2
    await house.acd.join("c-2", FEES, require=SWEDISH)  # holds one of them from here on
    house.clock.forward(1)
    await house.acd.upkeep.sweep()
    assert len(await index(house, "lines")) == 1
    await house.acd.leave("c-2", LeaveReason.ABANDONED)
    house.clock.forward(600)
    await house.acd.upkeep.sweep()
    assert await house.everything() == before


async def demands(house: House, numbers: range, queue: Queue = FEES) -> None:
    for number in numbers:
        await house.acd.join(
            f"{queue.name}-{number}", queue, require=[Requirement(0, {f"skill-{number}": 1})]
        )


async def test_lines_in_which_nobody_stands_make_room_for_others(house: House) -> None:
    await demands(house, range(LINES_LIMIT))
    await house.acd.leave("fees-7", LeaveReason.ABANDONED)
    await log_in(house, "1", **{"skill-7": 1, "skill-100": 1})
    await demands(house, range(LINES_LIMIT, LINES_LIMIT + 1))
    assert len(await index(house, "lines")) == LINES_LIMIT
    assert await match(house) == ("fees-100", "1")


async def test_a_queue_that_can_keep_no_more_lines_apart_says_so_and_nothing_has_changed(
    house: House,
) -> None:
    await demands(house, range(LINES_LIMIT))
    before = await house.everything()
    with pytest.raises(TooManyLines, match="fees"):
        await demands(house, range(LINES_LIMIT, LINES_LIMIT + 1))
    with pytest.raises(TooManyLines, match="fees"):
        await house.callbacks.add(
            "+46701740605",
            FEES,
            language="sv",
            answers={},
            rules=RULES,
            require=[Requirement(), Requirement(1, {"new": 1})],
        )
    assert await house.everything() == before
    await demands(house, range(1), SUPPORT)
    await house.acd.join("plain", FEES)
    await house.acd.join("known", FEES, require=[Requirement(0, {"skill-3": 1})])


async def test_queues_with_names_that_begin_alike_have_lines_of_their_own(house: House) -> None:
    abroad = Queue("fees-abroad")
    await house.acd.join("c-1", abroad, require=SWEDISH)
    await house.acd.join("c-2", FEES, require=SWEDISH)
    await log_in(house, "1", sv=5)
    assert await match(house, abroad) is None
    assert await house.acd.place("c-2") == Place(1, 1, ready=1, logged_in=1, estimate=AT_ONCE)
    assert await match(house) == ("c-2", "1")


async def test_an_offer_says_the_queue_and_not_the_line(house: House) -> None:
    await log_in(house, "1", sv=5)
    await house.acd.join("c-1", FEES, require=SWEDISH)
    offer = await house.acd.match(FEES)
    assert isinstance(offer, Offer)
    assert offer.queue == "fees"
    assert {event.queue for event in await house.news()} == {"", "fees"}
