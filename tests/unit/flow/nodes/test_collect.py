"""``collect``: keys that can be right, read back, or hidden."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.trace import EndReason
from tests.unit.flow.nodes.walk import ENDS, RETRIES, walk
from tests.unit.flow.trees import ORGANISATION, TEXTS, check_nodes, check_organisation, write

pytestmark = pytest.mark.unit


def collecting(more: str = "", retries: str = RETRIES) -> str:
    asked = "collect: {sv: fråga, en: question}, into: x"
    return f"  a: {{{asked}, {more}{retries}, then: end}}\n{ENDS}"


@pytest.mark.parametrize(
    ("more", "keys", "value"),
    [
        ("", "42#", "42"),
        ("", "42", "42"),
        ("length: 4, ", "00421", "0042"),
        ("length: {least: 2, most: 8}, ", "0042#", "0042"),
        ("length: {most: 3}, ", "1#", "1"),
        ("as: number, ", "007#", 7),
        ("as: date, ", "24122026", "2026-12-24"),
        ("as: personnummer, ", "8112289874#", "198112289874"),
        ("as: cpr, ", "2110625629", "2110625629"),
        ("as: phone, ", "0701740605#", "+46701740605"),
        ("as: case_number, pattern: BYGG 20nn-nnn, ", "2026123", "BYGG 2026-123"),
        ("terminator: '*', ", "42*", "42"),
    ],
)
async def test_what_is_keyed_becomes_the_variables_value(
    tmp_path: Path, more: str, keys: str, value: object
) -> None:
    walked = await walk(tmp_path, collecting(more), keys)
    assert walked.run.values == {"x": value}
    assert walked.way == [("a", "collected"), ("end", "hung_up")]
    assert walked.heard == ["fråga"]


async def test_complete_digits_end_at_once_and_others_after_the_wait(tmp_path: Path) -> None:
    fixed = await walk(tmp_path, collecting("length: 3, wait: 9 s, "), "123")
    assert fixed.seconds < 2
    left_open = await walk(tmp_path, collecting("length: {most: 4}, wait: 9 s, "), "123")
    assert 9 < left_open.seconds < 11
    ended = await walk(tmp_path, collecting("length: {most: 4}, wait: 9 s, "), "123#")
    assert ended.seconds < 2


@pytest.mark.parametrize(
    ("keys", "way", "heard"),
    [
        ("12,1234", "end", ["fråga", "invalid sv", "fråga"]),
        (",1234", "end", ["fråga", "silence sv", "fråga"]),
        ("#,1234", "end", ["fråga", "silence sv", "fråga"]),
        ("12,34", "invalid", ["fråga", "invalid sv", "fråga"]),
        (",", "end", ["fråga", "silence sv", "fråga", "tyst"]),
        (",12,1234", "end", ["fråga", "silence sv", "fråga", "invalid sv", "fråga"]),
    ],
)
async def test_keys_that_cannot_be_right_and_silence_are_counted_apart(
    tmp_path: Path, keys: str, way: str, heard: list[str]
) -> None:
    walked = await walk(tmp_path, collecting("length: 4, "), keys)
    assert walked.result.last_node == way
    assert walked.heard == heard


async def test_a_node_may_have_its_own_words_for_both(tmp_path: Path) -> None:
    retries = (
        "on_invalid: {say: {sv: fel, en: x}, then: end}, "
        "on_silence: {say: {sv: hallå, en: x}, then: end}"
    )
    walked = await walk(tmp_path, collecting("length: 2, ", retries), "1,,12")
    assert walked.heard == ["fråga", "fel", "fråga", "hallå", "fråga"]


READ = ["entered sv", "1", "2", "3", "right sv"]


@pytest.mark.parametrize(
    ("keys", "heard", "last"),
    [
        ("123,1", ["fråga", *READ], "collected"),
        ("123#,1", ["fråga", *READ], "collected"),  # a # behind complete digits is no answer
        ("123,2,123,1", ["fråga", *READ, "fråga", *READ], "collected"),
        ("123,,1", ["fråga", *READ, *READ], "collected"),
        ("123,7,1", ["fråga", *READ, *READ], "collected"),
        ("123,2,123,2", ["fråga", *READ, "fråga", *READ], "invalid"),
        ("123,,,,123,1", ["fråga", *READ, *READ, *READ, "fråga", *READ], "collected"),
        ("1231", ["fråga", "entered sv"], "collected"),
    ],
)
async def test_digits_are_read_back_until_the_caller_says_that_they_are_right(
    tmp_path: Path, keys: str, heard: list[str], last: str
) -> None:
    walked = await walk(tmp_path, collecting("length: 3, confirm: true, "), keys)
    assert walked.heard == heard
    assert walked.way[0] == ("a", last)
    assert walked.run.values == ({"x": "123"} if last == "collected" else {})


async def test_a_hash_behind_complete_digits_does_not_interrupt_what_follows(
    tmp_path: Path,
) -> None:
    nodes = (
        "  a: {collect: {sv: fråga, en: x}, into: x, length: 3, "
        f"{RETRIES}, then: b}}\n"
        "  b: {menu: {sv: välj, en: x}, choices: {1: {goto: end}}, "
        f"{RETRIES}}}\n{ENDS}"
    )
    for phrases in ("", ", phrases: {sv: [ett]}"):
        tree = nodes.replace("{goto: end}", f"{{goto: end{phrases}}}")
        walked = await walk(tmp_path, tree, "123#,1")
        assert walked.way == [("a", "collected"), ("b", "choice"), ("end", "hung_up")]
        assert walked.heard == ["fråga", "välj", "välj"]  # the first was cut off as it began


async def test_a_caller_who_hangs_up_while_being_read_to_ends_the_run(tmp_path: Path) -> None:
    walked = await walk(tmp_path, collecting("length: 3, confirm: true, "), "123")
    assert walked.result.reason is EndReason.CALLER
    assert walked.way == [("a", "hung_up_on")]


async def test_today_is_that_of_the_organisation(tmp_path: Path) -> None:
    """A child born on what is Tuesday already in Kiritimati."""
    nodes = collecting("as: cpr, ")
    here = await walk(tmp_path, nodes, "2411264123")
    assert here.way[0] == ("a", "hung_up_on")
    there = ORGANISATION.replace("Europe/Stockholm", "Pacific/Kiritimati")
    assert (await walk(tmp_path, nodes, "2411264123", organisation=there)).run.values != {}


async def test_a_danish_organisation_takes_danish_numbers(tmp_path: Path) -> None:
    danish = ORGANISATION.replace("time_zone:", "number: +45 32 12 34 56\ntime_zone:")
    walked = await walk(tmp_path, collecting("as: phone, "), "32123456#", organisation=danish)
    assert walked.run.values == {"x": "+4532123456"}


@pytest.mark.parametrize(
    ("nodes", "message", "advice"),
    [
        (collecting("as: «dat, "), "“dat” is nothing that can", "did you mean “date”?"),
        (collecting("length: «0, "), "“0” is not a number of digits", "write 6, or"),
        (collecting("length: «six, "), "“six” is not a number of digits", "write 6, or"),
        (collecting("length: «[6], "), "keys and values were expected here", ""),
        (
            collecting("length: «{least: 5, most: 4}, "),
            "at least 5 digits are more than at most 4",
            "change “least” and “most” over",
        ),
        (collecting("length: {most: «31}, "), "the number is too big", "the most is 30"),
        (collecting("terminator: «1, "), "the digit 1 cannot end an answer", "use # or *"),
        (collecting("pattern: «BYGG, as: case_number, "), "“BYGG” is no pattern", "write n"),
        (collecting("confirm: «maybe, "), "yes or no was expected here", "write true or false"),
    ],
)
def test_each_slip_is_told_at_its_place(
    tmp_path: Path, nodes: str, message: str, advice: str
) -> None:
    found = check_nodes(tmp_path, nodes)
    assert found.places == found.marked
    assert found.messages[0].startswith(message)
    assert found.advice[0].startswith(advice)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("as: case_number, ", "“pattern” and “as: case_number” belong together"),
        ("pattern: nnn, ", "“pattern” and “as: case_number” belong together"),
        ("as: date, length: 8, ", "how long a date is stands fast"),
        ("sensitive: true, confirm: true, ", "what is sensitive is not read back aloud"),
    ],
)
def test_keys_of_the_node_that_do_not_go_together_are_told(
    tmp_path: Path, more: str, message: str
) -> None:
    found = check_nodes(tmp_path, collecting(more).replace("{collect", "«{collect"))
    assert found.places == found.marked
    assert found.messages == [message]


@pytest.mark.parametrize("node", ["collect", "pin", "survey"])
def test_standard_texts_are_required_only_where_a_node_needs_them(
    tmp_path: Path, node: str
) -> None:
    nodes = {
        "collect": collecting(),
        "pin": "  a: {pin: {sv: x, en: x}, of: door, then: end, on_wrong: end}\n",
        "survey": "  a: {survey: s, questions: [{id: q, ask: {sv: x, en: x}}], then: end}\n",
    }
    begin = TEXTS.index(f"  {node}:")
    rest = TEXTS[begin:].split("\n")
    group = "\n".join(rest[: next(i for i in range(1, 9) if not rest[i].startswith("    "))]) + "\n"
    without = ORGANISATION.replace(group, "")
    assert check_organisation(tmp_path, without).problems == ()
    head = 'numbers: ["100"]\nstart: a\nnodes:\n'
    tree = f"{head}{nodes[node]}  end: {{hang_up: }}\n"
    write(tmp_path / "town", "tree.yaml", tree)
    found = check_organisation(tmp_path, without)
    assert found.messages == [f"nothing is written that callers would hear from “{node}”"]
    assert found.advice[0].startswith(f"add “texts: {node}: …” to organisation.yaml")
