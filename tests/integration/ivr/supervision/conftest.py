"""A supervisors' desk on the real Redis, and an Asterisk that says what a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest
from redis.asyncio import Redis

from acd.clock import system_clock
from acd.floor import Floor
from acd.model.agent import Agent
from acd.model.queue import Queue
from ivr.agents.destinations import ALONE, Destinations
from ivr.calls.attention import Attention
from ivr.flow.load import load_organisation
from ivr.flow.recording import RecordingPolicy, When
from ivr.flow.staff import Supervisor
from ivr.flow.supervision import Right, SupervisionPolicy
from ivr.office import Office
from ivr.supervision.desk import SupervisorsDesk
from ivr.supervision.presence import Presences
from ivr.supervision.tickets import Tickets
from store.events import Event, EventType
from store.stream import BEGINNING
from tests.integration.ivr.fake_line import FakePrompts, FakeSession
from tests.integration.ivr.fake_office import an_office
from tests.unit.ivr.fake_ami import FakeAmi
from wire.agi.parser import Environment
from wire.agi.session import AgiSession

DEMO = load_organisation(Path(__file__).parents[4] / "dialplans" / "demo")
SUPPORT = Queue("support")
PIN, WRONG = "123456", "654321"
ENVIRONMENT = Environment({"agi_channel": "PJSIP/agent2-00000009", "agi_uniqueid": "vaxel-9.0"})
CONNECTED = (
    {"Channel": "PJSIP/caller-00000001", "Uniqueid": "c-1", "BridgeId": "b"},
    {"Channel": "PJSIP/agent1-00000002", "Uniqueid": "a-1", "BridgeId": "b"},
)


@dataclass(slots=True)
class Bench:
    """A desk, an Asterisk that says what a test wants, and the demo organisation."""

    office: Office
    ami: FakeAmi
    redis: Redis
    nodes: Destinations = ALONE
    now_ms: int = 1_000_000

    def led_by(self, *may: Right, **policy: object) -> None:
        """Who has the number 4900 may this; the queue says that."""
        organisation = self.office.organisation
        queue = organisation.queues["support"].model_copy(
            update={"supervision": SupervisionPolicy.model_validate(policy)}
        )
        changed = organisation.model_copy(
            update={
                "supervisors": {"4900": Supervisor(name="Disa", may=may)},
                "queues": {**organisation.queues, "support": queue},
            }
        )
        self.office = replace(self.office, organisation=changed)

    async def call(self, keys: str, variables: Mapping[str, str] | None = None) -> FakeSession:
        """Somebody dials, presses ``keys`` whatever is asked, and hangs up."""
        session = FakeSession(environment=ENVIRONMENT, keys=keys)
        session.variables |= variables or {}
        await self.desk().serve(cast(AgiSession, session))
        return session

    def desk(self) -> SupervisorsDesk:
        ami = self.ami.as_client()
        presences = Presences(ami, Attention(ami), lambda: self.now_ms)
        offices = {self.office.organisation.id: self.office}
        return SupervisorsDesk(
            offices,
            lambda number: PIN if number == "4900" else "",
            FakePrompts(),
            presences,
            self.floor,
            tickets=Tickets(self.redis, self.nodes),
        )

    def floor(self, org: str) -> Floor:
        return Floor(self.redis, org, system_clock)

    async def wait(self, contact: str) -> None:
        """A caller comes to support."""
        await self.office.distributor.join(contact, SUPPORT)
        self.now_ms = system_clock()

    async def place(self, contact: str) -> tuple[str, int]:
        """Where a caller waits, and how much earlier than they came, minutes."""
        found = await self.floor("demo").contact(contact)
        assert found is not None
        return found.queue, round((found.arrived_ms - found.effective_ms) / 60_000)

    def unlike(self) -> None:
        """The other queue is recorded by another rule."""
        queues = self.office.organisation.queues
        never = RecordingPolicy(when=When.NEVER)
        other = queues["operator"].model_copy(update={"recording": never})
        changed = self.office.organisation.model_copy(
            update={"queues": {**queues, "operator": other}}
        )
        self.office = replace(self.office, organisation=changed)

    async def talk(self, contact: str = "c-1") -> None:
        """Agent 4001 talks to a caller at ``agent1``."""
        await self.office.agents.login(Agent("4001", "Alva", ("support",)), "agent1")
        await self.office.distributor.join(contact, SUPPORT)
        offer = await self.office.distributor.match(SUPPORT)
        assert offer is not None
        await self.office.distributor.answered(offer)

    async def happened(self, kind: EventType) -> Event:
        """The one event of a kind."""
        (found,) = [one for one in await self.office.stream.read(BEGINNING) if one.type is kind]
        return found

    async def told(self) -> list[Event]:
        events = await self.office.stream.read(BEGINNING)
        return [event for event in events if event.type.startswith("supervisor.")]


@pytest.fixture
async def bench(redis: Redis) -> Bench:
    ami = FakeAmi()
    ami.listed = CONNECTED
    office = an_office(
        redis,
        DEMO,
    )
    await office.distributor.upkeep.renew()
    bench = Bench(office, ami, redis)
    bench.led_by(*Right)
    return bench


class TalkingSession(FakeSession):
    """One whose applications last until Asterisk is asked to hang somebody up."""

    def __init__(self, ami: FakeAmi, keys: str) -> None:
        super().__init__(environment=ENVIRONMENT, keys=keys)
        self._over = asyncio.Event()
        ami.on_action = lambda: self._over.set() if ami.asked[-1][0] == "Hangup" else None

    async def exec(self, application: str, *arguments: str, limit_s: float | None = None) -> int:
        result = await super().exec(application, *arguments, limit_s=limit_s)
        await self._over.wait()
        return result


LOGIN = f"4900#{PIN}#"


def spied(session: FakeSession) -> list[tuple[str, ...]]:
    return [step for step in session.executed if step[0] == "ChanSpy"]


def spoken(name: str, **variables: object) -> str:
    """A text of supervisors, as it is said in Swedish."""
    text: Any = DEMO.texts.supervision
    for part in name.split("."):
        text = getattr(text, part)
    return f"sv: {text.utterance('sv', variables).text}"


def said(session: FakeSession, name: str, **variables: object) -> bool:
    return spoken(name, **variables) in session.played
