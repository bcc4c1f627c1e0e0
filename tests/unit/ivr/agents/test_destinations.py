"""By which way an agent is rung."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from pydantic import ValidationError

from acd.model.offer import Offer
from ivr.agents.destinations import ALONE, Destinations
from ivr.settings import AsteriskSettings

pytestmark = pytest.mark.unit

AMONG_TWO = Destinations("a", {"b": "10.0.0.2:5060"})


def offer(node: str) -> Offer:
    return Offer("1", "a-1.1", "fees", "4001", "agent1", "a.host-1-x", 0, node)


@pytest.mark.parametrize("node", ["", "a"])
def test_a_phone_of_this_node_or_of_none_that_is_known_is_rung_here(node: str) -> None:
    assert AMONG_TWO.of(offer(node)) == "PJSIP/agent1"
    assert ALONE.of(offer("")) == "PJSIP/agent1"


def test_a_phone_of_another_node_is_rung_by_way_of_that() -> None:
    assert AMONG_TWO.of(offer("b")) == "PJSIP/agent1@node-b"


def test_the_caller_is_at_the_node_of_the_controller_that_rings() -> None:
    assert AMONG_TWO.node_of_caller(offer("b")) == "a"
    assert ALONE.node_of_caller(replace(offer(""), controller=".host-1-x")) == ""
    assert ALONE.node_of_caller(replace(offer(""), controller="host")) == ""


def test_a_node_that_no_setting_names_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert AMONG_TWO.of(offer("c")) == "PJSIP/agent1"
    (told,) = caplog.records
    assert vars(told)["node"] == "c"


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("a", "10.0.0.2:5060"),  # itself
        ("B", "10.0.0.2:5060"),
        ("b-1", "10.0.0.2:5060"),
        ("b", "10.0.0.2"),
        ("b", "10.0.0.2:5060\ncontext = callers"),
        ("b", "10.0.0.2:5060;transport=tcp"),
    ],
)
def test_peers_that_asterisk_would_misread_are_refused(name: str, address: str) -> None:
    with pytest.raises(ValidationError):
        AsteriskSettings(node="a", peers={name: address})
