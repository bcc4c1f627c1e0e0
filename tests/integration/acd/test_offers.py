"""How a waiting call learns of its offer, also when the message is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

import acd.offers
from acd.model.offer import Offer, RefusalReason
from acd.offers import OfferListener
from store.stream import connect
from tests.integration.acd.conftest import FEES, House
from tests.integration.conftest import start_redis

pytestmark = pytest.mark.integration


@pytest.fixture
async def listener(house: Asked) -> AsyncIterator[OfferListener]:
    listener = OfferListener(house.redis, "one")
    running = asyncio.create_task(listener.run())
    await listener.subscribed.wait()
    yield listener
    running.cancel()
    await asyncio.wait([running])


class Asked(House):
    """Counts how often a call has asked for its offer, and lets a test wait for it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.asked = asyncio.Event()
        ask = self.acd.current_offer

        async def noted(contact: str) -> Offer | None:
            offer = await ask(contact)
            self.asked.set()
            return offer

        self.acd.current_offer = noted  # type: ignore[method-assign]  # the seam under test
        ask_callbacks = self.acd.callback_offers

        async def noted_callbacks() -> tuple[Offer, ...]:
            offers = await ask_callbacks()
            self.asked.set()
            return offers

        self.acd.callback_offers = noted_callbacks  # type: ignore[method-assign]  # likewise


@pytest.fixture
def house(redis: Redis) -> Asked:
    return Asked(redis)


async def test_an_offer_made_by_another_controller_wakes_the_owners_call(
    house: Asked, listener: OfferListener
) -> None:
    await house.acd.join("c-1", FEES)
    await house.log_in("4001")
    waiting = asyncio.create_task(listener.next_offer(house.acd, "c-1"))
    await house.asked.wait()
    offer = await house.other.match(FEES)
    async with asyncio.timeout(acd.offers.POLL_SECONDS / 2):  # by the message, not by asking again
        assert await waiting == offer


async def test_a_message_that_comes_late_does_not_bring_an_old_offer_back(
    house: Asked, listener: OfferListener
) -> None:
    first = await house.offer()
    await house.acd.refused(first, RefusalReason.NO_ANSWER)
    waiting = asyncio.create_task(listener.next_offer(house.acd, "c-1", timeout_s=0.05))
    await house.redis.publish("vaxel:offers:one", "c-1")
    assert await waiting is None


async def test_each_call_hears_of_its_own_offer_only(house: Asked, listener: OfferListener) -> None:
    calls = []
    for number in range(3):
        await house.acd.join(f"c-{number}", FEES)
        calls.append(asyncio.create_task(listener.next_offer(house.acd, f"c-{number}")))
        await house.asked.wait()
        house.asked.clear()
    for number in range(3):
        await house.log_in(str(number))
        await house.other.match(FEES)
    offers = await asyncio.gather(*calls)
    assert [offer.contact for offer in offers if offer] == ["c-0", "c-1", "c-2"]


async def test_an_offer_that_was_made_before_the_call_listened_is_found(
    house: Asked, listener: OfferListener
) -> None:
    offer = await house.offer()
    assert await listener.next_offer(house.acd, "c-1") == offer


async def test_when_the_time_is_up_there_is_no_offer(house: Asked, listener: OfferListener) -> None:
    await house.acd.join("c-1", FEES)
    assert await listener.next_offer(house.acd, "c-1", timeout_s=0.01) is None
    assert listener._waiting == {}


async def test_a_lost_message_costs_time_but_not_the_call(
    house: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acd.offers, "POLL_SECONDS", 0.01)
    deaf = OfferListener(house.redis, "one")  # never subscribes
    await house.acd.join("c-1", FEES)
    await house.log_in("4001")
    waiting = asyncio.create_task(deaf.next_offer(house.acd, "c-1"))
    await house.asked.wait()
    offer = await house.other.match(FEES)
    assert await waiting == offer


async def test_the_next_offer_after_a_refusal_is_another_one(
    house: Asked, listener: OfferListener
) -> None:
    first = await house.offer()
    assert await listener.next_offer(house.acd, "c-1") == first
    await house.acd.refused(first, RefusalReason.NO_ANSWER)
    await house.log_in("4002")
    second = await house.other.match(FEES)
    assert second is not None
    assert second.agent == "4002"
    assert await listener.next_offer(house.acd, "c-1") == second


async def test_an_offer_whose_time_is_over_is_not_handed_out(
    house: Asked, listener: OfferListener
) -> None:
    await house.offer()
    house.clock.forward(25)
    assert await listener.next_offer(house.acd, "c-1", timeout_s=0.05) is None


async def test_after_redis_was_away_offers_arrive_again_and_the_log_says_so_once(
    tmp_path: Path, acd_log: asyncio.Queue[str]
) -> None:
    redis, url = start_redis(tmp_path)
    async with connect(url) as client:
        house = House(client)
        listener = OfferListener(client, "one")
        running = asyncio.create_task(listener.run())
        try:
            await listener.subscribed.wait()
            waiting = asyncio.create_task(listener.next_offer(house.acd, "c-1"))
            redis.kill()
            redis.wait()
            assert await acd_log.get() == "WARNING"
            redis, _ = start_redis(tmp_path)
            assert await acd_log.get() == "INFO"
            offer = await house.offer()
            assert await waiting == offer
            assert acd_log.empty()
        finally:
            running.cancel()
            await asyncio.wait([running])
            redis.terminate()
            redis.wait()


async def test_an_offer_to_call_somebody_back_reaches_the_controller_that_found_the_agent(
    house: Asked, listener: OfferListener
) -> None:
    wanted = listener.callback_offers(house.acd)
    first = asyncio.ensure_future(anext(wanted))
    await house.asked.wait()
    offer = await house.callback_offer()
    async with asyncio.timeout(acd.offers.POLL_SECONDS / 2):  # by the message, not by asking again
        assert await first == offer
    await wanted.aclose()
    assert listener._callbacks == set()


async def test_each_offer_to_call_somebody_back_is_handed_out_once(
    house: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acd.offers, "POLL_SECONDS", 0.01)
    deaf = OfferListener(house.redis, "one")  # never subscribes: it asks, again and again
    first = await house.callback_offer()
    wanted = deaf.callback_offers(house.acd)
    assert await anext(wanted) == first
    following = asyncio.ensure_future(anext(wanted))
    for _ in range(3):
        house.asked.clear()
        await house.asked.wait()
    assert not following.done()
    house.clock.forward(10)
    await house.acd.upkeep.sweep()
    second = await house.acd.match(FEES)
    assert await following == second
    await wanted.aclose()


async def test_a_call_hears_nothing_of_a_callback_that_is_to_be_dialled(
    house: Asked, listener: OfferListener
) -> None:
    waiting = asyncio.create_task(listener.next_offer(house.acd, "c-2"))
    await house.asked.wait()
    house.asked.clear()
    offer = await house.callback_offer()
    wanted = listener.callback_offers(house.acd)
    assert await anext(wanted) == offer
    assert not waiting.done()
    waiting.cancel()
    await wanted.aclose()
