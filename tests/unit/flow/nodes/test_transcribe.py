"""``transcribe``: what the caller says freely becomes a value."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.call import Heard, Hearing
from ivr.flow.engine import Run
from ivr.flow.memory import MemoryCall, Script
from ivr.flow.trace import Told
from tests.unit.flow.nodes.walk import ENDS, RETRIES, walk
from tests.unit.flow.trees import check_nodes, tree_of

pytestmark = pytest.mark.unit


def asking(more: str = "", told: str = "{{ street }}") -> str:
    asked = "transcribe: {sv: vilken gata, en: x}, into: street, on_skip: skipped, on_failure: away"
    return (
        f"  a: {{{asked}, {more}{RETRIES}, then: b}}\n"
        f"  b: {{say: {{sv: 'du sa {told}', en: x}}, then: end}}\n"
        "  skipped: {hang_up: }\n  away: {hang_up: }\n" + ENDS
    )


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        ("say Storgatan 5", "storgatan 5"),
        ("7,say Lilla  Gatan", "lilla gatan"),
        (",say åvägen", "åvägen"),
    ],
)
async def test_the_words_are_the_value(tmp_path: Path, keys: str, value: str) -> None:
    walked = await walk(tmp_path, asking(), keys)
    assert walked.run.values == {"street": value}
    assert walked.way[0] == ("a", "transcribed")
    assert walked.heard[-1] == f"du sa {value}"


@pytest.mark.parametrize(
    ("keys", "last", "heard"),
    [
        ("#", "skipped", ["vilken gata"]),
        ("7,8", "invalid", ["vilken gata", "invalid_key sv", "vilken gata"]),
        (",", "end", ["vilken gata", "no_key sv", "vilken gata", "tyst"]),
        (",#", "skipped", ["vilken gata", "no_key sv", "vilken gata"]),
    ],
)
async def test_what_is_no_answer_leads_away(
    tmp_path: Path, keys: str, last: str, heard: list[str]
) -> None:
    walked = await walk(tmp_path, asking(), keys)
    assert walked.result.last_node == last
    assert walked.heard == heard
    assert walked.run.values == {}


async def test_where_nobody_listens_nothing_is_asked(tmp_path: Path) -> None:
    call = MemoryCall(Script.parse("say storgatan"), dialled="100")
    call.speech = False
    result = await Run(tree_of(tmp_path, asking()), call, now=call.now).to_end()
    assert result.last_node == "away"
    assert call.heard == []


async def test_what_is_sensitive_shows_nowhere(tmp_path: Path) -> None:
    walked = await walk(tmp_path, asking("sensitive: true, ", told="det"), "say my secret")
    assert walked.run.values == {}
    assert walked.way[0] == ("a", "transcribed")
    told = [one.what for one in walked.seen if isinstance(one, Told)]
    assert [one.hearing for one in told if isinstance(one, Heard)] == [Hearing.MATCH]
    assert "secret" not in f"{walked.result} {walked.seen} {walked.run.values}"


async def test_a_branch_looks_at_what_is_sensitive(tmp_path: Path) -> None:
    nodes = asking("sensitive: true, ", told="det").replace(
        "  b: ",
        "  b: {branch: [{when: \"street == 'x'\", goto: invalid}], otherwise: c}\n  c: ",
    )
    walked = await walk(tmp_path, nodes, "say x")
    assert walked.result.last_node == "invalid"


def test_words_that_a_caller_may_skip_are_not_surely_there(tmp_path: Path) -> None:
    found = check_nodes(tmp_path, asking().replace("on_skip: skipped", "on_skip: b"))
    (problem,) = (message for message in found.messages if "street" in message)
    assert "not set" in problem


def test_what_is_sensitive_is_not_spoken(tmp_path: Path) -> None:
    found = check_nodes(tmp_path, asking("sensitive: true, ", told="{{ street }}"))
    assert found.messages == ["“street” is sensitive and is never spoken"]


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        (asking("max_length: «2 min, "), "“2 min” is too long"),
        (
            asking().replace("on_skip: skipped, ", "").replace("  a:", "  «a:"),
            "“on_skip” is missing",
        ),
        (asking().replace("on_failure: away", "on_failure: «a"), "the caller"),
    ],
)
def test_each_slip_is_told_at_its_place(tmp_path: Path, nodes: str, message: str) -> None:
    found = check_nodes(tmp_path, nodes)
    assert found.places[:1] == found.marked
    assert message in found.messages[0]
