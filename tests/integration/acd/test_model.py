"""Random histories against a plain model: the event log, replayed, must equal the state.

The model knows the rules only through the events. What it checks beside equality: nobody is in two
places, nothing is lost, the order of service among those whom an agent can serve, that nobody is
given a caller whom they lack a skill for, and that a refused step has changed nothing.
"""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, run_state_machine_as_test

from acd.model.agent import AgentState, PhoneState
from acd.model.queue import Strategy
from acd.model.waiting import LeaveReason
from tests.contract import breaches_in
from tests.integration.acd.histories.callbacks import CallingBack
from tests.integration.acd.histories.city import (
    BULLSEYES,
    LONG_AFTER_S,
    NODES,
    NUMBERS,
    QUEUES,
    RULES,
    STAFF,
    rung_at_once,
    strategies,
)
from tests.integration.acd.histories.conversations import Conversations
from tests.integration.acd.histories.desks import Desks
from tests.integration.acd.histories.looking import Looking
from tests.integration.acd.histories.offers import Offers
from tests.integration.acd.indexes import check_indexes, line_of

pytestmark = pytest.mark.integration


class Histories(Offers, Conversations, CallingBack, Desks, Looking):
    """All that may happen, one after the other, and what holds whatever has happened."""

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
                self.keep_place(f"c-{number}", NUMBERS[number], None, RULES)
        if kept:
            self.time_passes(1, renewing=(0, 1))

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
        self.run(self.acd[0].upkeep.sweep())  # no phone rings any more
        for contact in list(self.raw()["contacts"]):
            self.run(self.callbacks.cancel(contact))
        for agent in list(self.raw()["agents"]):
            assert self.run(self.agents.logout(agent)).state is AgentState.LOGGED_OUT
        self.clock.forward(660)
        self.run(self.acd[0].upkeep.sweep())
        left = {name: kept for name, kept in self.raw().items() if kept and name != "events"}
        left.pop("strategies", {})  # is what the file says
        # How long contacts took, and what was said of phones, is known on the next day too.
        left.pop("devices")
        assert all(re.match(r"(service|agent)\|", name) for name in left.pop("pace", {}))
        assert left == {}
        assert self.run(breaches_in(self.redis)) == []
        self.run(self.redis.aclose())
        self.runner.close()


@pytest.mark.timeout(400)  # half a minute of one core, which others may want too
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
