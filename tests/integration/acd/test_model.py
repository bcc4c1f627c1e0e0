"""Random histories against a plain model: the event log, replayed, must equal the state.

The model knows the rules only through the events. What it checks beside equality: nobody is in two
places, nothing is lost, the order of service among those whom an agent can serve, that nobody is
given a caller whom they lack a skill for, and that a refused step has changed nothing.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
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
from acd.callback_model import CallbackRules, MissReason
from acd.callbacks import Callbacks
from acd.distributor import Distributor
from acd.errors import AcdError
from acd.floor import Floor
from acd.model import (
    Agent,
    AgentState,
    HandedTo,
    Handover,
    LeaveReason,
    Offer,
    OwnCallOutcome,
    PhoneState,
    Queue,
    RefusalReason,
    Strategy,
)
from acd.skills import Requirement, narrowed, sparing_backups
from store.stream import EventStream, connect, stream_key
from tests.contract import breaches_in
from tests.integration.acd.conftest import HandClock, kept_of
from tests.integration.acd.indexes import (
    check_indexes,
    device_of,
    fits,
    known_lines,
    line_of,
)
from tests.integration.acd.orders import DEFAULT, Deeds, place_of, strategies_of
from tests.integration.acd.replay import Replay

pytestmark = pytest.mark.integration

ORG = "city"
QUEUES = (
    Queue("fees", ring_seconds=5, wrapup_seconds=0),
    Queue(
        "support",
        ring_seconds=5,
        wrapup_seconds=6,
        backup_seconds=4,
        result_within_seconds=15,
    ),
)
STAFF = {
    "1": Agent("1", "Ada", ("fees",), {"sv": 10, "da": 3}),
    "2": Agent("2", "Bo", ("support",), {"sv": 5}),
    "3": Agent(
        "3",
        "Cleo",
        ("fees", "support"),
        {"sv": 8, "da": 8, "tax": 5},
        frozenset({"support"}),
        weight=3,
    ),
}
TRAINED = {
    "1": Agent("1", "Ada", ("support", "fees"), {"sv": 2, "tax": 9}, frozenset({"support"})),
    "2": Agent("2", "Bo", ("support",)),
    "3": Agent("3", "Cleo", ("fees",), {"da": 10}),
}
Bullseye = tuple[tuple[int, dict[str, int]], ...]
SWEDISH, DANISH, EXPERT = {"sv": 5}, {"da": 4}, {"tax": 5, "sv": 8}
BULLSEYES: tuple[Bullseye, ...] = (
    (),
    (),
    ((0, SWEDISH),),
    ((0, EXPERT), (3_000, SWEDISH), (9_000, {})),
    ((0, DANISH), (1_000, SWEDISH)),
    ((0, {}), (6_000, DANISH)),
    ((0, {"none.has.it": 1}), (2_000, EXPERT), (2_001, {"none.has.it": 1}), (15_000, {})),
)
contacts = st.sampled_from([f"c-{number}" for number in range(8)])
queues = st.sampled_from(QUEUES)
staff = st.sampled_from(sorted(STAFF))
controllers = st.sampled_from([0, 1])
NODES = ("a", "b")
nodes = st.sampled_from(NODES)
RULES = CallbackRules(tries=2, every_ms=4_000, ring_ms=2_000, greeting_ms=0, parting_ms=1_000)
NUMBERS = [f"+4670174060{last}" for last in range(4)]
numbers = st.sampled_from(NUMBERS)
bullseyes = st.sampled_from(BULLSEYES)
strategies = st.sampled_from(Strategy)
rung_at_once = st.sampled_from([1, 1, 2, 3])
preferred = st.sampled_from(["", "", "1", "3", "nobody"])
PREFERRED_MS = 5_000
JUMPS = -3600, 3600
LONG_AFTER_S = 86_400 * 7
PHONES = ("p1", "p2", "p3")
DESK_STEPS = (
    "login",
    "login",
    "login alone",
    "trained",
    "unpause",
    "unpause",
    "unpause",
    "lunch",
    "meeting",
    "logout",
)


@dataclass
class Need:
    """What a contact requires now, one of these, and from when on what instead."""

    now: list[str]
    later: list[tuple[int, list[str]]]

    def put_off(self, milliseconds: int) -> None:
        self.later = [(at + milliseconds, texts) for at, texts in self.later]

    def pass_time(self, now_ms: int) -> None:
        while self.later and self.later[0][0] <= now_ms:
            _, self.now = self.later.pop(0)


class Histories(RuleBasedStateMachine):
    """Two controllers, either of which may die and be succeeded, work on one organisation.

    Each has an Asterisk of its own, and phones may be registered at either.
    """

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.seen: dict[str, Any] = {}
        self.redis = connect(self.url)
        self.clock = HandClock()
        self.run(self.redis.flushdb())
        self.agents = Agents(self.redis, ORG, self.clock)
        self.callbacks = Callbacks(self.redis, ORG, self.clock)
        self.floor = Floor(self.redis, ORG, self.clock)
        self.stream = EventStream(self.redis, ORG)
        self.births = 0
        self.acd = [self.successor(node) for node in NODES]
        self.replay, self.deeds = Replay(), Deeds()
        self.effective: dict[str, int] = {}
        self.needs: dict[str, Need] = {}
        self.offers: list[Offer] = []  # all ever made: most are stale

    def run(self, step: Awaitable[Any]) -> Any:
        self.seen = {}
        return self.look(step)

    def look(self, question: Awaitable[Any]) -> Any:
        """As :meth:`run`, for what changes nothing."""

        async def asked() -> Any:
            return await question

        return self.runner.run(asked())

    def successor(self, node: str) -> Distributor:
        self.births += 1
        return Distributor(self.redis, ORG, self.clock, f"{node}.controller-{self.births}")

    def raw(self) -> dict[str, Any]:
        """All that Redis keeps, asked once a step."""
        if not self.seen:
            self.seen = self.ask_for_all()
        return self.seen

    def ask_for_all(self) -> dict[str, Any]:
        hashes = (
            "contacts",
            "agents",
            "phones",
            "numbers",
            "heads",
            "holders",
            "pace",
            "devices",
            "strategies",
        )
        indexes = (
            "waiting",
            "arrivals",
            "ready",
            "members",
            "states",
            "owned",
            "due",
            "callbacks",
            "lines",
        )
        pipe = self.redis.pipeline(transaction=True)
        for name in hashes:
            pipe.hgetall(f"vaxel:{{{ORG}}}:{name}")
        for name in indexes:
            pipe.zrange(f"vaxel:{{{ORG}}}:{name}", 0, -1, withscores=True)
        pipe.smembers(f"vaxel:{{{ORG}}}:adrift")
        pipe.xlen(stream_key(ORG))
        replies = self.look(pipe.execute())
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

    @initialize(
        kept=st.booleans(),
        demands=st.booleans(),
        ways=st.tuples(strategies, strategies),
        rung=st.tuples(rung_at_once, rung_at_once),
    )
    def a_working_day_begins(
        self, kept: bool, demands: bool, ways: tuple[Strategy, Strategy], rung: tuple[int, int]
    ) -> None:
        for queue, strategy, number in zip(QUEUES, ways, rung, strict=True):
            self.adopt(queue, strategy, 1, number)
        for number, agent in enumerate(STAFF.values(), 1):
            self.run(self.agents.login(agent, f"p{number}"))
        for number, queue in enumerate((*QUEUES, *QUEUES)):
            self.join(f"c-{number}", queue, number % 2, 0, (BULLSEYES[(number + 2) * demands], ""))
            if kept:
                self.keep_place(f"c-{number}", NUMBERS[number], None)
        if kept:
            self.time_passes(1, renewing=(0, 1))

    @rule(
        contact=contacts,
        queue=queues,
        who=controllers,
        credit=st.sampled_from([0, 0, 7_000]),
        asked=st.tuples(bullseyes, preferred),
    )
    def join(
        self, contact: str, queue: Queue, who: int, credit: int, asked: tuple[Bullseye, str]
    ) -> None:
        before, (steps, agent) = self.record(contact), asked
        require = [Requirement(after, skills) for after, skills in steps]
        require = list(narrowed(require, agent=agent, agent_ms=PREFERRED_MS))
        resumed = self.attempt(
            lambda: self.acd[who].join(contact, queue, credit_ms=credit, require=require)
        )
        if resumed is False:
            self.effective[contact] = self.clock() - credit
            self.needs[contact] = self.need(queue, require)
        elif resumed and before["state"] == "scheduled":
            self.effective[contact] = min(self.effective[contact], self.clock())
            self.needs[contact].put_off(-max(0, before["arrived"] - self.clock()))

    @rule(
        queue=queues,
        strategy=strategies,
        weight=st.sampled_from([1, 1, 2, 100]),
        rung=rung_at_once,
    )
    def adopt(self, queue: Queue, strategy: Strategy, weight: int, rung: int) -> None:
        """The organisation's file says something else of a queue."""
        before = self.raw()
        told = replace(queue, strategy=strategy, weight=weight, ring_at_once=rung)
        anew = self.run(self.acd[0].adopt([told]))
        was, *_ = strategies_of(before).get(queue.name, DEFAULT)
        stood = {one.rpartition("|")[2] for one in before["ready"] if one.startswith(queue.name)}
        assert set(anew) == (stood if strategy is not was else set())
        kept = strategies_of(self.raw()).get(queue.name, DEFAULT)
        assert kept == (strategy, weight, rung)
        once = self.raw()
        assert self.run(self.acd[1].adopt([told])) == ()
        assert self.raw() == once

    @rule(queue=queues, who=controllers)
    def match(self, queue: Queue, who: int) -> None:
        before = self.raw()
        pairs = list(self.pairs(before, queue))
        offer = self.run(self.acd[who].match(queue))
        assert (offer is None) == (not pairs)
        if offer is not None:
            self.is_next(before, offer, pairs)
            self.rings_the_next_beside(before, offer, pairs)
            self.offers += offer.views

    @rule(who=controllers)
    def tick(self, who: int) -> None:
        self.run(self.acd[who].renew())  # one that was thought dead has its contacts back
        self.run(self.acd[who].sweep())  # and none of them waits for who does not work
        before = self.raw()
        pairs = [pair for queue in QUEUES for pair in self.pairs(before, queue)]
        tick = self.run(self.acd[who].tick(QUEUES))
        for offer in tick.offers:
            self.is_next(before, offer, pairs)
            self.rings_the_next_beside(before, offer, pairs)
            rung = {view.agent for view in offer.views}
            pairs = [
                (contact, agent)
                for contact, agent in pairs
                if contact != offer.contact and agent not in rung
            ]
            self.offers += offer.views
        assert not pairs

    @rule(agent=staff, who=controllers)
    def match_agent(self, agent: str, who: int) -> None:
        before = self.raw()
        pairs = [pair for queue in QUEUES for pair in self.pairs(before, queue)]
        served = [contact for contact, ready in pairs if ready == agent]
        offer = self.run(self.acd[who].match_agent(agent))
        assert (offer is None) == (not served)
        if offer is not None:
            assert offer.agent == agent
            assert self.weighs(before, offer.contact) == max(
                self.weighs(before, contact) for contact in served
            )
            self.rings_the_next_beside(before, offer, pairs)
            self.offers += offer.views

    @rule(data=st.data(), who=controllers)
    def answered(self, data: st.DataObject, who: int) -> None:
        if offer := self.some_offer(data):
            self.attempt(lambda: self.acd[who].answered(offer))

    @rule(
        data=st.data(),
        who=controllers,
        reason=st.sampled_from(RefusalReason),
        limit=st.sampled_from([1, 2]),
    )
    def refused(self, data: st.DataObject, who: int, reason: RefusalReason, limit: int) -> None:
        if offer := self.some_offer(data):
            self.attempt(lambda: self.acd[who].refused(offer, reason, missed_offers=limit))

    @rule(data=st.data(), who=controllers)
    def ended(self, data: st.DataObject, who: int) -> None:
        if offer := self.some_offer(data):
            self.attempt(lambda: self.acd[who].ended(offer, 1_000))

    @rule(data=st.data(), who=controllers, queue=st.sampled_from((*QUEUES, None)), steps=bullseyes)
    def transferred(
        self, data: st.DataObject, who: int, queue: Queue | None, steps: Bullseye
    ) -> None:
        """Mostly a conversation; whoever waits once more does not wait behind later ones."""
        offer = self.talking_or_some_offer(data)
        if offer is None:
            return
        handover = Handover(HandedTo.QUEUE, queue.name) if queue else Handover(HandedTo.NUMBER)
        require = [Requirement(after, skills) for after, skills in steps]
        acd = self.acd[who]
        effective = self.attempt(
            lambda: acd.transferred(offer, 1_000, handover, queue, require=require)
        )
        if effective is None:
            return
        assert effective == min(self.effective[offer.contact], self.clock())
        assert (self.record(offer.contact) == {}) == (queue is None)
        self.effective[offer.contact] = effective
        if queue is not None:
            self.needs[offer.contact] = self.need(queue, require)

    @rule(
        data=st.data(),
        who=controllers,
        whom=st.sampled_from((*sorted(STAFF), "")),
        steps=st.lists(
            st.sampled_from(("answered", "joined", "over", "took_over", "hold", "unhold")),
            max_size=4,
        ),
    )
    def consult(self, data: st.DataObject, who: int, whom: str, steps: list[str]) -> None:
        """An agent asks somebody, and something comes of it, or what is told comes too late."""
        offer = self.talking_or_some_offer(data)
        if offer is None:
            return
        handover = Handover(HandedTo.AGENT, whom) if whom else Handover(HandedTo.NUMBER)
        acd, contact = self.acd[who], offer.contact
        self.attempt(lambda: acd.consult(offer, handover))
        for step in steps:
            match step:
                case "answered":
                    self.run(acd.consult_answered(contact))
                case "joined":
                    self.run(acd.consult_joined(contact))
                case "hold" | "unhold":
                    on = step == "hold"
                    self.run(acd.hold(contact, data.draw(st.sampled_from(PHONES)), on=on))
                case "over":
                    self.run(acd.consult_over(contact, whom))
                case "took_over":
                    before = self.record(contact)
                    left = self.run(acd.took_over(contact))
                    assert left == (before["agent"] if "consult" in before else None)
                    if taken := self.run(acd.current_offer(contact)):
                        self.offers.append(taken)

    @rule(contact=contacts, who=controllers, reason=st.sampled_from(LeaveReason))
    def leave(self, contact: str, who: int, reason: LeaveReason) -> None:
        before = self.record(contact)
        on_line = bool(before) and ("callback" not in before or "live" in before)
        freed = self.run(self.acd[who].leave(contact, reason))
        assert freed == (rung_for(before) if on_line else None)
        if "callback" not in before or before["state"] == "talking":
            assert not kept_of(contact, self.raw())
        else:
            after = self.record(contact)
            assert not after or "live" not in after

    @rule(contact=contacts, number=numbers, chosen=st.sampled_from([None, None, 0, 9_000]))
    def keep_place(self, contact: str, number: str, chosen: int | None) -> None:
        before = self.record(contact)
        due = None if chosen is None else self.clock() + chosen
        self.attempt(
            lambda: self.callbacks.keep_place(
                contact, number, language="sv", answers={}, rules=RULES, due_ms=due
            )
        )
        if "callback" not in before and "callback" in self.record(contact):
            self.effective[contact] += chosen or 0
            self.needs[contact].put_off(chosen or 0)

    @rule(number=numbers, queue=queues, steps=bullseyes)
    def add_callback(self, number: str, queue: Queue, steps: Bullseye) -> None:
        require = [Requirement(after, skills) for after, skills in steps]
        contact = self.attempt(
            lambda: self.callbacks.add(
                number, queue, language="sv", answers={}, rules=RULES, require=require
            )
        )
        if contact:
            self.effective[contact] = self.clock()
            self.needs[contact] = self.need(queue, require)

    @rule(data=st.data())
    def dialled(self, data: st.DataObject) -> None:
        if offer := self.some_offer(data):
            self.attempt(lambda: self.callbacks.dialled(offer))

    @rule(data=st.data())
    def reached(self, data: st.DataObject) -> None:
        if offer := self.some_offer(data):
            self.attempt(lambda: self.callbacks.reached(offer))

    @rule(data=st.data(), reason=st.sampled_from(MissReason))
    def missed(self, data: st.DataObject, reason: MissReason) -> None:
        if offer := self.some_offer(data):
            self.attempt(lambda: self.callbacks.missed(offer, reason))

    @rule(data=st.data(), steps=st.integers(1, 3))
    def all_goes_well(self, data: st.DataObject, steps: int) -> None:
        """Deep states are rare among random steps: lead an offer that is current on its way."""
        held = [
            offer
            for offer in self.offers
            if (record := self.record(offer.contact)).get("offer") == offer.id
            if offer.agent in rung_for(record)
        ]
        if not held:
            return
        offer = data.draw(st.sampled_from(held))
        for _ in range(steps):
            match self.record(offer.contact):
                case {"state": "talking"}:
                    self.run(self.acd[0].ended(offer, 1_000))
                case {"state": "reserved", "live": True}:
                    self.run(self.acd[0].answered(offer))
                case {"state": "reserved", "dialled": _}:
                    self.run(self.callbacks.reached(offer))
                case {"state": "reserved", "callback": _}:
                    self.run(self.callbacks.dialled(offer))
                case {"state": "reserved"}:
                    self.run(self.acd[0].answered(offer))

    @rule(contact=contacts)
    def cancel(self, contact: str) -> None:
        self.attempt(lambda: self.callbacks.cancel(contact))

    @rule(contact=contacts, credit=st.sampled_from([0, 5_000, 60_000]))
    def prioritise(self, contact: str, credit: int) -> None:
        before = self.record(contact)
        if self.attempt(lambda: self.floor.prioritise(contact, credit, by="lead")):
            self.effective[contact] = before["arrived"] - credit

    @rule(data=st.data(), queue=queues, mistaken=st.sampled_from([False, False, True]))
    def move(self, data: st.DataObject, queue: Queue, mistaken: bool) -> None:
        """Mostly one that waits, and who wants it moved knows where."""
        waiting = sorted(name for name in self.effective if self.waits(name)) or ["c-0"]
        contact = data.draw(contacts if mistaken else st.sampled_from(waiting))
        origin = "fees" if mistaken else self.record(contact).get("queue", "")
        moved = self.attempt(lambda: self.floor.move(contact, origin, queue, by="lead"))
        if moved:
            assert (moved.queue, moved.state) == (queue.name, "waiting")
            assert moved.effective_ms == self.effective[contact]

    @rule(agent=staff, step=st.sampled_from(DESK_STEPS), phone=st.sampled_from(["p1", "p2", "p3"]))
    def at_the_desk(self, agent: str, step: str, phone: str) -> None:
        match step:
            case "login":
                self.attempt(lambda: self.agents.login(STAFF[agent], phone))
            case "login alone":
                self.attempt(lambda: self.agents.login(STAFF[agent], phone, alone=True))
            case "trained":
                self.attempt(lambda: self.agents.login(TRAINED[agent], phone))
            case "logout":
                self.attempt(lambda: self.agents.logout(agent))
            case "unpause":
                self.attempt(lambda: self.agents.unpause(agent))
            case reason:
                self.attempt(lambda: self.agents.pause(agent, reason))

    @rule(
        agent=staff,
        result=st.sampled_from(["solved", "passed_on"]),
        contact=st.one_of(st.just(""), contacts),
        by=st.sampled_from(["", "screen"]),
    )
    def result(self, agent: str, result: str, contact: str, by: str) -> None:
        status = self.attempt(
            lambda: self.agents.give_result(agent, result, contact=contact, by=by)
        )
        assert status is None or (status.last.result, status.last.owed) == (result, False)

    @rule(agent=staff, seconds=st.sampled_from([1, 4, 60]), limit=st.sampled_from([0, 8, 20]))
    def extend(self, agent: str, seconds: int, limit: int) -> None:
        before = self.look(self.agents.status(agent))
        reply = self.attempt(lambda: self.agents.extend_wrapup(agent, seconds * 1000, limit * 1000))
        if reply is not None:
            left, status = reply
            assert status.state is before.state
            assert status.until_ms >= before.until_ms
            assert left <= max(limit, 15) * 1000

    @rule(
        states=st.dictionaries(
            st.sampled_from(["p1", "p2", "p3"]),
            st.sampled_from([PhoneState.WELL, *PhoneState]),
            min_size=1,
        ),
        node=nodes,
    )
    def phones_are(self, states: dict[str, PhoneState], node: str) -> None:
        before = {name: json.loads(text) for name, text in self.raw()["agents"].items()}
        back = self.run(self.agents.phones_are(states, node))
        raw = self.raw()
        assert set(back) == {
            name
            for name, agent in before.items()
            if agent["state"] == "ready"
            if "away" in agent and device_of(raw, agent["phone"])[0] is None
        }

    @rule(
        agent=staff,
        phone=st.sampled_from(["p1", "p2", "p3"]),
        steps=st.sampled_from(["begin", "begin answer", "answer", "begin answer end", "end"]),
        outcome=st.sampled_from(OwnCallOutcome),
        call=st.sampled_from(["o-1", "o-2"]),
        node=nodes,
    )
    def calls_somebody(
        self, agent: str, phone: str, *, steps: str, outcome: OwnCallOutcome, call: str, node: str
    ) -> None:
        """As a controller tells it: who has not heard of an answer says so at the end."""
        if "begin" in steps:
            self.attempt(lambda: self.agents.call_begun(agent, phone, call, node))
        if "answer" in steps:
            self.run(self.agents.call_answered(agent, call))
        own = json.loads(self.raw()["agents"].get(agent, "{}")).get("calling", {})
        if "end" in steps and ("answered" not in own or outcome is OwnCallOutcome.TALKED):
            self.run(self.agents.call_ended(agent, call, outcome))

    @rule(
        seconds=st.sampled_from([0.001, 1, 3, 6, 12, 20, 620, *JUMPS]),
        renewing=st.sampled_from([(), (0,), (0, 1), (0, 1)]),
    )
    def time_passes(self, seconds: float, renewing: tuple[int, ...]) -> None:
        """Or a clock is set, or the next to act is a controller whose clock is wrong."""
        self.clock.forward(seconds)
        for who in renewing:
            self.run(self.acd[who].renew())
        before = self.raw()
        swept = self.run(self.acd[0].sweep())
        again = self.run(self.acd[0].sweep())  # e.g. an agent's phone was gone by the first
        raw = self.raw()
        for contact, need in self.needs.items():
            need.pass_time(self.clock())
            was, now = (json.loads(one["contacts"].get(contact, "{}")) for one in (before, raw))
            named = (*swept.relaxed, *again.relaxed, *swept.called)
            told = contact in named or now.get("state", "talking") == "talking"
            assert now.get("line") == was.get("line") or told
        due = raw["due"]
        assert all(when > self.clock() for when in due.values()), "all that was due is settled"

    @rule(who=controllers)
    def controller_dies(self, who: int) -> None:
        self.acd[who] = self.successor(NODES[who])

    @rule(live=st.sets(contacts), who=controllers)
    def reconcile(self, live: set[str], who: int) -> None:
        before = {name: json.loads(text) for name, text in self.raw()["contacts"].items()}
        others = {node for node in NODES if {f"node|{node}", f"lost|{node}"} & {*self.raw()["due"]}}
        over = self.run(self.acd[who].reconcile(live))
        assert not live & set(over)
        assert not {before[contact]["owner"][0] for contact in over} & (others - {NODES[who]})

    # What always holds --------------------------------------------------------------------------

    @invariant()
    def the_log_replayed_is_the_state(self) -> None:
        for event in self.look(self.stream.read(self.replay.last_id)):
            self.replay.take(event)
            self.deeds.take(event)
        raw = self.raw()
        held = {
            contact: (
                {"orphan": "waiting", "scheduled": "waiting"}.get(record["state"], record["state"]),
                record.get("agent", ""),
            )
            for contact, text in raw["contacts"].items()
            if (record := json.loads(text))
        }
        assert held == self.replay.contacts
        beside = {
            contact: record["beside"]
            for contact, text in raw["contacts"].items()
            if "beside" in (record := json.loads(text))
        }
        assert beside == self.replay.beside
        attempts = {
            contact: record["attempt"]
            for contact, text in raw["contacts"].items()
            if "callback" in (record := json.loads(text))
        }
        assert attempts == self.replay.callbacks
        working = {
            agent: (record["state"], record.get("reason", ""))
            for agent, text in raw["agents"].items()
            if (record := json.loads(text))
        }
        assert working == self.replay.agents
        calling = {
            agent: "answered" in record["calling"]
            for agent, text in raw["agents"].items()
            if "calling" in (record := json.loads(text))
        }
        assert calling == self.replay.calling
        self.deeds.check({name: json.loads(text) for name, text in raw["agents"].items()})
        last = {
            agent: (record["last"]["contact"], record["last"].get("result", ""))
            for agent, text in raw["agents"].items()
            if "last" in (record := json.loads(text))
        }
        assert last == self.replay.last

    @invariant()
    def everybody_stands_where_the_least_that_they_require_is_fulfilled(self) -> None:
        raw = self.raw()
        lines = {line: text for line, text in (one.rsplit("|", 1) for one in raw["lines"])}
        for contact, text in raw["contacts"].items():
            record = json.loads(text)
            if record["state"] != "talking":
                line = line_of(record["queue"], record.get("line", ""))
                assert lines.get(line, "") in self.needs[contact].now

    @invariant()
    def everybody_is_in_one_place_and_every_index_agrees(self) -> None:
        check_indexes(self.raw())

    def teardown(self) -> None:
        for contact in list(self.raw()["contacts"]):
            self.run(self.acd[0].leave(contact, LeaveReason.ABANDONED))
        for node in NODES:
            well = dict.fromkeys(["p1", "p2", "p3"], PhoneState.WELL)
            self.run(self.agents.phones_are(well, node))
        self.clock.forward(LONG_AFTER_S)  # the clock may have been set back
        self.run(self.acd[0].sweep())  # no phone rings any more
        for contact in list(self.raw()["contacts"]):
            self.run(self.callbacks.cancel(contact))
        for agent in list(self.raw()["agents"]):
            assert self.run(self.agents.logout(agent)).state is AgentState.LOGGED_OUT
        self.clock.forward(660)
        self.run(self.acd[0].sweep())
        left = {name: kept for name, kept in self.raw().items() if kept and name != "events"}
        left.pop("strategies", {})  # is what the file says
        # How long contacts took, and what was said of phones, is known on the next day too.
        left.pop("devices")
        assert all(re.match(r"(service|agent)\|", name) for name in left.pop("pace", {}))
        assert left == {}
        assert self.run(breaches_in(self.redis)) == []
        self.run(self.redis.aclose())
        self.runner.close()

    # Helpers ------------------------------------------------------------------------------------

    def waits(self, contact: str) -> bool:
        record = self.record(contact)
        return record.get("state") == "waiting" and "callback" not in record

    def some_offer(self, data: st.DataObject) -> Offer | None:
        """Mostly the newest, sometimes one that is likely to be stale."""
        return (
            data.draw(st.sampled_from((*self.offers[-1:] * 3, *self.offers[-4:])))
            if self.offers
            else None
        )

    def talking_or_some_offer(self, data: st.DataObject) -> Offer | None:
        """A conversation where there is one."""
        talking = [
            one
            for one in self.offers
            if (kept := self.record(one.contact)).get("offer") == one.id
            if kept["state"] == "talking"
        ]
        return data.draw(st.sampled_from(talking)) if talking else self.some_offer(data)

    def record(self, contact: str) -> dict[str, Any]:
        """What Redis keeps of a contact, empty when nothing."""
        record: dict[str, Any] = json.loads(self.raw()["contacts"].get(contact, "{}"))
        return record

    def need(self, queue: Queue, require: list[Requirement]) -> Need:
        first, *later = sparing_backups(queue, require) or (Requirement(),)
        return Need(
            first.text.split("|"),
            [(self.clock() + step.after_ms, step.text.split("|")) for step in later],
        )

    def pairs(self, raw: dict[str, Any], queue: Queue) -> Iterator[tuple[str, str]]:
        """Whoever waits in a queue with each agent who is ready and can serve them."""
        crew = {name: json.loads(text) for name, text in raw["agents"].items()}
        lines = known_lines(raw)
        for contact, text in raw["contacts"].items():
            waits = json.loads(text)
            if waits["queue"] == queue.name and waits["state"] == "waiting":
                for agent, works in crew.items():
                    line = line_of(queue.name, waits.get("line", ""))
                    able = fits(agent, works, queue.name, lines.get(line, {}))
                    free = works["state"] == "ready" and not device_of(raw, works["phone"])[0]
                    if free and queue.name in works["queues"] and able:
                        yield contact, agent

    def is_next(self, raw: dict[str, Any], offer: Offer, pairs: list[tuple[str, str]]) -> None:
        """The longest waiting whom anybody can serve has the first who can."""
        assert (offer.contact, offer.agent) in pairs
        weighs = {contact: self.weighs(raw, contact) for contact, _ in pairs}
        assert weighs[offer.contact] == max(weighs.values())
        record = json.loads(raw["contacts"][offer.contact])
        line = line_of(record["queue"], record.get("line", ""))
        able = [agent for contact, agent in pairs if contact == offer.contact]
        places = {agent: place_of(raw, line, agent) for agent in able}
        assert places[offer.agent] == min(places.values())

    def rings_the_next_beside(
        self, raw: dict[str, Any], offer: Offer, pairs: list[tuple[str, str]]
    ) -> None:
        """The next by the strategy, as many as the queue has rung, but nobody who is rung alone."""
        record = json.loads(raw["contacts"][offer.contact])
        line = line_of(record["queue"], record.get("line", ""))
        crew = {name: json.loads(text) for name, text in raw["agents"].items()}
        able = {agent for contact, agent in pairs if contact == offer.contact} - {offer.agent}
        places = {agent: place_of(raw, line, agent) for agent in able if "alone" not in crew[agent]}
        _, _, rung = strategies_of(raw).get(record["queue"], DEFAULT)
        several = "callback" not in record and "alone" not in crew[offer.agent]
        wanted = sorted(places.values())[: rung - 1] if several else []
        assert [places[view.agent] for view in offer.beside] == wanted

    def weighs(self, raw: dict[str, Any], contact: str) -> int:
        """A contact's wait, as agents of several queues count it."""
        queue = json.loads(raw["contacts"][contact])["queue"]
        _, weight, _ = strategies_of(raw).get(queue, DEFAULT)
        return (self.clock() - self.effective[contact]) * weight


def rung_for(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Whoever is rung for a contact or talks with it, the first one first."""
    return (record["agent"], *record.get("beside", ())) if "agent" in record else ()


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
