"""Calls that agents make of their own accord, on the real Redis: who is counted, who is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

import pytest
from redis.asyncio import Redis

from acd.clock import system_clock
from acd.model.agent import AgentState, PhoneState
from ivr.agents.own_calls import OPTIONS, AgentCalls
from ivr.calls.dialplan import DONE
from ivr.flow.organisation import Organisation
from ivr.flow.outgoing_calls import OutgoingCalls
from ivr.office import Office
from ivr.queueing.answers import AnswerWatch
from store.events import Event, EventType
from store.stream import BEGINNING
from tests.integration.ivr.fake_line import Dial, FakePrompts, FakeSession
from tests.integration.ivr.fake_office import an_office, asterisk_away
from tests.integration.ivr.rides.conftest import ALVA, DEMO, answer, decline
from wire.agi.parser import Environment
from wire.agi.session import AgiSession

pytestmark = pytest.mark.integration

OPEN = DEMO.model_copy(
    update={"outgoing_calls": OutgoingCalls.model_validate({"allow": ["+46 70*"], "ring": "9 s"})}
)
CALL = "vaxel-7.1"


@dataclass(frozen=True, slots=True)
class Bench:
    """One organisation whose agents may call somebody, and Alva at her phone."""

    office: Office

    def session(self, dialled: str, *dials: Dial, phone: str = "agent1") -> FakeSession:
        fields = {
            "agi_uniqueid": CALL,
            "agi_channel": f"PJSIP/{phone}-00000001",
            "agi_extension": dialled,
        }
        return FakeSession(*dials, environment=Environment(fields))

    async def call(self, session: FakeSession, organisation: Organisation = OPEN) -> list[str]:
        """Serve it; what the agent hears."""
        office = replace(self.office, organisation=organisation)
        calls = AgentCalls(
            {"demo": office},
            AnswerWatch(asterisk_away(), _nobody),
            FakePrompts(),
            lambda _: "+46846500400",
            system_clock,
        )
        await calls.serve(cast(AgiSession, session))
        return session.played

    async def happened(self) -> list[Event]:
        events = await self.office.stream.read(BEGINNING)
        return [event for event in events if event.type.startswith("agent.call")]


async def _nobody(_contact: str, _channel: str) -> None:
    return


@pytest.fixture
async def bench(redis: Redis) -> Bench:
    office = an_office(
        redis,
        OPEN,
    )
    await office.agents.login(ALVA, "agent1")
    return Bench(office)


def told(event: Event) -> Mapping[str, str]:
    """What an event says beside who and when."""
    return {name: text for name, text in event.fields.items() if name != "talked"}


async def test_a_call_is_counted_from_its_beginning_to_its_end(bench: Bench) -> None:
    seen = []

    async def talk(session: FakeSession) -> str:
        seen.append(await bench.office.agents.status(ALVA.id))
        return await answer(session)

    session = bench.session("0701740605", talk)
    assert await bench.call(session) == []
    assert session.rung == ["PJSIP/+46701740605@caller"]
    assert (session.ring_times, session.dial_options) == (["9"], [OPTIONS])
    assert session.variables["CALLERID(num)"] == "+46846500400"
    assert session.variables[DONE] == "1"
    assert [(status.state, status.reason) for status in seen] == [(AgentState.READY, "calling")]
    begun, answered, ended = await bench.happened()
    assert begun.type is EventType.AGENT_CALL_BEGUN
    assert answered.type is EventType.AGENT_CALL_ANSWERED
    assert told(ended) == {"call": CALL, "outcome": "talked", "state": "ready"}
    assert ended.milliseconds("talked") is not None
    assert {event.agent for event in (begun, answered, ended)} == {ALVA.id}
    assert "46701740605" not in repr(await bench.office.stream.read(BEGINNING))


@pytest.mark.parametrize(
    ("status", "outcome", "heard"),
    [
        ("NOANSWER", "no_answer", "sv: Ingen svarade."),
        ("BUSY", "busy", "sv: Det är upptaget."),
        ("CHANUNAVAIL", "unreachable", "sv: Numret kan inte nås just nu."),
    ],
)
async def test_the_agent_hears_why_there_is_no_conversation(
    bench: Bench, status: str, outcome: str, heard: str
) -> None:
    assert await bench.call(bench.session("0701740605", decline(status))) == [heard]
    _, ended = await bench.happened()
    assert told(ended) == {"call": CALL, "outcome": outcome, "state": "ready"}
    assert "talked" not in ended.fields


async def test_an_agent_who_hangs_up_first_has_cancelled_the_call(bench: Bench) -> None:
    async def hang_up(session: FakeSession) -> str:
        session.hang_up_now()
        return "CANCEL"

    assert await bench.call(bench.session("0701740605", hang_up)) == []
    assert (await bench.happened())[-1].fields["outcome"] == "cancelled"


@pytest.mark.parametrize(
    ("dialled", "organisation", "reason", "heard"),
    [
        ("0317001000", OPEN, "not_allowed", "sv: Det numret får inte ringas härifrån."),
        ("0701740605", DEMO, "off", "sv: Du kan inte ringa ut från den här telefonen."),
    ],
)
async def test_a_call_that_is_refused_is_spoken_and_counted_and_nobody_is_rung(
    bench: Bench, dialled: str, organisation: Organisation, reason: str, heard: str
) -> None:
    session = bench.session(dialled)
    assert await bench.call(session, organisation) == [heard]
    assert session.rung == []
    (refused,) = await bench.happened()
    assert (refused.type, told(refused)) == (EventType.AGENT_CALL_REFUSED, {"reason": reason})


async def test_who_is_being_rung_calls_nobody(bench: Bench) -> None:
    await bench.office.distributor.join("c-1", bench.office.rides.queues["support"])
    assert await bench.office.distributor.match_agent(ALVA.id) is not None
    session = bench.session("0701740605")
    assert await bench.call(session) == []
    assert (session.rung, session.executed) == ([], [("Hangup", "17")])
    assert told((await bench.happened())[0]) == {"reason": "busy"}


async def test_who_is_not_logged_in_calls_nobody(bench: Bench) -> None:
    session = bench.session("0701740605", phone="agent2")
    assert await bench.call(session) == ["sv: Du är inte inloggad."]
    assert (session.rung, await bench.happened()) == ([], [])


async def test_a_call_whose_controller_died_is_over_when_the_phone_is_free(bench: Bench) -> None:
    agents = bench.office.agents
    await agents.call_begun(ALVA.id, "agent1", CALL)
    await agents.call_answered(ALVA.id, CALL)
    await agents.pause(ALVA.id, "lunch")
    await agents.phones_are({"agent1": PhoneState.WELL})
    ended = (await bench.happened())[-1]
    assert told(ended) == {
        "call": CALL,
        "outcome": "talked",
        "state": "paused",
        "reason": "lunch",
    }
