"""In a history: time, and controllers that die."""

from __future__ import annotations

import json

from hypothesis import strategies as st
from hypothesis.stateful import rule

from acd.keys import Keys
from acd.script import Scripts
from tests.integration.acd.histories.city import JUMPS, NODES, ORG, contacts, controllers
from tests.integration.acd.histories.machine import History


class Passing(History):
    """Time passes, and controllers die."""

    @rule(
        seconds=st.sampled_from([0.001, 1, 3, 6, 12, 20, 135, 620, 90_000, *JUMPS]),
        renewing=st.sampled_from([(), (0,), (0, 1), (0, 1)]),
    )
    def time_passes(self, seconds: float, renewing: tuple[int, ...]) -> None:
        """Or a clock is set, or the next to act is a controller whose clock is wrong."""
        self.clock.forward(seconds)
        for who in renewing:
            self.run(self.acd[who].upkeep.renew())
        before = self.raw()
        swept = self.run(self.acd[0].upkeep.sweep())
        again = self.run(self.acd[0].upkeep.sweep())  # e.g. an agent's phone was gone by the first
        raw = self.raw()
        self.less_is_needed()
        for contact in self.needs:
            was, now = (json.loads(one["contacts"].get(contact, "{}")) for one in (before, raw))
            named = (*swept.relaxed, *again.relaxed, *swept.called)
            told = contact in named or now.get("state", "talking") == "talking"
            assert now.get("line") == was.get("line") or told
        due = raw["due"]
        assert all(when > self.clock() for when in due.values()), "all that was due is settled"

    @rule(seconds=st.sampled_from([1, 6, 16]), settled=st.booleans())
    def a_sweep_is_late(self, seconds: float, *, settled: bool) -> None:
        """Others act on what is due, or half settled where one sweep cannot settle all."""
        self.clock.forward(seconds)
        if settled:
            self.run(Scripts(self.redis, Keys(ORG)).run("sweep", self.clock(), 1))
            self.less_is_needed()

    @rule(who=controllers)
    def controller_dies(self, who: int) -> None:
        self.acd[who] = self.successor(NODES[who])

    @rule(live=st.sets(contacts), who=controllers)
    def reconcile(self, live: set[str], who: int) -> None:
        before = {name: json.loads(text) for name, text in self.raw()["contacts"].items()}
        others = {node for node in NODES if {f"node|{node}", f"lost|{node}"} & {*self.raw()["due"]}}
        over = self.run(self.acd[who].upkeep.reconcile(live))
        assert not live & set(over)
        assert not {before[contact]["owner"][0] for contact in over} & (others - {NODES[who]})
