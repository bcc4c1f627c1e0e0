"""The ACD's words refuse what could not be one of them."""

from __future__ import annotations

import pytest

from acd.clock import system_clock
from acd.keys import Keys, offer_channel
from acd.model.agent import Agent
from acd.model.callback import CallbackRules
from acd.model.queue import Queue
from acd.names import check_name

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("name", ["fees", "förskola-support", "a.b_c-1", "4001", "x" * 80])
def test_a_name_of_letters_digits_dots_and_hyphens_is_taken(name: str) -> None:
    assert check_name("Queue", name) == name


@pytest.mark.parametrize("name", ["", "a|b", "a}b", "{a}", "a b", "a\nb", "a\x00", "x" * 81, "a\n"])
def test_a_name_that_could_break_an_index_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="Queue"):
        Queue(name)
    with pytest.raises(ValueError, match="Organisation"):
        Keys(name)
    with pytest.raises(ValueError, match="Agent"):
        Agent(name, "Ada", ("fees",))


def test_times_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="ring"):
        Queue("fees", ring_seconds=0)
    with pytest.raises(ValueError, match="ring"):
        Queue("fees", wrapup_seconds=-1)
    for number in (0, 11):
        with pytest.raises(ValueError, match="at once"):
            Queue("fees", ring_at_once=number)


def test_rules_that_cannot_be_are_refused() -> None:
    for wrong in ({"tries": 0}, {"ring_ms": 0}, {"every_ms": -1}, {"parting_ms": -1}):
        with pytest.raises(ValueError, match="Callback"):
            CallbackRules(**wrong)


def test_an_agent_serves_at_least_one_queue_and_each_has_a_name() -> None:
    with pytest.raises(ValueError, match="at least one queue"):
        Agent("4001", "Ada", ())
    with pytest.raises(ValueError, match="Queue"):
        Agent("4001", "Ada", ("fees", "a|b"))


def test_all_keys_of_an_organisation_carry_its_hash_tag() -> None:
    keys = Keys("förskola").all
    assert keys[0] == "events:{förskola}"
    assert all("{förskola}" in key for key in keys)
    assert len(set(keys)) == len(keys)


def test_each_controller_has_a_channel_of_its_own() -> None:
    assert offer_channel("one") != offer_channel("two")


def test_the_clock_gives_milliseconds() -> None:
    assert len(str(system_clock())) == 13
