"""In a history: conversations that go on elsewhere."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from acd.model.handover import HandedTo, Handover
from acd.model.queue import Queue
from acd.skills import Requirement
from tests.integration.acd.histories.city import (
    PHONES,
    QUEUES,
    STAFF,
    Bullseye,
    bullseyes,
    controllers,
)
from tests.integration.acd.histories.machine import History


class Conversations(History):
    """Agents hand contacts over, or ask somebody first."""

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
        self.attempt(lambda: acd.consulting.begin(offer, handover))
        for step in steps:
            match step:
                case "answered":
                    self.run(acd.consulting.answered(contact))
                case "joined":
                    self.run(acd.consulting.joined(contact))
                case "hold" | "unhold":
                    on = step == "hold"
                    self.run(acd.hold(contact, data.draw(st.sampled_from(PHONES)), on=on))
                case "over":
                    self.run(acd.consulting.over(contact, whom))
                case "took_over":
                    before = self.record(contact)
                    left = self.run(acd.consulting.took_over(contact))
                    assert left == (before["agent"] if "consult" in before else None)
                    if taken := self.run(acd.current_offer(contact)):
                        self.offers.append(taken)
