"""In a history: what agents do at their desks."""

from __future__ import annotations

import json

from hypothesis import strategies as st
from hypothesis.stateful import rule

from acd.model.agent import AgentState, OwnCallOutcome, PhoneState
from tests.integration.acd.histories.city import DESK_STEPS, STAFF, TRAINED, contacts, nodes, staff
from tests.integration.acd.histories.machine import History
from tests.integration.acd.indexes import device_of


class Desks(History):
    """Agents come and go, and so do their phones."""

    @rule(
        agent=staff,
        step=st.sampled_from(DESK_STEPS),
        phone=st.sampled_from(["p1", "p2", "p3"]),
        by=st.sampled_from(["", "", "lead"]),
    )
    def at_the_desk(self, agent: str, step: str, phone: str, by: str) -> None:
        match step:
            case "login":
                self.attempt(lambda: self.agents.login(STAFF[agent], phone))
            case "login alone":
                self.attempt(lambda: self.agents.login(STAFF[agent], phone, alone=True))
            case "trained":
                self.attempt(lambda: self.agents.login(TRAINED[agent], phone))
            case "logout":
                self.attempt(lambda: self.agents.logout(agent, by=by))
            case "unpause":
                self.attempt(lambda: self.agents.unpause(agent, by=by))
            case reason:
                self.attempt(lambda: self.agents.pause(agent, reason, by=by))

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
            longest = max(limit, 15) * 1000
            if status.state is AgentState.WRAPUP:  # which may have begun by a clock that was ahead
                assert status.until_ms - status.since_ms <= longest
            else:
                assert left <= longest

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
