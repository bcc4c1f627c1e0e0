"""Calls that Växel makes: what Asterisk is asked for, and what is told of the outcome."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from ivr.calls.outgoing import Dialler, Outcome, OutgoingCall
from tests.unit.ivr.fake_ami import FakeAmi
from wire.ami.errors import AmiActionFailed, AmiConnectionLost, AmiNotConnected

pytestmark = pytest.mark.unit

CONTACT = "vaxel-1700000000.7"
CALL = OutgoingCall(CONTACT, "demo", "+46701740605", "+46846500400", 'Exempel"stad <1>', 25_000)


@pytest.fixture
def ami() -> FakeAmi:
    return FakeAmi()


async def test_a_phone_is_rung_under_the_contacts_own_id(ami: FakeAmi) -> None:
    dialler = Dialler(ami.as_client(), "trunk")
    ami.on_action = lambda: ami.tell("OriginateResponse", Uniqueid=CONTACT, Response="Success")
    assert await dialler.dial(CALL) is Outcome.ANSWERED
    ((name, asked),) = ami.asked
    assert name == "Originate"
    assert asked == {
        "Channel": "PJSIP/+46701740605@trunk",
        "ChannelId": CONTACT,
        "Context": "vaxel-callback",
        "Exten": "s",
        "Priority": "1",
        "Timeout": "25000",
        "CallerID": '"Exempelstad 1" <+46846500400>',
        "Variable": "VAXEL_ORG=demo",
        "Async": "true",
    }


@pytest.mark.parametrize(
    ("status", "reason", "outcome"),
    [
        ("BUSY", "0", Outcome.BUSY),
        ("NOANSWER", "0", Outcome.NO_ANSWER),
        ("CONGESTION", "0", Outcome.UNREACHABLE),
        ("CHANUNAVAIL", "0", Outcome.UNREACHABLE),
        ("", "3", Outcome.NO_ANSWER),
        ("", "0", Outcome.UNREACHABLE),
    ],
)
async def test_why_nobody_picked_up_is_told(
    ami: FakeAmi, status: str, reason: str, outcome: Outcome
) -> None:
    dialler = Dialler(ami.as_client(), "trunk")

    def end() -> None:
        ami.tell("DialEnd", DestUniqueid="vaxel-another", DialStatus="BUSY")
        ami.tell("OriginateResponse", Uniqueid="vaxel-another", Response="Success")
        if status:
            ami.tell("DialEnd", DestUniqueid=CONTACT, DialStatus=status)
        ami.tell("OriginateResponse", Uniqueid=CONTACT, Response="Failure", Reason=reason)

    ami.on_action = end
    assert await dialler.dial(CALL) is outcome


async def test_why_it_was_may_be_told_behind_the_end_of_the_call(ami: FakeAmi) -> None:
    dialler = Dialler(ami.as_client(), "trunk")

    def end() -> None:
        ami.tell("OriginateResponse", Uniqueid=CONTACT, Response="Failure", Reason="0")
        loop = asyncio.get_running_loop()
        busy = partial(ami.tell, "DialEnd", DestUniqueid=CONTACT, DialStatus="BUSY")
        loop.call_later(0.01, busy)

    ami.on_action = end
    assert await dialler.dial(CALL) is Outcome.BUSY


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (AmiNotConnected("away"), Outcome.NOT_MADE),
        (AmiActionFailed("Originate", "no"), Outcome.NOT_MADE),
        (AmiConnectionLost("gone"), Outcome.UNKNOWN),
    ],
)
async def test_a_call_that_was_perhaps_made_is_told_from_one_that_was_not(
    ami: FakeAmi, fault: AmiActionFailed | AmiConnectionLost, outcome: Outcome
) -> None:
    ami.fault = fault
    assert await Dialler(ami.as_client(), "trunk").dial(CALL) is outcome


async def test_without_a_way_out_nobody_is_called(ami: FakeAmi) -> None:
    assert await Dialler(ami.as_client(), "").dial(CALL) is Outcome.UNREACHABLE
    assert not ami.asked


@pytest.mark.parametrize("number", ["", "100@evil", "+46701740605/n", "0701&PJSIP/1", "sip:1"])
def test_nothing_but_a_number_is_dialled(number: str) -> None:
    with pytest.raises(ValueError, match="digits"):
        OutgoingCall(CONTACT, "demo", number, "", "", 25_000)
