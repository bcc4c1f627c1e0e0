"""In a history: whoever looks is told what is so, and changes nothing."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from acd.model.agent import AgentState
from acd.model.callback import Callback
from acd.model.queue import Queue
from acd.skills import Requirement
from tests.integration.acd.histories.city import (
    NUMBERS,
    QUEUES,
    Bullseye,
    bullseyes,
    contacts,
    controllers,
    queues,
    staff,
)
from tests.integration.acd.histories.machine import History, rung_for
from tests.integration.acd.indexes import line_of

PAGE = 5  # contacts
ALL = 100


class Looking(History):
    """Callers hear their place, supervisors see the floor, figures are asked for."""

    @rule(
        who=controllers,
        contact=contacts,
        agent=staff,
        queue=queues,
        steps=bullseyes,
        at_work=st.booleans(),
    )
    def looks_around(
        self, who: int, contact: str, agent: str, queue: Queue, steps: Bullseye, *, at_work: bool
    ) -> None:
        before = self.raw()
        people = {name: json.loads(text) for name, text in before["contacts"].items()}
        crew = {name: json.loads(text) for name, text in before["agents"].items()}
        self.looks_at_contact(contact, people.get(contact, {}), who, at_work=at_work)
        self.looks_at_agent(agent, crew.get(agent, {}), people, who)
        self.looks_at_floor(people, crew, who)
        self.looks_at_callbacks(people, who)
        require = [Requirement(after, skills) for after, skills in steps]
        figures = self.look(self.acd[who].figures(queue.name, require=require))
        unanswered = [
            "callback" in one
            for one in people.values()
            if one["queue"] == queue.name and one["state"] != "talking"
        ]
        assert figures.callbacks == sum(unanswered)
        assert figures.waiting == len(unanswered) - sum(unanswered)
        assert self.ask_for_all() == before

    def looks_at_contact(
        self, name: str, record: dict[str, Any], who: int, *, at_work: bool
    ) -> None:
        acd, raw = self.acd[who], self.raw()
        on_line = bool(record) and ("callback" not in record or "live" in record)
        assert self.look(acd.held(name)) == (record["queue"] if on_line else None)
        assert self.look(acd.consulting.running(name)) == ("consult" in record)
        offer = self.look(acd.current_offer(name))
        views = offer.views if offer else ()
        assert tuple(view.agent for view in views) == rung_for(record)
        place = self.look(acd.place(name))
        nobody = self.look(acd.nobody(name, at_work=at_work))
        if record.get("state") != "waiting":
            assert place is None
            assert not nobody
            return
        later = (digest for _, *digests in record.get("relax", []) for digest in digests)
        digests = [record.get("line", ""), *record.get("instead", []), *later]
        lines = {line_of(record["queue"], digest) for digest in digests}
        members = (one.rpartition("|") for one in raw["members"])
        able = {agent for line, _, agent in members if line in lines}
        if at_work:
            able = {agent for agent in able if "shares" in json.loads(raw["agents"][agent])}
        assert nobody == (not able)
        in_line = sorted(
            (one["effective"], other)
            for other, text in raw["contacts"].items()
            if (one := json.loads(text))["queue"] == record["queue"] and one["state"] == "waiting"
        )
        assert place.waiting == len(in_line)
        assert place.position == 1 + in_line.index((record["effective"], name))

    def looks_at_agent(
        self, name: str, agent: dict[str, Any], people: dict[str, Any], who: int
    ) -> None:
        status = self.look(self.agents.status(name))
        assert status.state == agent.get("state", "logged_out")
        assert (status.until_ms > 0) == (status.state is AgentState.WRAPUP)
        talk = self.look(self.acd[who].conversation(name))
        contact = agent.get("contact", "") if agent.get("state") == "talking" else ""
        theirs = contact != "" and people[contact]["agent"] == name
        assert (talk.contact if talk else "") == (contact if theirs else "")
        if agent:
            at_phone = self.look(self.agents.at_phone(agent["phone"]))
            assert at_phone == status

    def looks_at_floor(self, people: dict[str, Any], crew: dict[str, Any], who: int) -> None:
        page, found = self.look(self.floor.contacts("", PAGE)), []
        found += page.contacts
        while page.last:
            page = self.look(self.floor.contacts(page.last, PAGE))
            found += page.contacts
        assert sorted(one.id for one in found) == sorted(people)
        assert all(one.state == people[one.id]["state"] for one in found)
        callers = self.look(self.floor.callers([queue.name for queue in QUEUES], ALL))
        assert [one.id for one in callers] == sorted(
            (
                name
                for name, one in people.items()
                if one["state"] != "talking"
                if "callback" not in one
            ),
            key=lambda name: (people[name]["arrived"], name),
        )
        snapshot = self.look(self.acd[who].snapshot(QUEUES))
        counted = sum(snapshot.agents.values()) + snapshot.phone_away
        assert counted == len(crew)

    def looks_at_callbacks(self, people: dict[str, Any], who: int) -> None:
        wanted = {
            name: one
            for name, one in people.items()
            if "callback" in one and one["state"] != "talking"
        }
        listed: tuple[Callback, ...] = self.look(self.callbacks.open())
        assert {one.contact for one in listed} == set(wanted)
        assert all(
            (one.place is None) == (wanted[one.contact]["state"] != "waiting") for one in listed
        )
        kept = {one["number"]: name for name, one in wanted.items()}
        number = next(iter(kept), NUMBERS[0])
        found = self.look(self.callbacks.of_number(number))
        assert (found.contact if found else None) == kept.get(number)
        to_call = self.look(self.acd[who].callback_offers())
        assert {offer.contact for offer in to_call} == {
            name
            for name, one in wanted.items()
            if one["state"] == "reserved" and not {"live", "dialled"} & one.keys()
            if one["owner"] == self.acd[who].controller
        }
