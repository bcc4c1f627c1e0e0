"""How far a callback has come: ways to each state, and questions."""

from __future__ import annotations

from acd.model.callback import CallbackState
from acd.model.offer import Offer
from tests.integration.acd.conftest import FEES, NUMBER, RULES, House

OTHER_NUMBER = "+4533123456"


async def state_of(house: House, contact: str = "c-1") -> CallbackState:
    callback = await house.callbacks.get(contact)
    assert callback is not None
    return callback.state


async def add(house: House, number: str = NUMBER, due_ms: int | None = None) -> str:
    return await house.callbacks.add(
        number, FEES, language="da", answers={}, rules=RULES, due_ms=due_ms
    )


async def scheduled(house: House) -> None:
    await house.acd.join("c-1", FEES)
    await house.keep_place()


async def waiting(house: House) -> None:
    await scheduled(house)
    house.clock.forward(10)
    await house.acd.upkeep.sweep()


async def reserved(house: House) -> Offer:
    return await house.callback_offer()


async def dialling(house: House) -> Offer:
    offer = await reserved(house)
    await house.callbacks.dialled(offer)
    return offer


async def reached(house: House) -> Offer:
    offer = await dialling(house)
    await house.callbacks.reached(offer)
    return offer
