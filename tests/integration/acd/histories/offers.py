"""In a history: what becomes of offers."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from acd.model import RefusalReason
from tests.integration.acd.histories.city import controllers
from tests.integration.acd.histories.machine import History, rung_for


class Offers(History):
    """Offers are taken or not, by whoever is rung, in time or too late."""

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
