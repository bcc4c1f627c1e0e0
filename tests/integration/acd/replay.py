"""What an organisation looks like to whoever knows its events and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

from store.events import Event, EventType
from store.stream import BEGINNING

_IN_CALL = frozenset(
    {
        EventType.CALL_HELD,
        EventType.CALL_RESUMED,
        EventType.CALL_CONSULTED,
        EventType.CALL_CONSULT_ANSWERED,
        EventType.CALL_JOINED,
        EventType.CALL_CONSULT_ENDED,
        EventType.CALL_TAKEN_OVER,
    }
)


@dataclass
class Replay:
    """Contacts and agents by their events; an event that cannot be is an assertion's failure.

    Attributes:
        contacts: (state, agent), of several who are rung the first; whoever waits for a time is
            waiting here too.
        beside: The others who are rung for each contact.
        offers: Number of each contact's offer.
        over: (contact, number, agent) of those that the agent has not taken.
        agents: (state, reason).
        lost: The agents whose phone cannot be reached.
        calling: Of the agents in a call of their own, whether it was answered.
        last: Whom each agent talked to last, and what came of it, "" for nothing known.
        callbacks: Attempts until now of each contact that is to be called back.
        held: The contacts that hold.
        consulting: Whom the agent of each contact asks, ``""`` somebody outside.
        dialling: The agent who is held while the phone of a contact rings.
        last_id: Of the last event taken.
    """

    contacts: dict[str, tuple[str, str]] = field(default_factory=dict)
    beside: dict[str, list[str]] = field(default_factory=dict)
    offers: dict[str, str] = field(default_factory=dict)
    over: set[tuple[str, str, str]] = field(default_factory=set)
    agents: dict[str, tuple[str, str]] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    calling: dict[str, bool] = field(default_factory=dict)
    last: dict[str, tuple[str, str]] = field(default_factory=dict)
    callbacks: dict[str, int] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    consulting: dict[str, str] = field(default_factory=dict)
    dialling: dict[str, str] = field(default_factory=dict)
    last_id: str = BEGINNING

    def take(self, event: Event) -> None:
        """The next event."""
        self.last_id = event.id
        if event.type.startswith("agent."):
            self._take_of_agent(event)
        elif event.type.startswith("callback."):
            self._take_of_callback(event)
        elif event.type is EventType.SUPERVISOR_ACTED:
            return  # what comes of it is told beside
        elif event.type in _IN_CALL:
            self._take_of_conversation(event)
        else:
            self._take_of_call(event)
        # Never more dialled than agents reserved: each has an agent of its own, held for it.
        assert len(set(self.dialling.values())) == len(self.dialling)
        for contact, agent in self.dialling.items():
            assert self.contacts[contact] == ("reserved", agent)
            assert self.agents[agent] == ("reserved", "")

    def _take_of_call(self, event: Event) -> None:
        contact, agent = event.contact, event.agent
        match event.type:
            case EventType.CONTACT_RESULT_GIVEN:
                assert self.last[agent] == (contact, event.fields.get("before", ""))
                self.last[agent] = contact, event.fields["result"]
            case EventType.CALL_QUEUED:
                assert contact not in self.contacts
                self.contacts[contact] = ("waiting", "")
            case EventType.CALL_OFFERED:
                self._offer(event)
            case EventType.CALL_ANSWERED:
                assert contact not in self.callbacks
                self._talk(event)
            case EventType.CALL_REFUSED:
                self._refuse(event)
            case EventType.CALL_TRANSFERRED:
                assert self.contacts[contact] == ("talking", agent)
                if "consulted" in event.fields:
                    assert self.consulting.pop(contact) == event.fields.get("to_agent", "")
            case EventType.CALL_ENDED:
                assert contact not in self.callbacks
                assert contact not in self.held
                assert self.contacts.pop(contact) == ("talking", agent)
            case EventType.CALL_ABANDONED | EventType.CALL_LEFT:
                assert contact not in self.callbacks
                state, held = self.contacts.pop(contact)
                assert state in ("waiting", "reserved")
                assert held == agent
                self._let_go(contact, agent)
                self._let_others_go(contact)
            case EventType.CONTACT_ENDED:
                assert contact not in self.contacts
                assert event.fields == {"reason": "lost"}
            case _:
                raise AssertionError(event)

    def _offer(self, event: Event) -> None:
        contact, agent, number = event.contact, event.agent, event.fields["offer"]
        assert self.agents[agent] == ("ready", "")
        assert agent not in self.lost
        assert agent not in self.calling
        assert ("callback" in event.fields) == (contact in self.callbacks)
        if "beside" in event.fields:
            assert self.contacts[contact][0] == "reserved"
            assert self.offers[contact] == number
            assert contact not in self.callbacks
            self.beside.setdefault(contact, []).append(agent)
        else:
            assert self.contacts[contact] == ("waiting", "")
            self.contacts[contact] = ("reserved", agent)
            self.offers[contact] = number
        self.agents[agent] = ("reserved", "")

    def _refuse(self, event: Event) -> None:
        contact, agent = event.contact, event.agent
        assert self.offers[contact] == event.fields["offer"]
        state, first = self.contacts[contact]
        assert state == "reserved"
        left = [one for one in (first, *self.beside.pop(contact, [])) if one != agent]
        assert ("rings_on" in event.fields) == bool(left)
        self.over.add((contact, event.fields["offer"], agent))
        self.contacts[contact] = ("reserved", left[0]) if left else ("waiting", "")
        if left[1:]:
            self.beside[contact] = left[1:]
        self._let_go(contact, agent)

    def _take_of_conversation(self, event: Event) -> None:
        contact, agent = event.contact, event.agent
        match event.type:
            case EventType.CALL_HELD:
                assert self.contacts[contact] == ("talking", agent)
                assert contact not in self.held
                self.held.add(contact)
            case EventType.CALL_RESUMED:
                assert self.contacts[contact] == ("talking", agent)
                self.held.remove(contact)
            case EventType.CALL_CONSULTED:
                assert self.contacts[contact] == ("talking", event.fields["by"])
                assert contact not in self.consulting
                self.consulting[contact] = agent
                if agent:
                    assert self.agents[agent] == ("ready", "")
                    self.agents[agent] = ("reserved", "")
            case EventType.CALL_CONSULT_ANSWERED:
                assert self.consulting[contact] == agent
                assert self.agents[agent] == ("reserved", "")
                self.agents[agent] = ("talking", "")
            case EventType.CALL_JOINED:
                assert self.consulting[contact] == agent
            case EventType.CALL_CONSULT_ENDED:
                assert self.consulting.pop(contact) == agent
                if agent:
                    assert self.agents[agent][0] in ("reserved", "talking")
                    self.agents[agent] = ("let go", "")
            case EventType.CALL_TAKEN_OVER:
                assert contact not in self.contacts
                assert self.agents[agent][0] in ("reserved", "talking")
                self.contacts[contact] = ("talking", agent)
                self.agents[agent] = ("talking", "")
                self.last[agent] = (contact, "")

    def _take_of_callback(self, event: Event) -> None:
        contact, agent = event.contact, event.agent
        match event.type:
            case EventType.CALLBACK_REQUESTED:
                assert contact not in self.contacts
                self.contacts[contact] = ("waiting", "")
                self.callbacks[contact] = 0
            case EventType.CALLBACK_DIALLED:
                assert self.contacts[contact] == ("reserved", agent)
                self.callbacks[contact] += 1
                assert event.fields["attempt"] == str(self.callbacks[contact])
                self.dialling[contact] = agent
            case EventType.CALLBACK_MISSED:
                state, held = self.contacts[contact]
                assert state in ("waiting", "reserved")
                assert held == agent
                self.callbacks[contact] = int(event.fields["attempt"])
                self.contacts[contact] = ("waiting", "")
                self._let_go(contact, agent)
            case EventType.CALLBACK_ANSWERED:
                assert contact in self.callbacks
                self._talk(event)
            case EventType.CALLBACK_ENDED:
                del self.callbacks[contact]
                state, held = self.contacts.pop(contact)
                assert (state == "talking") == (event.fields["outcome"] == "talked")
                assert held == agent
                if state != "talking":
                    self._let_go(contact, agent)
            case _:
                raise AssertionError(event)

    def _take_of_agent(self, event: Event) -> None:
        agent = event.agent
        match event.type:
            case EventType.AGENT_LOGGED_IN:
                assert agent not in self.agents
                self.agents[agent] = ("logged in", "")
            case EventType.AGENT_LOGGED_OUT:
                del self.agents[agent]
                assert agent not in self.calling
                self.lost.discard(agent)
                self.last.pop(agent, None)
            case EventType.AGENT_READY:
                self.agents[agent] = ("ready", "")
            case EventType.AGENT_WRAPUP:
                self.agents[agent] = ("wrapup", "")
            case EventType.AGENT_PHONE_LOST:
                assert agent in self.agents
                self.lost.add(agent)
            case EventType.AGENT_PHONE_BACK:
                self.lost.remove(agent)
            case EventType.AGENT_CALL_BEGUN:
                assert self.agents[agent][0] in ("ready", "wrapup", "paused")
                assert agent not in self.calling
                self.calling[agent] = False
            case EventType.AGENT_CALL_ANSWERED:
                assert not self.calling[agent]
                self.calling[agent] = True
            case EventType.AGENT_CALL_ENDED:
                talked = self.calling.pop(agent)
                assert ("talked" in event.fields) == (event.fields["outcome"] == "talked") == talked
                now = (event.fields["state"], event.fields.get("reason", ""))
                assert now == self.agents[agent]
            case EventType.AGENT_PAUSED:
                self.agents[agent] = ("paused", event.fields["reason"])
            case _:
                raise AssertionError(event)

    def _talk(self, event: Event) -> None:
        contact, agent = event.contact, event.agent
        state, first = self.contacts[contact]
        if state == "waiting":  # nobody could tell before the offer was over
            assert (contact, event.fields["offer"], agent) in self.over
            assert self.agents[agent][0] in ("ready", "wrapup", "paused")
            assert agent not in self.calling
            first = agent
        else:
            assert state == "reserved"
        others = self.beside.get(contact, [])
        if first != agent:
            others[others.index(agent)] = first
        self.contacts[contact] = ("talking", agent)
        self.agents[agent] = ("talking", "")
        self.last[agent] = (contact, "")
        self.dialling.pop(contact, None)
        self._let_others_go(contact)

    def _let_others_go(self, contact: str) -> None:
        for agent in self.beside.pop(contact, []):
            self._let_go(contact, agent)

    def _let_go(self, contact: str, agent: str) -> None:
        """The agent's own event follows; until then they are nowhere."""
        self.dialling.pop(contact, None)
        if agent:
            assert self.agents[agent] == ("reserved", "")
            self.agents[agent] = ("let go", "")
