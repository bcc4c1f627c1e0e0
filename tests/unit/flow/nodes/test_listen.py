"""``listen``: an answer by voice or by key becomes a value."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.call import Heard, Hearing
from ivr.flow.trace import Told
from tests.unit.flow.nodes.walk import ENDS, RETRIES, walk
from tests.unit.flow.trees import check_nodes

pytestmark = pytest.mark.unit


def listening(answers: str, more: str = "") -> str:
    asked = f"listen: {{sv: fråga, en: x}}, into: kind, answers: {{{answers}}}"
    return f"  a: {{{asked}, {more}{RETRIES}, then: end}}\n{ENDS}"


WASTE = listening(
    "Food: {key: 1, phrases: {sv: [matavfall, mat]}}, glass: {key: 2, phrases: {sv: [glas]}},"
    " other: {key: 0}"
)


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        ("say MAT", "Food"),
        ("say glas", "glass"),
        ("2", "glass"),
        ("0", "other"),
        ("7,say glas", "glass"),
        ("say rubbish,0", "other"),
        (",1", "Food"),
    ],
)
async def test_words_and_keys_give_the_same_value(tmp_path: Path, keys: str, value: str) -> None:
    walked = await walk(tmp_path, WASTE, keys)
    assert walked.run.values == {"kind": value}
    assert walked.way == [("a", "answered"), ("end", "hung_up")]


@pytest.mark.parametrize(
    ("keys", "last", "heard"),
    [
        ("7,8", "invalid", ["fråga", "invalid_key sv", "fråga"]),
        ("say x,say y", "invalid", ["fråga", "unclear sv", "fråga"]),
        (",", "end", ["fråga", "no_key sv", "fråga", "tyst"]),
    ],
)
async def test_what_is_no_answer_leads_away_in_the_end(
    tmp_path: Path, keys: str, last: str, heard: list[str]
) -> None:
    walked = await walk(tmp_path, WASTE, keys)
    assert walked.result.last_node == last
    assert walked.heard == heard
    assert walked.run.values == {}


async def test_what_was_listened_to_is_observed(tmp_path: Path) -> None:
    walked = await walk(tmp_path, WASTE, "say rubbish,say glas")
    told = [one.what for one in walked.seen if isinstance(one, Told)]
    assert [one.hearing for one in told if isinstance(one, Heard)] == [
        Hearing.NO_MATCH,
        Hearing.MATCH,
    ]


async def test_without_phrases_keys_answer(tmp_path: Path) -> None:
    walked = await walk(tmp_path, listening("yes: {key: 1}, no: {key: 2}"), "say yes,2")
    assert walked.run.values == {"kind": "no"}


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        (listening("a: {key: 1}, b: {key: «1}"), "the key 1 is given twice"),
        (
            listening("a: {key: 1, phrases: {sv: [ja]}}, b: {key: 2, phrases: {sv: [«Ja]}}"),
            "“Ja” is given twice",
        ),
        (listening("«a: {phrases: {sv: [ja]}}"), "“key” is missing"),
        (listening("a: {key: «x}"), "“x” is not a key of a telephone"),
        (listening("").replace("{}", "«{}"), "at least one entry is needed here"),
    ],
)
def test_each_slip_is_told_at_its_place(tmp_path: Path, nodes: str, message: str) -> None:
    found = check_nodes(tmp_path, nodes)
    assert found.places == found.marked
    assert found.messages == [message]
