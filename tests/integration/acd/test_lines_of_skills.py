"""The lines of a queue, one for all who require the same."""

from __future__ import annotations

import pytest

from acd.errors import TooManyLines
from acd.model.offer import Offer
from acd.model.queue import Queue
from acd.model.waiting import AT_ONCE, LeaveReason, Place
from acd.skills import Requirement
from tests.integration.acd.conftest import FEES, RULES, SUPPORT, House
from tests.integration.acd.skilled import LINES_LIMIT, SOFTENING, SWEDISH, index, log_in, match

pytestmark = pytest.mark.integration


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
