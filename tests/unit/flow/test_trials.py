from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.flow.trials.suite import try_all
from ivr.flow.trials.words import Hearable, spoken
from tests.unit.flow.trees import write
from tests.unit.flow.trials import TREE, folder_of, report_of, tried_of, verdict_of

pytestmark = pytest.mark.unit

PASSING = {
    "what is heard, in order": "{when: press 1, then: {hears: [Välkommen*, Hej då]}}",
    "case, blanks and punctuation do not count": (
        "{when: press 1, then: {hears: välkommen  till town hall}}"
    ),
    "the first words are enough": "{when: press 1, then: {hears: För avgifter*}}",
    "the last words are enough": "{when: press 1, then: {hears: '*tryck 1'}}",
    "words in the middle are enough": "{when: press 1, then: {hears: '*AVGIFTER tryck*'}}",
    "what is not heard": "{when: press 1, then: {not_hears: [Tala efter*, Välkommen]}}",
    "the queue": "{when: press 1, then: {reaches: support}}",
    "the nodes": "{when: press 2, then: {by: [hello, main, bye], at: bye}}",
    "the tree's end": "{when: silence, then: {ends: tree}}",
    "the caller's end": "{when: hang up, then: {ends: caller, at: main}}",
    "an end without more acts": "{then: {ends: caller, at: main}}",
    "the language": "{given: {language: en}, when: press 1, then: {language: en, hears: Bye}}",
    "words": "{given: {language: en}, when: say fees, then: {reaches: support}}",
    "words where only keys count are silence": "{when: say avgifter, then: {at: bye}}",
    "what nobody understands": "{given: {language: en}, when: say fish, then: {at: bye}}",
    "a message": "{given: {queues: {support: nobody}}, when: press 1, then: {message: fees}}",
    "a message of some length": (
        "{given: {at: 2026-11-22 10:00}, when: speak 20 s, then: {message: fees}}"
    ),
    "no message": "{given: {at: 2026-11-22 10:00}, when: silence, then: {message: none}}",
    "no message was asked for": "{when: press 1, then: {message: none}}",
    "a wait in vain": (
        "{given: {queues: {support: timed_out}}, when: press 1, then: {by: [fees, box]}}"
    ),
    "a caller who gives up waiting": (
        "{given: {queues: {support: hung_up}}, when: press 1, then: {at: fees, ends: caller}}"
    ),
    "the clock on the wall": "{given: {at: 2026-11-23 07:59}, then: {by: [opening, box]}}",
    "the same clock in summer": "{given: {at: 2026-06-15 16:59}, then: {at: main}}",
    "hours that are shut": "{given: {hours: {office: closed}}, then: {message: fees}}",
    "hours that are open": (
        "{given: {at: 2026-11-22 03:00, hours: {office: open}}, then: {at: main}}"
    ),
    "part of a tree": "{given: {start: bye}, then: {hears: Hej då., not_hears: Välkommen*}}",
    "another number of the tree": "{given: {number: '08-100 00'}, then: {at: main}}",
    "a withheld number": "{given: {caller: withheld}, then: {at: main}}",
}


@pytest.mark.parametrize("test", PASSING.values(), ids=PASSING)
def test_a_right_test_passes(tmp_path: Path, test: str) -> None:
    assert [problem.message for problem in verdict_of(tmp_path, test).problems] == []


FAILING = {
    "nothing like it heard": (
        "{when: press 1, then: {hears: [«Parkering]}}",
        "the caller should hear “Parkering”, and did not",
        "",
    ),
    "nearly the same heard": (
        "{when: press 1, then: {hears: «Välkommen till Town Hill!}}",
        "the caller should hear “Välkommen till Town Hill!”, and did not",
        "what comes nearest is “Välkommen till Town Hall!”",
    ),
    "heard too early": (
        "{when: press 1, then: {hears: [Hej då, «Välkommen*]}}",
        "the caller should hear “Välkommen*” after “Hej då”, and heard it before",
        "",
    ),
    "heard once and wanted twice": (
        "{when: press 1, then: {hears: [Hej då, «Hej då]}}",
        "the caller should hear “Hej då” after “Hej då”, and heard it before",
        "",
    ),
    "heard and not wanted": (
        "{when: press 1, then: {not_hears: [Tala*, «Hej*]}}",
        "the caller should not hear “Hej*”, and did",
        "what was said is “Hej då.”",
    ),
    "no queue": (
        "{when: press 7, then: {reaches: «support}}",
        "the caller should come to the queue “support”, and came to no queue",
        "",
    ),
    "another way": (
        "{when: press 7, then: {by: [main, «fees]}}",
        "the caller should come to the node “fees” after “main”, and came to “hello” → “opening” "
        "→ “main” → “bye”",
        "",
    ),
    "another end": (
        "{when: press 7, then: {at: «box}}",
        "the call should end at the node “box”, and ended at “bye”",
        "",
    ),
    "another reason": (
        "{when: press 7, then: {ends: «caller}}",
        "the caller should hang up, and the call tree hung up",
        "",
    ),
    "another language": (
        "{when: press 7, then: {language: «en}}",
        "the caller should listen in “en” at the end, and did in “sv”",
        "",
    ),
    "no message": (
        "{when: press 7, then: {message: «fees}}",
        "the caller should leave a message in “fees”, and left none",
        "",
    ),
    "a message": (
        "{given: {hours: {office: closed}}, then: {message: «none}}",
        "the caller should leave no message, and left one in “fees”",
        "",
    ),
    "acts that nobody waits for": (
        "{when: [press 7, «press 1, hang up], then: {at: bye}}",
        "there was no time to “press 1”: the call was over before",
        "remove it, or change what comes before it",
    ),
    "a wait that is never too long": (
        "{given: {queues: {support: «long_wait}}, when: press 1, then: {at: fees}}",
        "at the node “fees” no wait for the queue “support” is too long",
        "give the node a “max_estimate”, or let the wait end in another way",
    ),
    "a call back that nobody offers": (
        "{given: {queues: {support: «called_back}}, when: press 1, then: {at: fees}}",
        "the queue “support” calls nobody back",
        "give the queue a “callback”, or let the wait end in another way",
    ),
}


@pytest.mark.parametrize(("test", "message", "advice"), FAILING.values(), ids=FAILING)
def test_a_failure_is_a_sentence_at_the_place_that_wants_it(
    tmp_path: Path, test: str, message: str, advice: str
) -> None:
    prefix = "  it works: "
    (problem,) = verdict_of(tmp_path, test.replace("«", "")).problems
    assert (problem.message, problem.advice) == (message, advice)
    assert (problem.line, problem.column) == (2, len(prefix) + test.index("«") + 1)


REQUIRING = (
    TREE.replace(
        "fees: {queue: support,",
        "fees: {queue: support, require: {subject: {fees: 2}, language: '{{ language }}'}, "
        "relax: [{after: 60 s, require: {language: '{{ language }}'}}],",
    )
    .replace("on_timeout: box", "on_timeout: again")
    .replace("  box:", "  again: {queue: support, then: bye, on_nobody: box}\n  box:")
)
ASKED = "{language: sv, subject: {fees: 2}}"


@pytest.mark.parametrize(
    "test",
    [
        f"{{when: press 1, then: {{require: {ASKED}}}}}",
        f"{{when: press 1, then: {{reaches: support, require: [{ASKED}]}}}}",
        "{given: {language: en}, when: press 1, "
        "then: {require: {subject: {fees: 2}, language: en}}}",
        f"{{given: {{queues: {{support: [timed_out, talked]}}}}, when: press 1, "
        f"then: {{reaches: [support, support], require: [{ASKED}, none]}}}}",
        "{given: {start: again}, then: {require: none}}",
    ],
)
def test_a_test_can_tell_what_is_required_of_the_agent(tmp_path: Path, test: str) -> None:
    assert [one.message for one in verdict_of(tmp_path, test, REQUIRING).problems] == []


@pytest.mark.parametrize(
    ("test", "message"),
    [
        (
            "{when: press 1, then: {require: «{language: sv}}}",
            "of the agent should be required “language: sv”, and required was "
            "“subject: fees 2, language: sv”",
        ),
        (
            "{when: press 1, then: {require: «{language: sv, subject: fees}}}",
            "of the agent should be required “language: sv, subject: fees”, and required was "
            "“subject: fees 2, language: sv”",
        ),
        (
            "{when: press 1, then: {require: «none}}",
            "of the agent should be required nothing, and required was "
            "“subject: fees 2, language: sv”",
        ),
        (
            "{given: {start: again}, then: {require: [none, «{language: sv}]}}",
            "of the agent should be required “language: sv”, and required was nothing",
        ),
        (
            "{when: press 2, then: {require: «{language: sv}}}",
            "of the agent should be required “language: sv”, and the caller came to no queue",
        ),
    ],
)
def test_another_requirement_is_told_with_the_one_there_was(
    tmp_path: Path, test: str, message: str
) -> None:
    tree = REQUIRING.replace("2: {goto: fees}", "2: {goto: bye}")
    (problem,) = verdict_of(tmp_path, test.replace("«", ""), tree).problems
    assert problem.message == message
    assert (problem.line, problem.column) == (2, len("  it works: ") + test.index("«") + 1)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("{subject: «meals}", "“meals” is no value of “subject”"),
        ("[none, {«sujbect: fees}]", "no kind of skill is named “sujbect”"),
        ("{subject: «'{{ topic }}'}", "“{{ topic }}” is no value of “subject”"),
        ("{subject: {fees: «11}}", "“11” is no level"),
        ("«anything", "kinds of skills were expected here"),
    ],
)
def test_a_requirement_in_a_test_names_skills_that_exist(
    tmp_path: Path, wanted: str, message: str
) -> None:
    test = f"{{when: press 1, then: {{require: {wanted}}}}}"
    tried = tried_of(tmp_path, f"tests:\n  it works: {test.replace('«', '')}\n", REQUIRING)
    (problem,) = tried.problems
    assert problem.message == message
    assert (problem.line, problem.column) == (2, len("  it works: ") + test.index("«") + 1)


def test_the_story_tells_what_is_required(tmp_path: Path) -> None:
    verdict = verdict_of(tmp_path, "{when: press 1, then: {at: box}}", REQUIRING)
    waits = "fees: (waits in the queue “support”, subject: fees 2, language: sv: an agent answers)"
    assert waits in verdict.story


def test_a_value_that_names_no_skill_fails_the_test(tmp_path: Path) -> None:
    tree = REQUIRING.replace("subject: {fees: 2}", "subject: '{{ caller }}'")
    (problem, *_) = verdict_of(tmp_path, "{when: press 1, then: {at: bye}}", tree).problems
    assert problem.message == "at the node “fees” an expression could not be worked out"
    assert "names no skill" in problem.advice


def test_a_failure_comes_with_the_way_and_the_words(tmp_path: Path) -> None:
    test = "{given: {language: en}, when: say fees, then: {at: box}}"
    verdict = verdict_of(tmp_path, test)
    assert verdict.way == ("hello", "opening", "main", "fees", "bye")
    assert verdict.story == [
        "hello: en: Welcome.",
        "main: en: For fees, press 1.",
        "main: (says “fees”)",
        "fees: (waits in the queue “support”: an agent answers)",
        "bye: en: Bye.",
    ]


def test_a_wait_that_never_ends_by_itself_cannot_time_out(tmp_path: Path) -> None:
    tree = TREE.replace("max_wait: 5 min, ", "").replace("on_timeout: box, ", "")
    tests = (
        "given: {queues: {support: timed_out}}\n"
        "tests:\n  it: {when: press 1, then: {reaches: support}}\n"
    )
    (verdict,) = tried_of(tmp_path, tests, tree).verdicts
    (problem,) = verdict.problems
    assert problem.line == 1  # where the file says it for all tests
    assert problem.message == (
        "at the node “fees” the wait in the queue “support” never ends by itself"
    )


def test_waits_end_one_after_the_other_as_given(tmp_path: Path) -> None:
    tree = TREE.replace("on_timeout: box", "on_timeout: main")
    test = (
        "{given: {queues: {support: [timed_out, talked]}}, when: [press 1, press 1],"
        " then: {by: [fees, main, fees, bye], reaches: [support, support]}}"
    )
    assert verdict_of(tmp_path, test, tree).passed


def test_a_tests_own_given_wins_over_that_of_the_file(tmp_path: Path) -> None:
    tests = (
        "given: {at: 2026-11-22 10:00, hours: {office: closed}}\n"
        "tests:\n"
        "  closed: {then: {message: fees}}\n"
        "  open: {given: {hours: {office: open}}, then: {at: main}}\n"
    )
    assert report_of(tmp_path, tests).passed


def test_a_tree_for_a_time_is_called_by_the_other_ones_number_when_its_time_begins(
    tmp_path: Path,
) -> None:
    home, _ = folder_of(tmp_path, "tests:\n  it: {when: press 1, then: {reaches: support}}\n")
    write(
        home,
        "sunday.yaml",
        "replaces: main\nfrom: 2026-11-22\nstart: opening\nnodes:\n"
        "  opening: {hours: office, open: open, closed: closed}\n"
        "  open: {hang_up: }\n  closed: {hang_up: }\n",
    )
    write(home, "sunday.test.yaml", "tests:\n  it: {given: {number: 100}, then: {at: closed}}\n")
    report = try_all(home)
    assert [tried.tree for tried in report.tried] == ["main", "sunday"]
    assert [one.message for verdict in report.verdicts for one in verdict.problems] == []


def test_an_expression_that_fails_fails_the_test(tmp_path: Path) -> None:
    tree = TREE.replace("sv: Hej då.", "sv: 'Hej {{ caller - 1 }}'")
    verdict = verdict_of(tmp_path, "{when: silence, then: {at: bye}}", tree)
    (problem,) = verdict.problems
    assert problem.message == "at the node “bye” an expression could not be worked out"


def test_a_call_that_cannot_go_on_fails_the_test_unless_that_is_wanted(tmp_path: Path) -> None:
    tree = TREE.replace("on_silence: {repeat: 0, then: bye}", "on_silence: {then: main}")
    silent = ", ".join(["silence"] * 4)
    wanted = f"{{when: [{silent}], then: {{ends: caller}}}}"
    assert verdict_of(tmp_path, wanted, tree).passed
    endless = ", ".join(["silence"] * 1500)
    (problem,) = verdict_of(tmp_path, f"{{when: [{endless}], then: {{at: main}}}}", tree).problems
    assert problem.message == "at the node “main” the call could not go on"
    assert problem.advice == "it went through too many nodes"


@given(text=st.text(max_size=40))
def test_every_text_is_heard_as_it_is_written(text: str) -> None:
    if spoken(text):
        assert Hearable(text).matches(text)
        assert Hearable(f"{text}*").matches(f"{text} and more")


def test_digits_read_one_by_one_are_the_number() -> None:
    assert spoken("Nummer 1 9-8, 5.") == spoken("nummer 1985")
