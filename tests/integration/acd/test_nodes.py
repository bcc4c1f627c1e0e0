"""Several Asterisks, each with controllers: where phones are, and what a dead node leaves."""

from __future__ import annotations

import pytest

from acd.agents import Agents
from acd.distributor import Distributor
from acd.model.agent import AgentState, PhoneState
from acd.sweeper import Sweeper
from store.events import EventType
from tests.integration.acd.conftest import FEES, RULES, House

pytestmark = pytest.mark.integration

WELL, IN_USE, UNREACHABLE = PhoneState.WELL, PhoneState.IN_USE, PhoneState.UNREACHABLE
PHONE = "phone4001"
LEASE_S = 10
UNSEEN_S = 120


@pytest.fixture
def a(house: House) -> Distributor:
    return house.controller("a.host-1-x")


@pytest.fixture
def b(house: House) -> Distributor:
    return house.controller("b.host-2-y")


async def say(agents: Agents, **states: PhoneState) -> tuple[str, ...]:
    """What each node says of the phone, one after the other; who can be offered contacts again."""
    back: tuple[str, ...] = ()
    for node, state in states.items():
        back += await agents.phones_are({PHONE: state}, node)
    return back


async def offered(house: House, acd: Distributor, contact: str = "c-1") -> str | None:
    """The node that an offer to the phone names; ``None`` when nothing is offered."""
    await acd.join(contact, FEES)
    offer = await acd.match(FEES)
    return None if offer is None else offer.node


async def test_a_phone_is_rung_where_it_is_registered(house: House, a: Distributor) -> None:
    await say(house.agents, a=UNREACHABLE, b=WELL)
    await house.log_in("4001")
    assert await offered(house, a) == "b"


async def test_a_phone_of_which_nothing_is_known_is_rung_where_the_caller_is(
    house: House, a: Distributor
) -> None:
    await house.log_in("4001")
    assert await offered(house, a) == ""


async def test_who_is_logged_in_follows_the_phone_from_node_to_node(
    house: House, a: Distributor
) -> None:
    await say(house.agents, a=WELL, b=UNREACHABLE)
    await house.log_in("4001")
    assert await say(house.agents, b=WELL) == ()  # the old registration is still there
    assert await offered(house, a) == "b"


async def test_a_phone_is_lost_when_no_node_has_it_and_back_when_one_has(
    house: House, a: Distributor
) -> None:
    await say(house.agents, a=UNREACHABLE, b=WELL)
    await house.log_in("4001")
    await say(house.agents, b=UNREACHABLE)
    assert (await house.agents.status("4001")).reason == "phone_unreachable"
    assert await offered(house, a) is None
    assert await say(house.agents, a=WELL) == ("4001",)
    offer = await a.match(FEES)
    assert offer is not None
    assert offer.node == "a"
    assert EventType.AGENT_PHONE_BACK in await house.news_types()


async def test_a_phone_in_a_call_at_one_node_is_in_use_whatever_the_others_say(
    house: House, a: Distributor
) -> None:
    await say(house.agents, b=IN_USE, a=WELL)
    await house.log_in("4001")
    assert (await house.agents.status("4001")).reason == "phone_in_use"
    assert await offered(house, a) is None
    assert await say(house.agents, b=WELL) == ("4001",)


async def test_the_phones_of_a_dead_node_are_unreachable_until_it_lives_again(
    house: House, a: Distributor, b: Distributor
) -> None:
    await b.upkeep.renew()
    await say(house.agents, a=UNREACHABLE, b=WELL)
    await house.log_in("4001")
    await house.news()
    house.clock.forward(LEASE_S)
    assert (await a.upkeep.tick([FEES])).swept.dead == ("b",)
    assert (await house.agents.status("4001")).reason == "phone_unreachable"
    assert await offered(house, a) is None
    house.clock.forward(15)
    await a.upkeep.tick([FEES])
    assert (await a.figures("fees")).logged_in == 0  # callers do not wait for it

    successor = house.controller("b.host-3-z")
    (offer,) = (await successor.upkeep.tick([FEES])).offers
    assert (offer.contact, offer.agent, offer.node) == ("c-1", "4001", "b")
    told = [event.type for event in await house.news()]
    assert told.index(EventType.AGENT_PHONE_LOST) < told.index(EventType.AGENT_PHONE_BACK)


async def test_one_living_controller_speaks_for_its_node(
    house: House, a: Distributor, b: Distributor
) -> None:
    beside = house.controller("b.host-2-second")
    await say(house.agents, a=UNREACHABLE, b=WELL)
    await house.log_in("4001")
    for _ in range(4):
        house.clock.forward(LEASE_S - 1)
        await beside.upkeep.tick([FEES])
        await a.upkeep.tick([FEES])
    assert (await house.agents.status("4001")).reason == ""
    assert await offered(house, a) == "b"


async def test_an_asterisk_alone_that_was_without_controller_has_its_phones_at_once(
    house: House, a: Distributor
) -> None:
    await say(house.agents, a=WELL)
    await house.log_in("4001")
    await house.news()
    house.clock.forward(3600)
    await house.controller("a.host-2-y").upkeep.tick([FEES])
    assert await house.news_types() == []


async def test_a_conversation_of_another_node_is_not_ended_because_its_channel_is_not_here(
    house: House, a: Distributor, b: Distributor
) -> None:
    await b.upkeep.renew()
    await b.join("b-1", FEES)
    await house.log_in("4001")
    offer = await b.match(FEES)
    assert offer is not None
    await b.answered(offer)
    house.clock.forward(LEASE_S)
    asked = 0

    async def nothing_here() -> tuple[str, ...]:
        nonlocal asked
        asked += 1
        return ()

    await Sweeper(a.upkeep, lambda: (FEES,), nothing_here).round()
    assert asked == 1
    assert await house.agent_state() is AgentState.TALKING
    successor = house.controller("b.host-3-z")
    assert await successor.upkeep.reconcile(["b-1"]) == ()
    assert await successor.upkeep.reconcile([]) == ("b-1",)
    assert await house.agent_state() is AgentState.WRAPUP


async def test_the_conversations_of_a_node_that_stays_dead_end_after_a_while(
    house: House, a: Distributor, b: Distributor
) -> None:
    await b.upkeep.renew()
    await b.join("b-1", FEES)
    await house.log_in("4001")
    offer = await b.match(FEES)
    assert offer is not None
    await b.answered(offer)
    house.clock.forward(LEASE_S)
    await a.upkeep.tick([FEES])
    house.clock.forward(UNSEEN_S - 1)
    assert (await a.upkeep.tick([FEES])).swept.lost == ()
    assert await house.agent_state() is AgentState.TALKING
    await house.news()
    house.clock.forward(1)
    tick = await a.upkeep.tick([FEES])
    assert (tick.swept.lost, tick.adrift) == (("b-1",), 0)
    assert await house.agent_state() is AgentState.WRAPUP
    assert EventType.CONTACT_ENDED in await house.news_types()


async def test_the_conversations_of_a_node_that_is_back_in_time_go_on(
    house: House, a: Distributor, b: Distributor
) -> None:
    await b.upkeep.renew()
    await b.join("b-1", FEES)
    await house.log_in("4001")
    offer = await b.match(FEES)
    assert offer is not None
    await b.answered(offer)
    house.clock.forward(LEASE_S)
    await a.upkeep.tick([FEES])
    successor = house.controller("b.host-3-z")
    for _ in range(30):
        house.clock.forward(5)
        await successor.upkeep.tick([FEES])
        assert (await a.upkeep.tick([FEES])).swept.lost == ()
    assert await house.agent_state() is AgentState.TALKING


async def test_a_callback_belongs_to_the_node_that_calls_whatever_its_id_says(
    house: House, a: Distributor, b: Distributor
) -> None:
    await a.join("a-1.1", FEES)
    await house.keep_place("a-1.1")
    await say(house.agents, a=WELL, b=UNREACHABLE)
    await house.log_in("4001")
    house.clock.forward(RULES.parting_ms / 1000)
    await a.upkeep.renew()
    (offer,) = (await b.upkeep.tick([FEES])).offers
    assert (offer.contact, offer.controller, offer.node) == ("a-1.1", b.controller, "a")
    await say(house.agents, a=IN_USE)
    await house.callbacks.dialled(offer)
    await house.callbacks.reached(offer)
    await b.answered(offer)
    house.clock.forward(LEASE_S)
    await a.upkeep.tick([FEES])
    assert await a.upkeep.reconcile([]) == ()
    assert await house.agent_state() is AgentState.TALKING
    assert await house.controller("b.host-3-z").upkeep.reconcile([]) == ("a-1.1",)


@pytest.mark.parametrize("before", ["host-1-x", "srv1.city.example-1-x"])
async def test_the_conversations_of_a_controller_from_before_there_were_nodes_end_too(
    house: House, a: Distributor, before: str
) -> None:
    old = house.controller(before)
    await old.join("vaxel-1", FEES)
    await house.log_in("4001")
    offer = await old.match(FEES)
    assert offer is not None
    await old.answered(offer)
    house.clock.forward(LEASE_S)
    await a.upkeep.tick([FEES])
    assert await a.upkeep.reconcile(["vaxel-1"]) == ()
    assert await a.upkeep.reconcile([]) == ("vaxel-1",)
