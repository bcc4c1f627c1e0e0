"""In a history: contacts that wait, and whom they are given to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from acd.model.offer import Offer
from acd.model.queue import Queue, Strategy
from acd.model.waiting import Estimate, LeaveReason
from acd.skills import Requirement, narrowed
from tests.integration.acd.conftest import kept_of
from tests.integration.acd.histories.city import (
    PREFERRED_MS,
    QUEUES,
    Bullseye,
    bullseyes,
    contacts,
    controllers,
    preferred,
    queues,
    rung_at_once,
    staff,
    strategies,
)
from tests.integration.acd.histories.machine import History, rung_for
from tests.integration.acd.indexes import device_of, fits, known_lines, line_of
from tests.integration.acd.orders import DEFAULT, place_of, strategies_of


class Waiting(History):
    """Contacts wait, are moved about in line, given to agents, and leave."""

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
        self.files[queue.name] = told
        anew = self.run(self.acd[0].upkeep.adopt(self.files.values()))
        was, *_ = strategies_of(before).get(queue.name, DEFAULT)
        stood = {one.rpartition("|")[2] for one in before["ready"] if one.startswith(queue.name)}
        assert set(anew) == (stood if strategy is not was else set())
        kept = strategies_of(self.raw()).get(queue.name, DEFAULT)
        assert kept == (strategy, weight, rung)
        once = self.raw()
        assert self.run(self.acd[1].upkeep.adopt(self.files.values())) == ()
        assert self.raw() == once

    @rule(queue=queues)
    def file_knows_no_more(self, queue: Queue) -> None:
        """Whoever is in the queue goes on as before; it may come back as it was."""
        self.run(self.acd[1].upkeep.adopt(self.files.values()))
        before = self.raw()
        others = [one for one in self.files.values() if one.name != queue.name]
        assert self.run(self.acd[0].upkeep.adopt(others)) == ()
        indexes = ("members", "arrivals", "callbacks")
        if not any(one.startswith(f"{queue.name}|") for name in indexes for one in before[name]):
            for kept in (self.raw()["strategies"], self.raw()["pace"]):
                assert not {queue.name, f"service|{queue.name}"} & kept.keys()
        else:
            assert self.raw() == before

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
        self.run(self.acd[who].upkeep.renew())  # one that was thought dead has its contacts back
        self.run(self.acd[who].upkeep.sweep())  # and none of them waits for who does not work
        self.less_is_needed()
        before = self.raw()
        pairs = [pair for queue in QUEUES for pair in self.pairs(before, queue)]
        tick = self.run(self.acd[who].upkeep.tick(QUEUES))
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

    @rule(contact=contacts, who=controllers)
    def hand_on(self, contact: str, who: int) -> None:
        """Its controller stops; another one may take it up."""
        before = self.record(contact)
        mine = before.get("owner") == self.acd[who].controller
        on_line = bool(before) and ("callback" not in before or "live" in before)
        waits = before.get("state") in ("waiting", "orphan")
        assert self.run(self.acd[who].hand_on(contact)) is (mine and on_line and waits)

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

    @rule(contact=contacts, seconds=st.integers(0, 900))
    def expect(self, contact: str, seconds: int) -> None:
        before = self.record(contact)
        foretold = Estimate(0, seconds * 1000, seconds * 2000)
        kept = self.run(self.acd[0].expect(contact, foretold))
        assert kept == (self.waits(contact) and "expected" not in before)

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
