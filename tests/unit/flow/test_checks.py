"""Every check of a tree's file, each at its exact line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.errors import TreesInvalidError
from ivr.flow.load import check, load_all, load_organisation
from ivr.flow.problems import Severity
from tests.unit.flow.trees import (
    END,
    ORGANISATION,
    check_nodes,
    check_tree,
    write,
)

pytestmark = pytest.mark.unit

SAY = "{sv: hej, en: hello}"
RETRIES = "on_invalid: {then: end}, on_silence: {then: end}"

ONE_PROBLEM = {
    "an unknown key": (
        f"  a: {{say: {SAY}, then: end, «thne: end}}\n",
        "“thne” is not known here",
        "did you mean “then”?",
    ),
    "a verb with a slip": (
        f"  «a: {{sya: {SAY}, then: end}}\n",
        "nothing here says what the node does",
        "did you mean “say”?",
    ),
    "two verbs in one node": (
        f"  a: «{{say: {SAY}, hours: office, then: end}}\n",
        "a node does one thing, this one does hours and say",
        "make a node of each, joined by “then”",
    ),
    "a node that is a text": (
        "  a: «hello\n",
        "a node was expected here",
        "write it as “say: …” with “then: …”",
    ),
    "a node of nothing": (
        "  «a:\n",
        "a node was expected here",
        "write it as “say: …” with “then: …”",
    ),
    "a text that is not per language": (
        "  a: {say: «hello, then: end}\n",
        "keys and values were expected here",
        "write them as “key: value”",
    ),
    "a list for a text": (
        "  a: {say: {sv: «[hej], en: hello}, then: end}\n",
        "a text was expected here",
        "write a plain text",
    ),
    "an empty text": (
        "  a: {say: {sv: «'', en: hello}, then: end}\n",
        "the text is empty",
        "write what the caller shall hear",
    ),
    "a missing key": (
        f"  «a: {{say: {SAY}}}\n",
        "“then” is missing",
        "add “then: …”",
    ),
    "an undefined node": (
        f"  a: {{say: {SAY}, then: «ende}}\n",
        "no node is named “ende”",
        "did you mean “end”?",
    ),
    "an undefined node behind a choice": (
        f"  a: {{menu: {SAY}, choices: {{1: {{goto: «ned}}}}, {RETRIES}}}\n",
        "no node is named “ned”",
        "did you mean “end”?",
    ),
    "an undefined queue": (
        "  a: {queue: «suport, then: end, on_nobody: end}\n",
        "no queue is named “suport”",
        "did you mean “support”?",
    ),
    "undefined hours": (
        "  a: {hours: «ofice, open: end, closed: end}\n",
        "no opening hours are named “ofice”",
        "did you mean “office”?",
    ),
    "an undeclared language as a choice": (
        f"  a: {{language: {SAY}, choices: {{1: «da}}, then: end}}\n",
        "the organisation does not declare the language “da”",
        "known: en, sv",
    ),
    "an undeclared language in a text": (
        "  a: {say: {sv: hej, en: hello, «da: hej}, then: end}\n",
        "the organisation does not declare the language “da”",
        "known: en, sv",
    ),
    "a missing translation": (
        "  a: {«say: {sv: hej}, then: end}\n",
        "the text is missing in English (en)",
        "add “en: …”",
    ),
    "a choice that is no key": (
        f"  a: {{menu: {SAY}, choices: {{«12: {{goto: end}}}}, {RETRIES}}}\n",
        "“12” is not a key of a telephone",
        "use one of 0–9, * and #",
    ),
    "a menu without choices": (
        f"  a: {{menu: {SAY}, choices: «{{}}, {RETRIES}}}\n",
        "at least one entry is needed here",
        "",
    ),
    "a number that is none": (
        f"  a: {{menu: {SAY}, choices: {{1: {{goto: end}}}}, "
        "on_invalid: {repeat: «twice, then: end}, on_silence: {then: end}}\n",
        "a whole number was expected here",
        "write it in digits",
    ),
    "a number that is too big": (
        f"  a: {{language: {SAY}, choices: {{1: sv}}, repeat: «10, then: end}}\n",
        "the number is too big",
        "the most is 9",
    ),
    "a length of time without unit": (
        f"  a: {{language: {SAY}, choices: {{1: sv}}, wait: «5, then: end}}\n",
        "“5” is not a length of time",
        "write a number and its unit: 20 s, 2 min or 1 h",
    ),
    "a length of time that is too long": (
        f"  a: {{language: {SAY}, choices: {{1: sv}}, wait: «5 min, then: end}}\n",
        "“5 min” is too long",
        "allowed is 1 s to 30 s",
    ),
    "a wait without a way out": (
        "  a: «{queue: support, max_wait: 5 min, then: end, on_nobody: end}\n",
        "a queue with “max_wait” needs “on_timeout”",
        "add “on_timeout: …”, the node where a caller goes who waited too long",
    ),
    "a way out that is never taken": (
        "  a: «{queue: support, on_timeout: end, then: end, on_nobody: end}\n",
        "“on_timeout” can never happen without “max_wait”",
        "add “max_wait: 10 min”, or remove “on_timeout”",
    ),
    "a mailbox that is no name": (
        f"  a: {{voicemail: «My Box, greeting: {SAY}, then: end}}\n",
        "“My Box” is no identifier",
        "use a to z, digits, - and _, a letter first",
    ),
    "an unknown variable": (
        "  a: {say: {sv: «'hej {{ organisaton }}', en: hello}, then: end}\n",
        "no variable is named “organisaton”",
        "did you mean “organisation”?",
    ),
    "an expression that is none": (
        "  a: {say: {sv: «'hej {{ 1 + }}', en: hello}, then: end}\n",
        "the expression cannot be read: unexpected 'end of print statement'",
        "expressions look like {{ organisation }}",
    ),
    "a loop of nodes that wait for nobody": (
        f"  a: {{say: {SAY}, then: b}}\n"
        "  b: {hours: office, open: c, closed: end}\n"
        f"  c: {{say: {SAY}, then: «a}}\n",
        "this goes round for ever without a wait for the caller: a → b → c → a",
        "lead one of these ways to a menu, a queue or hang_up",
    ),
    "a node that leads to itself": (
        f"  a: {{say: {SAY}, then: «a}}\n  b: {{say: {SAY}, then: end}}\n",
        "this goes round for ever without a wait for the caller: a → a",
        "lead one of these ways to a menu, a queue or hang_up",
    ),
    "a queue of nobody that leads to itself": (
        "  a: {queue: support, then: end, on_nobody: «a}\n",
        "this goes round for ever without a wait for the caller: a → a",
        "lead one of these ways to a menu, a queue or hang_up",
    ),
    "a key given twice": (
        f"  a: {{say: {SAY}, then: end, «then: a}}\n",
        "“then” is given twice",
        None,
    ),
    "a name with spaces": (
        f"  a: {{say: {SAY}, then: my node}}\n  «my node: {{say: {SAY}, then: end}}\n",
        "“my node” is no name",
        "use letters, digits, - and _, without spaces",
    ),
}


@pytest.mark.parametrize(("nodes", "message", "advice"), ONE_PROBLEM.values(), ids=ONE_PROBLEM)
def test_each_slip_is_told_at_its_place(
    tmp_path: Path, nodes: str, message: str, advice: str | None
) -> None:
    found = check_nodes(tmp_path, nodes)
    errors = [one for one in found.problems if one.severity is Severity.ERROR]
    assert [(one.line, one.column) for one in errors] == list(found.marked)
    assert [one.message for one in errors] == [message]
    if advice is not None:
        assert [one.advice for one in errors] == [advice]


def test_a_right_tree_has_no_problems(tmp_path: Path) -> None:
    found = check_nodes(tmp_path, f"  a: {{say: {SAY}, then: end}}\n")
    assert found.problems == ()


def test_a_circle_through_a_menu_is_no_silent_loop(tmp_path: Path) -> None:
    nodes = (
        f"  a: {{say: {SAY}, then: b}}\n"
        f"  b: {{menu: {SAY}, choices: {{1: {{goto: a}}, 9: {{goto: b}}}}, {RETRIES}}}\n"
    )
    assert check_nodes(tmp_path, nodes).problems == ()


def test_a_silent_loop_is_told_beside_other_errors(tmp_path: Path) -> None:
    found = check_nodes(
        tmp_path,
        f"  a: {{say: {SAY}, then: «a}}\n  b: {{say: {SAY}, then: «nowhere}}\n",
    )
    assert found.places == found.marked
    assert len(found.problems) == 2


def test_a_chain_of_thousands_of_nodes_is_walked_without_recursion(tmp_path: Path) -> None:
    nodes = "".join(f"  n{i}: {{say: {SAY}, then: n{i + 1}}}\n" for i in range(3000))
    nodes = nodes.replace("then: n3000}", "then: «n0}").replace("n0: {say", "a: {say", 1)
    found = check_nodes(tmp_path, nodes.replace("then: «n0}", "then: «a}"))
    assert found.places[:1] == found.marked
    assert found.messages[0].startswith("this goes round for ever")


def test_every_error_of_all_files_is_told_at_once(tmp_path: Path) -> None:
    found = check_nodes(
        tmp_path,
        "  a: {say: {«no: nei, sv: «'{{ x }}', en: hello}, then: «b, «thn: c}\n"
        "  c: {queue: «suport, max_wait: «10, then: «d, on_nobody: end}\n",
    )
    assert found.places == found.marked


def test_missing_translations_are_told_beside_other_errors_of_the_text(tmp_path: Path) -> None:
    found = check_nodes(tmp_path, "  a: {«say: {en: «''}, then: end}\n")
    assert found.places == found.marked
    assert found.messages == ["the text is missing in Swedish (sv)", "the text is empty"]


def test_an_unreachable_node_is_a_warning_and_the_tree_is_usable(tmp_path: Path) -> None:
    found = check_nodes(tmp_path, f"  a: {{say: {SAY}, then: end}}\n  «b: {{hang_up: {SAY}}}\n")
    assert found.places == found.marked
    assert found.messages == ["no way leads to the node “b”"]
    assert [problem.severity for problem in found.problems] == [Severity.WARNING]
    assert load_all(tmp_path).find("100") is not None


def test_a_missing_start_is_told_at_the_top(tmp_path: Path) -> None:
    found = check_tree(tmp_path, f"«numbers: ['100']\nnodes:\n{END}")
    assert (found.places, found.messages) == (found.marked, ["“start” is missing"])


def test_a_start_that_is_no_node_is_told(tmp_path: Path) -> None:
    found = check_tree(tmp_path, f"numbers: ['100']\nstart: «edn\nnodes:\n{END}")
    assert (found.places, found.messages) == (found.marked, ["no node is named “edn”"])


def test_a_number_that_is_none_is_told(tmp_path: Path) -> None:
    found = check_tree(tmp_path, f"numbers: ['100', «sip:me]\nstart: end\nnodes:\n{END}")
    assert (found.places, found.messages) == (
        found.marked,
        ["“sip:me” is not a telephone number"],
    )


@pytest.mark.parametrize("second", ["08-465 004 00", "+46 (0)8 465 004 00", "0046846500400"])
def test_a_number_claimed_by_two_trees_names_both_places(tmp_path: Path, second: str) -> None:
    write(tmp_path / "town", "organisation.yaml", ORGANISATION)
    tree = "start: end\nnodes:\n" + END
    write(tmp_path / "town", "a.yaml", f"numbers: ['100', '+46 8 465 004 00']\n{tree}")
    marked = write(tmp_path / "town", "b.yaml", f"numbers:\n  - «'{second}'\n{tree}")
    [problem] = check(tmp_path).problems
    assert problem.file.name == "b.yaml"
    assert ((problem.line, problem.column),) == marked
    assert problem.message == f"the number {second} is claimed twice"
    assert problem.advice.endswith("a.yaml:1:18; keep one of them")


def test_two_countries_that_share_a_national_form_are_no_clash(tmp_path: Path) -> None:
    write(tmp_path / "town", "organisation.yaml", ORGANISATION)
    tree = "start: end\nnodes:\n" + END
    write(tmp_path / "town", "a.yaml", f"numbers: ['+46 8 465 004 00']\n{tree}")
    write(tmp_path / "town", "b.yaml", f"numbers: ['+358 8 465 004 00']\n{tree}")
    catalogue = load_all(tmp_path)
    found = [catalogue.find(number) for number in ("+46846500400", "+358846500400")]
    assert [tree.name for tree in found if tree is not None] == ["a", "b"]
    assert catalogue.find("0846500400") is None


def test_two_organisations_with_one_id_are_told(tmp_path: Path) -> None:
    write(tmp_path / "a", "organisation.yaml", ORGANISATION)
    write(tmp_path / "b", "organisation.yaml", ORGANISATION)
    [problem] = check(tmp_path).problems
    assert (problem.file.parent.name, problem.line, problem.column) == ("b", 1, 5)
    assert problem.message == "another organisation has the id “town”"


def test_a_tree_is_checked_although_the_organisation_has_an_error(tmp_path: Path) -> None:
    write(tmp_path / "town", "organisation.yaml", ORGANISATION.replace("Europe/Stockholm", "Mars"))
    write(tmp_path / "town", "t.yaml", f"numbers: ['1']\nstart: edn\nnodes:\n{END}")
    messages = [problem.message for problem in check(tmp_path).problems]
    assert messages == ["no time zone is named “Mars”", "no node is named “edn”"]


def test_a_broken_organisation_file_raises_no_false_errors_in_its_trees(tmp_path: Path) -> None:
    write(tmp_path / "town", "organisation.yaml", "[")
    write(
        tmp_path / "town",
        "t.yaml",
        f"numbers: ['1']\nstart: a\nnodes:\n  a: {{queue: q, then: end, on_nobody: end}}\n{END}",
    )
    assert [problem.file.name for problem in check(tmp_path).problems] == ["organisation.yaml"]


def test_a_file_with_another_ending_is_pointed_out(tmp_path: Path) -> None:
    write(tmp_path / "town", "organisation.yaml", ORGANISATION)
    write(tmp_path / "town", "tree.yml", "x")
    [problem] = check(tmp_path).problems
    assert (problem.severity, problem.message) == (Severity.WARNING, "this file is not read")


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(TreesInvalidError, match="there is no organisation here"):
        load_all(tmp_path)


def test_one_organisations_own_folder_can_be_checked(tmp_path: Path) -> None:
    write(tmp_path, "organisation.yaml", ORGANISATION)
    checked = check(tmp_path)
    assert checked.catalogue is not None
    assert list(checked.catalogue.organisations) == ["town"]


def test_load_organisation_tells_all_problems(tmp_path: Path) -> None:
    write(tmp_path, "organisation.yaml", "id: Town Hall\nlanguages: [xx]\n")
    with pytest.raises(TreesInvalidError) as raised:
        load_organisation(tmp_path)
    assert len(raised.value.problems) == 5
    assert raised.value.code == "flow.trees_invalid"


def test_a_flood_of_errors_is_cut(tmp_path: Path) -> None:
    nodes = "".join(f"  n{i}: {{sag: x}}\n" for i in range(500))
    found = check_nodes(tmp_path, nodes)
    assert len(found.problems) == 101
    assert found.messages[-1] == "401 more problems from here on"


def test_a_problem_prints_with_its_line_and_a_caret(tmp_path: Path) -> None:
    found = check_nodes(tmp_path, "  a: {hours: ofice, open: end, closed: end}\n")
    assert str(found.problems[0]).splitlines() == [
        f"{tmp_path}/town/tree.yaml:4:14: error: no opening hours are named “ofice”",
        "      a: {hours: ofice, open: end, closed: end}",
        "                 ^",
        "    did you mean “office”?",
    ]
