"""Random histories against a plain model: the event log, replayed, must equal the state.

The model knows the rules only through the events. What it checks beside equality: nobody is in two
places, nothing is lost, the order of service, and that a refused step has changed nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from acd.agents import Agents
from acd.distributor import Distributor
from acd.errors import AcdError
from acd.model import Agent, AgentState, LeaveReason, Offer, Queue, RefusalReason
from store.events import Event, EventType
from store.stream import BEGINNING, EventStream, connect, stream_key
from tests.integration.acd.conftest import HandClock

pytestmark = pytest.mark.integration

ORG = "city"
QUEUES = (
    Queue("fees", ring_seconds=5, wrapup_seconds=0),
    Queue("support", ring_seconds=5, wrapup_seconds=6),
)
STAFF = {
    "1": Agent("1", "Ada", ("fees",)),
    "2": Agent("2", "Bo", ("support",)),
    "3": Agent("3", "Cleo", ("fees", "support")),
}
contacts = st.sampled_from([f"c-{number}" for number in range(8)])
queues = st.sampled_from(QUEUES)
staff = st.sampled_from(sorted(STAFF))
controllers = st.sampled_from([0, 1])
DESK_STEPS = ("login", "login", "unpause", "unpause", "unpause", "lunch", "meeting", "logout")


@dataclass
class Replay:
    """What an organisation looks like to whoever knows its events and nothing else."""

    contacts: dict[str, tuple[str, str]] = field(default_factory=dict)  # (state, agent)
    agents: dict[str, tuple[str, str]] = field(default_factory=dict)  # (state, reason)
    idle_since: dict[str, int] = field(default_factory=dict)
    last_id: str = BEGINNING

    def take(self, event: Event) -> None:  # noqa: PLR0912 - one branch an event type
        contact, agent = event.contact, event.agent
        match event.type:
            case EventType.CALL_QUEUED:
                assert contact not in self.contacts
                self.contacts[contact] = ("waiting", "")
            case EventType.CALL_OFFERED:
                assert self.contacts[contact] == ("waiting", "")
                assert self.agents[agent] == ("ready", "")
                self.contacts[contact] = ("reserved", agent)
                self.agents[agent] = ("reserved", "")
            case EventType.CALL_ANSWERED:
                assert self.contacts[contact] == ("reserved", agent)
                self.contacts[contact] = ("talking", agent)
                self.agents[agent] = ("talking", "")
            case EventType.CALL_REFUSED:
                assert self.contacts[contact] == ("reserved", agent)
                self.contacts[contact] = ("waiting", "")
            case EventType.CALL_ENDED:
                assert self.contacts.pop(contact) == ("talking", agent)
            case EventType.CALL_ABANDONED | EventType.CALL_LEFT:
                state, held = self.contacts.pop(contact)
                assert state in ("waiting", "reserved")
                assert held == agent
            case EventType.CONTACT_ENDED:
                assert contact not in self.contacts
                assert event.fields == {"reason": "lost"}
            case EventType.AGENT_LOGGED_IN:
                assert agent not in self.agents
                self.agents[agent] = ("logged in", "")
            case EventType.AGENT_LOGGED_OUT:
                del self.agents[agent]
            case EventType.AGENT_READY:
                self.agents[agent] = ("ready", "")
            case EventType.AGENT_WRAPUP:
                self.agents[agent] = ("wrapup", "")
            case EventType.AGENT_PAUSED:
                self.agents[agent] = ("paused", event.fields["reason"])
            case _:
                raise AssertionError(event)


class Histories(RuleBasedStateMachine):
    """Two controllers, either of which may die and be succeeded, work on one organisation."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.redis = connect(self.url)
        self.clock = HandClock()
        self.run(self.redis.flushdb())
        self.agents = Agents(self.redis, ORG, self.clock)
        self.stream = EventStream(self.redis, ORG)
        self.births = 0
        self.acd = [self.successor(), self.successor()]
        self.replay = Replay()
        self.effective: dict[str, int] = {}
        self.offers: list[Offer] = []  # all ever made: most are stale

    def run(self, step: Awaitable[Any]) -> Any:
        async def stepped() -> Any:
            return await step

        return self.runner.run(stepped())

    def successor(self) -> Distributor:
        self.births += 1
        return Distributor(self.redis, ORG, self.clock, f"controller-{self.births}")

    def raw(self) -> dict[str, Any]:
        hashes = ("contacts", "agents", "phones")
        indexes = ("waiting", "arrivals", "ready", "members", "states", "owned", "due")
        pipe = self.redis.pipeline(transaction=True)
        for name in hashes:
            pipe.hgetall(f"vaxel:{{{ORG}}}:{name}")
        for name in indexes:
            pipe.zrange(f"vaxel:{{{ORG}}}:{name}", 0, -1, withscores=True)
        pipe.smembers(f"vaxel:{{{ORG}}}:adrift")
        pipe.xlen(stream_key(ORG))
        replies = self.run(pipe.execute())
        raw = dict(zip((*hashes, *indexes, "adrift", "events"), replies, strict=True))
        return raw | {name: dict(raw[name]) for name in indexes}

    def attempt(self, step: Callable[[], Awaitable[Any]]) -> Any:
        """The step's result, ``None`` if it is refused; then nothing may have changed."""
        before = self.raw()
        try:
            return self.run(step())
        except AcdError:
            assert self.raw() == before
            return None

    # Rules -------------------------------------------------------------------------------------

    @initialize()
    def a_working_day_begins(self) -> None:
        for number, agent in enumerate(STAFF.values(), 1):
            self.run(self.agents.login(agent, f"p{number}"))
        for number, queue in enumerate((*QUEUES, *QUEUES)):
            self.join(f"c-{number}", queue, number % 2, 0)

    @rule(contact=contacts, queue=queues, who=controllers, credit=st.sampled_from([0, 0, 7_000]))
    def join(self, contact: str, queue: Queue, who: int, credit: int) -> None:
        resumed = self.attempt(lambda: self.acd[who].join(contact, queue, credit_ms=credit))
        if resumed is False:
            self.effective[contact] = self.clock() - credit

    @rule(queue=queues, who=controllers)
    def match(self, queue: Queue, who: int) -> None:
        before = self.raw()
        offer = self.run(self.acd[who].match(queue))
        line, idle = self.line(before, queue.name), self.idle(before, queue.name)
        assert (offer is None) == (not line or not idle)
        if offer is not None:
            assert self.effective[offer.contact] == min(self.effective[c] for c in line)
            assert idle[offer.agent] == min(idle.values())
            self.offers.append(offer)

    @rule(agent=staff, who=controllers)
    def match_agent(self, agent: str, who: int) -> None:
        before = self.raw()
        offer = self.run(self.acd[who].match_agent(agent))
        served = [c for queue in STAFF[agent].queues for c in self.line(before, queue)]
        ready = any(agent in self.idle(before, queue.name) for queue in QUEUES)
        assert (offer is None) == (not served or not ready)
        if offer is not None:
            assert self.effective[offer.contact] == min(self.effective[c] for c in served)
            self.offers.append(offer)

    @rule(data=st.data(), who=controllers)
    def answered(self, data: st.DataObject, who: int) -> None:
        if offer := self.some_offer(data):
            self.attempt(lambda: self.acd[who].answered(offer))

    @rule(data=st.data(), who=controllers, reason=st.sampled_from(RefusalReason))
    def refused(self, data: st.DataObject, who: int, reason: RefusalReason) -> None:
        if offer := self.some_offer(data):
            self.attempt(lambda: self.acd[who].refused(offer, reason))

    @rule(data=st.data(), who=controllers)
    def ended(self, data: st.DataObject, who: int) -> None:
        if offer := self.some_offer(data):
            self.attempt(lambda: self.acd[who].ended(offer, 1_000))

    @rule(contact=contacts, who=controllers, reason=st.sampled_from(LeaveReason))
    def leave(self, contact: str, who: int, reason: LeaveReason) -> None:
        known = contact in self.raw()["contacts"]
        assert self.run(self.acd[who].leave(contact, reason)) is known
        assert contact not in repr(self.raw())

    @rule(agent=staff, step=st.sampled_from(DESK_STEPS), phone=st.sampled_from(["p1", "p2", "p3"]))
    def at_the_desk(self, agent: str, step: str, phone: str) -> None:
        match step:
            case "login":
                self.attempt(lambda: self.agents.login(STAFF[agent], phone))
            case "logout":
                self.attempt(lambda: self.agents.logout(agent))
            case "unpause":
                self.attempt(lambda: self.agents.unpause(agent))
            case reason:
                self.attempt(lambda: self.agents.pause(agent, reason))

    @rule(seconds=st.sampled_from([0.001, 1, 3, 6, 12, 20]), renewing=st.booleans())
    def time_passes(self, seconds: float, renewing: bool) -> None:
        self.clock.forward(seconds)
        if renewing:
            for controller in self.acd:
                self.run(controller.renew())
        self.run(self.acd[0].sweep())
        due = self.raw()["due"]
        assert all(when > self.clock() for when in due.values()), "all that was due is settled"

    @rule(who=controllers)
    def controller_dies(self, who: int) -> None:
        self.acd[who] = self.successor()

    @rule(live=st.sets(contacts), who=controllers)
    def reconcile(self, live: set[str], who: int) -> None:
        over = self.run(self.acd[who].reconcile(live))
        assert not live & set(over)

    # What always holds --------------------------------------------------------------------------

    @invariant()
    def the_log_replayed_is_the_state(self) -> None:
        for event in self.run(self.stream.read(self.replay.last_id)):
            self.replay.take(event)
            self.replay.last_id = event.id
        raw = self.raw()
        held = {
            contact: (
                {"orphan": "waiting"}.get(record["state"], record["state"]),
                record.get("agent", ""),
            )
            for contact, text in raw["contacts"].items()
            if (record := json.loads(text))
        }
        assert held == self.replay.contacts
        working = {
            agent: (record["state"], record.get("reason", ""))
            for agent, text in raw["agents"].items()
            if (record := json.loads(text))
        }
        assert working == self.replay.agents

    @invariant()
    def everybody_is_in_one_place_and_every_index_agrees(self) -> None:
        raw = self.raw()
        people = {name: json.loads(text) for name, text in raw["contacts"].items()}
        crew = {name: json.loads(text) for name, text in raw["agents"].items()}

        def entry(queue: str, time: float, name: str) -> str:
            return f"{queue}|{time:014.0f}|{name}"

        def those(state: str) -> dict[str, dict[str, Any]]:
            return {name: person for name, person in people.items() if person["state"] == state}

        assert set(raw["waiting"]) == {
            entry(c["queue"], c["effective"], name) for name, c in those("waiting").items()
        }
        assert set(raw["arrivals"]) == {
            entry(c["queue"], c["arrived"], name)
            for name, c in people.items()
            if c["state"] != "talking"
        }
        assert set(raw["owned"]) == {f"{c['owner']}|{name}" for name, c in people.items()}
        assert set(raw["ready"]) == {
            entry(queue, a["idle"], name)
            for name, a in crew.items()
            if a["state"] == "ready"
            for queue in a["queues"]
        }
        assert set(raw["members"]) == {
            f"{queue}|{name}" for name, a in crew.items() for queue in a["queues"]
        }
        assert raw["phones"] == {a["phone"]: name for name, a in crew.items()}
        assert set(raw["states"]) == set(crew)
        alive = {member for member in raw["due"] if member.startswith("controller|")}
        assert all(f"controller|{c['owner']}" in alive for c in those("waiting").values())
        assert set(raw["due"]) - alive == (
            {f"offer|{name}" for name in those("reserved")}
            | {f"orphan|{name}" for name in those("orphan")}
            | {f"wrapup|{name}" for name, a in crew.items() if a["state"] == "wrapup"}
        )
        assert raw["adrift"] == set(those("orphan")) | {
            name for name, c in those("talking").items() if f"controller|{c['owner']}" not in alive
        }
        pairs = {(c["agent"], name) for name, c in people.items() if "agent" in c}
        assert pairs == {(name, a["contact"]) for name, a in crew.items() if "contact" in a}

    def teardown(self) -> None:
        for contact in list(self.raw()["contacts"]):
            self.run(self.acd[0].leave(contact, LeaveReason.ABANDONED))
        for agent in list(self.raw()["agents"]):
            assert self.run(self.agents.logout(agent)).state is AgentState.LOGGED_OUT
        self.clock.forward(60)
        self.run(self.acd[0].sweep())
        left = {name: kept for name, kept in self.raw().items() if kept and name != "events"}
        assert left == {}
        self.run(self.redis.aclose())
        self.runner.close()

    # Helpers ------------------------------------------------------------------------------------

    def some_offer(self, data: st.DataObject) -> Offer | None:
        """Mostly the newest, sometimes one that is likely to be stale."""
        return (
            data.draw(st.sampled_from((*self.offers[-1:] * 3, *self.offers[-4:])))
            if self.offers
            else None
        )

    @staticmethod
    def line(raw: dict[str, Any], queue: str) -> list[str]:
        return [entry.split("|")[2] for entry in raw["waiting"] if entry.startswith(f"{queue}|")]

    @staticmethod
    def idle(raw: dict[str, Any], queue: str) -> dict[str, int]:
        split = [entry.split("|") for entry in raw["ready"]]
        return {agent: int(since) for name, since, agent in split if name == queue}


def test_random_histories_keep_the_rules(redis_url: str) -> None:
    class OnThisRedis(Histories):
        url = redis_url

    run_state_machine_as_test(
        OnThisRedis,
        settings=settings(
            max_examples=90,
            stateful_step_count=50,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],  # shrinking takes minutes; add Phase.shrink on a hunt
            suppress_health_check=list(HealthCheck),
        ),
    )
