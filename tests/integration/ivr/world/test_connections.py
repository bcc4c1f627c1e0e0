"""Callers are connected with others, led into rooms, and hung up on."""

from __future__ import annotations

import pytest

from ivr.calls.dialplan import CAUSE, DONE
from ivr.flow.call import Cause
from ivr.flow.world import Conferred, TransferOutcome, Transferred, TransferRequest
from ivr.office import Office
from ivr.world import conferences
from ivr.world.conferences import PROFILES
from ivr.world.transfers import OPTIONS, Transfers
from tests.integration.ivr.fake_line import FakeSession
from tests.integration.ivr.world.conftest import calling, session

pytestmark = pytest.mark.integration


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
