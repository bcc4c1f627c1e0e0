"""The supervisors' desk on the real Redis: who is let in, and what is kept of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest
from redis.asyncio import Redis

from acd.errors import AcdUnavailable, AgentLocked, WrongPin
from acd.floor import Floor
from acd.model import Agent, AgentState, LeaveReason, Queue, system_clock
from acd.offers import OfferListener
from ivr.attention import Attention
from ivr.destinations import ALONE, Destinations
from ivr.dialplan import DONE
from ivr.flow.load import load_organisation
from ivr.flow.recording import RecordingPolicy, When
from ivr.flow.staff import Supervisor
from ivr.flow.supervision import Right, SupervisionPolicy
from ivr.office import Office
from ivr.supervision.audit import PRESENCE, Presence
from ivr.supervision.desk import SupervisorsDesk
from ivr.supervision.orders import ORDER, Order
from ivr.supervision.presence import Presences
from ivr.supervision.rights import MODES, RIGHTS, spy_options
from ivr.supervision.tickets import TICKET, Tickets
from store.events import Event, EventType
from store.stream import BEGINNING, EventStream, StreamUnavailable
from tests.integration.ivr.fake_line import FakePrompts, FakeRecorder, FakeSession
from tests.integration.ivr.fake_office import an_office, asterisk_away
from tests.unit.ivr.fake_ami import FakeAmi
from wire.agi.parser import Environment
from wire.agi.session import AgiSession

pytestmark = pytest.mark.integration

DEMO = load_organisation(Path(__file__).parents[3] / "dialplans" / "demo")
SUPPORT = Queue("support")
PIN, WRONG = "123456", "654321"
ENVIRONMENT = Environment({"agi_channel": "PJSIP/agent2-00000009", "agi_uniqueid": "vaxel-9.0"})
CONNECTED = (
    {"Channel": "PJSIP/caller-00000001", "Uniqueid": "c-1", "BridgeId": "b"},
    {"Channel": "PJSIP/agent1-00000002", "Uniqueid": "a-1", "BridgeId": "b"},
)


@dataclass(slots=True)
class Bench:
    """A desk, an Asterisk that says what a test wants, and the demo organisation."""

    office: Office
    ami: FakeAmi
    redis: Redis
    nodes: Destinations = ALONE
    now_ms: int = 1_000_000

    def led_by(self, *may: Right, **policy: object) -> None:
        """Who has the number 4900 may this; the queue says that."""
        organisation = self.office.organisation
        queue = organisation.queues["support"].model_copy(
            update={"supervision": SupervisionPolicy.model_validate(policy)}
        )
        changed = organisation.model_copy(
            update={
                "supervisors": {"4900": Supervisor(name="Disa", may=may)},
                "queues": {**organisation.queues, "support": queue},
            }
        )
        self.office = replace(self.office, organisation=changed)

    async def call(self, keys: str, variables: Mapping[str, str] | None = None) -> FakeSession:
        """Somebody dials, presses ``keys`` whatever is asked, and hangs up."""
        session = FakeSession(environment=ENVIRONMENT, keys=keys)
        session.variables |= variables or {}
        await self.desk().serve(cast(AgiSession, session))
        return session

    def desk(self) -> SupervisorsDesk:
        ami = self.ami.as_client()
        presences = Presences(ami, Attention(ami), lambda: self.now_ms)
        offices = {self.office.organisation.id: self.office}
        return SupervisorsDesk(
            offices,
            lambda number: PIN if number == "4900" else "",
            FakePrompts(),
            presences,
            self.floor,
            tickets=Tickets(self.redis, self.nodes),
        )

    def floor(self, org: str) -> Floor:
        return Floor(self.redis, org, system_clock)

    async def wait(self, contact: str) -> None:
        """A caller comes to support."""
        await self.office.distributor.join(contact, SUPPORT)
        self.now_ms = system_clock()

    async def place(self, contact: str) -> tuple[str, int]:
        """Where a caller waits, and how much earlier than they came, minutes."""
        found = await self.floor("demo").contact(contact)
        assert found is not None
        return found.queue, round((found.arrived_ms - found.effective_ms) / 60_000)

    def unlike(self) -> None:
        """The other queue is recorded by another rule."""
        queues = self.office.organisation.queues
        never = RecordingPolicy(when=When.NEVER)
        other = queues["operator"].model_copy(update={"recording": never})
        changed = self.office.organisation.model_copy(
            update={"queues": {**queues, "operator": other}}
        )
        self.office = replace(self.office, organisation=changed)

    async def talk(self, contact: str = "c-1") -> None:
        """Agent 4001 talks to a caller at ``agent1``."""
        await self.office.agents.login(Agent("4001", "Alva", ("support",)), "agent1")
        await self.office.distributor.join(contact, SUPPORT)
        offer = await self.office.distributor.match(SUPPORT)
        assert offer is not None
        await self.office.distributor.answered(offer)

    async def happened(self, kind: EventType) -> Event:
        """The one event of a kind."""
        (found,) = [one for one in await self.office.stream.read(BEGINNING) if one.type is kind]
        return found

    async def told(self) -> list[Event]:
        events = await self.office.stream.read(BEGINNING)
        return [event for event in events if event.type.startswith("supervisor.")]


@pytest.fixture
async def bench(redis: Redis) -> Bench:
    ami = FakeAmi()
    ami.listed = CONNECTED
    office = an_office(
        redis,
        DEMO,
        OfferListener(redis, "test-1"),
        "test-1",
        ami=asterisk_away(),
        recorder=FakeRecorder(),
    )
    await office.distributor.renew()
    bench = Bench(office, ami, redis)
    bench.led_by(*Right)
    return bench


class TalkingSession(FakeSession):
    """One whose applications last until Asterisk is asked to hang somebody up."""

    def __init__(self, ami: FakeAmi, keys: str) -> None:
        super().__init__(environment=ENVIRONMENT, keys=keys)
        self._over = asyncio.Event()
        ami.on_action = lambda: self._over.set() if ami.asked[-1][0] == "Hangup" else None

    async def exec(self, application: str, *arguments: str, limit_s: float | None = None) -> int:
        result = await super().exec(application, *arguments, limit_s=limit_s)
        await self._over.wait()
        return result


LOGIN = f"4900#{PIN}#"


def spied(session: FakeSession) -> list[tuple[str, ...]]:
    return [step for step in session.executed if step[0] == "ChanSpy"]


def spoken(name: str, **variables: object) -> str:
    """A text of supervisors, as it is said in Swedish."""
    text: Any = DEMO.texts.supervision
    for part in name.split("."):
        text = getattr(text, part)
    return f"sv: {text.utterance('sv', variables).text}"


def said(session: FakeSession, name: str, **variables: object) -> bool:
    return spoken(name, **variables) in session.played


async def test_three_wrong_pins_lock_and_the_lock_outlives_the_controller(bench: Bench) -> None:
    for _ in range(2):
        await bench.call(f"4900#{WRONG}#")
    await bench.call(f"4900#{WRONG}#")
    await bench.talk()

    session = await bench.call(f"{LOGIN}4001#1")

    assert spied(session) == []
    told = [(one.type, one.fields["reason"], "until" in one.fields) for one in await bench.told()]
    refused = EventType.SUPERVISOR_REFUSED
    assert told == [
        (refused, "wrong_pin", False),
        (refused, "wrong_pin", False),
        (refused, "wrong_pin", True),
        (refused, "locked", True),
    ]
    assert {one.fields["by"] for one in await bench.told()} == {"4900"}
    assert {one.fields["phone"] for one in await bench.told()} == {"agent2"}


async def test_who_is_agent_and_supervisor_has_one_count_of_wrong_pins(bench: Bench) -> None:
    for _ in range(2):
        with pytest.raises(WrongPin):
            await bench.office.agents.check_pin("4900", WRONG, PIN)
    with pytest.raises(AgentLocked):
        await bench.office.agents.check_pin("4900", WRONG, PIN, supervising="agent2")
    with pytest.raises(AgentLocked):
        await bench.office.agents.check_pin("4900", PIN, PIN)


async def test_an_agents_own_number_and_pin_lead_nobody(bench: Bench) -> None:
    session = await bench.call("4001#123456#4001#1" * 3)
    assert spied(session) == []
    assert not said(session, "enter_agent")


async def test_where_nobody_is_a_supervisor_every_number_is_wrong(bench: Bench) -> None:
    organisation = bench.office.organisation.model_copy(update={"supervisors": {}})
    bench.office = replace(bench.office, organisation=organisation)
    session = await bench.call(f"{LOGIN}4001#1")
    assert said(session, "enter_supervisor")
    assert not said(session, "enter_agent")
    assert session.variables[DONE] == "1"


async def test_a_presence_is_told_from_its_beginning_to_its_end(bench: Bench) -> None:
    await bench.talk()
    session = await bench.call(f"{LOGIN}4001#1")

    assert spied(session) == [("ChanSpy", "a-1", "quEdx(*)")]
    joined, left = await bench.told()
    assert (joined.type, left.type) == (
        EventType.SUPERVISOR_JOINED,
        EventType.SUPERVISOR_LEFT,
    )
    who = {"by": "4900", "phone": "agent2"}
    for event in (joined, left):
        assert (event.contact, event.agent, event.queue) == ("c-1", "4001", "support")
    assert dict(joined.fields) == who | {"mode": "listen"}
    assert dict(left.fields) == who | {"duration": "0"}
    assert session.variables[PRESENCE] == ""


@pytest.mark.parametrize("right", MODES)
@pytest.mark.parametrize("may", MODES)
async def test_each_way_needs_its_own_right(bench: Bench, may: Right, right: Right) -> None:
    bench.led_by(may)
    await bench.talk()
    key = next(key for key, meant in RIGHTS.items() if meant is right)

    session = await bench.call(f"{LOGIN}4001#{key}")

    options = [step[2] for step in spied(session)]
    assert options == ([spy_options(right, switching=False)] if may is right else [])
    (event, *_) = await bench.told()
    if may is right:
        assert event.type is EventType.SUPERVISOR_JOINED
    else:
        assert dict(event.fields) | {"agent": event.agent} == {
            "reason": "right",
            "act": right.value,
            "by": "4900",
            "phone": "agent2",
            "agent": "4001",
        }
        assert said(session, "not_allowed")


async def test_a_private_queue_is_heard_by_nobody(bench: Bench) -> None:
    bench.led_by(*Right, when="never")
    await bench.talk()
    session = await bench.call(f"{LOGIN}4001#1")
    assert spied(session) == []
    assert said(session, "private")
    (refused,) = await bench.told()
    assert (refused.contact, refused.fields["reason"], refused.fields["act"]) == (
        "c-1",
        "queue",
        "listen",
    )


async def test_a_queue_that_stands_in_no_file_any_more_is_private(bench: Bench) -> None:
    await bench.talk()
    organisation = bench.office.organisation
    bench.office = replace(
        bench.office, organisation=organisation.model_copy(update={"queues": {}})
    )
    session = await bench.call(f"{LOGIN}4001#1")
    assert spied(session) == []
    assert said(session, "private")


async def test_an_agent_who_talks_to_nobody_is_not_heard(bench: Bench) -> None:
    session = await bench.call(f"{LOGIN}4001#1")
    assert (spied(session), await bench.told()) == ([], [])
    assert said(session, "not_talking")


async def test_who_is_not_connected_yet_is_not_heard(bench: Bench) -> None:
    await bench.talk()
    bench.ami.listed = CONNECTED[:1]
    session = await bench.call(f"{LOGIN}4001#1")
    assert (spied(session), await bench.told()) == ([], [])
    assert said(session, "not_talking")


async def test_an_agent_of_nobody_is_unknown(bench: Bench) -> None:
    session = await bench.call(f"{LOGIN}4111#1")
    assert said(session, "unknown_agent")
    assert spied(session) == []


async def test_nobody_comes_in_while_it_cannot_be_written_down(bench: Bench) -> None:
    await bench.talk()
    bench.office = replace(bench.office, stream=cast(EventStream, NoStream()))
    session = FakeSession(environment=ENVIRONMENT, keys=f"{LOGIN}4001#1")
    with pytest.raises(StreamUnavailable):
        await bench.desk().serve(cast(AgiSession, session))
    assert spied(session) == []
    assert DONE not in session.variables, "the dialplan tells the supervisor"


class NoStream:
    """Stands in for the events while Redis is away."""

    async def append(self, _event: Event) -> str:
        raise StreamUnavailable("away")


async def test_the_end_is_told_of_a_presence_that_a_dead_controller_left(bench: Bench) -> None:
    left = Presence("demo", "4900", "agent2", "4001", "c-1", "support", bench.now_ms - 5_000)
    session = await bench.call("", {PRESENCE: left.noted})
    (event,) = await bench.told()
    assert (event.type, event.fields["duration"]) == (EventType.SUPERVISOR_LEFT, "5000")
    assert session.played == []
    assert session.variables[PRESENCE] == ""


async def test_a_phone_that_was_rung_comes_into_the_conversation_that_was_meant(
    bench: Bench,
) -> None:
    await bench.talk()
    offer = await bench.office.distributor.conversation("4001")
    assert offer is not None
    order = Order.about("demo", "wallboard", offer, Right.WHISPER)
    session = await bench.call("", {ORDER: order.noted})
    assert spied(session) == [("ChanSpy", "a-1", "quEwx(*)")]
    joined, _ = await bench.told()
    assert dict(joined.fields) == {"by": "wallboard", "phone": "agent2", "mode": "whisper"}


async def test_a_phone_that_is_picked_up_too_late_comes_into_no_other_conversation(
    bench: Bench,
) -> None:
    await bench.talk("c-2")
    order = Order("demo", "wallboard", "4001", "c-1", Right.LISTEN)
    session = await bench.call("", {ORDER: order.noted})
    assert (spied(session), await bench.told()) == ([], [])
    assert said(session, "not_talking")


async def test_a_conversation_that_is_taken_over_ends_for_the_agent(bench: Bench) -> None:
    await bench.talk()
    bench.ami.listed = (
        *CONNECTED,
        {"Channel": "PJSIP/agent2-00000009", "Uniqueid": "vaxel-9.0", "BridgeId": "b"},
    )
    session = TalkingSession(bench.ami, f"{LOGIN}4001#4")
    await bench.desk().serve(cast(AgiSession, session))

    assert session.executed == [("Bridge", "PJSIP/caller-00000001", "x")]
    assert ("Hangup", {"Channel": "a-1", "Cause": "16"}) in bench.ami.asked
    joined, left = await bench.told()
    assert (joined.fields["mode"], joined.contact, left.contact) == ("take_over", "c-1", "c-1")
    ended = await bench.happened(EventType.CALL_ENDED)
    assert (ended.contact, ended.agent) == ("c-1", "4001")
    assert (await bench.office.agents.status("4001")).state is AgentState.WRAPUP


async def test_an_agent_whose_caller_was_taken_over_while_redis_was_away_is_free_when_it_is_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_contact: str, _reason: LeaveReason) -> None:
        raise AcdUnavailable("away")

    await bench.talk()
    bench.ami.listed = (
        *CONNECTED,
        {"Channel": "PJSIP/agent2-00000009", "Uniqueid": "vaxel-9.0", "BridgeId": "b"},
    )
    with monkeypatch.context() as outage:
        outage.setattr(bench.office.distributor, "leave", away)
        session = TalkingSession(bench.ami, f"{LOGIN}4001#4")
        await bench.desk().serve(cast(AgiSession, session))
    assert (await bench.office.agents.status("4001")).state is AgentState.TALKING
    await bench.office.stranded._tell()
    assert (await bench.office.agents.status("4001")).state is AgentState.WRAPUP


async def test_a_caller_who_cannot_be_taken_over_stays_with_the_agent(bench: Bench) -> None:
    await bench.talk()  # Asterisk never tells of the supervisor in a bridge
    session = await bench.call(f"{LOGIN}4001#4")
    assert [step[0] for step in session.executed] == ["Bridge"]
    assert (await bench.office.agents.status("4001")).state is AgentState.TALKING
    assert "Hangup" not in {name for name, _ in bench.ami.asked}


async def test_an_agent_is_paused_by_phone_after_the_call(bench: Bench) -> None:
    await bench.talk()
    session = await bench.call(f"{LOGIN}4001#53")
    (acted,) = await bench.told()
    assert dict(acted.fields) == {"act": "pause", "by": "4900", "reason": "meeting"}
    assert said(session, "after_call")


async def test_an_agent_is_logged_out_by_phone(bench: Bench) -> None:
    await bench.office.agents.login(Agent("4001", "Alva", ("support",)), "agent1")
    session = await bench.call(f"{LOGIN}4001#6")
    (acted,) = await bench.told()
    assert dict(acted.fields) == {"act": "logout", "by": "4900"}
    assert said(session, "logged_out")
    assert (await bench.office.agents.status("4001")).state is AgentState.LOGGED_OUT
    again = await bench.call(f"{LOGIN}4001#6")
    assert said(again, "not_logged_in")


async def test_a_waiting_call_is_moved_by_phone_and_it_is_told_by_whom(bench: Bench) -> None:
    await bench.wait("c-1")
    session = await bench.call(f"{LOGIN}4001#72#")
    assert await bench.place("c-1") == ("operator", 0)
    [acted] = await bench.told()
    assert (acted.contact, acted.queue) == ("c-1", "support")
    assert dict(acted.fields) == {"act": "move", "by": "4900", "to": "operator"}
    assert said(session, "waiting.call", number=1, queue="support", minutes=0)
    assert said(session, "waiting.moved")


async def test_the_next_waiting_call_gets_another_place_by_phone(bench: Bench) -> None:
    for contact in ("c-1", "c-2", "c-3"):
        await bench.wait(contact)
    session = await bench.call(f"{LOGIN}4001#8#15#*#")
    assert [await bench.place(c) for c in ("c-1", "c-2", "c-3")] == [
        ("support", 0),
        ("support", 15),
        ("support", 0),
    ]
    [acted] = await bench.told()
    assert (acted.contact, dict(acted.fields)) == (
        "c-2",
        {"act": "prioritise", "by": "4900", "credit": "900000"},
    )
    assert said(session, "waiting.prioritised")


@pytest.mark.parametrize(
    ("keys", "refusal"),
    [("72#", "other_rules"), ("79#", "unknown"), ("89999#", "unknown"), ("82*2#", "unknown")],
)
async def test_what_cannot_become_of_a_waiting_call_is_told_and_asked_anew(
    bench: Bench, keys: str, refusal: str
) -> None:
    bench.unlike()
    await bench.wait("c-1")
    session = await bench.call(f"{LOGIN}4001#{keys}")
    assert said(session, f"waiting.{refusal}")
    assert (await bench.place("c-1"), await bench.told()) == (("support", 0), [])
    asked = spoken("waiting.call", number=1, queue="support", minutes=0)
    assert session.played.count(asked) == 2


async def test_a_call_that_is_answered_meanwhile_is_left_where_it_is(bench: Bench) -> None:
    await bench.wait("c-1")
    await bench.office.agents.login(Agent("4001", "Alva", ("support",)), "agent1")
    assert await bench.office.distributor.match(SUPPORT) is not None
    session = await bench.call(f"{LOGIN}4001#72#")
    assert said(session, "waiting.not_now")
    assert (await bench.place("c-1"))[0] == "support"
    assert await bench.told() == []


@pytest.mark.parametrize(("key", "act"), [("7", "move"), ("8", "prioritise")])
async def test_who_has_no_right_to_waiting_calls_is_refused(
    bench: Bench, key: str, act: str
) -> None:
    bench.led_by(Right.LISTEN)
    await bench.wait("c-1")
    session = await bench.call(f"{LOGIN}4001#{key}")
    [refused] = await bench.told()
    assert (refused.fields["act"], refused.fields["reason"]) == (act, "right")
    assert said(session, "not_allowed")
    assert not said(session, "waiting.call", number=1, queue="support", minutes=0)


async def test_where_nobody_waits_that_is_told(bench: Bench) -> None:
    await bench.office.distributor.join("elsewhere", Queue("invoices"))
    session = await bench.call(f"{LOGIN}4001#7")
    assert said(session, "waiting.none")


# Of another node ---------------------------------------------------------------------------------


def node(name: str, other: str) -> Destinations:
    return Destinations(name, {other: "127.0.0.1"})


async def ticketed(bench: Bench, status: str = "ANSWER", keys: str = f"{LOGIN}4001#1") -> str:
    """A supervisor at the node ``west`` wants to hear a conversation of this one: what it dials."""

    async def dial(session: FakeSession) -> str:
        session.variables["DIALSTATUS"] = status
        return status

    bench.nodes = node("west", "")
    session = FakeSession(dial, environment=ENVIRONMENT, keys=keys)
    await bench.desk().serve(cast(AgiSession, session))
    bench.nodes = node("", "west")
    assert spied(session) == []
    assert said(session, "not_talking") is False
    (called,) = session.rung
    fault = DEMO.texts.technical_fault.utterance("sv", {}).text
    assert (f"sv: {fault}" in session.played) is (status != "ANSWER")
    return called


async def test_a_conversation_of_another_node_is_heard_by_a_ticket_that_holds_once(
    bench: Bench,
) -> None:
    await bench.talk()
    called = await ticketed(bench)
    assert called.startswith("PJSIP/order-")
    assert called.endswith("@node-")
    number = called.removeprefix("PJSIP/order-").removesuffix("@node-")

    session = await bench.call("", {TICKET: number})
    assert spied(session) == [("ChanSpy", "a-1", "quEdx(*)")]
    joined, _ = await bench.told()
    assert dict(joined.fields) == {"by": "4900", "phone": "agent2", "mode": "listen"}

    again = await bench.call(f"{LOGIN}4001#1", {TICKET: number})
    assert (spied(again), again.played) == ([], [])
    assert DONE not in again.variables, "the dialplan refuses it"


async def test_a_ticket_lets_into_no_later_conversation(bench: Bench) -> None:
    await bench.talk()
    called = await ticketed(bench)
    number = called.removeprefix("PJSIP/order-").removesuffix("@node-")
    await bench.office.distributor.leave("c-1", LeaveReason.FAILED)
    session = await bench.call("", {TICKET: number})
    assert (spied(session), said(session, "not_talking")) == ([], True)


async def test_a_supervisor_is_told_that_the_other_node_is_away(bench: Bench) -> None:
    await bench.talk()
    await ticketed(bench, "CHANUNAVAIL")
