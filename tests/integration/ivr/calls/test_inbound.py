"""A caller's call from end to end, on the real Redis and a fake channel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
from redis.asyncio import Redis

from acd.agents import Agents
from acd.clock import system_clock
from acd.distributor import Distributor
from acd.errors import AcdUnavailable
from acd.model.agent import Agent, AgentState
from acd.offers import OfferListener
from ivr.calls.agi_call import AgiCall, Listen
from ivr.calls.inbound import Inbound
from ivr.flow.call import Heard, Hearing, ListenRequest, QueueAway
from ivr.flow.load import Catalogue, load_all
from ivr.flow.vocabulary import KEYS
from ivr.queueing import stranded
from ivr.queueing.stranded import Stranded
from store.events import Event, EventType
from store.stream import BEGINNING, EventStream, connect
from tests.e2e.rig.eventually import eventually
from tests.integration.conftest import start_redis
from tests.integration.ivr.fake_line import Dial, FakePrompts, FakeSession
from tests.integration.ivr.fake_office import an_office
from tests.unit.flow.trees import ORGANISATION, tree_of
from wire.agi.parser import Environment
from wire.agi.session import AgiSession

pytestmark = pytest.mark.integration

VERSION = "0a1b2c3d4e5f"

CATALOGUE = load_all(Path(__file__).parents[4] / "dialplans" / "demo")
SKILLS = CATALOGUE.organisations["demo"].agents["4001"].levels
ALVA = Agent("4001", "Alva", ("support",), SKILLS)
CONTACT = "vaxel-1.1"
TALKED_MS = 60_000


@dataclass(frozen=True, slots=True)
class Switchboard:
    """One controller's callers and the queue that they come to."""

    redis: Redis
    inbound: Inbound
    distributor: Distributor
    agents: Agents
    stranded: Stranded

    async def serve(self, session: FakeSession) -> None:
        await self.inbound.serve(cast(AgiSession, session))

    async def events(self, kind: EventType, org: str = "demo") -> list[Event]:
        return [e for e in await EventStream(self.redis, org).read(BEGINNING) if e.type is kind]


async def _aloud(call: AgiCall, request: ListenRequest) -> Heard:
    """A caller who says the first thing that may be said."""
    return Heard(phrase=request.phrases[0], hearing=Hearing.MATCH, engine="ears")


async def _by_key(call: AgiCall, request: ListenRequest) -> Heard:
    key = await call.say(request.utterance, interrupt=KEYS)
    return Heard(key or await call.collect(count=1, wait=request.wait, stop=""))


@asynccontextmanager
async def opened(
    redis: Redis,
    name: str = "test-1",
    listen: Listen = _by_key,
    catalogue: Catalogue = CATALOGUE,
) -> AsyncIterator[Switchboard]:
    [(org, organisation)] = catalogue.organisations.items()
    offers = OfferListener(redis, name)
    office = an_office(redis, organisation, offers, name)
    served = catalogue.alone(org, VERSION)
    callers = Inbound(served, {org: office}, FakePrompts(), listen, system_clock)
    listening = asyncio.create_task(offers.run())
    await offers.subscribed.wait()
    try:
        yield Switchboard(redis, callers, office.distributor, office.agents, office.stranded)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


@pytest.fixture
async def board(redis: Redis) -> AsyncIterator[Switchboard]:
    async with opened(redis) as made:
        yield made


def calling(number: str, *dials: Dial, keys: str = "", caller: str = "0700000001") -> FakeSession:
    fields = {
        "agi_uniqueid": CONTACT,
        "agi_extension": number,
        "agi_callerid": caller,
        "agi_channel": "PJSIP/caller-00000001",
    }
    return FakeSession(*dials, environment=Environment(fields), keys=keys)


async def _answer(session: FakeSession) -> str:
    session.answered_at = str(system_clock())
    return "ANSWER"


async def test_a_number_that_nobody_has_is_told_so_to_the_network(board: Switchboard) -> None:
    session = calling("999999")
    await board.serve(session)
    assert session.executed == [("Hangup", "1")]
    assert session.variables["VAXEL_DONE"] == "1"
    assert await board.events(EventType.CONTACT_STARTED) == []


async def test_a_call_leaves_its_way_in_the_events(board: Switchboard) -> None:
    session = calling("+46846500400", keys="31")  # English, support: nobody is logged in
    await board.serve(session)
    (started,) = await board.events(EventType.CONTACT_STARTED)
    (ended,) = await board.events(EventType.CONTACT_ENDED)
    assert started.fields == {
        "caller": "0700000001",
        "dialled": "+46846500400",
        "tree": "reception",
        "version": VERSION,
    }
    assert ended.fields == {
        "reason": "tree",
        "tree": "reception",
        "node": "goodbye",
        "language": "en",
    }
    visits = await board.events(EventType.NODE_VISITED)
    steps = [[one.fields.get(name, "") for name in ("from", "node", "way")] for one in visits]
    assert steps == [
        ["", "welcome", "start"],
        ["welcome", "choose_language", "then"],
        ["choose_language", "opening", "then"],
        ["opening", "main", "open"],
        ["main", "support", "choices.1.goto"],
        ["support", "nobody", "on_nobody"],
        ["nobody", "message", "then"],
        ["message", "goodbye", "then"],
    ]
    assert session.variables["VAXEL_DONE"] == "1"
    assert session.variables["VAXEL_AT"] == "support|en|main=support"
    assert board.inbound.calls == {}


async def test_what_was_heard_is_an_event_that_tells_no_words(redis: Redis) -> None:
    async with opened(redis, listen=_aloud) as board:
        await board.serve(calling("+46846500400", keys="3"))
        (heard,) = await board.events(EventType.SPEECH_HEARD)
    assert heard.contact == CONTACT
    assert heard.fields == {"node": "main", "outcome": "match", "engine": "ears"}


async def test_a_caller_of_a_dead_controller_goes_on_at_the_queue(board: Switchboard) -> None:
    await board.agents.login(ALVA, "agent1")
    await board.agents.pause(ALVA.id, "break")
    async with opened(board.redis, "test-0") as dead:
        session = calling("100", keys="31")
        serving = asyncio.create_task(dead.serve(session))
        await session.music.wait()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
    again = calling("100", _answer)
    again.variables["VAXEL_AT"] = session.variables["VAXEL_AT"].replace("=support", "=fees")
    serving = asyncio.create_task(board.serve(again))
    await again.music.wait()
    assert again.played == ["en: You are next in line."]  # not the greeting once more
    await board.agents.unpause(ALVA.id)
    await board.distributor.match_agent(ALVA.id)
    await serving
    assert again.variables["CALLERID(name)"] == "en support fees", "what was chosen is known still"
    assert len(await board.events(EventType.CONTACT_STARTED)) == 1
    assert len(await board.events(EventType.CALL_QUEUED)) == 1
    visits = await board.events(EventType.NODE_VISITED)
    ways = [one.fields.get("way") for one in visits if one.fields["node"] == "support"]
    assert ways == ["choices.1.goto"], "to be taken up is no step of the tree"


async def test_what_nodes_have_set_survives_a_dead_controller_but_nothing_sensitive(
    redis: Redis, tmp_path: Path
) -> None:
    keyed = "length: 3, on_invalid: {then: end}, on_silence: {then: end}"
    tree_of(
        tmp_path,
        f"  a: {{collect: {{sv: x, en: x}}, into: pnr, sensitive: true, {keyed}, then: b}}\n"
        f"  b: {{collect: {{sv: x, en: x}}, into: case, {keyed}, then: c}}\n"
        "  c: {queue: support, then: d, on_nobody: d}\n"
        "  d: {say: {sv: 'ärende {{ case }}', en: x}, then: end}\n",
    )
    catalogue = load_all(tmp_path)
    alva = Agent("4001", "Alva", ("support",))
    async with opened(redis, "test-0", catalogue=catalogue) as dead:
        await dead.agents.login(alva, "agent1")
        await dead.agents.pause(alva.id, "lunch")
        session = calling("100", keys="246135")
        serving = asyncio.create_task(dead.serve(session))
        await session.music.wait()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
    assert session.variables["VAXEL_WITH"] == '{"case":"135"}'
    async with opened(redis, "test-1", catalogue=catalogue) as board:
        again = calling("100", _answer)
        again.variables |= session.variables
        serving = asyncio.create_task(board.serve(again))
        await again.music.wait()
        await board.agents.unpause(alva.id)
        await board.distributor.match_agent(alva.id)
        await serving
        events = await EventStream(redis, "town").read(BEGINNING)
    assert again.played[-1] == "sv: ärende 135"
    assert not [event for event in events if "246" in str(event.fields)]


async def test_each_answer_to_a_survey_is_an_event(redis: Redis, tmp_path: Path) -> None:
    tree_of(
        tmp_path,
        "  a:\n    survey: after\n    then: end\n    questions:\n"
        "      - {id: helpful, ask: {sv: x, en: x}}\n"
        "      - {id: again, ask: {sv: x, en: x}}\n",
    )
    async with opened(redis, catalogue=load_all(tmp_path)) as board:
        await board.serve(calling("100", keys="4"))
        [answered] = await board.events(EventType.SURVEY_ANSWERED, "town")
        asked = await board.events(EventType.SURVEY_ASKED, "town")
    assert [one.fields["question"] for one in asked] == ["helpful", "again"]
    assert answered.contact == CONTACT
    assert answered.fields == {
        "node": "a",
        "survey": "after",
        "question": "helpful",
        "score": "4",
    }


async def test_a_transfer_is_an_event_that_tells_no_target(redis: Redis, tmp_path: Path) -> None:
    tree_of(
        tmp_path,
        "  a: {transfer: '112', then: end, on_failure: end}\n",
        f"{ORGANISATION}transfers: ['112']\n",
    )
    async with opened(redis, catalogue=load_all(tmp_path)) as board:
        await board.serve(calling("100", _answer))
        [transferred] = await board.events(EventType.CONTACT_TRANSFERRED, "town")
    assert transferred.contact == CONTACT
    assert transferred.fields == {
        "node": "a",
        "outcome": "talked",
        "rang": transferred.fields["rang"],
        "talked": "0",
    }


async def test_a_contact_that_redis_kept_is_taken_out_and_ends_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stranded, "RETRY_S", 0.05)
    process, url = start_redis(tmp_path, "--appendonly", "yes", "--appendfsync", "always")
    async with connect(url) as redis, opened(redis) as board:
        await board.agents.login(ALVA, "agent1")
        await board.agents.pause(ALVA.id, "break")
        session = calling("100", keys="31")
        serving = asyncio.create_task(board.serve(session))
        await session.music.wait()
        process.kill()
        process.wait()
        session.hang_up_now()  # the queue cannot be told
        with pytest.raises(QueueAway):
            await serving
        process, _ = start_redis(tmp_path, "--appendonly", "yes")
        stream = EventStream(redis, "demo")
        after = await stream.last_id()
        tidying = asyncio.create_task(board.stranded.tidy())
        told: list[Event] = []
        while len(told) < 2:
            told += await stream.read(told[-1].id if told else after, block_ms=5000)
        assert [(event.type, event.contact) for event in told] == [
            (EventType.CALL_LEFT, CONTACT),
            (EventType.CONTACT_ENDED, CONTACT),
        ]
        assert told[1].fields == {"reason": "caller", "tree": "reception"}
        tidying.cancel()
        await asyncio.gather(tidying, return_exceptions=True)
    process.terminate()
    process.wait()


async def test_a_call_that_no_queue_could_take_is_one_contact_when_it_comes_back(
    board: Switchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> bool:
        raise AcdUnavailable("away")

    with monkeypatch.context() as outage:
        outage.setattr(board.distributor, "join", away)
        with pytest.raises(QueueAway):
            await board.serve(calling("100", keys="31"))
    await board.serve(calling("100", keys="31"))
    for kind in (EventType.CONTACT_STARTED, EventType.CONTACT_ENDED):
        assert len(await board.events(kind)) == 1


@pytest.mark.parametrize("hangs_up", [True, False])
async def test_a_conversation_that_ends_while_redis_is_away_ends_once_and_as_long_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hangs_up: bool
) -> None:
    monkeypatch.setattr(stranded, "RETRY_S", 0.05)
    process, url = start_redis(tmp_path, "--appendonly", "yes", "--appendfsync", "always")
    async with connect(url) as redis, opened(redis) as board:

        async def talk_until_redis_is_gone(session: FakeSession) -> str:
            session.answered_at = str(system_clock() - TALKED_MS)
            process.kill()
            process.wait()
            if hangs_up:
                session.hang_up_now()
            return "ANSWER"

        await board.agents.login(ALVA, "agent1")
        with pytest.raises(QueueAway):
            await board.serve(calling("100", talk_until_redis_is_gone, keys="31"))
        process, _ = start_redis(tmp_path, "--appendonly", "yes")
        assert (await board.agents.status(ALVA.id)).state is AgentState.RESERVED
        stream = EventStream(redis, "demo")
        after = await stream.last_id()
        tidying = asyncio.create_task(board.stranded.tidy())
        told: list[Event] = []
        while EventType.CONTACT_ENDED not in [event.type for event in told]:
            told += await stream.read(told[-1].id if told else after, block_ms=5000)
        await eventually(lambda: not board.stranded.contacts)
        tidying.cancel()
        await asyncio.gather(tidying, return_exceptions=True)
        by_contact = [event.type for event in told if event.contact == CONTACT]
        assert by_contact == [
            EventType.CALL_ANSWERED,
            EventType.CALL_ENDED,
            EventType.CONTACT_ENDED,
        ]
        (ended,) = await board.events(EventType.CALL_ENDED)
        assert TALKED_MS <= int(ended.fields["talked"]) < TALKED_MS + 1000
        assert (await board.agents.status(ALVA.id)).state is AgentState.WRAPUP
    process.terminate()
    process.wait()
