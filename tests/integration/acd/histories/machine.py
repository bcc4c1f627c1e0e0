"""What all that happens in a random history rests on: the world, and questions about it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from acd.agents import Agents
from acd.callbacks import Callbacks
from acd.distributor import Distributor
from acd.errors import AcdError
from acd.floor import Floor
from acd.model.offer import Offer
from acd.model.queue import Queue
from acd.skills import Requirement, sparing_backups
from store.stream import EventStream, connect
from tests.integration.acd.conftest import HandClock
from tests.integration.acd.histories.city import NODES, ORG, QUEUES, Need
from tests.integration.acd.indexes import kept_in
from tests.integration.acd.orders import Deeds
from tests.integration.acd.replay import Replay


class History(RuleBasedStateMachine):
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
        self.files = {queue.name: queue for queue in QUEUES}
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
        kept: dict[str, Any] = self.look(kept_in(self.redis, ORG))
        return kept

    def attempt(self, step: Callable[[], Awaitable[Any]]) -> Any:
        """The step's result, ``None`` if it is refused; then nothing may have changed."""
        before = self.raw()
        try:
            return self.run(step())
        except AcdError:
            assert self.raw() == before
            return None

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

    def less_is_needed(self) -> None:
        """A sweep has led on who was due; those whom it has not come to require what they did."""
        for contact, need in self.needs.items():
            steps = self.record(contact).get("relax", [])
            if not steps or steps[0][0] > self.clock():
                need.pass_time(self.clock())

    def need(self, queue: Queue, require: list[Requirement]) -> Need:
        first, *later = sparing_backups(queue, require) or (Requirement(),)
        return Need(
            first.text.split("|"),
            [(self.clock() + step.after_ms, step.text.split("|")) for step in later],
        )


def rung_for(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Whoever is rung for a contact or talks with it, the first one first."""
    return (record["agent"], *record.get("beside", ())) if "agent" in record else ()
