"""Holds, questions and hand-overs of a real ACD, exact against its events and other reports."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from redis.asyncio import Redis

from acd.model.handover import HandedTo, Handover
from acd.model.offer import Offer
from acd.model.waiting import LeaveReason
from monitoring.definitions import terms
from monitoring.report.counting import Question
from monitoring.report.intervals import Period, Step
from monitoring.report.reading import read_queues
from monitoring.report.results import read_results
from monitoring.report.transfers import Tally, read_transfers, transfers_sheet
from store.columns import instant
from store.database import Database
from store.events import Event, EventType
from store.projection import ContactProjection
from tests.day import DayStream
from tests.integration.acd.conftest import FEES, RULES, START_MS, SUPPORT, House
from tests.integration.following import caught_up

pytestmark = pytest.mark.integration

ZONE = ZoneInfo("Europe/Stockholm")
TODAY = instant(START_MS).astimezone(ZONE).date()
DAY = Period.of_days(TODAY, TODAY, Step.DAY, ZONE)
TO_SUPPORT = Handover(HandedTo.QUEUE, "support")
COLLEAGUE = Handover(HandedTo.AGENT, "4002")
OUTSIDE = Handover(HandedTo.NUMBER)


class Afternoon:
    """Conversations one after the other, with time between."""

    def __init__(self, house: House) -> None:
        self.house, self.clock, self.acd = house, house.clock, house.acd

    async def talk(self, contact: str, *, wait: bool = True) -> Offer:
        """Fees' only agent talks to a caller, whose wait begins now unless it has before."""
        if wait:
            await self.acd.join(contact, FEES)
        self.clock.forward(5)
        await self.house.agents.unpause("4001")
        offer = await self.acd.match(FEES)
        assert offer is not None
        await self.acd.answered(offer)
        self.clock.forward(20)
        return offer

    async def hold(self, contact: str, seconds: float) -> None:
        await self.acd.hold(contact, "phone4001", on=True)
        self.clock.forward(seconds)
        await self.acd.hold(contact, "phone4001", on=False)

    async def hand_over(self, offer: Offer, whom: Handover) -> None:
        queue = None if whom.to is HandedTo.NUMBER else SUPPORT
        await self.acd.transferred(offer, 20_000, whom, queue)

    async def go_on(self) -> None:
        """4002 talks to whoever was handed over to support."""
        await self.house.agents.unpause("4002")
        offer = await self.acd.match(SUPPORT)
        assert offer is not None
        await self.acd.answered(offer)
        self.clock.forward(30)
        await self.acd.ended(offer, 30_000)

    async def ask_colleague(self, offer: Offer) -> None:
        await self.acd.hold(offer.contact, "phone4001", on=True)
        await self.acd.consulting.begin(offer, COLLEAGUE)
        await self.acd.consulting.answered(offer.contact)

    async def pass_by(self) -> None:
        """The whole afternoon."""
        house, acd = self.house, self.acd
        await acd.upkeep.renew()
        await house.log_in("4001", FEES)
        await house.log_in("4002", SUPPORT)

        # c-1 holds twice, 5 s and 7 s, and goes to support, where 4002 talks to it.
        offer = await self.talk("c-1")
        await self.hold("c-1", 5)
        await self.hold("c-1", 7)
        await self.hand_over(offer, TO_SUPPORT)
        await self.go_on()

        # c-2: 4002 is asked in vain for 3 s, then asked again and takes it over after 4 s.
        offer = await self.talk("c-2")
        await self.ask_colleague(offer)
        self.clock.forward(3)
        await acd.consulting.over("c-2", "4002")
        await acd.hold("c-2", "phone4001", on=False)
        await self.ask_colleague(offer)
        self.clock.forward(4)
        await acd.consulting.took_over("c-2")
        self.clock.forward(10)
        taken = await acd.current_offer("c-2")
        assert taken is not None
        await acd.ended(taken, 10_000)

        # c-3 goes to a number where nobody is reached, waits again, and goes to 4002.
        await self.hand_over(await self.talk("c-3"), OUTSIDE)
        self.clock.forward(15)
        await self.hand_over(await self.talk("c-3"), COLLEAGUE)
        await self.go_on()

        # c-4 is called back, and goes to support, where it hangs up while it waits.
        await acd.join("c-4", FEES)
        await house.keep_place("c-4")
        self.clock.forward(RULES.parting_ms / 1000)
        await acd.upkeep.tick([])
        await house.agents.unpause("4001")
        called = await acd.match(FEES)
        assert called is not None
        await house.callbacks.dialled(called)
        await house.callbacks.reached(called)
        await acd.answered(called)
        await self.hand_over(called, TO_SUPPORT)
        await acd.leave("c-4", LeaveReason.ABANDONED)

        # c-5: somebody outside is asked, and the caller is left to them. c-6 only talks, and so
        # does c-1, whom its tree has led to fees once more.
        await acd.consulting.begin(await self.talk("c-5"), OUTSIDE)
        await acd.consulting.took_over("c-5")
        await acd.ended(await self.talk("c-6"), 20_000)
        await acd.ended(await self.talk("c-1"), 20_000)


FEES_TALLY = Tally(
    handled=9,  # c-1 twice, c-2 by two agents, c-3 twice, c-4, c-5, c-6
    to_queue=2,  # c-1, c-4
    to_agent=2,  # c-2, c-3
    to_number=2,  # c-3, c-5
    asked_first=2,  # c-2, c-5
    received=1,  # c-2, by the colleague
    consultations=3,
    holds=4,
    held_ms=19_000,
)
SUPPORT_TALLY = Tally(handled=2, received=3)


async def afternoon(house: House, database: Database, batch: int = 500) -> list[Event]:
    """It has passed by and is in the record; its events."""
    await Afternoon(house).pass_by()
    await caught_up(house.stream, ContactProjection(database, house.stream, house.org), batch)
    return await house.news()


@pytest.mark.parametrize("batch", [1, 3, 500])
async def test_the_report_has_what_was_counted_by_hand(
    redis: Redis, database: Database, batch: int
) -> None:
    house = House(redis)
    await afternoon(house, database, batch)
    assert await read_transfers(database, house.org, DAY) == {
        "fees": FEES_TALLY,
        "support": SUPPORT_TALLY,
    }
    assert await read_transfers(database, house.org, DAY, ["support"]) == {"support": SUPPORT_TALLY}
    assert await read_transfers(database, "village", DAY) == {}
    before = TODAY - timedelta(days=1)
    yesterday = Period.of_days(before, before, Step.DAY, ZONE)
    assert await read_transfers(database, house.org, yesterday) == {}


async def test_it_agrees_with_the_events_and_with_the_other_reports(
    redis: Redis, database: Database
) -> None:
    house = House(redis)
    events = await afternoon(house, database)
    tallies = await read_transfers(database, house.org, DAY)
    told = Counter((e.type, e.queue, e.fields.get("to", "")) for e in events)
    for queue, tally in tallies.items():
        for to, number in zip(
            HandedTo, (tally.to_queue, tally.to_agent, tally.to_number), strict=True
        ):
            assert number == told[EventType.CALL_TRANSFERRED, queue, to.value]
        held = [e for e in events if e.type is EventType.CALL_RESUMED and e.queue == queue]
        assert tally.holds == len(held)
        assert tally.held_ms == sum(int(e.fields["held"]) for e in held)
    whole = sum(tallies.values(), Tally())
    assert whole.to_queue + whole.to_agent == whole.received
    assert whole.consultations == sum(e.type is EventType.CALL_CONSULTED for e in events)

    results = await read_results(database, house.org, DAY)
    assert {queue: tally.handled for (queue, _), tally in results.items()} == {
        queue: tally.handled for queue, tally in tallies.items()
    }
    queues = await read_queues(database, house.org, Question(DAY))
    offered = {queue: queues.summed(queue=queue)[terms.OFFERED] for queue in ("fees", "support")}
    # c-1 to c-6, c-1 and c-3 once more; to support come those alone who are handed over
    assert offered == {"fees": 8, "support": SUPPORT_TALLY.received}


async def test_the_table_adds_up_and_says_how_it_was_counted(
    redis: Redis, database: Database
) -> None:
    house = House(redis)
    await afternoon(house, database)
    sheet = transfers_sheet("City", DAY, await read_transfers(database, house.org, DAY), "en")
    keys = [column.key for column in sheet.columns]
    fees = dict(zip(keys, sheet.rows[0], strict=True))
    assert (fees["handed_over"], fees["share"], fees["hold_seconds"]) == (6, 6 / 9, 19 / 4)
    assert sheet.total is not None
    total = dict(zip(keys, sheet.total, strict=True))
    assert (total["handled"], total["received"], total["held_seconds"]) == (11, 4, 19)
    assert all(column.heading for column in sheet.columns)


async def test_rows_of_before_count_no_hold_and_no_hand_over(database: Database) -> None:
    at = START_MS
    events = [
        Event(EventType.CALL_QUEUED, at, "city", "c-1", "fees", fields={"arrived": str(at)}),
        Event(EventType.CALL_ANSWERED, at, "city", "c-1", "fees", "4001", {"waited": "0"}),
    ]
    stream = DayStream(events)
    await caught_up(stream, ContactProjection(database, stream, "city"))
    assert await read_transfers(database, "city", DAY) == {"fees": Tally(handled=1)}
