"""Callers who would rather be called back, and those who are, on the real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
from redis.asyncio import Redis

from acd.callback_model import CallbackRules, CallbackState
from acd.model import Agent, AgentState, system_clock
from acd.offers import OfferListener
from ivr.agi_call import AgiCaller
from ivr.callbacks import CallbackRunner
from ivr.flow.call import QueueOutcome, QueueRequest
from ivr.flow.load import load_organisation
from ivr.office import Office
from ivr.outgoing import Dialler
from store.events import Event, EventType
from store.stream import BEGINNING
from tests.integration.ivr.fake_line import Dial, FakePrompts, FakeRecorder, FakeSession
from tests.integration.ivr.fake_office import an_office
from tests.unit.ivr.fake_ami import FakeAmi
from wire.agi.errors import AgiHungUp
from wire.agi.parser import Environment
from wire.agi.session import AgiSession

pytestmark = pytest.mark.integration

_DEMO = load_organisation(Path(__file__).parents[3] / "dialplans" / "demo")
_SUPPORT = _DEMO.queues["support"]
assert _SUPPORT.callback is not None
DEMO = _DEMO.model_copy(
    update={
        "queues": {
            "support": _SUPPORT.model_copy(
                update={
                    "announce_every": 30,
                    "callback": _SUPPORT.callback.model_copy(update={"after": 0, "hours": None}),
                }
            )
        }
    }
)
ALVA = Agent("4001", "Alva", ("support",))
NUMBER, OTHER = "+46701740605", "+46701740606"
RULES = CallbackRules(tries=2, every_ms=60_000, ring_ms=5000, parting_ms=0)
CONTACT = "vaxel-1.1"


@dataclass(frozen=True, slots=True)
class Bench:
    """One controller with its callbacks, and an Asterisk that the test speaks for."""

    office: Office
    runner: CallbackRunner
    ami: FakeAmi

    async def ride(self, session: FakeSession, contact: str = CONTACT) -> QueueOutcome:
        call = AgiCaller(
            cast(AgiSession, session), FakePrompts(), contact=contact, caller=NUMBER, dialled="100"
        )
        request = QueueRequest("support", "en", answers={"main": "support"})
        return await self.office.rides.ride(call, request)

    def press(self, key: str, contact: str = CONTACT) -> None:
        self.ami.tell("DTMFEnd", Uniqueid=contact, Digit=key, Direction="Received")

    async def agent_is_away(self) -> None:
        await self.office.agents.login(ALVA, "agent1")
        await self.office.agents.pause(ALVA.id, "break")

    async def agent_comes(self) -> None:
        await self.office.agents.unpause(ALVA.id)
        await self.office.distributor.match_agent(ALVA.id)

    async def state(self) -> AgentState:
        return (await self.office.agents.status(ALVA.id)).state

    async def add(self, number: str = NUMBER) -> str:
        contact = await self.office.callbacks.add(
            number,
            self.office.rides.queues["support"],
            language="en",
            answers={"main": "support", "topic": "fees"},
            rules=RULES,
        )
        await self.office.distributor.sweep()  # its time has come
        return contact

    async def events(self, kind: EventType) -> list[Event]:
        return [e for e in await self.office.stream.read(BEGINNING) if e.type is kind]

    def originated(self) -> list[str]:
        return [fields["ChannelId"] for name, fields in self.ami.asked if name == "Originate"]

    def nobody_picks_up(self, status: str) -> None:
        def end() -> None:
            contact = self.originated()[-1]
            self.ami.tell("DialEnd", DestUniqueid=contact, DialStatus=status)
            self.ami.tell("OriginateResponse", Uniqueid=contact, Response="Failure", Reason="0")

        self.ami.on_action = end

    async def picked_up(self, contact: str, *dials: Dial, keys: str = "") -> FakeSession:
        """Somebody picks up; returns when the call is over."""
        self.ami.tell("OriginateResponse", Uniqueid=contact, Response="Success")
        session = FakeSession(*dials, environment=_environment(contact), keys=keys)
        session.variables["VAXEL_ORG"] = "demo"
        await self.runner.serve(cast(AgiSession, session))
        return session


def _environment(contact: str) -> Environment:
    return Environment({"agi_uniqueid": contact, "agi_channel": "PJSIP/caller-1"})


@asynccontextmanager
async def opened(redis: Redis, name: str = "test-1") -> AsyncIterator[Bench]:
    ami, offers = FakeAmi(), OfferListener(redis, name)
    client = ami.as_client()
    dialler = Dialler(client, "caller")
    office = an_office(redis, DEMO, offers, name, ami=client, recorder=FakeRecorder())
    runner = CallbackRunner(
        {"demo": office}, offers, dialler, FakePrompts(), {"demo": "+46846500400"}
    )
    await office.distributor.renew()
    async with asyncio.TaskGroup() as group:
        duties = [group.create_task(offers.run()), group.create_task(runner.run(office))]
        await offers.subscribed.wait()
        yield Bench(office, runner, ami)
        for duty in duties:
            duty.cancel()


@pytest.fixture
async def bench(redis: Redis) -> AsyncIterator[Bench]:
    async with opened(redis) as it:
        yield it


async def until(check: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(5):
        while not await check():  # noqa: ASYNC110 - Redis tells nobody
            await asyncio.sleep(0.01)


async def answer(session: FakeSession) -> str:
    return "ANSWER"


async def no_answer(_session: FakeSession) -> str:
    return "NOANSWER"


async def keep_the_place(bench: Bench, session: FakeSession) -> asyncio.Task[QueueOutcome]:
    """Wait, press the key, and say yes to the number."""
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()
    for key in "11":
        bench.press(key)
    return riding


async def test_a_caller_who_keeps_the_place_has_not_abandoned_and_is_kept_whole(
    bench: Bench,
) -> None:
    await bench.agent_is_away()
    session = FakeSession()
    assert await (await keep_the_place(bench, session)) is QueueOutcome.CALLED_BACK
    assert "en: To be called back instead, press 1. You keep your place in the queue." in (
        session.played
    )
    assert session.played[-1].endswith("when it is your turn. Goodbye.")
    assert session.variables["VAXEL_DONE"] == "1"
    (kept,) = await bench.office.callbacks.open()
    assert (kept.contact, kept.number, kept.language) == (CONTACT, NUMBER, "en")
    assert kept.answers == {"main": "support"}
    (left,) = await bench.events(EventType.CALL_LEFT)
    assert left.fields["reason"] == "callback"
    assert not await bench.events(EventType.CALL_ABANDONED)


async def test_an_agent_who_is_free_breaks_the_talk_off(bench: Bench) -> None:
    await bench.agent_is_away()
    session = FakeSession(answer)
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()
    bench.press("1")
    await until(lambda: _said(session, "en: If that is right, press 1."))
    await bench.agent_comes()
    assert await riding is QueueOutcome.TALKED
    assert session.played[-1] == "en: An agent is free now."
    assert not await bench.office.callbacks.open()


async def test_a_number_that_is_called_already_keeps_the_caller_waiting(bench: Bench) -> None:
    await bench.agent_is_away()
    session = FakeSession(answer)
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()
    await bench.add()  # meanwhile, by an operator
    for key in "11":
        bench.press(key)
    await until(lambda: _said(session, "en: That number is already going to be called."))
    await bench.office.callbacks.cancel((await bench.office.callbacks.open())[0].contact)
    await bench.agent_comes()
    assert await riding is QueueOutcome.TALKED


async def test_who_calls_in_takes_over_the_place_of_their_own_callback(bench: Bench) -> None:
    await bench.agent_is_away()
    mine = await bench.add()
    asked = system_clock()
    await until(lambda: _later_than(asked))
    await bench.add(OTHER)
    session = FakeSession(answer)
    riding = asyncio.create_task(bench.ride(session))
    await until(lambda: _said(session, "en: We were going to call you."))
    assert await bench.office.callbacks.get(mine) is None
    await bench.agent_comes()
    assert await riding is QueueOutcome.TALKED
    assert not bench.originated()  # the other one asked later


async def test_who_calls_in_when_nobody_is_there_keeps_the_callback(bench: Bench) -> None:
    mine = await bench.add()
    assert await bench.ride(FakeSession()) is QueueOutcome.NOBODY
    assert await bench.office.callbacks.get(mine) is not None


async def test_somebody_who_says_yes_is_put_through_to_the_agent_who_is_held(
    bench: Bench,
) -> None:
    await bench.agent_is_away()
    contact = await bench.add()
    await bench.agent_comes()
    await until(lambda: _is(bench, contact, CallbackState.DIALLING))
    assert await bench.state() is AgentState.RESERVED
    session = await bench.picked_up(contact, answer, keys="1")
    assert session.rung == ["PJSIP/agent1"]
    assert session.variables["CALLERID(num)"] == NUMBER
    assert session.variables["CALLERID(name)"] == "en support fees", "what the caller chose"
    assert session.variables["VAXEL_DONE"] == "1"
    (ended,) = await bench.events(EventType.CALLBACK_ENDED)
    assert ended.fields["outcome"] == "talked"
    assert await bench.state() is AgentState.WRAPUP
    assert bench.originated() == [contact]


async def test_a_machine_that_presses_nothing_rings_no_agent(bench: Bench) -> None:
    await bench.agent_is_away()
    contact = await bench.add()
    await bench.agent_comes()
    await until(lambda: _is(bench, contact, CallbackState.DIALLING))
    session = await bench.picked_up(contact)
    assert not session.rung
    (missed,) = await bench.events(EventType.CALLBACK_MISSED)
    assert missed.fields["reason"] == "unconfirmed"
    assert await bench.state() is AgentState.READY


@pytest.mark.parametrize(
    ("status", "reason"), [("BUSY", "busy"), ("NOANSWER", "no_answer"), ("", "unreachable")]
)
async def test_nobody_who_picks_up_is_tried_again_by_rule(
    bench: Bench, status: str, reason: str
) -> None:
    await bench.agent_is_away()
    bench.nobody_picks_up(status)
    contact = await bench.add()
    await bench.agent_comes()
    await until(lambda: _is(bench, contact, CallbackState.SCHEDULED))
    (missed,) = await bench.events(EventType.CALLBACK_MISSED)
    assert missed.fields["reason"] == reason
    assert missed.fields["due"]
    assert await bench.state() is AgentState.READY


async def test_a_person_whose_agent_does_not_answer_waits_for_the_next(bench: Bench) -> None:
    await bench.agent_is_away()
    contact = await bench.add()
    await bench.agent_comes()
    await until(lambda: _is(bench, contact, CallbackState.DIALLING))
    answering = asyncio.create_task(bench.picked_up(contact, no_answer, answer, keys="1"))
    await until(lambda: _is(bench, contact, CallbackState.REACHED))
    await until(lambda: _state(bench, AgentState.PAUSED))
    await bench.agent_comes()
    session = await answering
    assert session.rung == ["PJSIP/agent1", "PJSIP/agent1"]
    assert "en: To be called back instead, press 1." not in " ".join(session.played)
    (ended,) = await bench.events(EventType.CALLBACK_ENDED)
    assert ended.fields["outcome"] == "talked"


async def test_a_person_who_hangs_up_at_the_greeting_has_been_missed(bench: Bench) -> None:
    await bench.agent_is_away()
    contact = await bench.add()
    await bench.agent_comes()
    await until(lambda: _is(bench, contact, CallbackState.DIALLING))

    class Leaves(FakeSession):
        async def wait_for_digit(self, _wait_s: float) -> str:
            self.hang_up_now()
            raise AgiHungUp

    session = Leaves(environment=_environment(contact))
    session.variables["VAXEL_ORG"] = "demo"
    await bench.runner.serve(cast(AgiSession, session))
    (missed,) = await bench.events(EventType.CALLBACK_MISSED)
    assert missed.fields["reason"] == "hung_up"
    assert await bench.state() is AgentState.READY
    assert not await bench.events(EventType.CALL_ABANDONED)


async def test_a_phone_that_rang_for_a_dead_controller_is_served_by_another(
    redis: Redis, bench: Bench
) -> None:
    await bench.agent_is_away()
    contact = await bench.add()
    await bench.agent_comes()
    await until(lambda: _is(bench, contact, CallbackState.DIALLING))
    async with opened(redis, "test-2") as other:
        session = await other.picked_up(contact, answer, keys="1")
    assert session.rung == ["PJSIP/agent1"]
    (ended,) = await bench.events(EventType.CALLBACK_ENDED)
    assert ended.fields["outcome"] == "talked"
    assert len(await bench.events(EventType.CALLBACK_DIALLED)) == 1


async def test_a_phone_that_rings_or_is_picked_up_already_is_not_rung_again(bench: Bench) -> None:
    await bench.agent_is_away()
    contact = await bench.add()
    bench.ami.channels.add(contact)  # a dead controller rang it, and nobody has served it yet
    await bench.agent_comes()
    await until(lambda: _is(bench, contact, CallbackState.RESERVED))
    session = await bench.picked_up(contact, answer, keys="1")
    assert session.rung == ["PJSIP/agent1"]
    assert not bench.originated()


async def test_somebody_whose_callback_was_cancelled_meanwhile_is_told(bench: Bench) -> None:
    session = await bench.picked_up("vaxel-9.9")
    assert session.played == ["sv: Vi kan tyvärr inte koppla samtalet just nu. Hej då."]
    assert session.hung_up


async def _later_than(time_ms: int) -> bool:
    return system_clock() > time_ms + 5


async def _said(session: FakeSession, beginning: str) -> bool:
    return any(said.startswith(beginning) for said in session.played)


async def _is(bench: Bench, contact: str, state: CallbackState) -> bool:
    callback = await bench.office.callbacks.get(contact)
    return callback is not None and callback.state is state


async def _state(bench: Bench, state: AgentState) -> bool:
    return await bench.state() is state
