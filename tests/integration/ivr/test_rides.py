"""A ride through a queue, on the real Redis: whatever the phones do, the queue knows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest
from redis.asyncio import Redis

from acd.agents import Agents
from acd.distributor import Distributor
from acd.floor import Floor
from acd.model import Agent, AgentState, AgentStatus, system_clock
from acd.offers import OfferListener
from ivr.agi_call import AgiCall
from ivr.flow.call import CallerHungUp, CallReferred, QueueAway, QueueOutcome, QueueRequest
from ivr.flow.load import load_organisation
from ivr.flow.memory import MemoryCall, Script
from ivr.flow.organisation import Organisation
from ivr.handovers import REFERRED, WISH
from ivr.queueing import QueueRides
from store.events import EventType
from store.stream import BEGINNING, EventStream, connect
from tests.integration.acd.conftest import kept_of
from tests.integration.conftest import start_redis
from tests.integration.ivr.fake_line import (
    Dial,
    FakePrompts,
    FakeRecorder,
    FakeSession,
)
from tests.integration.ivr.fake_office import an_office, asterisk_away
from wire.agi.session import AgiSession

pytestmark = pytest.mark.integration

_DEMO = load_organisation(Path(__file__).parents[3] / "dialplans" / "demo")
DEMO = _DEMO.model_copy(
    update={
        "queues": {
            name: queue.model_copy(update={"announce_every": 0.5})
            for name, queue in _DEMO.queues.items()
        }
    }
)
ALVA = Agent("4001", "Alva", ("support",))
BIRK = Agent("4002", "Birk", ("support",))
OPERATOR = Agent("4005", "Dag", ("operator",))
SECOND_OPERATOR = Agent("4006", "Ebba", ("operator",))


@dataclass(frozen=True, slots=True)
class Bench:
    """One controller's rides, with fake channels and a fake recorder."""

    redis: Redis
    agents: Agents
    rides: QueueRides
    recorder: FakeRecorder

    async def ride(
        self,
        session: FakeSession,
        contact: str = "vaxel-1.1",
        max_wait: float | None = None,
        **more: Any,
    ) -> QueueOutcome:
        call = AgiCall(
            cast(AgiSession, session),
            FakePrompts(),
            contact=contact,
            caller="0700000001",
            dialled="100",
            ride=self.rides.ride,
            listen=_never,
            record=_never,
            world=lambda _: MemoryCall(Script(()), dialled="100").world,
        )
        return await call.queue(QueueRequest("support", "en", max_wait, **more))

    async def happened(self) -> list[tuple[EventType, str]]:
        events = await EventStream(self.redis, "demo").read(BEGINNING)
        return [
            (event.type, event.fields.get("reason", ""))
            for event in events
            if event.type.startswith("call.")
        ]

    async def agent(self, agent: Agent) -> AgentStatus:
        return await self.agents.status(agent.id)

    async def traces(self, contact: str = "vaxel-1.1") -> list[str]:
        """Every key but the stream that speaks of the contact, but for agents' last ones."""
        return [key async for key in self._keys() if kept_of(contact, await self._content(key))]

    async def _keys(self) -> AsyncIterator[str]:
        async for key in self.redis.scan_iter("vaxel:*"):
            yield str(key)

    async def _content(self, key: str) -> object:
        kind = await self.redis.type(key)
        if kind == "hash":
            return await self.redis.hgetall(key)
        if kind == "zset":
            return await self.redis.zrange(key, 0, -1)
        return await (self.redis.smembers(key) if kind == "set" else self.redis.get(key))


async def _never(*_: object) -> NoReturn:
    raise AssertionError("nothing of this kind happens in a queue")


async def answer(session: FakeSession) -> str:
    session.answered_at = str(system_clock())
    return "ANSWER"


def decline(status: str) -> Dial:
    async def dial(_session: FakeSession) -> str:
        return status

    return dial


async def caller_gives_up(session: FakeSession) -> str:
    session.hang_up_now()
    return "CANCEL"


async def caller_ends_the_talk(session: FakeSession) -> str:
    session.answered_at = str(system_clock())
    session.hang_up_now()
    return "ANSWER"


@asynccontextmanager
async def opened(redis: Redis, organisation: Organisation = DEMO) -> AsyncIterator[Bench]:
    offers = OfferListener(redis, "test-1")
    recorder = FakeRecorder()
    office = an_office(
        redis, organisation, offers, "test-1", ami=asterisk_away(), recorder=recorder
    )
    listening = asyncio.create_task(offers.run())
    await offers.subscribed.wait()
    await office.distributor.renew()
    yield Bench(redis, office.agents, office.rides, recorder)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


@pytest.fixture
async def bench(redis: Redis) -> AsyncIterator[Bench]:
    async with opened(redis) as made:
        yield made


async def test_a_caller_talks_to_the_agent_who_is_free(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    session = FakeSession(answer)
    assert await bench.ride(session) is QueueOutcome.TALKED
    assert session.rung == ["PJSIP/agent1"]
    assert session.played == []  # nobody is told to wait when somebody is free
    assert (await bench.agent(ALVA)).state is AgentState.WRAPUP
    assert bench.recorder.finished == ["vaxel-1.1-1"]
    assert await bench.happened() == [
        (EventType.CALL_QUEUED, ""),
        (EventType.CALL_OFFERED, ""),
        (EventType.CALL_ANSWERED, ""),
        (EventType.CALL_ENDED, ""),
    ]
    assert await bench.traces() == []


async def test_an_agent_who_does_not_answer_is_paused_and_the_next_one_rung(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    await bench.agents.login(BIRK, "agent2")
    session = FakeSession(decline("NOANSWER"), answer)
    assert await bench.ride(session) is QueueOutcome.TALKED
    assert session.rung == ["PJSIP/agent1", "PJSIP/agent2"]
    alva = await bench.agent(ALVA)
    assert (alva.state, alva.reason) == (AgentState.PAUSED, "not_answering")
    assert bench.recorder.dropped == ["vaxel-1.1-1"]
    assert bench.recorder.finished == ["vaxel-1.1-2"]


@pytest.mark.parametrize(
    ("status", "reason"),
    [("BUSY", "busy"), ("CHANUNAVAIL", "unreachable"), ("CONGESTION", "unreachable")],
)
async def test_a_phone_that_cannot_be_rung_pauses_its_agent(
    bench: Bench, status: str, reason: str
) -> None:
    await bench.agents.login(ALVA, "agent1")
    session = FakeSession(decline(status))
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()  # back in line
    session.hang_up_now()
    with pytest.raises(CallerHungUp):
        await riding
    assert (await bench.agent(ALVA)).reason == reason
    assert (EventType.CALL_REFUSED, reason) in await bench.happened()


async def test_a_caller_whom_a_supervisor_moves_is_rung_for_by_the_rules_of_the_other_queue(
    bench: Bench,
) -> None:
    await bench.agents.login(ALVA, "agent1")
    await bench.agents.pause(ALVA.id, "break")
    await bench.agents.login(OPERATOR, "agent2")
    await bench.agents.login(SECOND_OPERATOR, "agent3")
    session = FakeSession(decline("BUSY"), answer)
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()
    floor = Floor(bench.redis, "demo", system_clock)
    operators = bench.rides.queues["operator"]

    await floor.move("vaxel-1.1", "support", operators, by="lead")
    await Distributor(bench.redis, "demo", system_clock, "test-2").match(operators)

    assert await riding is QueueOutcome.TALKED
    assert session.rung == ["PJSIP/agent2", "PJSIP/agent3"]
    assert session.ring_times == ["15", "15"]
    assert session.variables["CALLERID(name)"] == "en operator"
    assert {sidecar.queue for sidecar in bench.recorder.expected} == {"operator"}
    assert await bench.traces() == []


async def test_a_caller_who_is_moved_goes_on_waiting_with_announcements(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    await bench.agents.pause(ALVA.id, "break")
    session = FakeSession()
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()
    floor = Floor(bench.redis, "demo", system_clock)
    await floor.move("vaxel-1.1", "support", bench.rides.queues["operator"], by="lead")
    session.music.clear()
    await session.music.wait()
    assert session.played == ["en: You are next in line."] * 2
    moved = await floor.contact("vaxel-1.1")
    assert moved is not None
    assert moved.queue == "operator"
    session.hang_up_now()
    with pytest.raises(CallerHungUp):
        await riding
    assert (await bench.happened())[-1] == (EventType.CALL_ABANDONED, "")
    assert await bench.traces() == []


async def test_a_waiting_caller_hears_the_position_and_music_and_may_give_up(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    await bench.agents.pause(ALVA.id, "break")
    session = FakeSession()
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()
    assert session.played == ["en: You are next in line."]
    session.hang_up_now()
    with pytest.raises(CallerHungUp):
        await riding
    assert [kind for kind, _ in await bench.happened()][-1] is EventType.CALL_ABANDONED
    assert await bench.traces() == []


async def one_agent_busy(bench: Bench, service_s: int, ahead: int = 0) -> None:
    """Alva is rung for somebody; contacts take so long; so many wait."""
    kept = f"{service_s * 1000}|4000|50"
    await bench.redis.hset("vaxel:{demo}:pace", mapping={"service|support": kept})
    await bench.agents.login(ALVA, "agent1")
    other = Distributor(bench.redis, "demo", system_clock, "test-2")
    for number in range(ahead + 1):
        await other.join(f"ahead-{number}", bench.rides.queues["support"])
        await other.match(bench.rides.queues["support"])


@pytest.mark.parametrize(
    ("service_s", "ahead", "words"),
    [
        (20, 0, "You will probably wait less than a minute."),
        (240, 0, "You will probably wait no longer than ten minutes."),
        (240, 3, "You will probably wait between six and twenty-eight minutes."),
    ],
)
async def test_a_waiting_caller_hears_how_long_it_will_be_as_a_range(
    bench: Bench, service_s: int, ahead: int, words: str
) -> None:
    await one_agent_busy(bench, service_s, ahead)
    session = FakeSession()
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()
    assert session.played[1:] == [f"en: {words}"]
    session.hang_up_now()
    with pytest.raises(CallerHungUp):
        await riding


async def test_an_organisation_without_words_for_the_wait_is_silent(redis: Redis) -> None:
    wordless = DEMO.texts.queue.model_copy(update={"wait_up_to": None})
    texts = DEMO.texts.model_copy(update={"queue": wordless})
    async with opened(redis, DEMO.model_copy(update={"texts": texts})) as bench:
        await one_agent_busy(bench, 240)
        session = FakeSession()
        riding = asyncio.create_task(bench.ride(session))
        await session.music.wait()
        assert session.played == ["en: You are next in line."]
        session.hang_up_now()
        with pytest.raises(CallerHungUp):
            await riding


async def test_what_was_expected_of_a_wait_is_told_when_it_is_over(bench: Bench) -> None:
    await one_agent_busy(bench, 240)
    session = FakeSession(answer)
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()
    await bench.agents.login(BIRK, "agent2")
    other = Distributor(bench.redis, "demo", system_clock, "test-2")
    assert await other.match_agent(BIRK.id) is not None
    assert await riding is QueueOutcome.TALKED
    events = await EventStream(bench.redis, "demo").read(BEGINNING)
    (answered,) = [event for event in events if event.type is EventType.CALL_ANSWERED]
    assert answered.fields["estimated"] == "244000"
    assert 0 < int(answered.fields["estimated_low"]) < 244_000
    assert int(answered.fields["estimated_high"]) > 244_000


async def test_nothing_is_foretold_to_a_caller_for_whom_an_agent_is_free(bench: Bench) -> None:
    await bench.redis.hset("vaxel:{demo}:pace", mapping={"service|support": "240000|4000|50"})
    await bench.agents.login(ALVA, "agent1")
    assert await bench.ride(FakeSession(answer)) is QueueOutcome.TALKED
    events = await EventStream(bench.redis, "demo").read(BEGINNING)
    (answered,) = [event for event in events if event.type is EventType.CALL_ANSWERED]
    assert "estimated" not in answered.fields


async def test_a_caller_who_would_wait_too_long_never_joins(bench: Bench) -> None:
    await one_agent_busy(bench, 240, ahead=1)
    # expected: two contacts and the ring, 484 s
    assert await bench.ride(FakeSession(), max_estimate=483) is QueueOutcome.LONG_WAIT
    assert await bench.traces() == []
    # Before the one who waits they would wait for one contact alone.
    session = FakeSession()
    riding = asyncio.create_task(bench.ride(session, max_estimate=483, priority=60))
    await session.music.wait()
    session.hang_up_now()
    with pytest.raises(CallerHungUp):
        await riding


async def test_a_caller_whose_controller_died_is_not_turned_away(bench: Bench) -> None:
    await one_agent_busy(bench, 240, ahead=5)
    other = Distributor(bench.redis, "demo", system_clock, "test-2")
    await other.join("vaxel-1.1", bench.rides.queues["support"])
    session = FakeSession()
    riding = asyncio.create_task(bench.ride(session, max_estimate=60))
    await session.music.wait()
    session.hang_up_now()
    with pytest.raises(CallerHungUp):
        await riding


async def test_while_nothing_is_known_of_the_wait_everybody_joins(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    await bench.agents.pause(ALVA.id, "break")
    ride = bench.ride(FakeSession(), max_wait=0.2, max_estimate=30)
    assert await ride is QueueOutcome.TIMED_OUT


async def test_a_caller_whom_redis_forgot_stands_in_line_again(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    await bench.agents.pause(ALVA.id, "break")
    session = FakeSession(answer)
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()
    await bench.redis.flushdb()
    await bench.agents.login(ALVA, "agent1")
    session.music.clear()
    await session.music.wait()  # the next announcement
    await Distributor(bench.redis, "demo", system_clock, "test-2").match_agent(ALVA.id)
    assert await riding is QueueOutcome.TALKED


async def test_an_offer_reaches_a_caller_who_already_waits(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    await bench.agents.pause(ALVA.id, "break")
    session = FakeSession(answer)
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()
    await bench.agents.unpause(ALVA.id)
    other = Distributor(bench.redis, "demo", system_clock, "test-2")  # whichever controller
    assert await other.match_agent(ALVA.id) is not None
    assert await riding is QueueOutcome.TALKED


async def test_a_caller_who_gives_up_while_it_rings_leaves_the_agent_ready(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    with pytest.raises(CallerHungUp):
        await bench.ride(FakeSession(caller_gives_up))
    assert (await bench.agent(ALVA)).state is AgentState.READY
    assert [kind for kind, _ in await bench.happened()][-1] is EventType.CALL_ABANDONED
    assert bench.recorder.dropped == ["vaxel-1.1-1"]


async def test_an_agent_who_was_being_rung_is_there_at_once_for_the_callers_of_other_queues(
    bench: Bench,
) -> None:
    await bench.agents.login(Agent("4001", "Alva", ("support", "operator")), "agent1")
    other = Distributor(bench.redis, "demo", system_clock, "test-2")

    async def gives_up_while_another_waits(session: FakeSession) -> str:
        await other.join("next", bench.rides.queues["operator"])
        return await caller_gives_up(session)

    with pytest.raises(CallerHungUp):
        await bench.ride(FakeSession(gives_up_while_another_waits))
    offer = await other.current_offer("next")
    assert offer is not None
    assert offer.agent == ALVA.id


async def test_an_agent_whose_caller_gave_up_is_there_for_the_next_in_line(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    next_in_line = FakeSession(answer)
    rides: list[asyncio.Task[QueueOutcome]] = []

    async def give_up_before_another(session: FakeSession) -> str:
        rides.append(asyncio.create_task(bench.ride(next_in_line, "vaxel-1.2")))
        await next_in_line.music.wait()
        return await caller_gives_up(session)

    with pytest.raises(CallerHungUp):
        await bench.ride(FakeSession(give_up_before_another))
    async with asyncio.timeout(2):
        assert await rides[0] is QueueOutcome.TALKED


async def test_an_agent_without_wrap_up_time_gets_the_next_in_line_at_once(redis: Redis) -> None:
    queue = DEMO.queues["support"].model_copy(update={"wrapup_seconds": 0})
    hasty = DEMO.model_copy(update={"queues": {"support": queue}})
    async with opened(redis, hasty) as bench:
        await bench.agents.login(ALVA, "agent1")
        next_in_line = FakeSession(answer)
        rides: list[asyncio.Task[QueueOutcome]] = []

        async def answer_before_another(session: FakeSession) -> str:
            rides.append(asyncio.create_task(bench.ride(next_in_line, "vaxel-1.2")))
            await next_in_line.music.wait()
            return await answer(session)

        assert await bench.ride(FakeSession(answer_before_another)) is QueueOutcome.TALKED
        async with asyncio.timeout(2):
            assert await rides[0] is QueueOutcome.TALKED


async def test_a_caller_who_ends_the_talk_has_talked(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    with pytest.raises(CallerHungUp):
        await bench.ride(FakeSession(caller_ends_the_talk))
    assert (await bench.agent(ALVA)).state is AgentState.WRAPUP
    assert [kind for kind, _ in await bench.happened()][-1] is EventType.CALL_ENDED
    assert bench.recorder.finished == ["vaxel-1.1-1"]


@pytest.mark.parametrize(("name", "value"), [(REFERRED, "yes"), ("uniqueid", "vaxel-1.9")])
async def test_a_caller_whom_a_phone_transfers_is_in_the_conversation_until_they_come_back(
    bench: Bench, name: str, value: str
) -> None:
    async def transfer_button(session: FakeSession) -> str:
        session.answered_at = str(system_clock())
        session.variables[name] = value
        session.hang_up_now()  # so says AGI, of a channel that goes on in the dialplan
        return "ANSWER"

    await bench.agents.login(ALVA, "agent1")
    with pytest.raises(CallReferred):
        await bench.ride(FakeSession(transfer_button))
    assert (await bench.agent(ALVA)).state is AgentState.TALKING
    assert (await bench.happened())[-1] == (EventType.CALL_ANSWERED, "")
    assert bench.recorder.finished == ["vaxel-1.1-1"]

    await bench.agents.login(BIRK, "agent2")
    session = FakeSession(answer)
    session.variables[WISH] = "queue - - 0"  # by the dialplan, until a controller knows better
    assert await bench.ride(session) is QueueOutcome.TALKED
    assert session.rung == ["PJSIP/agent2"]
    assert [kind for kind, _ in await bench.happened()][3:] == [
        EventType.CALL_TRANSFERRED,
        EventType.CALL_ENDED,
        EventType.CALL_QUEUED,
        EventType.CALL_OFFERED,
        EventType.CALL_ANSWERED,
        EventType.CALL_ENDED,
    ]


async def test_an_agent_is_free_again_whatever_slip_of_ours_ends_the_talk(bench: Bench) -> None:
    async def slip(_session: FakeSession) -> str:
        other = Distributor(bench.redis, "demo", system_clock, "test-2")
        offer = await other.current_offer("vaxel-1.1")
        assert offer is not None
        await other.answered(offer)
        raise ZeroDivisionError

    await bench.agents.login(ALVA, "agent1")
    with pytest.raises(ZeroDivisionError):
        await bench.ride(FakeSession(slip))
    assert (await bench.agent(ALVA)).state is AgentState.WRAPUP
    assert await bench.traces() == []


async def test_nobody_logged_in_ends_the_wait_before_it_begins(bench: Bench) -> None:
    assert await bench.ride(FakeSession()) is QueueOutcome.NOBODY
    assert (await bench.happened())[-1] == (EventType.CALL_LEFT, "nobody")
    assert await bench.traces() == []


async def test_the_longest_wait_ends_the_ride(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    await bench.agents.pause(ALVA.id, "break")
    assert await bench.ride(FakeSession(), max_wait=0.5) is QueueOutcome.TIMED_OUT
    assert (await bench.happened())[-1] == (EventType.CALL_LEFT, "timeout")
    assert await bench.traces() == []


async def test_a_controller_that_stops_leaves_the_caller_in_line(bench: Bench) -> None:
    await bench.agents.login(ALVA, "agent1")
    await bench.agents.pause(ALVA.id, "break")
    session = FakeSession()
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()
    riding.cancel()
    await asyncio.gather(riding, return_exceptions=True)
    other = Distributor(bench.redis, "demo", system_clock, "test-2")
    assert await other.held("vaxel-1.1") == "support"


async def test_without_redis_the_call_goes_another_way(tmp_path: Path) -> None:
    process, url = start_redis(tmp_path)
    async with connect(url) as redis, opened(redis) as bench:
        await bench.agents.login(ALVA, "agent1")
        process.kill()
        process.wait()
        with pytest.raises(QueueAway):
            await bench.ride(FakeSession())
