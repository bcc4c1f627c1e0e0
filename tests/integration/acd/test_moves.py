"""A supervisor moves a waiting call to another queue: its place and demands go with it."""

from __future__ import annotations

import pytest

from acd.errors import (
    AcdError,
    ContactElsewhere,
    ContactOffered,
    ContactUnknown,
    NotWaiting,
)
from acd.floor import Floor
from acd.model.agent import Agent
from acd.model.queue import Queue
from acd.skills import Requirement
from store.events import EventType
from tests.integration.acd.conftest import FEES, SUPPORT, House

pytestmark = pytest.mark.integration


@pytest.fixture
def floor(house: House) -> Floor:
    return Floor(house.redis, house.org, house.clock)


async def served(house: House, queue: Queue) -> str | None:
    offer = await house.acd.match(queue)
    return None if offer is None else offer.contact


async def test_who_arrived_first_is_first_in_the_other_queue_too(
    house: House, floor: Floor
) -> None:
    await house.acd.join("c-1", FEES)
    house.clock.forward(5)
    await house.acd.join("c-2", SUPPORT)
    house.clock.forward(5)
    await floor.move("c-1", "fees", SUPPORT, by="lead")
    await house.log_in("4001", SUPPORT)
    assert await served(house, SUPPORT) == "c-1"
    assert await served(house, FEES) is None


async def test_its_visits_do_not_overlap(house: House, floor: Floor) -> None:
    await house.acd.join("c-1", FEES)
    house.clock.forward(5)
    await floor.move("c-1", "fees", SUPPORT, by="lead")
    _, _, left, queued = await house.news()
    assert (left.type, left.queue, left.fields["reason"], left.fields["waited"]) == (
        EventType.CALL_LEFT,
        "fees",
        "moved",
        "5000",
    )
    assert (queued.queue, queued.fields["arrived"]) == ("support", str(house.clock()))


async def test_what_it_requires_goes_with_it_and_relaxes_when_it_would_have(
    house: House, floor: Floor
) -> None:
    steps = [Requirement(0, {"sv": 8}), Requirement(10_000, {"sv": 3}), Requirement(20_000, {})]
    await house.acd.join("c-1", FEES, require=steps)
    house.clock.forward(4)
    await floor.move("c-1", "fees", SUPPORT, by="lead")
    lines = await house.redis.hgetall("vaxel:{city}:holders")
    assert {(str(line).partition("|")[0], held) for line, held in lines.items()} == {
        ("fees", "0"),
        ("support", "1"),
    }
    await house.agents.login(Agent("4001", "", ("support",), {"sv": 3}), "phone1")
    assert await served(house, SUPPORT) is None
    house.clock.forward(5.9)
    await house.acd.upkeep.tick([])
    assert await served(house, SUPPORT) is None
    house.clock.forward(0.1)
    await house.acd.upkeep.tick([])
    assert await served(house, SUPPORT) == "c-1"


async def test_the_call_goes_on_where_it_was_moved_to_also_with_another_controller(
    house: House, floor: Floor
) -> None:
    await house.acd.join("c-1", FEES)
    await floor.move("c-1", "fees", SUPPORT, by="lead")
    assert await house.acd.join("c-1", FEES)  # as a ride does again and again
    assert await house.other.join("c-1", FEES)  # as the next controller does
    contact = await floor.contact("c-1")
    assert contact is not None
    assert contact.queue == "support"
    await house.log_in("4001", SUPPORT)
    offer = await house.acd.match(SUPPORT)
    assert offer is not None
    assert offer.controller == "two"


async def test_one_that_is_moved_back_is_as_if_it_had_never_left(
    house: House, floor: Floor
) -> None:
    await house.acd.join("c-1", FEES)
    await floor.move("c-1", "fees", SUPPORT, by="lead")
    await floor.move("c-1", "support", FEES, by="lead")
    assert await house.acd.join("c-1", FEES)
    contact = await floor.contact("c-1")
    assert contact is not None
    assert contact.queue == "fees"
    # The tree leads it elsewhere after its controller died: it arrives there anew.
    assert not await house.other.join("c-1", SUPPORT)


@pytest.mark.parametrize(
    ("origin", "fault"),
    [("fees", ContactOffered), ("talks", NotWaiting), ("gone", ContactUnknown)],
)
async def test_one_that_does_not_wait_is_not_moved(
    house: House, floor: Floor, origin: str, fault: type[AcdError]
) -> None:
    offer = await house.offer()
    if origin != "fees":
        await house.acd.answered(offer)
    if origin == "gone":
        await house.acd.ended(offer, 0)
    before = await house.everything()
    with pytest.raises(fault):
        await floor.move("c-1", "fees", SUPPORT, by="lead")
    assert await house.everything() == before


async def test_one_that_has_come_elsewhere_meanwhile_is_not_moved(
    house: House, floor: Floor
) -> None:
    await house.acd.join("c-1", FEES)
    await floor.move("c-1", "fees", SUPPORT, by="lead")
    with pytest.raises(ContactElsewhere):
        await floor.move("c-1", "fees", SUPPORT, by="other")


async def test_who_is_to_be_called_back_is_not_moved(house: House, floor: Floor) -> None:
    await house.acd.join("c-1", FEES)
    await house.keep_place()
    with pytest.raises(NotWaiting):
        await floor.move("c-1", "fees", SUPPORT, by="lead")


async def test_callers_of_several_queues_are_told_who_came_first_first(
    house: House, floor: Floor
) -> None:
    for contact, queue in [("c-2", SUPPORT), ("c-1", FEES), ("c-3", SUPPORT)]:
        await house.acd.join(contact, queue)
        house.clock.forward(5)
    await house.acd.join("c-4", SUPPORT, require=[Requirement(0, {"da": 1})])
    await floor.prioritise("c-3", 60_000, by="lead")
    await house.log_in("4001", FEES)
    assert await served(house, FEES) == "c-1"

    async def told(limit: int, *queues: str) -> list[tuple[str, str]]:
        return [(one.id, one.state) for one in await floor.callers(queues, limit)]

    assert await told(9, "fees", "support") == [
        ("c-2", "waiting"),
        ("c-1", "reserved"),
        ("c-3", "waiting"),
        ("c-4", "waiting"),
    ]
    assert await told(2, "support") == [("c-2", "waiting"), ("c-3", "waiting")]
    assert await told(9, "nowhere") == []
