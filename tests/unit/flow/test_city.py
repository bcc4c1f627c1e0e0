"""What holds for the whole city that is shipped, beyond what the check knows."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from ivr.flow.engine import Run
from ivr.flow.load import load_all
from ivr.flow.memory import MemoryCall, Script
from ivr.flow.nodes.menu import Menu
from ivr.flow.organisation import Organisation
from ivr.flow.recording import When
from ivr.flow.tree import Tree
from tests.unit.flow.trees import DEMO

pytestmark = pytest.mark.unit

CITY = load_all(DEMO)
ORGANISATIONS = list(CITY.organisations.values())
TWELVE = {
    *("switchboard", "preschool", "elderly-care", "parking", "water-waste", "housing"),
    *("building-permits", "employment", "culture", "schools", "social-services", "environment"),
}
MAIN = [tree for tree in CITY.trees if tree.name == "main"]
FOR_FICTION = re.compile(r"\+468465004[0-9]{2}")  # of PTS, for films and books
HELP = {"110", "112", "113", "114", "116", "117", "118"}
"""Short numbers that reach help or public services somewhere in the Nordic countries."""

each_organisation = pytest.mark.parametrize("organisation", ORGANISATIONS, ids=lambda one: one.id)
each_tree = pytest.mark.parametrize(
    "tree", CITY.trees, ids=lambda one: f"{one.organisation.id}/{one.name}"
)


def test_the_twelve_are_there() -> None:
    assert set(CITY.organisations) >= TWELVE
    assert {tree.organisation.id for tree in MAIN} == TWELVE


@each_tree
def test_no_number_is_a_real_one(tree: Tree) -> None:
    for number in tree.numbers:
        short = number.isdigit() and len(number) == 3 and number not in HELP
        assert short or FOR_FICTION.fullmatch(number.replace(" ", ""))


def test_an_agents_number_is_one_persons() -> None:
    numbers = Counter(number for one in ORGANISATIONS for number in one.agents)
    assert [number for number, times in numbers.items() if times > 1] == []


@each_organisation
def test_each_queue_has_somebody(organisation: Organisation) -> None:
    staffed = {queue for agent in organisation.agents.values() for queue in agent.queues}
    assert staffed == set(organisation.queues)


def test_social_services_record_nothing_without_a_yes() -> None:
    queues = CITY.organisations["social-services"].queues.values()
    assert {queue.recording.when for queue in queues} <= {When.NEVER, When.CONSENT}


def test_three_speak_danish() -> None:
    danish = {one.id for one in ORGANISATIONS if "da" in one.languages}
    assert danish == {"demo", "parking", "employment", "culture"}


@each_tree
def test_no_menu_has_more_than_five_choices(tree: Tree) -> None:
    menus = [node for node in tree.nodes.values() if isinstance(node, Menu)]
    assert all(len(menu.choices) <= 5 for menu in menus)


@pytest.mark.parametrize("tree", MAIN, ids=lambda one: one.organisation.id)
async def test_who_presses_nothing_in_the_forenoon_comes_to_a_person(tree: Tree) -> None:
    call = MemoryCall(Script([""] * 12), dialled=tree.numbers[0])
    await Run(tree, call, now=call.now).to_end()
    assert call.rides
