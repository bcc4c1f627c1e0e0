"""Contacts that prefer an agent, and queues whose backup agents are spared at first."""

from __future__ import annotations

import pytest

from acd.floor import Floor
from acd.model.agent import Agent, PhoneState
from acd.model.offer import RefusalReason
from acd.model.queue import Queue
from acd.model.waiting import LeaveReason
from acd.skills import Requirement, narrowed
from tests.integration.acd.conftest import FEES, NUMBER, RULES, SUPPORT, House

pytestmark = pytest.mark.integration

HELPED = Queue("fees", ring_seconds=20, wrapup_seconds=10, backup_seconds=60)
LINES_LIMIT = 100


async def log_in(house: House, agent: str, *, backup: bool = False, **skills: int) -> None:
    queues = ("fees", "support") if backup else ("fees",)
    helps = frozenset({"fees"}) if backup else frozenset[str]()
    await house.agents.login(Agent(agent, "", queues, skills, helps), f"phone{agent}")
    house.clock.forward(1)


async def join(house: House, contact: str, queue: Queue = FEES, agent: str = "2") -> None:
    require = narrowed((), agent=agent, agent_ms=45_000)
    await house.acd.join(contact, queue, require=require)


async def matched(house: House, queue: Queue = FEES) -> tuple[str, str] | None:
    offer = await house.acd.match(queue)
    return None if offer is None else (offer.contact, offer.agent)


async def talks(house: House, queue: Queue = FEES) -> tuple[str, str]:
    """The next pair, in conversation."""
    offer = await house.acd.match(queue)
    assert offer is not None
    await house.acd.answered(offer)
    return offer.contact, offer.agent


async def after(house: House, seconds: float) -> list[tuple[str, str]]:
    house.clock.forward(seconds)
    await house.acd.upkeep.renew()
    return [(one.contact, one.agent) for one in (await house.acd.upkeep.tick([FEES])).offers]


# Preferred ----------------------------------------------------------------------------------------


async def test_a_caller_gets_the_preferred_agent_though_another_has_idled_longer(
    house: House,
) -> None:
    await log_in(house, "1")
    await log_in(house, "2")
    await join(house, "c-1")
    assert await matched(house) == ("c-1", "2")


async def test_the_preferred_agent_is_waited_for_so_long_and_no_longer(house: House) -> None:
    await log_in(house, "1")
    await log_in(house, "2")
    await join(house, "c-1")
    assert await talks(house) == ("c-1", "2")
    await join(house, "c-2")
    assert await matched(house) is None
    place = await house.acd.place("c-2")
    assert place is not None
    assert (place.position, place.ready, place.logged_in) == (1, 0, 2)
    assert await after(house, 44.9) == []
    assert await after(house, 0.1) == [("c-2", "1")]


async def test_a_preferred_agent_who_becomes_free_takes_the_caller_in_the_order_of_arrival(
    house: House,
) -> None:
    await log_in(house, "2")
    await house.acd.join("c-0", FEES)
    offer = await house.acd.match(FEES)
    assert offer is not None
    house.clock.forward(1)
    await house.acd.join("c-1", FEES)
    house.clock.forward(1)
    await join(house, "c-2")
    await house.acd.answered(offer)
    await house.acd.ended(offer, 1_000)
    await house.agents.unpause("2")
    free = await house.acd.match_agent("2")
    assert free is not None
    assert free.contact == "c-1", "who waits longer is not passed over"


@pytest.mark.parametrize("away", ["never came", "logged out", "paused", "asks for a pause", "gone"])
async def test_nobody_waits_for_a_preferred_agent_who_does_not_work(
    house: House, away: str
) -> None:
    await log_in(house, "1")
    if away != "never came":
        await log_in(house, "2")
    match away:
        case "logged out":
            await house.agents.logout("2")
        case "paused":
            await house.agents.pause("2", "lunch")
        case "asks for a pause":
            await house.acd.join("c-0", FEES, require=narrowed((), agent="2", agent_ms=9))
            assert await matched(house) == ("c-0", "2")
            await house.agents.pause("2", "lunch")
        case "gone":
            await house.agents.phones_are({"phone2": PhoneState.UNREACHABLE})
            assert await after(house, 16) == []
    await join(house, "c-1")
    assert await matched(house) == ("c-1", "1")
    assert await house.redis.zcard("vaxel:{city}:lines") <= (away == "asks for a pause")


@pytest.mark.parametrize("leaves", ["logs out", "pauses", "phone is gone", "works elsewhere"])
async def test_a_preferred_agent_who_leaves_meanwhile_is_waited_for_no_longer(
    house: House, leaves: str
) -> None:
    await log_in(house, "1")
    await log_in(house, "2")
    await house.acd.join("c-0", FEES, require=narrowed((), agent="2", agent_ms=9_000))
    assert await matched(house) == ("c-0", "2")
    await join(house, "c-1")
    assert await matched(house) is None
    await house.acd.leave("c-0", LeaveReason.ABANDONED)
    match leaves:
        case "logs out":
            await house.agents.logout("2")
        case "pauses":
            await house.agents.pause("2", "lunch")
        case "phone is gone":
            await house.agents.phones_are({"phone2": PhoneState.UNREACHABLE})
            house.clock.forward(15)
            await house.acd.upkeep.renew()
            await house.acd.upkeep.sweep()
        case "works elsewhere":
            await house.agents.login(Agent("2", "", ("support",)), "phone2")
    assert await after(house, 0) == [("c-1", "1")]


async def test_a_preferred_agent_must_have_the_skills_that_are_required_meanwhile(
    house: House,
) -> None:
    await log_in(house, "1", sv=5)
    await log_in(house, "2")
    steps = [Requirement(0, {"sv": 5}), Requirement(20_000)]
    await house.acd.join("c-1", FEES, require=narrowed(steps, agent="2", agent_ms=45_000))
    assert await matched(house) == ("c-1", "1")
    await house.acd.join("c-2", FEES, require=narrowed(steps, agent="2", agent_ms=45_000))
    assert await matched(house) is None
    assert await after(house, 20) == [("c-2", "2")]


async def test_an_agent_who_declines_is_preferred_no_longer(house: House) -> None:
    await log_in(house, "1")
    await log_in(house, "2")
    await join(house, "c-1")
    offer = await house.acd.match(FEES)
    assert offer is not None
    await house.acd.refused(offer, RefusalReason.BUSY)
    assert await after(house, 0) == [("c-1", "1")]


async def test_where_there_is_no_room_for_another_line_nobody_is_preferred(house: House) -> None:
    await log_in(house, "2", sv=5)
    for number in range(LINES_LIMIT):
        require = [Requirement(0, {f"skill{number}": 1})]
        await house.acd.join(f"c-{number}", FEES, require=require)
    await join(house, "c-last")
    assert await matched(house) == ("c-last", "2")
    assert await house.redis.zcard("vaxel:{city}:lines") == LINES_LIMIT


async def test_a_place_that_is_kept_keeps_whom_it_prefers(house: House) -> None:
    await log_in(house, "1")
    await log_in(house, "2")
    await join(house, "c-0")
    assert await talks(house) == ("c-0", "2")
    await join(house, "c-1")
    await house.callbacks.keep_place("c-1", NUMBER, language="sv", answers={}, rules=RULES)
    assert await after(house, 11) == []
    await house.agents.pause("2", "lunch")  # after the call
    assert await after(house, 0) == [("c-1", "1")]


async def test_a_caller_who_is_moved_is_not_kept_waiting_for_who_is_not_there(
    house: House,
) -> None:
    await log_in(house, "2")
    await house.log_in("9", SUPPORT)
    await house.acd.join("c-0", FEES)
    await house.acd.match(FEES)
    await join(house, "c-1")
    await Floor(house.redis, house.org, house.clock).move("c-1", "fees", SUPPORT, by="lead")
    assert await matched(house, SUPPORT) == ("c-1", "9")


async def test_who_asks_how_long_it_will_take_hears_of_the_way_that_they_would_go(
    house: House,
) -> None:
    await log_in(house, "1")
    await log_in(house, "2")
    require = narrowed((), agent="2", agent_ms=45_000)
    assert (await house.acd.figures("fees", require=require)).estimate is not None
    assert await house.redis.zcard("vaxel:{city}:lines") == 0
    await house.agents.pause("2", "lunch")
    figures = await house.acd.figures("fees", require=require)
    assert figures.estimate is not None
    assert figures.estimate.high_ms == 0, "1 is ready, and nobody waits for 2"


# Backup -------------------------------------------------------------------------------------------


async def test_a_backup_agent_gets_a_caller_only_after_so_long(house: House) -> None:
    await log_in(house, "8", backup=True)
    await log_in(house, "1")
    await house.acd.join("c-1", HELPED)
    assert await talks(house) == ("c-1", "1")
    await house.acd.join("c-2", HELPED)
    assert await matched(house) is None
    assert await house.acd.match_agent("8") is None
    assert await after(house, 59.9) == []
    assert await after(house, 0.1) == [("c-2", "8")]


async def test_a_backup_agent_serves_their_own_queue_as_ever(house: House) -> None:
    await log_in(house, "8", backup=True)
    await house.acd.join("c-1", SUPPORT)
    assert await matched(house, SUPPORT) == ("c-1", "8")


@pytest.mark.parametrize("own", ["nobody", "logged out", "paused"])
async def test_where_none_of_its_own_agents_works_backups_serve_the_queue_at_once(
    house: House, own: str
) -> None:
    await log_in(house, "8", backup=True)
    if own != "nobody":
        await log_in(house, "1")
    if own == "logged out":
        await house.agents.logout("1")
    elif own == "paused":
        await house.agents.pause("1", "lunch")
    await house.acd.join("c-1", HELPED)
    assert await matched(house) == ("c-1", "8")


async def test_when_the_last_of_its_own_agents_leaves_all_who_wait_may_have_backups(
    house: House,
) -> None:
    for agent in ("1", "2"):
        await log_in(house, agent)
        await house.acd.join(f"c-{agent}", HELPED)
        await house.acd.match(FEES)
    for agent in ("8", "9"):
        await log_in(house, agent, backup=True)
    for contact in ("c-3", "c-4"):
        await house.acd.join(contact, HELPED)
        house.clock.forward(1)
    await house.agents.logout("1")  # after the call
    assert await after(house, 0) == []
    await house.agents.logout("2")
    assert sorted(await after(house, 0)) == [("c-3", "8"), ("c-4", "9")]


async def test_skills_of_its_own_agents_count_before_backups_are_asked(house: House) -> None:
    await log_in(house, "1")
    await log_in(house, "8", backup=True, sv=5)
    await house.acd.join("c-1", HELPED, require=[Requirement(0, {"sv": 5}), Requirement(20_000)])
    assert await matched(house) == ("c-1", "8"), "none of its own agents speaks Swedish"


async def test_a_backup_agent_may_be_preferred_by_name(house: House) -> None:
    await log_in(house, "1")
    await log_in(house, "8", backup=True)
    await join(house, "c-1", HELPED, agent="8")
    assert await matched(house) == ("c-1", "8")


async def test_after_the_preferred_agent_come_its_own_ones_then_backups(house: House) -> None:
    await log_in(house, "8", backup=True)
    await log_in(house, "1")
    await log_in(house, "2")
    await join(house, "c-0", HELPED)
    assert await talks(house) == ("c-0", "2")
    await join(house, "c-1", HELPED)
    house.clock.forward(1)
    await join(house, "c-2", HELPED)
    house.clock.forward(1)
    await join(house, "c-3", HELPED)
    assert await after(house, 42.9) == []
    assert await after(house, 0.1) == [("c-1", "1")]
    assert await after(house, 15) == []
    assert await after(house, 1) == [("c-2", "8")]
