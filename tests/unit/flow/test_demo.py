"""The demo organisation as shipped: right, complete, and without a way that never ends."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.flow.engine import Run
from ivr.flow.load import check, load_all
from ivr.flow.memory import MemoryCall, Script
from ivr.flow.prompts import utterances
from ivr.flow.trace import EndReason, RunResult
from ivr.flow.tree import Tree
from tests.unit.flow.trees import DEMO

pytestmark = pytest.mark.unit

CATALOGUE = load_all(DEMO)
NIGHT = datetime(2026, 11, 23, 2, tzinfo=UTC)
DAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
CHRISTMAS_EVE = datetime(2026, 12, 24, 10, tzinfo=UTC)


def tree_at(number: str) -> Tree:
    tree = CATALOGUE.find(number)
    assert tree is not None
    return tree


async def ring(tree: Tree, keys: str, began: datetime = DAY) -> tuple[MemoryCall, RunResult]:
    call = MemoryCall(Script.parse(keys), dialled=tree.numbers[0], began=began)
    return call, await Run(tree, call, now=call.now).to_end()


def nodes_of(result: RunResult) -> str:
    return " ".join(step.visit.node for step in result.trace)


def test_the_demo_has_neither_errors_nor_warnings() -> None:
    assert list(check(DEMO).problems) == []


RECEPTION = {
    "Swedish to the support": ("1,1,a", "sv", "main support goodbye"),
    "Danish to the operator": ("2,0,a", "da", "main operator goodbye"),
    "English, nobody there": ("3,1,n", "en", "main support nobody message goodbye"),
    "waited in vain for the support": ("3,1,t", "en", "main support all_busy message goodbye"),
    "waited in vain for the operator": ("1,0,t", "sv", "main operator all_busy message goodbye"),
    "nobody at the switchboard": ("1,0,n", "sv", "main operator nobody message goodbye"),
    "opening hours first": ("3,2,1,a", "en", "main opening_hours main support goodbye"),
    "choices again": ("2,9,1,a", "da", "main main support goodbye"),
    "silence throughout": (",,,,,a", "sv", "main operator goodbye"),
    "wrong keys throughout": ("7,7,7,7,7,a", "sv", "main operator goodbye"),
    "by voice": (
        "3,say opening hours,say repeat,say customer service,a",
        "en",
        "main opening_hours main main support goodbye",
    ),
    "not understood": ("1,say vad,say va,say hallå,a", "sv", "main operator goodbye"),
    "hangs up in the menu": ("3", "en", "main"),
    "hangs up in the queue": ("3,1,h", "en", "main support"),
    "leaves no message": ("3,1,n,", "en", "main support nobody message goodbye"),
}


@pytest.mark.parametrize("began", [NIGHT, DAY, CHRISTMAS_EVE])
@pytest.mark.parametrize(("keys", "language", "way"), RECEPTION.values(), ids=RECEPTION)
async def test_every_way_through_the_reception(
    keys: str, language: str, way: str, began: datetime
) -> None:
    call, result = await ring(tree_at("100"), keys, began)
    assert nodes_of(result) == f"welcome choose_language opening {way}"
    assert call.heard[-1].language == language


async def test_a_closed_reception_takes_a_message() -> None:
    tree = tree_at("100")
    hours = dict(tree.organisation.hours)
    hours["reception"] = hours["office"]
    closed = Tree(
        tree.organisation.model_copy(update={"hours": hours}),
        tree.name,
        tree.numbers,
        tree.start,
        tree.nodes,
    )
    call, result = await ring(closed, "3", NIGHT)
    assert nodes_of(result) == "welcome choose_language opening closed message goodbye"
    assert [request.mailbox for request, _ in call.messages] == ["reception"]


@pytest.mark.parametrize(
    ("keys", "began", "way"),
    [
        ("a", DAY, "opening welcome support goodbye"),
        ("n", DAY, "opening welcome support message goodbye"),
        ("t", DAY, "opening welcome support message goodbye"),
        ("", NIGHT, "opening closed message goodbye"),
        ("", CHRISTMAS_EVE, "opening closed message goodbye"),
    ],
)
async def test_every_way_through_the_office(keys: str, began: datetime, way: str) -> None:
    _, result = await ring(tree_at("101"), keys, began)
    assert (nodes_of(result), result.reason) == (way, EndReason.TREE)


ACTS = st.lists(
    st.sampled_from(
        ["", "h", "a", "n", "t", *"0123456789*#", "12", "91", "##99", "say operator", "say what"]
    ),
    max_size=60,
)


@settings(max_examples=200)
@given(acts=ACTS, number=st.sampled_from(["100", "101"]), began=st.sampled_from([DAY, NIGHT]))
async def test_any_caller_comes_to_an_end(acts: list[str], number: str, began: datetime) -> None:
    tree = tree_at(number)
    call = MemoryCall(Script(acts), dialled=number, began=began)
    result = await Run(tree, call, now=call.now).to_end()
    assert result.reason in {EndReason.CALLER, EndReason.TREE}
    assert result.fault is None
    assert all(step.fault is None for step in result.trace)
    assert result.last_node in tree.nodes


def test_what_will_be_said_is_known_ahead_but_for_what_the_call_brings() -> None:
    known = utterances(CATALOGUE)
    texts = {(utterance.language, utterance.text) for utterance in known}
    assert ("sv", "Välkommen till Exempelstad.") in texts
    assert ("da", "efterbehandling") in texts
    assert not any("{{" in text for _, text in texts)
    assert not any(text.startswith("You are number") for _, text in texts)
