"""Contacts that require less as they wait, callbacks too."""

from __future__ import annotations

import pytest

from acd.model.offer import RefusalReason
from acd.skills import Requirement
from tests.integration.acd.conftest import FEES, RULES, House
from tests.integration.acd.skilled import SOFTENING, SWEDISH, log_in, match

pytestmark = pytest.mark.integration


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
