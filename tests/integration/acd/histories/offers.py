"""In a history: what becomes of offers."""

from __future__ import annotations

from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import rule

from acd.model.offer import RefusalReason
from acd.model.queue import Queue, Strategy
from acd.model.waiting import LeaveReason
from tests.integration.acd.histories.city import STAFF, controllers, queues, strategies
from tests.integration.acd.histories.machine import rung_for
from tests.integration.acd.histories.passing import Passing
from tests.integration.acd.histories.waiting import Waiting


class Offers(Waiting, Passing):
    """Offers are taken or not, by whoever is rung, in time or too late."""

    @rule(data=st.data(), who=controllers)
    def answered(self, data: st.DataObject, who: int) -> None:
        if offer := self.some_offer(data):
            self.attempt(lambda: self.acd[who].answered(offer))

    @rule(data=st.data(), who=controllers, picked_up_s=st.sampled_from([0, 10]))
    def answered_late(self, data: st.DataObject, who: int, picked_up_s: int) -> None:
        if offer := self.some_offer(data):
            at_ms = self.clock() - picked_up_s * 1000
            self.attempt(lambda: self.acd[who].answered_late(offer, at_ms))

    @rule(data=st.data(), who=controllers)
    def prolonged(self, data: st.DataObject, who: int) -> None:
        if offer := self.some_offer(data):
            self.attempt(lambda: self.acd[who].prolong(offer))

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

    @rule(
        queue=queues,
        strategy=strategies,
        who=controllers,
        rest=st.sampled_from(
            ("answered", "refused", "left", "expired", "late", "taken up", "go on")
        ),
        declines=st.booleans(),
        data=st.data(),
    )
    def several_are_rung(
        self,
        queue: Queue,
        strategy: Strategy,
        who: int,
        *,
        rest: str,
        declines: bool,
        data: st.DataObject,
    ) -> None:
        """Whoever can be: that several are ready is rare among random steps, too."""
        self.adopt(queue, strategy, 1, 3)
        for agent in STAFF:
            self.attempt(partial(self.agents.unpause, agent))
        made = len(self.offers)
        self.match(queue, who)
        views = self.offers[made:]
        if len(views) < 2:
            return
        contact = views[0].contact
        if declines:
            view = views.pop(data.draw(st.integers(0, len(views) - 1)))
            self.run(self.acd[who].refused(view, RefusalReason.BUSY))
        match rest:
            case "answered":
                assert self.run(self.acd[1 - who].answered(data.draw(st.sampled_from(views))))
            case "refused":
                for view in views:
                    self.run(self.acd[who].refused(view, RefusalReason.NO_ANSWER, missed_offers=2))
            case "left":
                self.leave(contact, who, LeaveReason.ABANDONED)
            case "expired":
                self.time_passes(queue.ring_seconds + 5, renewing=(0, 1))
            case "late":
                self.time_passes(queue.ring_seconds + 5, renewing=(0, 1))
                for view in views:
                    self.attempt(partial(self.acd[who].answered_late, view, self.clock()))
            case "taken up":
                assert self.run(self.acd[1 - who].join(contact, queue))

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
