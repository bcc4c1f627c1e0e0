"""One controller with its callbacks on the real Redis, and an Asterisk that the test speaks for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
from redis.asyncio import Redis

from acd.clock import system_clock
from acd.model.agent import Agent, AgentState
from acd.model.callback import CallbackRules, CallbackState
from acd.model.queue import Queue
from acd.offers import OfferListener
from ivr.callbacks.callbacks import CallbackRunner
from ivr.calls.agi_call import AgiCaller
from ivr.calls.outgoing import Dialler
from ivr.flow.call import QueueOutcome, QueueRequest
from ivr.flow.load import load_organisation
from ivr.office import Office
from store.events import Event, EventType
from store.stream import BEGINNING
from tests.e2e.rig.eventually import eventually
from tests.integration.ivr.fake_line import Dial, FakePrompts, FakeSession
from tests.integration.ivr.fake_office import an_office
from tests.unit.ivr.fake_ami import FakeAmi
from wire.agi.parser import Environment
from wire.agi.session import AgiSession

_DEMO = load_organisation(Path(__file__).parents[4] / "dialplans" / "demo")
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
SUPPORT = Queue("support")
ALVA = Agent("4001", "Alva", ("support",))
BIRK = Agent("4002", "Birk", ("support",))
CLEO = Agent("4003", "Cleo", ("support",))
NUMBER, OTHER = "+46701740605", "+46701740606"
RULES = CallbackRules(tries=2, every_ms=60_000, ring_ms=5000, parting_ms=0)
CONTACT = "vaxel-1.1"
TAKE_OVER = "en: We are going to call your number."


@dataclass(frozen=True, slots=True)
class Bench:
    """One controller with its callbacks, and an Asterisk that the test speaks for."""

    office: Office
    runner: CallbackRunner
    ami: FakeAmi

    async def ride(self, session: FakeSession) -> QueueOutcome:
        call = AgiCaller(
            cast(AgiSession, session), FakePrompts(), contact=CONTACT, caller=NUMBER, dialled="100"
        )
        request = QueueRequest("support", "en", answers={"main": "support"})
        return await self.office.rides.ride(call, request)

    def press(self, key: str) -> None:
        self.ami.tell("DTMFEnd", Uniqueid=CONTACT, Digit=key, Direction="Received")

    async def agent_is_away(self) -> None:
        await self.office.agents.login(ALVA, "agent1")
        await self.office.agents.pause(ALVA.id, "break")

    async def agent_comes(self) -> None:
        await self.office.agents.unpause(ALVA.id)
        await self.office.distributor.match_agent(ALVA.id)

    async def state(self) -> AgentState:
        return (await self.office.agents.status(ALVA.id)).state

    async def add(self, number: str = NUMBER, queue: Queue = SUPPORT) -> str:
        contact = await self.office.callbacks.add(
            number,
            queue,
            language="en",
            answers={"main": "support", "topic": "fees"},
            rules=RULES,
        )
        await self.office.distributor.upkeep.sweep()  # its time has come
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
        session = FakeSession(*dials, environment=environment(contact), keys=keys)
        await self.serve(session)
        return session

    async def serve(self, session: FakeSession) -> None:
        session.variables["VAXEL_ORG"] = "demo"
        await self.runner.serve(cast(AgiSession, session))


def environment(contact: str) -> Environment:
    return Environment({"agi_uniqueid": contact, "agi_channel": "PJSIP/caller-1"})


@asynccontextmanager
async def opened(redis: Redis, name: str = "test-1") -> AsyncIterator[Bench]:
    ami, offers = FakeAmi(), OfferListener(redis, name)
    client = ami.as_client()
    dialler = Dialler(client, "caller")
    office = an_office(redis, DEMO, offers, name, ami=client)
    runner = CallbackRunner(
        {"demo": office}, offers, dialler, FakePrompts(), lambda _: "+46846500400"
    )
    await office.distributor.upkeep.renew()
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


async def answer(session: FakeSession) -> str:
    return "ANSWER"


async def no_answer(_session: FakeSession) -> str:
    return "NOANSWER"


async def in_line(bench: Bench, session: FakeSession, keys: str = "") -> asyncio.Task[QueueOutcome]:
    """A caller waits and then presses the keys; the ride goes on."""
    riding = asyncio.create_task(bench.ride(session))
    await session.music.wait()
    for key in keys:
        bench.press(key)
    return riding


async def keep_the_place(bench: Bench, session: FakeSession) -> asyncio.Task[QueueOutcome]:
    """Wait, press the key, and say yes to the number."""
    return await in_line(bench, session, "11")


async def ringing(bench: Bench) -> str:
    """An agent is held, and the phone of who is called back rings; the contact."""
    await bench.agent_is_away()
    contact = await bench.add()
    await bench.agent_comes()
    await eventually(lambda: is_in(bench, contact, CallbackState.DIALLING))
    return contact


async def a_moment() -> None:
    """What comes after it is later in milliseconds too."""
    begun = system_clock()
    await eventually(lambda: system_clock() > begun + 5)


def heard(session: FakeSession, beginning: str) -> bool:
    return any(said.startswith(beginning) for said in session.played)


async def is_in(bench: Bench, contact: str, state: CallbackState) -> bool:
    callback = await bench.office.callbacks.get(contact)
    return callback is not None and callback.state is state


async def agent_is(bench: Bench, state: AgentState) -> bool:
    return await bench.state() is state
