"""Skills of agents and what queues require of them: each slip is told before any call."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.load import check, load_organisation
from ivr.flow.problems import Severity
from tests.unit.flow.trees import END, ORGANISATION, Found, check_organisation, write

pytestmark = pytest.mark.unit

SKILLED = ORGANISATION.replace(
    "agents:\n  4001: {name: Alva, queues: [support]}\n",
    "skills: {language: [sv, en], subject: [fees, places]}\n"
    "agents:\n"
    "  4001: {name: Alva, queues: [support], skills: {language: [sv, en], subject: {fees: 3}}}\n"
    "  4002: {name: Birk, queues: [support], skills: {language: [sv], subject: [places]}}\n",
)


def check_queue(folder: Path, keys: str, organisation: str = SKILLED) -> Found:
    """Check a queue node with these ``keys`` beside those that it needs."""
    write(folder / "town", "organisation.yaml", organisation)
    node = f"  a: {{queue: support, {keys}, then: end, on_nobody: end}}\n"
    tree = f'numbers: ["100"]\nstart: a\nnodes:\n{node}{END}'
    marked = write(folder / "town", "tree.yaml", tree)
    return Found(tuple(check(folder).problems), marked)


def told(found: Found) -> list[tuple[str, str, str]]:
    return [(one.code, one.message, one.advice) for one in found.problems]


def test_a_list_of_skills_is_level_1_of_each_and_a_table_gives_the_levels(tmp_path: Path) -> None:
    write(tmp_path / "town", "organisation.yaml", SKILLED)
    agents = load_organisation(tmp_path / "town").agents
    assert agents["4001"].levels == {"language.sv": 1, "language.en": 1, "subject.fees": 3}
    assert agents["4002"].levels == {"language.sv": 1, "subject.places": 1}


def test_an_organisation_replaces_the_values_of_a_kind_and_keeps_the_other_kinds_of_the_base(
    tmp_path: Path,
) -> None:
    write(tmp_path, "base.yaml", "skills: {language: [sv, en, da], subject: [fees]}\n")
    own = ORGANISATION + "skills: {subject: [places, meals]}\n"
    write(tmp_path / "town", "organisation.yaml", own)
    skills = load_organisation(tmp_path / "town").skills
    assert skills == {"language": ("sv", "en", "da"), "subject": ("places", "meals")}


ORGANISATIONS = {
    "a value twice": (
        "[fees, places]",
        "[fees, «fees]",
        "skill_twice",
        "“fees” is given twice",
    ),
    "a kind without values": ("[fees, places]", "«[]", "empty", "at least one entry is needed"),
    "a value with a dot": ("[fees, places]", "[fees, places, «a.b]", "bad_form", "“a.b” is no"),
    "a kind with a dot": ("subject: [fees", "«sub.ject: [fees", "bad_form", "“sub.ject” is no"),
    "an agent's kind that nobody declares": (
        "subject: {fees: 3}",
        "«subjekt: {fees: 3}",
        "undefined_skill_kind",
        "no kind of skill is named “subjekt”",
    ),
    "an agent's value in a list that nobody declares": (
        "language: [sv, en], subject: {",
        "language: [sv, «eng], subject: {",
        "agent_undefined_skill",
        "“eng” is no value of “language”",
    ),
    "an agent's value in a table that nobody declares": (
        "subject: {fees: 3}",
        "subject: {«fes: 3}",
        "agent_undefined_skill",
        "“fes” is no value of “subject”",
    ),
    "an agent's value twice": (
        "language: [sv, en], subject: {",
        "language: [sv, «sv], subject: {",
        "skill_twice",
        "“sv” is given twice",
    ),
    "a level that is too high": ("{fees: 3}", "{fees: «11}", "no_level", "“11” is no level"),
    "a level of nothing": ("{fees: 3}", "{fees: «0}", "no_level", "“0” is no level"),
    "a level in words": ("{fees: 3}", "{fees: «good}", "no_level", "“good” is no level"),
    "a level that is a list": ("{fees: 3}", "{fees: «[3]}", "no_level", "a level was expected"),
    "a value alone": ("{fees: 3}", "«fees", "no_skills", "values were expected here"),
    "no value": ("{fees: 3}", "«{}", "no_skills", "values were expected here"),
    "a list in a list": ("[places]", "[«[places]]", "no_skills", "a value was expected here"),
    "no kinds": ("{language: [sv], subject: [places]}", "«[sv]", "no_skills", "kinds of skills"),
}


@pytest.mark.parametrize(
    ("right", "wrong", "code", "message"), ORGANISATIONS.values(), ids=ORGANISATIONS
)
def test_each_slip_in_the_skills_of_an_organisation_is_told_at_its_place(
    tmp_path: Path, right: str, wrong: str, code: str, message: str
) -> None:
    assert right in SKILLED
    found = check_organisation(tmp_path, SKILLED.replace(right, wrong, 1))
    assert found.places[:1] == found.marked
    assert found.problems[0].code == code
    assert found.messages[0].startswith(message)


def test_a_kind_that_is_wrong_itself_is_told_once_and_not_at_each_agent(tmp_path: Path) -> None:
    wrong = SKILLED.replace("subject: [fees, places]}", "subject: «fees}")
    found = check_organisation(tmp_path, wrong)
    assert (found.places, found.messages) == (found.marked, ["a list was expected here"])


def test_the_nearest_skill_is_proposed(tmp_path: Path) -> None:
    found = check_organisation(tmp_path, SKILLED.replace("{fees: 3}", "{fes: 3}"))
    assert found.advice == ["did you mean “fees”?"]


def test_every_slip_in_an_agents_skills_is_told_at_once(tmp_path: Path) -> None:
    wrong = SKILLED.replace("{fees: 3}", "{«fes: «99, places: «0}, «colour: [red]")
    found = check_organisation(tmp_path, wrong)
    assert found.places == found.marked


QUEUES = {
    "an unknown kind": (
        "require: {«subjekt: fees}",
        "undefined_skill_kind",
        "no kind of skill is named “subjekt”",
        "did you mean “subject”?",
    ),
    "an unknown value": (
        "require: {subject: «fee}",
        "undefined_skill",
        "“fee” is no value of “subject”",
        "did you mean “fees”?",
    ),
    "an unknown value with a level": (
        "require: {subject: {«fee: 2}}",
        "undefined_skill",
        "“fee” is no value of “subject”",
        "did you mean “fees”?",
    ),
    "an unknown value of a later step": (
        "require: {subject: fees}, relax: [{after: 60 s, require: {language: «da}}]",
        "undefined_skill",
        "“da” is no value of “language”",
        "known: en, sv",
    ),
    "a level that is none": (
        "require: {subject: {fees: «two}}",
        "no_level",
        "“two” is no level",
        "write a whole number, 1 for a beginner to 10",
    ),
    "two values of one kind": (
        "require: {subject: «{fees: 1, places: 1}}",
        "no_requirement",
        "one value was expected here",
        "write {language: sv}, or with the least level {subject: {fees: 2}}",
    ),
    "a list": (
        "require: {subject: «[fees]}",
        "no_requirement",
        "one value was expected here",
        "write {language: sv}, or with the least level {subject: {fees: 2}}",
    ),
    "nothing": (
        "require: «{}",
        "no_requirement",
        "kinds of skills were expected here",
        "write {language: sv}, or with the least level {subject: {fees: 2}}",
    ),
    "a variable that nobody sets": (
        "require: {subject: «'{{ topic }}'}",
        "undefined_variable",
        "no variable is named “topic”",
        "known: caller, dialled, language, organisation",
    ),
    "an expression that calls": (
        "require: {subject: {«'{{ caller() }}': 2}}",
        "bad_expression",
        "an expression cannot hold this (call)",
        "use variables, texts, comparisons, “a if b else c” and filters only",
    ),
    "steps in disorder": (
        "require: {subject: fees}, relax: [{after: 60 s, require: {language: sv}}, {after: «60 s}]",
        "relax_order",
        "this is not later than 1 min, the step before",
        "write the steps in the order of their times",
    ),
    "a step that nobody lives to see": (
        "require: {subject: fees}, relax: [{after: «5 min}], max_wait: 5 min, on_timeout: end",
        "relax_too_late",
        "nobody waits so long: “max_wait” is 5 min",
        "make it shorter, or remove it",
    ),
    "a step that changes nothing": (
        "require: {subject: {fees: 1}}, relax: [«{after: 60 s, require: {subject: fees}}]",
        "relax_the_same",
        "this asks the same as before",
        "ask for less, or leave “require” out for anybody of the queue",
    ),
    "a step behind the last": (
        "require: {subject: fees}, relax: [{after: 60 s}, «{after: 90 s, require: {language: sv}}]",
        "relax_nothing",
        "there is nothing left to relax: anybody of the queue will do by then",
        "remove it, or say before it what the agent must be able to do",
    ),
    "a step without a requirement before it": (
        "relax: [«{after: 60 s}]",
        "relax_nothing",
        "there is nothing left to relax: anybody of the queue will do by then",
        "remove it, or say before it what the agent must be able to do",
    ),
}


@pytest.mark.parametrize(("keys", "code", "message", "advice"), QUEUES.values(), ids=QUEUES)
def test_each_slip_in_a_requirement_is_told_at_its_place(
    tmp_path: Path, keys: str, code: str, message: str, advice: str
) -> None:
    found = check_queue(tmp_path, keys)
    assert (found.places, told(found)) == (found.marked, [(code, message, advice)])
    assert [one.severity for one in found.problems] == [Severity.ERROR]


@pytest.mark.parametrize(
    "keys",
    [
        "require: {language: '{{ language }}', subject: {fees: 3}}",
        "require: {language: {'{{ language }}': 1}}",
        "require: {subject: '{{ caller }}'}",
        "require: {subject: fees}, relax: [{after: 60 s}]",
        "require: {subject: {fees: 3}}, relax: [{after: 5 s, require: {subject: fees}}, "
        "{after: 6 s, require: {language: sv}}, {after: 7 s}], max_wait: 8 s, on_timeout: end",
    ],
)
def test_a_right_requirement_is_right(tmp_path: Path, keys: str) -> None:
    assert told(check_queue(tmp_path, keys)) == []


def test_where_nothing_is_declared_the_advice_is_to_declare_it(tmp_path: Path) -> None:
    found = check_queue(tmp_path, "require: {«subject: fees}", ORGANISATION)
    assert (found.places, told(found)) == (
        found.marked,
        [
            (
                "undefined_skill_kind",
                "no kind of skill is named “subject”",
                "add “skills: {subject: […]}” to organisation.yaml",
            )
        ],
    )


def test_callers_of_a_language_that_is_no_skill_are_told_of(tmp_path: Path) -> None:
    organisation = SKILLED.replace("language: [sv, en], subject: [", "language: [sv], subject: [")
    organisation = organisation.replace("skills: {language: [sv, en]", "skills: {language: [sv]")
    found = check_queue(tmp_path, "require: {language: «'{{language}}'}", organisation)
    assert (found.places, told(found)) == (
        found.marked,
        [
            (
                "language_no_skill",
                "callers may speak “en”, which is no value of “language”",
                "add it to “skills: language: …” of the organisation",
            )
        ],
    )


def test_what_is_sensitive_is_not_required(tmp_path: Path) -> None:
    write(tmp_path / "town", "organisation.yaml", SKILLED)
    retry = "{repeat: 0, then: end}"
    nodes = (
        "  a: {collect: {sv: x, en: x}, into: pnr, sensitive: true, length: 3, then: q, "
        f"on_invalid: {retry}, on_silence: {retry}}}\n"
        "  q: {queue: support, require: {subject: «'{{ pnr }}'}, then: end, on_nobody: end}\n"
    )
    marked = write(
        tmp_path / "town", "tree.yaml", f'numbers: ["100"]\nstart: a\nnodes:\n{nodes}{END}'
    )
    found = Found(tuple(check(tmp_path).problems), marked)
    assert found.places == found.marked
    assert [one.code for one in found.problems] == ["sensitive_skill"]


def test_a_value_that_is_not_set_on_every_way_is_a_warning(tmp_path: Path) -> None:
    write(tmp_path / "town", "organisation.yaml", SKILLED)
    nodes = (
        "  a: {branch: [{when: caller, goto: set}], otherwise: q}\n"
        "  set: {set: {topic: fees}, then: q}\n"
        "  q: {queue: support, require: {subject: «'{{ topic }}'}, then: end, on_nobody: end}\n"
    )
    marked = write(
        tmp_path / "town", "tree.yaml", f'numbers: ["100"]\nstart: a\nnodes:\n{nodes}{END}'
    )
    found = Found(tuple(check(tmp_path).problems), marked)
    assert found.places == found.marked
    assert [one.code for one in found.problems] == ["unset_variable"]


NOBODY = {
    "no agent on this level": ("require: {subject: «{fees: 4}}", "subject: fees 4"),
    "no agent in the last step": (
        "require: {subject: fees}, relax: [{after: 9 s, require: {subject: «{places: 2}}}]",
        "subject: places 2",
    ),
    "each has somebody, all have nobody": (
        "require: «{language: en, subject: places}",
        "language: en, subject: places",
    ),
    "callers of one language": (
        "require: «{language: '{{ language }}', subject: places}",
        "language: en, subject: places",
    ),
}


@pytest.mark.parametrize(("keys", "words"), NOBODY.values(), ids=NOBODY)
def test_what_no_agent_of_the_queue_can_do_is_a_warning(
    tmp_path: Path, keys: str, words: str
) -> None:
    found = check_queue(tmp_path, keys)
    assert (found.places, found.messages) == (
        found.marked,
        [f"no agent of the queue “support” has this: {words}"],
    )
    assert [(one.code, one.severity) for one in found.problems] == [
        ("nobody_able", Severity.WARNING)
    ]


def test_agents_of_other_queues_do_not_count(tmp_path: Path) -> None:
    organisation = SKILLED.replace("support: {}", "support: {}\n  other: {}").replace(
        "4001: {name: Alva, queues: [support]", "4001: {name: Alva, queues: [other]"
    )
    found = check_queue(tmp_path, "require: {subject: «fees}", organisation)
    assert (found.places, [one.code for one in found.problems]) == (found.marked, ["nobody_able"])


def test_each_language_of_which_there_is_nobody_is_told(tmp_path: Path) -> None:
    organisation = SKILLED.replace("{language: [sv, en], subject: {", "{subject: {").replace(
        "{language: [sv], subject: [places]}", "{subject: [places]}"
    )
    found = check_queue(tmp_path, "require: {language: '{{ language }}'}", organisation)
    assert [one.message.rpartition(": ")[2] for one in found.problems] == ["sv", "en"]
