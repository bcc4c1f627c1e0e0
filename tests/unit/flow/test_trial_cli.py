from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
import typer
from typer.testing import CliRunner, Result

from ivr.cli import trees, trials
from tests.unit.flow.trees import DEMO
from tests.unit.flow.trials import folder_of

pytestmark = pytest.mark.unit

PASSING = "tests:\n  fees by key: {when: press 1, then: {reaches: support}}\n"
FAILING = f"{PASSING}  fees by voice: {{when: press 7, then: {{reaches: support}}}}\n"
MISTAKEN = "tests:\n  it: {then: {at: nowhere}}\n"


@pytest.fixture(autouse=True)
def _plain_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAXEL_SETTINGS", "/dev/null")
    monkeypatch.setenv("VAXEL_TREES", str(DEMO))


def vaxel_test(*arguments: str | Path) -> Result:
    app = typer.Typer()
    trees.register(app)
    trials.register(app)
    return CliRunner().invoke(app, ["test", *map(str, arguments)])


def test_tests_that_pass_end_with_0_and_name_what_is_untested(tmp_path: Path) -> None:
    home, _ = folder_of(tmp_path, PASSING)
    result = vaxel_test(home)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == f"{home}/main.yaml:14:3: warning: no test comes to the node “box”"
    assert lines[-3:-1] == [
        "tree       tests passed  nodes tested  branches tested",
        "town/main  1 of 1        5 of 6        4 of 11",
    ]
    assert lines[-1].startswith("1 test in ")
    assert lines[-1].endswith(" s, 0 failed")


def test_a_failing_test_ends_with_1_and_tells_what_happened(tmp_path: Path) -> None:
    home, _ = folder_of(tmp_path, FAILING)
    result = vaxel_test(home)
    assert result.exit_code == 1
    line = "  fees by voice: {when: press 7, then: {reaches: support}}"
    assert result.output.splitlines()[:9] == [
        "failed: fees by voice",
        f"{home}/main.test.yaml:3:50: error: the caller should come to the queue “support”, and "
        "came to no queue",
        f"    {line}",
        " " * (4 + 49) + "^",
        "    the way: hello → opening → main → bye",
        "      hello: sv: Välkommen till Town Hall!",
        "      main: sv: För avgifter, tryck 1.",
        "      main: (presses 7)",
        "      bye: sv: Hej då.",
    ]


def test_a_mistake_in_a_file_ends_with_1(tmp_path: Path) -> None:
    home, _ = folder_of(tmp_path, MISTAKEN)
    result = vaxel_test(home)
    assert result.exit_code == 1
    assert f"{home}/main.test.yaml:2:19: error: no node is named “nowhere”" in result.output
    assert result.output.endswith("0 failed, 1 error in the files\n")


def test_too_little_tested_ends_with_1_only_when_more_is_asked_for(tmp_path: Path) -> None:
    home, _ = folder_of(tmp_path, PASSING)
    assert vaxel_test(home, "--minimum", "30").exit_code == 0
    result = vaxel_test(home, "--minimum", "100")
    assert result.exit_code == 1
    assert "town/main: only 36 % is tested, 100 % is wanted" in result.output


def test_some_tests_may_be_chosen_by_name(tmp_path: Path) -> None:
    home, _ = folder_of(tmp_path, FAILING)
    result = vaxel_test(home, "-k", "BY KEY")
    assert (result.exit_code, result.output.count("\n")) == (0, 1)
    assert result.output.startswith("1 test in ")


@pytest.mark.parametrize(
    "arguments", [["nowhere"], ["demo", "-k", "no such test"], ["-k", "x", "--minimum", "1"]]
)
def test_what_does_not_exist_ends_with_2(arguments: list[str]) -> None:
    assert vaxel_test(*arguments).exit_code == 2


@pytest.mark.parametrize("arguments", [[], ["demo"]])
def test_without_a_folder_it_tests_the_installations_own(arguments: list[str]) -> None:
    result = vaxel_test(*arguments)
    assert result.exit_code == 0
    assert "demo/reception" in result.output


def test_json_holds_everything(tmp_path: Path) -> None:
    home, _ = folder_of(tmp_path, FAILING)
    result = vaxel_test(home, "--format", "json")
    assert result.exit_code == 1
    report = json.loads(result.output)
    (tree,) = report["trees"]
    assert (report["passed"], report["problems"]) == (False, [])
    assert (tree["organisation"], tree["tree"]) == ("town", "main")
    assert (tree["nodes"], tree["branches"]) == (
        {"tested": 5, "all": 6},
        {"tested": 5, "all": 11},
    )
    right, wrong = tree["tests"]
    assert (right["name"], right["passed"], right["problems"]) == ("fees by key", True, [])
    assert (wrong["line"], wrong["way"][-1], wrong["problems"][0]["line"]) == (3, "bye", 3)
    assert tree["untested"][0]["severity"] == "warning"


def junit(*arguments: str | Path) -> ElementTree.Element:
    root = ElementTree.fromstring(  # noqa: S314 - it is our own
        vaxel_test(*arguments, "--format", "junit").output
    )
    assert root.tag == "testsuites"
    return root


def test_junit_has_a_suite_a_tree_and_a_case_a_test(tmp_path: Path) -> None:
    home, _ = folder_of(tmp_path, FAILING)
    root = junit(home)
    (suite,) = root
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("town/main", "2", "1")
    right, wrong = suite
    assert (right.get("name"), len(right)) == ("fees by key", 0)
    (failure,) = wrong
    assert (failure.tag, wrong.get("line")) == ("failure", "3")
    assert str(failure.get("message")).startswith("the caller should come to the queue")
    assert "main: (presses 7)" in str(failure.text)


def test_junit_tells_mistakes_and_too_little_as_cases_of_their_own(tmp_path: Path) -> None:
    home, _ = folder_of(tmp_path, MISTAKEN)
    ((unread,),) = junit(home)
    assert [(part.tag, unread.get("name")) for part in unread] == [
        ("error", "the tests can be read")
    ]
    folder_of(tmp_path, PASSING)
    root = junit(home, "--minimum", "100")
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("2", "1", "0")
    (home / "main.yaml").write_text("nothing: ''\n", encoding="utf-8")
    root = junit(home)
    assert (root.get("tests"), root.get("errors")) == ("1", "1")
