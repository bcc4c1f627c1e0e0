"""Supervisors: who they are, what of their rights Asterisk is told, whom exactly they hear."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from acd.model.offer import Offer
from ivr.flow.load import load_organisation
from ivr.flow.organisation import Organisation
from ivr.flow.staff import Supervisor
from ivr.flow.supervision import Right
from ivr.supervision.audit import Presence
from ivr.supervision.channels import agents_channel
from ivr.supervision.orders import Order
from ivr.supervision.rights import MODES, RIGHTS, may_switch, spy_options, supervised_by
from ivr.supervision.taking_over import share_bridge
from ivr.supervision.tickets import Ticket
from wire.ami.frames import Frame

pytestmark = pytest.mark.unit

DEMO = load_organisation(Path(__file__).parents[3] / "dialplans" / "demo")
TOWN = DEMO.model_copy(update={"id": "town", "agents": {}, "supervisors": {}})
OFFER = Offer("7", "vaxel-1.0", "support", "4001", "agent1", "here-1", 0)
EVERY_RIGHT = [set(some) for count in range(len(Right) + 1) for some in combinations(Right, count)]


def with_supervisor(organisation: Organisation, number: str, name: str) -> Organisation:
    one = Supervisor(name=name, may=(Right.LISTEN,))
    return organisation.model_copy(update={"supervisors": {number: one}})


def talk(contact: str, phone: str, node: str = "") -> Offer:
    return replace(OFFER, contact=contact, phone=phone, node=node)


def channel(name: str, uniqueid: str, bridge: str = "") -> Frame:
    lines = ("Event: CoreShowChannel", f"Channel: PJSIP/{name}", f"Uniqueid: {uniqueid}")
    return Frame("CoreShowChannel", "\r\n".join((*lines, f"BridgeId: {bridge}")))


def test_the_menu_has_a_key_for_each_right_in_their_order() -> None:
    assert "".join(RIGHTS) == "12345678"
    assert list(RIGHTS.values()) == list(Right)


@pytest.mark.parametrize("may", EVERY_RIGHT, ids=lambda may: "+".join(sorted(may)) or "nothing")
def test_asterisks_keys_change_the_way_only_for_who_may_any(may: set[Right]) -> None:
    assert may_switch(may) is (may >= {Right.LISTEN, Right.WHISPER, Right.BARGE})


@pytest.mark.parametrize(
    ("mode", "switching", "options"),
    [
        (Right.LISTEN, False, "quEx(*)"),
        (Right.WHISPER, False, "quEwx(*)"),
        (Right.BARGE, False, "quEBx(*)"),
        (Right.LISTEN, True, "quEdx(*)"),
        (Right.BARGE, True, "quEBdx(*)"),
    ],
)
def test_asterisk_is_told_the_way_a_channel_by_its_id_and_to_be_silent(
    mode: Right, switching: bool, options: str
) -> None:
    assert spy_options(mode, switching=switching) == options


def test_there_are_no_options_for_what_is_no_way_to_be_in_a_conversation() -> None:
    for right in set(Right) - set(MODES):
        with pytest.raises(KeyError):
            spy_options(right, switching=False)


def test_the_channel_is_the_phones_own_in_the_bridge_of_the_contact() -> None:
    channels = [
        channel("caller-00000001", "vaxel-1.0", "b1"),
        channel("agent10-00000002", "vaxel-1.1", "b1"),
        channel("agent1-00000003", "vaxel-1.2"),
        channel("agent1-00000004", "vaxel-1.3", "b2"),
        channel("agent1-00000005", "vaxel-1.4", "b1"),
        channel("agent1-00000005-00000006", "vaxel-1.5", "b1"),
        channel("caller-00000007", "vaxel-2.0", "b2"),
    ]
    assert agents_channel(channels, talk("vaxel-1.0", "agent1"), "trunk") == "vaxel-1.4"
    assert agents_channel(channels, talk("vaxel-2.0", "agent1"), "trunk") == "vaxel-1.3"
    assert agents_channel(channels, talk("vaxel-1.0", "agent10"), "trunk") == "vaxel-1.1"


def test_the_channel_to_a_phone_of_another_node_is_that_of_the_node() -> None:
    channels = [
        channel("caller-00000001", "vaxel-1.0", "b1"),
        channel("node-east-00000002", "vaxel-1.1", "b1"),
    ]
    assert agents_channel(channels, talk("vaxel-1.0", "agent1", "east"), "trunk") == "vaxel-1.1"
    assert agents_channel(channels, talk("vaxel-1.0", "agent1", "west"), "trunk") is None


def test_the_channel_to_an_agent_outside_is_that_towards_the_network() -> None:
    channels = [
        channel("trunk-00000001", "vaxel-1.0", "b1"),
        channel("trunk-00000002", "vaxel-1.1", "b1"),
    ]
    assert agents_channel(channels, talk("vaxel-1.0", "remote-4001"), "trunk") == "vaxel-1.1"


def test_there_is_no_channel_while_the_two_are_not_connected() -> None:
    waits = channel("caller-00000001", "vaxel-1.0")
    alone = channel("agent1-00000002", "vaxel-1.1")
    elsewhere = channel("agent10-00000003", "vaxel-1.2", "b1")
    assert agents_channel([waits, alone], talk("vaxel-1.0", "agent1"), "trunk") is None
    assert agents_channel([elsewhere], talk("vaxel-1.0", "agent1"), "trunk") is None
    connected = channel("caller-00000001", "vaxel-1.0", "b1")
    assert agents_channel([connected, elsewhere], talk("vaxel-1.0", "agent1"), "trunk") is None
    twice = [channel(f"agent1-0000000{n}", f"vaxel-1.{n}", "b1") for n in (4, 5)]
    assert agents_channel([connected, *twice], talk("vaxel-1.0", "agent1"), "trunk") is None


def test_a_ticket_is_read_as_it_was_noted() -> None:
    order = Order("demo", "4900", "4001", "a-1.0", Right.LISTEN)
    ticket = Ticket(order, "agent2", (Right.LISTEN, Right.BARGE))
    assert Ticket.of_note(ticket.noted) == ticket


@pytest.mark.parametrize(
    "noted",
    [
        "",
        "demo|4900|4001|a-1.0|listen",
        "demo|4900|4001|a-1.0|listen|",
        "demo|4900|4001|a-1.0|hear|agent2|listen",
        "demo|4900|4001|a-1.0|listen|agent2|everything",
    ],
)
def test_what_is_no_ticket_lets_nobody_in(noted: str) -> None:
    assert Ticket.of_note(noted) is None


def test_two_are_joined_when_they_share_a_bridge() -> None:
    caller, leader = channel("caller-00000001", "c", "b1"), channel("agent2-00000002", "s", "b1")
    assert share_bridge([caller, leader], "c", "s")
    assert not share_bridge([caller], "c", "s")
    assert not share_bridge([caller, channel("agent2-00000002", "s", "b2")], "c", "s")
    nowhere = [channel("caller-00000001", "c"), channel("agent2-00000002", "s")]
    assert not share_bridge(nowhere, "c", "s"), "two who are in no bridge are not joined"


def test_a_supervisor_leads_where_the_files_say_so() -> None:
    both = {"demo": with_supervisor(DEMO, "4900", "Disa"), "town": TOWN}
    assert supervised_by(both, "4900") == ["demo"]
    assert supervised_by(both, "4001") == [], "an agent is no supervisor"
    assert supervised_by(both, "4999") == []
    again = {**both, "town": with_supervisor(TOWN, "4900", "Disa")}
    assert supervised_by(again, "4900") == ["demo", "town"]


def test_nobody_is_a_supervisor_by_a_number_that_two_people_have() -> None:
    both = {"demo": with_supervisor(DEMO, "4900", "Disa")}
    assert supervised_by({**both, "town": with_supervisor(TOWN, "4900", "Eskil")}, "4900") == []
    agents = {"4900": DEMO.agents["4001"]}
    assert supervised_by({**both, "town": TOWN.model_copy(update={"agents": agents})}, "4900") == []


def test_a_presence_is_read_from_the_channel_as_it_was_noted() -> None:
    presence = Presence.begun("demo", "4900", "agent2", OFFER, 1_000)
    assert Presence.of_note(presence.noted) == presence
    for other in ("", "x", "demo|4900|agent2|4001|vaxel-1.0|support|soon"):
        assert Presence.of_note(other) is None


def test_a_presence_tells_who_where_with_whom_and_how_long() -> None:
    presence = Presence.begun("demo", "4900", "agent2", OFFER, 1_000)
    joined, left = presence.joined(Right.WHISPER), presence.left(4_500)
    assert (joined.contact, joined.queue, joined.agent) == ("vaxel-1.0", "support", "4001")
    assert joined.fields == {"by": "4900", "phone": "agent2", "mode": "whisper"}
    assert left.fields == {"by": "4900", "phone": "agent2", "duration": "3500"}
    assert presence.left(900).fields["duration"] == "0", "a clock may be set back"
