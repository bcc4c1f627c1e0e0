"""The transfer button of agents' phones, on the real Redis: who may what, and what comes of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from redis.asyncio import Redis

from acd.model.handover import HandedTo, Handover
from acd.model.offer import Offer
from ivr.conversations.handovers import WISH
from ivr.conversations.referrals import ASTRAY, Referrals
from ivr.flow.patterns import Pattern
from ivr.office import Office
from tests.integration.ivr.fake_line import FakeSession
from tests.integration.ivr.fake_office import an_office
from tests.integration.ivr.rides.conftest import ALVA, BIRK, DEMO
from tests.unit.ivr.fake_ami import FakeAmi
from wire.agi.parser import Environment
from wire.agi.session import AgiSession

pytestmark = pytest.mark.integration

CONTACT, PHONE = "vaxel-1.1", "agent1"
LISTED = "+46701740605"
OPEN = DEMO.model_copy(update={"transfers": (Pattern.parse(LISTED),)})
AWAY = "4003"


@dataclass(frozen=True, slots=True)
class Bench:
    """One controller, Alva in a conversation at ``agent1``, and Birk ready."""

    office: Office
    referrals: Referrals
    ami: FakeAmi
    offer: Offer
    succeeded: asyncio.Event

    async def referred(self, target: str, contact: str = CONTACT) -> FakeSession:
        """The caller's channel comes back."""
        fields = {"agi_uniqueid": contact, "agi_extension": target}
        session = FakeSession(environment=Environment(fields))
        await self.referrals.serve(cast(AgiSession, session))
        return session


@pytest.fixture
async def bench(redis: Redis) -> Bench:
    office = an_office(
        redis,
        OPEN,
    )
    await office.distributor.upkeep.renew()
    await office.agents.login(ALVA, PHONE)
    await office.distributor.join(CONTACT, office.rides.queues["support"])
    offer = await office.distributor.match_agent(ALVA.id)
    assert offer is not None
    await office.distributor.answered(offer)
    await office.agents.login(BIRK, "agent2")
    ami, succeeded = FakeAmi(), asyncio.Event()
    referrals = Referrals(ami.as_client(), {"demo": office}, succeeded)
    return Bench(office, referrals, ami, offer, succeeded)


@pytest.mark.parametrize(
    ("target", "noted"),
    [
        (BIRK.id, "agent 4002 support 0"),
        ("*1", "queue support support 0"),
        ("0701740605", "number 0701740605 - 1"),
        (LISTED, f"number {LISTED} - 1"),
        ("0046701740605", f"number {LISTED} - 1"),
        (f"000{LISTED[1:]}", f"number {LISTED} - 1"),
    ],
)
async def test_a_phone_names_whom_a_code_could_name_or_a_number_as_it_is_called(
    bench: Bench, target: str, noted: str
) -> None:
    assert await bench.referrals.may(PHONE, target)
    session = await bench.referred(target)
    assert session.variables[WISH] == noted


@pytest.mark.parametrize("target", ["", "0", "*", "*77", "4999", AWAY, ALVA.id, "0701112233", "x"])
async def test_nobody_else_can_be_named(bench: Bench, target: str) -> None:
    assert not await bench.referrals.may(PHONE, target)
    assert WISH not in (await bench.referred(target)).variables, "as the dialplan has it"


async def test_only_the_phone_of_the_conversation_may(bench: Bench) -> None:
    for phone in ("agent2", "agent3", "caller", "", "node-b"):
        assert not await bench.referrals.may(phone, BIRK.id)
    assert WISH not in (await bench.referred(BIRK.id, "vaxel-2.2")).variables


async def test_who_asks_a_colleague_comes_back_first(bench: Bench) -> None:
    await bench.office.distributor.consulting.begin(bench.offer, Handover(HandedTo.AGENT, BIRK.id))
    assert not await bench.referrals.may(PHONE, "*1")
    await bench.office.distributor.consulting.over(CONTACT, BIRK.id)
    assert await bench.referrals.may(PHONE, "*1")


async def test_asterisk_is_told_of_an_extension_or_of_none(bench: Bench) -> None:
    app = web.Application()
    app.add_routes(bench.referrals.pages())
    async with TestClient(TestServer(app)) as asterisk:
        for target, told in ((BIRK.id, "app=Goto&appdata="), ("4999", "")):
            asked = {"exten": target, "context": PHONE, "priority": "1"}
            async with asterisk.post("/referrals/single", data=asked) as answer:
                assert answer.status == 200
                assert (await answer.text()).startswith(told)
                assert bool(await answer.text()) == bool(told)


@pytest.mark.parametrize(
    ("event", "is_taken_away"),
    [
        ({}, True),
        ({"DestType": "Bridge"}, False),
        ({"SecondTransfererChannel": "Local/4002@vaxel-consult-1;1"}, False),
    ],
)
async def test_a_caller_at_an_agents_desk_is_taken_away(
    bench: Bench, event: dict[str, str], is_taken_away: bool
) -> None:
    said = {
        "OrigTransfererChannel": "PJSIP/agent1-00000001",
        "SecondTransfererChannel": "PJSIP/agent1-00000007",
        "SecondTransfererUniqueid": "vaxel-1.9",
        "TransfereeUniqueid": CONTACT,
        "DestType": "App",
    }
    bench.ami.channels.add("vaxel-1.9")
    await bench.ami.tell_and_wait("AttendedTransfer", **(said | event))
    assert not [name for name, _ in bench.ami.asked if name == "Redirect"], "not there yet"
    bench.ami.channels.clear()
    for _ in range(2):
        await bench.ami.tell_and_wait("Hangup", Uniqueid="vaxel-1.9")
    asked = [fields["Channel"] for name, fields in bench.ami.asked if name == "Redirect"]
    assert asked == ([CONTACT] if is_taken_away else [])
    assert {fields.get("Context", ASTRAY) for _, fields in bench.ami.asked} <= {ASTRAY}


@pytest.mark.parametrize("succeeded", [False, True])
async def test_one_who_is_there_already_is_taken_away_at_once_by_the_one_that_serves(
    bench: Bench, succeeded: bool
) -> None:
    if succeeded:
        bench.succeeded.set()
    await bench.ami.tell_and_wait(
        "AttendedTransfer",
        OrigTransfererChannel="PJSIP/agent1-00000001",
        SecondTransfererChannel="PJSIP/agent1-00000007",
        SecondTransfererUniqueid="vaxel-1.9",
        TransfereeUniqueid=CONTACT,
        DestType="App",
    )
    assert [name for name, _ in bench.ami.asked] == ([] if succeeded else ["Getvar", "Redirect"])
