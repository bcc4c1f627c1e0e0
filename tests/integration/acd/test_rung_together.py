"""Several agents are rung at once for one contact: one has it, the others are where they were."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import replace

import pytest

from acd.agents import Agents
from acd.distributor import Distributor
from acd.errors import StaleOffer
from acd.floor import Floor
from acd.model.agent import Agent, AgentState, PhoneState
from acd.model.offer import Offer, RefusalReason
from acd.model.queue import Queue, Strategy
from acd.model.waiting import LeaveReason
from acd.skills import Requirement
from store.events import EventType
from store.stream import BEGINNING, EventStream, connect
from tests.integration.acd.conftest import FEES, SUPPORT, HandClock, House
from tests.integration.acd.replay import Replay

pytestmark = pytest.mark.integration

TOGETHER = replace(FEES, ring_at_once=3)
TEAM = ("4001", "4002", "4003", "4004")


async def rung(house: House, *agents: str, queue: Queue = TOGETHER) -> Offer:
    """These agents have logged in one after the other, and a contact is offered to them."""
    await house.acd.upkeep.adopt([queue])
    for agent in agents:
        await house.log_in(agent)
        house.clock.forward(1)
    return await offered(house, "c-1", queue)


async def offered(house: House, contact: str, queue: Queue = TOGETHER) -> Offer:
    await house.acd.join(contact, queue)
    offer = await house.acd.match(queue)
    assert offer is not None
    return offer


def agents_of(offer: Offer) -> list[str]:
    return [view.agent for view in offer.views]


async def state_of(house: House, agent: str) -> AgentState:
    return (await house.agents.status(agent)).state


async def test_the_first_by_the_strategy_are_rung_and_whoever_is_quickest_has_the_call(
    house: House,
) -> None:
    offer = await rung(house, *TEAM)
    assert agents_of(offer) == ["4001", "4002", "4003"]
    assert [view.phone for view in offer.views] == ["phone4001", "phone4002", "phone4003"]
    assert await house.other.current_offer("c-1") == offer
    (_, second, third) = offer.views
    assert await house.other.answered(second)
    with pytest.raises(StaleOffer):
        await house.acd.answered(third)
    assert not await house.acd.answered(second), "said twice"
    states = [await state_of(house, agent) for agent in TEAM]
    assert states == [AgentState.READY, AgentState.TALKING, AgentState.READY, AgentState.READY]
    # The others are rung for the next, in the old order, before who idles for less.
    house.clock.forward(5)
    assert agents_of(await offered(house, "c-2")) == ["4001", "4003", "4004"]


async def test_each_ring_is_told_with_one_number_and_each_end_once(house: House) -> None:
    await house.news()
    offer = await rung(house, *TEAM[:3])
    await house.acd.refused(offer.views[0], RefusalReason.BUSY)
    await house.acd.answered(offer.views[2])
    told = [
        (event.type, event.agent, event.fields.get("rings_on", ""))
        for event in await house.news()
        if event.contact or event.type in (EventType.AGENT_PAUSED, EventType.AGENT_READY)
    ]
    assert (
        told[3:]
        == [  # behind the log-ins
            (EventType.CALL_QUEUED, "", ""),
            *((EventType.CALL_OFFERED, agent, "") for agent in TEAM[:3]),
            (EventType.CALL_REFUSED, "4001", "1"),
            (EventType.AGENT_PAUSED, "4001", ""),
            (EventType.CALL_ANSWERED, "4003", ""),
            (EventType.AGENT_READY, "4002", ""),
        ]
    )
    events = await house.stream.read(BEGINNING)
    numbers = {e.fields["offer"] for e in events if "offer" in e.fields}
    assert numbers == {offer.id}


@pytest.mark.parametrize("reason", [RefusalReason.BUSY, RefusalReason.UNREACHABLE])
async def test_who_declines_is_passed_over_and_the_rest_ring_on(
    house: House, reason: RefusalReason
) -> None:
    offer = await rung(house, *TEAM[:3])
    for view in offer.views[:2]:
        await house.acd.refused(view, reason)
        with pytest.raises(StaleOffer):
            await house.acd.refused(view, reason)
        with pytest.raises(StaleOffer):
            await house.acd.answered(view)
    left = await house.acd.current_offer("c-1")
    assert left == offer.views[2]
    assert await house.acd.place("c-1") is None
    await house.acd.refused(left, RefusalReason.NO_ANSWER, missed_offers=2)
    assert await house.acd.place("c-1") is not None
    assert [(await house.agents.status(agent)).reason for agent in TEAM[:3]] == [
        *(str(reason) for _ in range(2)),
        "",
    ]


async def test_each_who_is_rung_to_the_end_has_missed_one_and_nobody_else(house: House) -> None:
    queue = replace(TOGETHER, missed_offers=2)
    offer = await rung(house, *TEAM[:3], queue=queue)
    await house.acd.answered(offer.views[1])
    await house.acd.ended(offer, 1)
    again = await offered(house, "c-2", queue)
    assert agents_of(again) == ["4001", "4003"]
    for view in again.views:
        await house.acd.refused(view, RefusalReason.NO_ANSWER, missed_offers=2)
    assert await state_of(house, "4001") is AgentState.READY, "beside another's answer, none missed"
    third = await house.acd.match(queue)
    assert third is not None
    for view in third.views:
        await house.acd.refused(view, RefusalReason.NO_ANSWER, missed_offers=2)
    assert await state_of(house, "4001") is AgentState.PAUSED


async def test_a_caller_who_hangs_up_lets_all_go(house: House) -> None:
    await rung(house, *TEAM)
    assert await house.acd.leave("c-1", LeaveReason.ABANDONED) == TEAM[:3]
    assert agents_of(await offered(house, "c-2")) == list(TEAM[:3])


async def test_an_offer_that_nobody_ends_expires_for_all(house: House) -> None:
    offer = await rung(house, *TEAM[:3])
    house.clock.forward(FEES.ring_seconds + 5)
    await house.acd.upkeep.renew()
    assert (await house.acd.upkeep.sweep()).expired == ("c-1",)
    assert [await state_of(house, agent) for agent in TEAM[:3]] == [AgentState.READY] * 3
    with pytest.raises(StaleOffer):
        await house.acd.answered(offer.views[1])
    assert agents_of(await offered(house, "c-1")) == list(TEAM[:3])


async def test_a_call_that_comes_back_after_its_controller_died_lets_all_go(house: House) -> None:
    offer = await rung(house, *TEAM[:3])
    assert await house.other.join("c-1", TOGETHER)
    assert [await state_of(house, agent) for agent in TEAM[:3]] == [AgentState.READY] * 3
    with pytest.raises(StaleOffer):
        await house.acd.answered(offer)


async def test_what_an_agent_asked_for_while_rung_comes_when_another_answers(house: House) -> None:
    offer = await rung(house, *TEAM[:3])
    await house.agents.pause("4001", "lunch")
    assert (await house.agents.logout("4003", by="lead")).state is AgentState.RESERVED
    await house.acd.answered(offer.views[1])
    assert await state_of(house, "4001") is AgentState.PAUSED
    assert await state_of(house, "4003") is AgentState.LOGGED_OUT


async def test_a_telephone_that_is_rung_alone_is_never_one_of_several(house: House) -> None:
    await house.acd.upkeep.adopt([TOGETHER])
    for agent in TEAM[:3]:
        person = Agent(agent, "Somebody", ("fees",))
        await house.agents.login(person, f"phone{agent}", alone=agent == "4002")
        house.clock.forward(1)
    assert agents_of(await offered(house, "c-1")) == ["4001", "4003"]
    assert agents_of(await offered(house, "c-2")) == ["4002"]


@pytest.mark.parametrize(("alone", "beside"), [(19, ["99"]), (20, [])])
async def test_no_offer_takes_longer_the_more_telephones_are_rung_alone(
    house: House, alone: int, beside: list[str]
) -> None:
    await house.acd.upkeep.adopt([TOGETHER])
    await house.log_in("01")
    for number in range(10, 10 + alone):
        person = Agent(str(number), "Somebody", ("fees",))
        await house.agents.login(person, f"mobile{number}", alone=True)
    await house.log_in("99")
    assert agents_of(await offered(house, "c-1")) == ["01", *beside]


async def test_who_is_called_back_has_one_agent(house: House) -> None:
    await house.acd.upkeep.adopt([TOGETHER])
    await house.log_in("4002")
    assert (await house.callback_offer()).beside == ()


async def test_only_who_can_take_the_call_is_rung(house: House) -> None:
    await house.acd.upkeep.adopt([TOGETHER])
    skills = {"4001": {"sv": 5}, "4002": {}, "4003": {"sv": 7}, "4004": {"sv": 9}}
    for agent, has in skills.items():
        await house.agents.login(Agent(agent, "Somebody", ("fees",), has), f"phone{agent}")
        house.clock.forward(1)
    await house.agents.phones_are({"phone4003": PhoneState.IN_USE})
    await house.acd.join("c-1", TOGETHER, require=[Requirement(0, {"sv": 5})])
    offer = await house.acd.match_agent("4004")
    assert offer is not None
    assert agents_of(offer) == ["4004", "4001"]


async def test_several_are_drawn_one_after_the_other(house: House) -> None:
    queue = replace(TOGETHER, ring_at_once=2, strategy=Strategy.WEIGHTED_RANDOM)
    await house.acd.upkeep.adopt([queue])
    for agent in TEAM:
        person = Agent(agent, "Somebody", ("fees",), weight=10 if agent == "4004" else 1)
        await house.agents.login(person, f"phone{agent}")
    drawn = Counter[str]()
    for number in range(300):
        offer = await offered(house, f"c-{number}", queue)
        drawn.update(agents_of(offer))
        await house.acd.leave(offer.contact, LeaveReason.ABANDONED)
        house.clock.forward(0.001)
    # 10 of 13 first, else 10 of 12 among what is left: 0.962; each other one 0.346.
    assert drawn["4004"] > 270
    assert all(70 < drawn[agent] < 145 for agent in TEAM[:3])


async def test_who_was_drawn_as_the_second_is_drawn_again_no_sooner_than_others(
    house: House,
) -> None:
    queue = replace(TOGETHER, ring_at_once=2, strategy=Strategy.WEIGHTED_RANDOM)
    await house.acd.upkeep.adopt([queue])
    for agent in TEAM:
        await house.log_in(agent)
    before, again, draws = set(TEAM[:2]), 0, 500
    for number in range(draws):
        offer = await offered(house, f"c-{number}", queue)
        again += len(before & (before := set(agents_of(offer))))
        await house.acd.leave(offer.contact, LeaveReason.ABANDONED)
        house.clock.forward(0.001)
    assert 0.9 < again / draws < 1.1  # of two among four one is the same; four deviations


async def test_how_many_are_rung_changes_with_the_file(house: House) -> None:
    await rung(house, *TEAM)
    await house.acd.leave("c-1", LeaveReason.ABANDONED)
    await house.acd.upkeep.adopt([FEES])
    assert agents_of(await offered(house, "c-2", FEES)) == ["4001"]
    await house.acd.upkeep.adopt([replace(FEES, ring_at_once=2)])
    assert agents_of(await offered(house, "c-3", FEES)) == ["4002", "4003"]


async def test_supervisors_see_all_who_are_rung(house: House) -> None:
    await rung(house, *TEAM[:3])
    contact = await Floor(house.redis, house.org, house.clock).contact("c-1")
    assert contact is not None
    assert (contact.state, contact.agent, contact.beside) == ("reserved", "4001", TEAM[1:3])
    snapshot = await house.acd.snapshot([FEES])
    assert snapshot.agents[AgentState.RESERVED] == 3


CALLERS = 400
CREW = 12


@pytest.mark.parametrize("clients", [2, 4])
async def test_all_pick_up_at_once_and_exactly_one_has_each_call(
    clients: int, redis_url: str, redis: object
) -> None:
    """Every agent who is rung picks up, each told by another controller, in one instant."""
    clock = HandClock()
    queue = replace(SUPPORT, ring_at_once=3)
    talked = Counter[str]()
    async with AsyncExitStack() as stack:
        links = [await stack.enter_async_context(connect(redis_url)) for _ in range(clients)]
        controllers = [
            Distributor(link, "city", clock, f"controller-{number}")
            for number, link in enumerate(links)
        ]
        await controllers[0].upkeep.adopt([queue])
        agents = Agents(links[0], "city", clock)
        for number in range(CREW):
            await agents.login(Agent(str(number), "Somebody", (queue.name,)), f"p{number}")
        contacts = iter(range(CALLERS))

        async def picks_up(acd: Distributor, view: Offer) -> bool:
            with suppress(StaleOffer):
                return await acd.answered(view)
            return False

        async def serve(own: int) -> bool:
            offer = await controllers[own].match(queue)
            if offer is None:
                return False
            views = offer.views
            quick = await asyncio.gather(
                *(
                    picks_up(controllers[(own + number) % clients], view)
                    for number, view in enumerate(views[::-1])
                )
            )
            assert sum(quick) == 1
            talked[offer.contact] += 1
            await controllers[own].ended(offer, 1)
            return True

        async def lane(own: int) -> None:
            for number in contacts:
                await controllers[own].join(f"c-{number}", queue)
                await serve(own)

        await asyncio.gather(*(lane(number % clients) for number in range(3 * clients)))
        while await serve(0):
            continue

        assert talked == Counter({f"c-{number}": 1 for number in range(CALLERS)})
        replay = Replay()
        rings = Counter[str]()
        for event in await EventStream(links[0], "city").read(BEGINNING, count=100_000):
            replay.take(event)
            if event.type is EventType.CALL_OFFERED:
                rings[event.fields["offer"]] += 1
        assert max(rings.values()) == 3
        assert (replay.contacts, replay.beside) == ({}, {})
        assert set(replay.agents.values()) == {("ready", "")}
        assert await links[0].zcard("vaxel:{city}:ready") == CREW
