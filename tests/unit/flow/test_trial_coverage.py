from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.trials.coverage import Share
from ivr.flow.trials.suite import try_all
from tests.unit.flow.trials import TREE, tried_of

pytestmark = pytest.mark.unit

LINES = TREE.split("\n")


def place(line: str, word: str) -> tuple[int, int]:
    """Where a word stands in the tree's file, in the line that begins with another."""
    number = next(i for i, text in enumerate(LINES, 1) if text.strip().startswith(line))
    return number, LINES[number - 1].index(word) + 1


def test_what_no_test_tries_is_told_at_its_place(tmp_path: Path) -> None:
    tried = tried_of(tmp_path, "tests:\n  it: {when: press 1, then: {at: bye}}\n")
    assert [(one.message, (one.line, one.column)) for one in tried.untested] == [
        ("no test comes to the node “box”", place("box:", "box")),
        ("no test leaves the node “opening” by “closed”", place("opening:", "box")),
        ("no test leaves the node “main” by “choices 2 goto”", place("2:", "fees")),
        ("no test leaves the node “main” by “on_invalid then”", place("on_invalid:", "bye")),
        ("no test leaves the node “main” by “on_silence then”", place("on_silence:", "bye")),
        ("no test leaves the node “fees” by “on_timeout”", place("fees:", "box, on_nobody")),
        ("no test leaves the node “fees” by “on_nobody”", place("fees:", "box}")),
    ]
    assert (tried.nodes, tried.branches) == (Share(5, 6), Share(4, 11))


def test_when_all_is_tried_nothing_is_told(tmp_path: Path) -> None:
    tests = """tests:
  a: {when: press 1, then: {at: bye}}
  b: {when: press 2, given: {queues: {support: timed_out}}, then: {at: bye}}
  c: {when: press 2, given: {queues: {support: nobody}}, then: {at: bye}}
  d: {when: press 7, then: {at: bye}}
  e: {when: silence, then: {at: bye}}
  f: {given: {hours: {office: closed}}, then: {at: bye}}
"""
    tried = tried_of(tmp_path, tests)
    assert list(tried.untested) == []
    assert (tried.nodes.percent, tried.branches.percent) == (100, 100)


def test_a_tree_without_tests_is_told_once(tmp_path: Path) -> None:
    tried = tried_of(tmp_path, "tests: {}")
    assert list(tried.untested) == []  # the file's own mistake is told
    (tmp_path / "town" / "main.test.yaml").unlink()
    (tried,) = try_all(tmp_path).tried
    assert [one.message for one in tried.untested] == ["no test tries this call tree"]
    assert tried.branches == Share(0, 11)


def test_of_nothing_everything_is_tested() -> None:
    assert Share(0, 0).percent == 100
