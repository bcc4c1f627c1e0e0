"""People who are called back: who picks up, who does not, and their agents, on the real Redis."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from redis.asyncio import Redis

from acd.clock import system_clock
from acd.model.agent import Agent, AgentState
from acd.model.callback import CallbackState
from acd.model.offer import RefusalReason
from acd.model.queue import Queue
from ivr.calls.outgoing import OutgoingCall
from ivr.conversations.handovers import REFERRED, WISH
from ivr.flow.call import QueueAway, QueueOutcome
from ivr.queueing import stranded
from store.events import EventType
from store.stream import connect
from tests.e2e.rig.eventually import eventually
from tests.integration.conftest import start_redis
from tests.integration.ivr.callbacks.conftest import (
    ALVA,
    BIRK,
    CLEO,
    CONTACT,
    NUMBER,
    OTHER,
    Bench,
    agent_is,
    answer,
    environment,
    is_in,
    keep_the_place,
    no_answer,
    opened,
    ringing,
)
from tests.integration.ivr.fake_line import FakeSession
from wire.agi.errors import AgiHungUp
from wire.ami.errors import AmiNotConnected

pytestmark = pytest.mark.integration


async def test_somebody_who_says_yes_is_put_through_to_the_agent_who_is_held(
    bench: Bench,
) -> None:
    contact = await ringing(bench)
    assert await bench.state() is AgentState.RESERVED
    session = await bench.picked_up(contact, answer, keys="1")
    assert session.rung == ["PJSIP/agent1"]
    assert session.variables["CALLERID(num)"] == NUMBER
    assert session.variables["CALLERID(name)"] == "en support fees", "what the caller chose"
    assert session.variables["VAXEL_DONE"] == "1"
    (ended,) = await bench.events(EventType.CALLBACK_ENDED)
    assert ended.fields["outcome"] == "talked"
    assert await bench.state() is AgentState.WRAPUP
    assert bench.originated() == [contact]


@pytest.mark.parametrize(("answered", "consent"), [("yes", True), ("no", False)])
async def test_who_was_asked_for_consent_is_not_asked_again_when_called_back(
    bench: Bench, answered: str, consent: bool
) -> None:
    await bench.agent_is_away()
    session = FakeSession()
    session.variables["VAXEL_CONSENT"] = answered
    assert await (await keep_the_place(bench, session)) is QueueOutcome.CALLED_BACK
    (kept,) = await bench.office.callbacks.open()
    assert kept.consent is consent
    await bench.agent_comes()
    session = await bench.picked_up(CONTACT, answer, keys="1")
    assert session.variables["VAXEL_CONSENT"] == answered


async def test_who_is_handed_over_by_a_phone_is_not_greeted_again(bench: Bench) -> None:
    async def transfer_button(session: FakeSession) -> str:
        session.variables[REFERRED] = "yes"
        session.hang_up_now()
        return "ANSWER"

    contact = await ringing(bench)
    session = await bench.picked_up(contact, transfer_button, keys="1")
    assert "VAXEL_DONE" not in session.variables
    # handed over twice: a call, and no callback any more
    for agent, phone, dial in ((BIRK, "agent2", transfer_button), (CLEO, "agent3", answer)):
        await bench.office.agents.login(agent, phone)
        session = FakeSession(dial, environment=environment(contact))
        session.variables[WISH] = f"agent {agent.id} support 0"
        await bench.serve(session)
        assert (session.rung, session.played) == ([f"PJSIP/{phone}"], [])
    assert session.variables["VAXEL_DONE"] == "1"
    transferred = await bench.events(EventType.CALL_TRANSFERRED)
    assert [event.agent for event in transferred] == [ALVA.id, BIRK.id]


async def test_an_agent_who_is_held_no_longer_is_not_rung_for_that_offer(bench: Bench) -> None:
    contact = await ringing(bench)

    class Slow(FakeSession):
        async def wait_for_digit(self, wait_s: float) -> str:
            offer = await bench.office.distributor.current_offer(contact)
            assert offer is not None
            await bench.office.distributor.refused(offer, RefusalReason.EXPIRED)
            await bench.office.agents.pause(ALVA.id, "break")
            return await super().wait_for_digit(wait_s)

    session = Slow(answer, environment=environment(contact), keys="1")
    answering = asyncio.create_task(bench.serve(session))
    await session.music.wait()
    assert not session.rung
    await bench.agent_comes()
    await answering
    assert session.rung == ["PJSIP/agent1"]


async def test_a_callback_whose_queue_was_taken_away_is_given_up_by_rule(bench: Bench) -> None:
    gone = Queue("gone")
    await bench.office.agents.login(Agent(ALVA.id, "Alva", ("support", gone.name)), "agent1")
    contact = await bench.add(queue=gone)
    await bench.office.distributor.match_agent(ALVA.id)
    await eventually(lambda: is_in(bench, contact, CallbackState.SCHEDULED))
    (missed,) = await bench.events(EventType.CALLBACK_MISSED)
    assert missed.fields["reason"] == "failed"
    assert not bench.originated()
    assert await bench.state() is AgentState.READY
    session = await bench.picked_up(contact)
    assert session.played == ["sv: Vi kan tyvärr inte koppla samtalet just nu. Hej då."]


async def test_an_agent_who_hands_over_from_a_queue_that_was_taken_away_is_free(
    bench: Bench,
) -> None:
    gone, acd = Queue("gone"), bench.office.distributor
    await bench.office.agents.login(Agent(ALVA.id, "Alva", (gone.name,)), "agent1")
    await acd.join(CONTACT, gone)
    offer = await acd.match(gone)
    assert offer is not None
    await acd.answered(offer)
    session = FakeSession(environment=environment(CONTACT))
    session.variables[WISH] = "queue - - 0"
    await bench.serve(session)
    assert session.played == ["sv: Vi kan tyvärr inte koppla samtalet just nu. Hej då."]
    assert await bench.state() is AgentState.WRAPUP


async def test_while_asterisk_is_away_no_attempt_is_used_up(bench: Bench) -> None:
    await bench.agent_is_away()
    contact = await bench.add()
    bench.ami.fault = AmiNotConnected("There is no AMI connection")
    await bench.agent_comes()
    asked = bench.ami.asked
    await eventually(lambda: any(name == "Getvar" for name, _ in asked), why="of the channel")
    bench.ami.fault = None
    (offer,) = await bench.office.distributor.callback_offers()
    await bench.office.distributor.refused(offer, RefusalReason.EXPIRED)  # as its time limit does
    await bench.agent_comes()
    await eventually(lambda: is_in(bench, contact, CallbackState.DIALLING))
    callback = await bench.office.callbacks.get(contact)
    assert callback is not None
    assert callback.attempt == 1
    assert not await bench.events(EventType.CALLBACK_MISSED)


async def test_a_callback_that_cannot_be_made_harms_no_other(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_call: OutgoingCall) -> None:
        raise ValueError

    await bench.agent_is_away()
    contact = await bench.add()
    monkeypatch.setattr(OutgoingCall, "__post_init__", broken)
    await bench.agent_comes()
    await eventually(lambda: is_in(bench, contact, CallbackState.SCHEDULED))
    (missed,) = await bench.events(EventType.CALLBACK_MISSED)
    assert missed.fields["reason"] == "failed"
    monkeypatch.undo()
    other = await bench.add(OTHER)
    await bench.agent_comes()
    await eventually(lambda: is_in(bench, other, CallbackState.DIALLING))


async def test_a_machine_that_presses_nothing_rings_no_agent(bench: Bench) -> None:
    contact = await ringing(bench)
    session = await bench.picked_up(contact)
    assert not session.rung
    (missed,) = await bench.events(EventType.CALLBACK_MISSED)
    assert missed.fields["reason"] == "unconfirmed"
    assert await bench.state() is AgentState.READY


@pytest.mark.parametrize(
    ("status", "reason"), [("BUSY", "busy"), ("NOANSWER", "no_answer"), ("", "unreachable")]
)
async def test_nobody_who_picks_up_is_tried_again_by_rule(
    bench: Bench, status: str, reason: str
) -> None:
    await bench.agent_is_away()
    bench.nobody_picks_up(status)
    contact = await bench.add()
    await bench.agent_comes()
    await eventually(lambda: is_in(bench, contact, CallbackState.SCHEDULED))
    (missed,) = await bench.events(EventType.CALLBACK_MISSED)
    assert missed.fields["reason"] == reason
    assert missed.fields["due"]
    assert await bench.state() is AgentState.READY


async def test_a_person_whose_agent_does_not_answer_waits_for_the_next(bench: Bench) -> None:
    contact = await ringing(bench)
    answering = asyncio.create_task(bench.picked_up(contact, no_answer, answer, keys="1"))
    await eventually(lambda: is_in(bench, contact, CallbackState.REACHED))
    await eventually(lambda: agent_is(bench, AgentState.PAUSED))
    await bench.agent_comes()
    session = await answering
    assert session.rung == ["PJSIP/agent1", "PJSIP/agent1"]
    assert "en: To be called back instead, press 1." not in " ".join(session.played)
    (ended,) = await bench.events(EventType.CALLBACK_ENDED)
    assert ended.fields["outcome"] == "talked"


async def test_a_person_who_hangs_up_at_the_greeting_has_been_missed(bench: Bench) -> None:
    contact = await ringing(bench)

    class Leaves(FakeSession):
        async def wait_for_digit(self, _wait_s: float) -> str:
            self.hang_up_now()
            raise AgiHungUp

    session = Leaves(environment=environment(contact))
    await bench.serve(session)
    (missed,) = await bench.events(EventType.CALLBACK_MISSED)
    assert missed.fields["reason"] == "hung_up"
    assert await bench.state() is AgentState.READY
    assert not await bench.events(EventType.CALL_ABANDONED)


async def test_a_phone_that_rang_for_a_dead_controller_is_served_by_another(
    redis: Redis, bench: Bench
) -> None:
    contact = await ringing(bench)
    async with opened(redis, "test-2") as other:
        session = await other.picked_up(contact, answer, keys="1")
    assert session.rung == ["PJSIP/agent1"]
    (ended,) = await bench.events(EventType.CALLBACK_ENDED)
    assert ended.fields["outcome"] == "talked"
    assert len(await bench.events(EventType.CALLBACK_DIALLED)) == 1
    assert not await bench.events(EventType.CALL_REFUSED), "the agent is held all the while"


async def test_a_phone_that_rings_or_is_picked_up_already_is_not_rung_again(bench: Bench) -> None:
    await bench.agent_is_away()
    contact = await bench.add()
    bench.ami.channels.add(contact)  # a dead controller rang it, and nobody has served it yet
    await bench.agent_comes()
    await eventually(lambda: is_in(bench, contact, CallbackState.RESERVED))
    session = await bench.picked_up(contact, answer, keys="1")
    assert session.rung == ["PJSIP/agent1"]
    assert not bench.originated()


async def test_somebody_whose_callback_was_cancelled_meanwhile_is_told(bench: Bench) -> None:
    session = await bench.picked_up("vaxel-9.9")
    assert session.played == ["sv: Vi kan tyvärr inte koppla samtalet just nu. Hej då."]
    assert session.hung_up


async def test_a_talk_that_ends_while_redis_is_away_lets_the_agent_go_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stranded, "RETRY_S", 0.05)
    process, url = start_redis(tmp_path, "--appendonly", "yes", "--appendfsync", "always")
    async with connect(url) as redis, opened(redis) as bench:

        async def talk_until_redis_is_gone(session: FakeSession) -> str:
            session.answered_at = str(system_clock() - 60_000)
            process.kill()
            process.wait()
            return "ANSWER"

        contact = await ringing(bench)
        with pytest.raises(QueueAway):
            await bench.picked_up(contact, talk_until_redis_is_gone, keys="1")
        process, _ = start_redis(tmp_path, "--appendonly", "yes")
        tidying = asyncio.create_task(bench.office.stranded.tidy())
        await eventually(lambda: agent_is(bench, AgentState.WRAPUP))
        tidying.cancel()
        await asyncio.gather(tidying, return_exceptions=True)
        (ended,) = await bench.events(EventType.CALLBACK_ENDED)
        assert ended.fields["outcome"] == "talked"
        assert 60_000 <= int(ended.fields["talked"]) < 61_000
    process.terminate()
    process.wait()
