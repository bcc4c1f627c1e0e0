"""The world for one caller: the real Redis, a fake channel, a service that hangs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import web
from redis.asyncio import Redis

from acd.agents import Agents
from acd.clock import system_clock
from acd.model.agent import Agent
from acd.model.callback import CallbackSource, CallbackState
from acd.offers import OfferListener
from ivr import conferences
from ivr.agi_call import AgiCall
from ivr.conferences import PROFILES
from ivr.dialplan import CAUSE, DONE
from ivr.flow.call import CallerHungUp, Cause, QueueAway, QueueOutcome, QueueRequest
from ivr.flow.hosts import Host
from ivr.flow.load import load_organisation
from ivr.flow.memory_world import NOTHING_WAITS
from ivr.flow.world import (
    WAITS,
    Announced,
    CallbackWish,
    Conferred,
    QueueFigure,
    TextMessage,
    TransferOutcome,
    Transferred,
    TransferRequest,
    WebRequest,
)
from ivr.office import Office
from ivr.text_messages import FileSender, HttpSender, TextNotSent
from ivr.transfers import OPTIONS, Transfers
from ivr.web_request import WebServices
from store.events import EventType
from store.stream import BEGINNING, EventStream, connect
from tests.integration.ivr.fake_line import Dial, FakePrompts, FakeRecorder, FakeSession
from tests.integration.ivr.fake_office import an_office, asterisk_away, no_secret
from tests.unit.flow.trees import DEMO
from wire.agi.parser import Environment
from wire.agi.session import AgiSession

pytestmark = pytest.mark.integration

ORGANISATION = load_organisation(DEMO / "demo")
ALVA = Agent("4001", "Alva", ("support",))
CALLER = "0701740605"
E164 = "+46701740605"


@pytest.fixture
def office(redis: Redis) -> Office:
    offers = OfferListener(redis, "test-1")
    return an_office(
        redis, ORGANISATION, offers, "test-1", ami=asterisk_away(), recorder=FakeRecorder()
    )


def calling(
    office: Office, session: FakeSession, contact: str = "vaxel-1.1", caller: str = CALLER
) -> AgiCall:
    return AgiCall(
        cast(AgiSession, session),
        FakePrompts(),
        contact=contact,
        caller=caller,
        dialled="100",
        ride=office.rides.ride,
        listen=_never,
        record=_never,
        world=office.around.of,
    )


async def _never(*_: object) -> Any:
    raise AssertionError


def session(keys: str = "", *dials: str) -> FakeSession:
    fields = {"agi_uniqueid": "vaxel-1.1", "agi_channel": "PJSIP/caller-00000001"}
    return FakeSession(*map(_ends, dials), environment=Environment(fields), keys=keys)


def _ends(status: str) -> Dial:
    async def dial(line: FakeSession) -> str:
        line.variables["DIALSTATUS"] = status
        return status

    return dial


# Services -------------------------------------------------------------------------------------


@pytest.fixture
async def silent() -> AsyncIterator[tuple[int, asyncio.Event]]:
    """A service that never answers: its port, and the moment in which it is asked."""
    asked, over = asyncio.Event(), asyncio.Event()

    async def hang(_: web.BaseRequest) -> web.StreamResponse:
        asked.set()
        await over.wait()
        return web.Response()

    runner = web.ServerRunner(web.Server(hang), shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1], asked
    over.set()
    await runner.cleanup()


async def test_a_hang_up_ends_a_request_at_once(
    office: Office, silent: tuple[int, asyncio.Event]
) -> None:
    port, asked = silent
    around = replace(office.around, web=WebServices([Host.parse(f"127.0.0.1:{port}")], no_secret))
    line = session()
    world = around.of(calling(office, line))
    request = WebRequest("GET", f"http://127.0.0.1:{port}/", seconds=60)
    fetching = asyncio.create_task(world.fetch(request))
    await asked.wait()
    line.hang_up_now()
    with pytest.raises(CallerHungUp):
        async with asyncio.timeout(5):
            await fetching


# Transfers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "literal", "channel"),
    [
        ("+46 8 508 00 508", True, "PJSIP/+46850800508@caller"),
        ("08-508 00 508", False, "PJSIP/+46850800508@caller"),
        ("112", True, "PJSIP/112@caller"),
        (
            "sip:desk@partner.example.se:5061",
            False,
            "PJSIP/caller/sip:desk@partner.example.se:5061",
        ),
    ],
)
async def test_a_transfer_rings_through_the_outgoing_endpoint(
    office: Office, target: str, literal: bool, channel: str
) -> None:
    line = session("", "ANSWER")
    told = await calling(office, line).world.transfer(TransferRequest(target, literal, 12.4))
    assert (told.outcome, told.hung_up) == (TransferOutcome.TALKED, False)
    assert (line.rung, line.dial_options) == ([channel], [OPTIONS])
    assert line.variables["DIALSTATUS"] == "", "the dialplan must not take it for the end"


@pytest.mark.parametrize(
    ("target", "literal"),
    [
        ("+46 900 123 45 67", False),  # a premium service, listed by its beginning only
        ("+1 212 555 01 00", False),
        ("112", False),
        ("100", True),  # our own
    ],
)
async def test_what_costs_or_comes_back_is_not_dialled(
    office: Office, target: str, literal: bool
) -> None:
    line = session()
    told = await calling(office, line).world.transfer(TransferRequest(target, literal, 10))
    assert told == Transferred(TransferOutcome.REFUSED)
    assert line.rung == []


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("BUSY", TransferOutcome.BUSY),
        ("NOANSWER", TransferOutcome.NO_ANSWER),
        ("CHANUNAVAIL", TransferOutcome.UNREACHABLE),
        ("CONGESTION", TransferOutcome.UNREACHABLE),
        ("", TransferOutcome.UNREACHABLE),
    ],
)
async def test_a_transfer_that_fails_tells_why(
    office: Office, status: str, outcome: TransferOutcome
) -> None:
    world = calling(office, session("", status)).world
    told = await world.transfer(TransferRequest("112", True, 10))
    assert (told.outcome, told.talked, told.hung_up) == (outcome, 0, False)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("CANCEL", TransferOutcome.ABANDONED), ("ANSWER", TransferOutcome.TALKED)],
)
async def test_a_caller_who_hangs_up_in_a_transfer_is_gone(
    office: Office, status: str, outcome: TransferOutcome
) -> None:
    async def hangs_up(line: FakeSession) -> str:
        line.hang_up_now()
        return status

    line = FakeSession(hangs_up)
    told = await calling(office, line).world.transfer(TransferRequest("112", True, 10))
    assert (told.outcome, told.hung_up) == (outcome, True)
    assert "DIALSTATUS" not in line.variables


@pytest.mark.parametrize(
    ("status", "answered_at", "rang", "talked"),
    [
        ("ANSWER", "6000", 5, 25),
        ("ANSWER", "", 30, 0),
        ("ANSWER", "31001", 30, 0),  # clocks differ
        ("ANSWER", "999", 0, 30),
        ("BUSY", "6000", 30, 0),  # of the agent before
    ],
)
async def test_ringing_and_talking_make_up_the_whole_transfer(
    office: Office, status: str, answered_at: str, rang: float, talked: float
) -> None:
    line = session("", status)
    line.answered_at = answered_at
    now = iter((1_000, 31_000))
    transfers = Transfers(office.around.outgoing, lambda: next(now))
    told = await transfers.connect(calling(office, line), TransferRequest("112", True, 10))
    assert (told.rang, told.talked) == (rang, talked)


# Conferences ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "joined"), [("DTMF", True), ("TIMEOUT", True), ("FAILED", False)]
)
async def test_a_room_is_the_organisations_own(office: Office, result: str, joined: bool) -> None:
    line = session()
    line.variables["CONFBRIDGE_RESULT"] = result
    told = await calling(office, line).world.conference("storm")
    assert (told.room, told.joined, told.hung_up) == ("storm", joined, False)
    assert line.executed == [("ConfBridge", "demo-storm", *PROFILES)]


async def test_a_caller_who_hangs_up_in_a_room_is_gone(office: Office) -> None:
    line = session()
    line.variables["CONFBRIDGE_RESULT"] = "HANGUP"
    now = iter((1_000, 8_500))
    told = await conferences.join(calling(office, line), "demo", "storm", lambda: next(now))
    assert told == Conferred("storm", joined=True, stayed=7.5, hung_up=True)


# Hanging up -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("cause", "number"), [(Cause.BUSY, "17"), (Cause.UNALLOCATED, "1")])
async def test_a_cause_is_left_to_the_dialplan(office: Office, cause: Cause, number: str) -> None:
    line = session()
    await calling(office, line).hang_up(cause)
    assert line.variables == {CAUSE: number, DONE: "1"}
    assert not line.hung_up


async def test_the_normal_way_to_hang_up_is_at_once(office: Office) -> None:
    line = session()
    await calling(office, line).hang_up()
    assert line.hung_up


# Callers --------------------------------------------------------------------------------------


async def test_a_caller_is_known_in_the_next_call_and_not_in_this_one(office: Office) -> None:
    world = calling(office, session()).world
    assert not (await world.recall()).known
    assert not (await world.recall()).known
    assert await world.remember_language("en")
    assert (await world.recall()).language == "en"
    again = await calling(office, session()).world.recall()
    assert (again.known, again.language) == (True, "en")


# Announcements --------------------------------------------------------------------------------


async def test_an_announcement_switched_by_telephone_names_the_contact(
    office: Office, redis: Redis
) -> None:
    world = calling(office, session()).world
    assert await world.announcement("storm") is None
    assert await world.switch_announcement("storm", 3600)
    assert await world.announcement("storm") == Announced()
    assert await world.switch_announcement("storm", None)
    assert await world.announcement("storm") is None
    on, off = await EventStream(redis, "demo").read(BEGINNING)
    assert (on.type, on.contact, on.fields["turn"]) == (
        EventType.ANNOUNCEMENT_SWITCHED,
        "vaxel-1.1",
        "on",
    )
    assert off.fields == {"name": "storm", "turn": "off"}


# Queues ---------------------------------------------------------------------------------------


async def test_a_queue_tells_how_it_stands(office: Office, redis: Redis) -> None:
    await Agents(redis, "demo", system_clock).login(ALVA, "agent1")
    for contact in ("a", "b"):
        await office.distributor.join(contact, office.rides.queues["support"])
    assert await calling(office, session()).world.queue_figures("support") == {
        QueueFigure.WAITING: 2,
        QueueFigure.LONGEST_WAIT: 0,
        QueueFigure.AGENTS: 1,
        QueueFigure.READY: 1,
    }, "the wait is unknown: no contact has been handled"
    empty = await calling(office, session()).world.queue_figures("operator")
    assert empty == NOTHING_WAITS


async def test_a_queue_tells_the_wait_where_it_is_known(office: Office, redis: Redis) -> None:
    await Agents(redis, "demo", system_clock).login(ALVA, "agent1")
    queue = office.rides.queues["support"]
    await office.distributor.join("a", queue)
    world = calling(office, session()).world
    await redis.hset("vaxel:{demo}:pace", mapping={"service|support": "90000|0|4"})
    await office.distributor.join("b", queue)
    assert await office.distributor.match(queue) is not None
    assert not WAITS & (await world.queue_figures("support")).keys()
    await redis.hset("vaxel:{demo}:pace", mapping={"service|support": "90000|0|50"})
    figures = await world.queue_figures("support")
    # Two more contacts of 90 s: from 48 s to 5 min 59 s.
    assert (figures[QueueFigure.WAIT_LOW], figures[QueueFigure.WAIT_HIGH]) == (0, 6)


async def test_without_redis_a_queue_is_away(office: Office, tmp_path: Path) -> None:
    async with connect(f"unix://{tmp_path / 'nobody'}") as nowhere:
        offers = OfferListener(nowhere, "test-1")
        lost = an_office(
            nowhere, ORGANISATION, offers, "test-1", ami=asterisk_away(), recorder=FakeRecorder()
        )
        world = calling(lost, session()).world
        with pytest.raises(QueueAway):
            await world.queue_figures("support")
        assert await world.announcement("storm") is None
        assert not await world.switch_announcement("storm", 60)


async def test_a_full_queue_takes_nobody_else_and_keeps_who_is_in_it(office: Office) -> None:
    await office.distributor.join("a", office.rides.queues["support"])
    request = QueueRequest("support", "sv", max_length=1)
    assert await calling(office, session()).queue(request) is QueueOutcome.FULL
    assert await office.distributor.held("vaxel-1.1") is None
    # whose controller died stands in it already; nobody is logged in
    assert await calling(office, session(), "a").queue(request) is QueueOutcome.NOBODY
    roomy = replace(request, max_length=2)
    assert await calling(office, session(), "b").queue(roomy) is QueueOutcome.NOBODY


# Callbacks ------------------------------------------------------------------------------------

WISH = CallbackWish("support", "sv", {"main": "fees"})


async def test_a_caller_is_called_back_without_having_waited(office: Office, redis: Redis) -> None:
    line = session("11")  # the number is right; as soon as it is their turn
    assert await calling(office, line).world.call_back(WISH)
    (kept,) = await office.callbacks.open()
    assert (kept.contact, kept.number, kept.queue) == ("vaxel-1.1", E164, "support")
    assert (kept.source, kept.answers) == (CallbackSource.QUEUE, {"main": "fees"})
    assert kept.state is CallbackState.SCHEDULED, "while they are on the phone nobody calls"
    assert kept.due_ms > system_clock()
    assert line.variables[DONE] == "1"
    assert any("Vi ringer dig när" in said for said in line.played)
    (requested,) = await EventStream(redis, "demo").read(BEGINNING)
    assert "due" not in requested.fields, "no time was chosen"


async def test_a_caller_whose_number_cannot_be_called_goes_on(office: Office) -> None:
    line = session()
    assert not await calling(office, line, caller="").world.call_back(WISH)
    assert await office.callbacks.open() == ()
    assert not any("plats i kön" in said for said in line.played), "they have none"
    assert DONE not in line.variables


async def test_a_caller_who_will_be_called_already_is_told_so(office: Office) -> None:
    assert await calling(office, session("11")).world.call_back(WISH)
    line = session()
    assert not await calling(office, line, "vaxel-2.2").world.call_back(WISH)
    assert any("redan på tur" in said for said in line.played)


# Text messages --------------------------------------------------------------------------------


async def test_a_text_message_goes_into_the_file_of_the_settings(
    office: Office, tmp_path: Path
) -> None:
    file = tmp_path / "texts.jsonl"
    around = replace(office.around, texts=FileSender(file))
    world = around.of(calling(office, session()))
    assert await world.send_text(TextMessage(CALLER, "Hej å\nhttps://x"))
    (line,) = file.read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == {"org": "demo", "to": E164, "text": "Hej å\nhttps://x"}
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("number", ["+1 212 555 01 00", "+46 900 123 45 67", "100", "x"])
async def test_no_text_message_goes_where_nobody_is_called(
    office: Office, tmp_path: Path, number: str
) -> None:
    file = tmp_path / "texts.jsonl"
    world = replace(office.around, texts=FileSender(file)).of(calling(office, session()))
    assert not await world.send_text(TextMessage(number, "Hej"))
    assert not file.exists()


async def test_without_a_sender_no_text_message_goes(office: Office) -> None:
    assert not await calling(office, session()).world.send_text(TextMessage(CALLER, "Hej"))


@pytest.mark.parametrize("status", [202, 500])
async def test_a_gateway_gets_the_message_and_may_refuse_it(status: int) -> None:
    got: list[tuple[str, object]] = []

    async def take(request: web.BaseRequest) -> web.StreamResponse:
        got.append((request.headers["Authorization"], json.loads(await request.read())))
        return web.Response(status=status)

    runner = web.ServerRunner(web.Server(take))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sender = HttpSender(f"http://127.0.0.1:{runner.addresses[0][1]}/sms", "key", "")
    try:
        if status == 202:
            await sender.send(TextMessage(E164, "Hej"), "demo")
        else:
            with pytest.raises(TextNotSent, match="500"):
                await sender.send(TextMessage(E164, "Hej"), "demo")
    finally:
        await runner.cleanup()
    assert got == [("Bearer key", {"from": "demo", "to": E164, "text": "Hej"})]
