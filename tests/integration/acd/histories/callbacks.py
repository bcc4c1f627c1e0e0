"""In a history: people who are to be called back."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from acd.model.callback import CallbackRules, MissReason
from acd.model.queue import Queue
from acd.skills import Requirement
from tests.integration.acd.histories.city import (
    Bullseye,
    bullseyes,
    contacts,
    controllers,
    numbers,
    queues,
    rules,
)
from tests.integration.acd.histories.machine import History


class CallingBack(History):
    """People are to be called back, and are."""

    @rule(
        contact=contacts,
        number=numbers,
        chosen=st.sampled_from([None, None, 0, 9_000]),
        how=rules,
    )
    def keep_place(self, contact: str, number: str, chosen: int | None, how: CallbackRules) -> None:
        before = self.record(contact)
        due = None if chosen is None else self.clock() + chosen
        self.attempt(
            lambda: self.callbacks.keep_place(
                contact, number, language="sv", answers={}, rules=how, due_ms=due
            )
        )
        if "callback" not in before and "callback" in self.record(contact):
            self.effective[contact] += chosen or 0
            self.needs[contact].put_off(chosen or 0)

    @rule(
        number=numbers,
        queue=queues,
        steps=bullseyes,
        caller=st.one_of(st.just(""), contacts),
        how=rules,
    )
    def add_callback(
        self, number: str, queue: Queue, steps: Bullseye, *, caller: str, how: CallbackRules
    ) -> None:
        """An operator's, or that of a caller whom the tree may have led away from a queue."""
        require = [Requirement(after, skills) for after, skills in steps]
        contact = self.attempt(
            lambda: self.callbacks.add(
                number,
                queue,
                language="sv",
                answers={},
                rules=how,
                require=require,
                contact=caller,
            )
        )
        if contact:
            self.effective[contact] = self.clock()
            self.needs[contact] = self.need(queue, require)

    @rule(data=st.data())
    def dialled(self, data: st.DataObject) -> None:
        if offer := self.some_offer(data):
            self.attempt(lambda: self.callbacks.dialled(offer))

    @rule(data=st.data(), who=controllers)
    def reached(self, data: st.DataObject, who: int) -> None:
        if offer := self.some_offer(data):
            by = self.acd[who].controller
            self.attempt(lambda: self.callbacks.reached(offer, by=by))

    @rule(data=st.data(), reason=st.sampled_from(MissReason))
    def missed(self, data: st.DataObject, reason: MissReason) -> None:
        if offer := self.some_offer(data):
            self.attempt(lambda: self.callbacks.missed(offer, reason))

    @rule(contact=contacts)
    def cancel(self, contact: str) -> None:
        self.attempt(lambda: self.callbacks.cancel(contact))
