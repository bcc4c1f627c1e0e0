from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.flow.load import check
from ivr.flow.reading import TESTS
from ivr.flow.trials.given import Given
from ivr.flow.trials.trial import Then, Trial, TrialFile
from tests.unit.flow.trees import write
from tests.unit.flow.trials import TREE, folder_of, report_of, tried_of

pytestmark = pytest.mark.unit

TEST = "tests:\n  it works: "

MISTAKES = {
    "an unknown key": (
        f"«test: {{}}\n{TEST}{{then: {{at: bye}}}}",
        "“test” is not known here",
        "did you mean “tests”?",
    ),
    "no tests": ("tests: «{}\n", "at least one entry is needed here", ""),
    "nothing expected": (
        f"{TEST}{{then: «{{}}}}",
        "a test must expect something",
        "add “reaches: …”, the queue, or “hears: …”, what is said",
    ),
    "an unknown queue": (
        f"{TEST}{{then: {{reaches: «suport}}}}",
        "no queue is named “suport”",
        "did you mean “support”?",
    ),
    "an unknown node": (
        f"{TEST}{{then: {{by: [hello, «mian]}}}}",
        "no node is named “mian”",
        "did you mean “main”?",
    ),
    "an unknown ending": (
        f"{TEST}{{then: {{ends: «calller}}}}",
        "“calller” is not a way for a call to end",
        "did you mean “caller”?",
    ),
    "a language of no text": (
        f"{TEST}{{then: {{language: «da}}}}",
        "the organisation does not declare the language “da”",
        "known: en, sv",
    ),
    "a text that is silence": (
        f"{TEST}{{then: {{hears: «'...'}}}}",
        "“...” holds nothing that could be heard",
        "write what is said, or its first words and a *: Välkommen*",
    ),
    "a value that no node sets": (
        f"{TEST}{{then: {{values: {{«age: 3}}}}}}",
        "no variable is named “age”",
        "none is defined",
    ),
    "an act misspelt": (
        f"{TEST}{{when: [press 1, «pres 2], then: {{at: bye}}}}",
        "“pres 2” is nothing that a caller can do",
        "did you mean “press 2”?",
    ),
    "a wish": (
        f"{TEST}{{when: «dance, then: {{at: bye}}}}",
        "“dance” is nothing that a caller can do",
        "write “press 1”, “say opening hours”, “silence”, “speak 20 s” or “hang up”",
    ),
    "a hash without quotes": (
        f"{TEST}\n    when:\n      - «press #\n    then: {{at: bye}}",
        "no key is named here",
        'use 0–9, * and #; put quotes round it all where # comes first: "press #"',
    ),
    "no telephone key": (
        f"{TEST}{{when: «press A, then: {{at: bye}}}}",
        "“A” are no keys of a telephone",
        'use 0–9, * and #; put quotes round it all where # comes first: "press #"',
    ),
    "no such day": (
        f"given: {{at: «2026-02-30 10:00}}\n{TEST}{{then: {{at: bye}}}}",
        "“2026-02-30 10:00” is not a date and time",
        "write it as 2026-12-24 10:00",
    ),
    "a day that no calendar knows": (
        f"given: {{at: «0001-01-01 00:00}}\n{TEST}{{then: {{at: bye}}}}",
        "“0001-01-01 00:00” is not a date and time",
        "write it as 2026-12-24 10:00",
    ),
    "a time without a day": (
        f"given: {{at: «10:00}}\n{TEST}{{then: {{at: bye}}}}",
        "“10:00” is not a date and time",
        "write it as 2026-12-24 10:00",
    ),
    "another tree's number": (
        f"given: {{number: «101}}\n{TEST}{{then: {{at: bye}}}}",
        "the call tree does not answer the number 101",
        "did you mean “100”?",
    ),
    "hours half open": (
        f"given: {{hours: {{office: «opne}}}}\n{TEST}{{then: {{at: bye}}}}",
        "“opne” is not “open” or “closed”",
        "did you mean “open”?",
    ),
    "a wait that ends oddly": (
        f"given: {{queues: {{support: [talked, «talkd]}}}}\n{TEST}{{then: {{at: bye}}}}",
        "“talkd” is not a way for the wait in a queue to end",
        "did you mean “talked”?",
    ),
    "a test given twice": (
        f"{TEST}{{then: {{at: bye}}}}\n  «it works: {{then: {{at: bye}}}}",
        "“it works” is given twice",
        None,
    ),
}


@pytest.mark.parametrize(("tests", "message", "advice"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_test_is_told_at_its_place(
    tmp_path: Path, tests: str, message: str, advice: str | None
) -> None:
    _, place = folder_of(tmp_path, tests)
    problem = tried_of(tmp_path, tests).problems[0]
    assert problem.message == message
    assert (problem.line, problem.column) == place
    assert advice is None or problem.advice == advice


def test_a_file_with_a_mistake_plays_no_test(tmp_path: Path) -> None:
    report = report_of(tmp_path, f"{TEST}{{then: {{at: by}}}}\n  fine: {{then: {{at: bye}}}}\n")
    assert (list(report.verdicts), report.passed) == ([], False)


def test_what_is_no_yaml_is_told(tmp_path: Path) -> None:
    assert tried_of(tmp_path, "tests: [").problems[0].message.startswith("this is not YAML")


def test_tests_are_no_call_tree(tmp_path: Path) -> None:
    home, _ = folder_of(tmp_path, "tests: of nothing\n")
    checked = check(home)
    assert checked.catalogue is not None
    assert (len(checked.catalogue.trees), checked.files) == (1, 2)


def test_tests_of_no_tree_are_told(tmp_path: Path) -> None:
    home, _ = folder_of(tmp_path, f"{TEST}{{given: {{start: bye}}, then: {{at: bye}}}}")
    write(home, f"mian{TESTS}", f"{TEST}{{then: {{at: bye}}}}")
    (problem,) = report_of(tmp_path, f"{TEST}{{then: {{ends: tree}}, when: press 1}}").problems
    assert problem.file.name == "mian.test.yaml"
    assert problem.message == "there is no call tree mian.yaml beside these tests"


def test_trees_with_an_error_are_not_tested(tmp_path: Path) -> None:
    broken = TREE.replace("then: opening", "then: openning")
    report = report_of(tmp_path, f"{TEST}{{then: {{at: bye}}}}", broken)
    assert [problem.message for problem in report.problems] == ["no node is named “openning”"]
    assert (report.tried, report.passed) == ([], False)


WORDS = [
    *(name for model in (TrialFile, Trial, Given, Then) for name in model.model_fields),
    *("a", "", "press 1", "say fees", "silence", "hang up", "speak 9 s", "press #", "*", "Hej*"),
    *("main", "box", "support", "office", "talked", "timed_out", "hung_up", "closed", "en", "none"),
    *("2026-11-23 10:00", "2099-12-31 23:59", "100", "withheld", "caller", "{{ x }}"),
]
SHAPES = st.recursive(
    st.sampled_from(WORDS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
    ),
    max_leaves=10,
)
TRIALS = st.fixed_dictionaries({"then": SHAPES}, optional={"given": SHAPES, "when": SHAPES})


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tests=st.one_of(SHAPES, st.dictionaries(st.sampled_from(WORDS), TRIALS, max_size=3)))
def test_any_shape_of_tests_is_played_or_told(tmp_path: Path, tests: object) -> None:
    tried = tried_of(tmp_path, json.dumps({"tests": tests}, ensure_ascii=False))
    assert bool(tried.problems) != bool(tried.verdicts)
    found = [*tried.problems, *(one for verdict in tried.verdicts for one in verdict.problems)]
    assert all(str(problem) for problem in found)
