"""Trees that take another one's place for a time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.flow.load import check, load_all
from ivr.flow.problems import Problem
from tests.unit.flow.trees import END, ORGANISATION, write

pytestmark = pytest.mark.unit

STOCKHOLM = ZoneInfo("Europe/Stockholm")
BODY = f"start: end\nnodes:\n{END}"
CHRISTMAS = "from: 2026-12-24T00:00\nuntil: 2026-12-27T00:00\n"


def town(folder: Path, **trees: str) -> tuple[tuple[int, int], ...]:
    """The small organisation with a tree at 100 and others; the places marked in these."""
    write(folder / "town", "organisation.yaml", ORGANISATION)
    write(folder / "town", "reception.yaml", f"numbers: ['100']\n{BODY}")
    marked: tuple[tuple[int, int], ...] = ()
    for name, head in trees.items():
        marked += write(folder / "town", f"{name}.yaml", head + BODY)
    return marked


def problem_of(folder: Path) -> Problem:
    [problem] = check(folder).problems
    return problem


def found_at(folder: Path, moment: str, number: str = "100") -> str:
    tree = load_all(folder).find(number, datetime.fromisoformat(moment).replace(tzinfo=STOCKHOLM))
    assert tree is not None
    return tree.name


@pytest.mark.parametrize(
    ("moment", "name"),
    [
        ("2026-12-23T23:59:59", "reception"),
        ("2026-12-24T00:00", "christmas"),
        ("2026-12-26T23:59:59", "christmas"),
        ("2026-12-27T00:00", "reception"),
    ],
)
def test_a_tree_takes_the_place_of_another_for_its_time_by_the_organisations_clock(
    tmp_path: Path, moment: str, name: str
) -> None:
    town(tmp_path, christmas=f"replaces: reception\n{CHRISTMAS}")
    assert found_at(tmp_path, moment) == name


def test_without_a_moment_the_tree_is_found_that_is_there_at_all_other_times(
    tmp_path: Path,
) -> None:
    town(tmp_path, christmas=f"replaces: reception\n{CHRISTMAS}")
    tree = load_all(tmp_path).find("100")
    assert tree is not None
    assert tree.name == "reception"


def test_a_time_may_have_no_end_or_no_beginning_and_a_day_begins_at_midnight(
    tmp_path: Path,
) -> None:
    town(
        tmp_path,
        old="replaces: reception\nuntil: 2026-02-01\n",
        new="replaces: reception\nfrom: 2026-03-01 12:00\n",
    )
    at = ("2020-01-01", "2026-01-31T23:59", "2026-02-01", "2026-03-01T11:59", "2026-03-01T12:00")
    assert [found_at(tmp_path, one) for one in at] == [
        "old",
        "old",
        "reception",
        "reception",
        "new",
    ]


def test_an_hour_that_the_clock_runs_through_twice_is_of_the_time_that_it_belongs_to(
    tmp_path: Path,
) -> None:
    town(tmp_path, night="replaces: reception\nfrom: 2026-10-25T02:30\n")
    catalogue = load_all(tmp_path)
    first, second = (datetime(2026, 10, 25, 2, 15, tzinfo=STOCKHOLM, fold=fold) for fold in (0, 1))
    found = [catalogue.find("100", moment) for moment in (first, second)]
    assert [tree.name for tree in found if tree is not None] == ["reception", "night"]


def test_a_number_of_its_own_reaches_it_at_any_time_to_try_it(tmp_path: Path) -> None:
    town(tmp_path, christmas=f"numbers: ['199']\nreplaces: reception\n{CHRISTMAS}")
    assert found_at(tmp_path, "2026-06-01", "199") == "christmas"
    assert found_at(tmp_path, "2026-06-01") == "reception"


def test_two_times_that_touch_are_no_overlap(tmp_path: Path) -> None:
    town(
        tmp_path,
        christmas=f"replaces: reception\n{CHRISTMAS}",
        new_year="replaces: reception\nfrom: 2026-12-27T00:00\n",
    )
    assert found_at(tmp_path, "2026-12-27") == "new_year"


@pytest.mark.parametrize(
    ("head", "message", "advice"),
    [
        (
            f"replaces: «recption\n{CHRISTMAS}",
            "no tree is named “recption”",
            "did you mean “reception”?",
        ),
        (
            f"replaces: «tree\n{CHRISTMAS}",
            "a tree cannot take its own place",
            "known: reception",
        ),
        (
            "replaces: reception\nfrom: 2026-12-27T00:00\nuntil: «2026-12-24T00:00\n",
            "the time ends at 2026-12-24T00:00, before it begins",
            "it begins at 2026-12-27T00:00",
        ),
        (
            "replaces: «reception\n",
            "nothing says when this tree takes the other one's place",
            "add “from: 2026-12-24T00:00”, “until: …” or both",
        ),
        (
            "replaces: reception\nfrom: «24 December\n",
            "“24 December” is not a time",
            "write it as 2026-12-24T00:00",
        ),
        (
            "replaces: reception\nfrom: «2026-02-30\n",
            "“2026-02-30” is not a time",
            "write it as 2026-12-24T00:00",
        ),
        (
            "numbers: ['101']\n«from: 2026-12-24\n",
            "“from” is for a tree that takes another one's place for a time",
            "say which: “replaces: NAME”, the other file's name without .yaml",
        ),
        (
            "«",
            "no number leads to this tree",
            'give it “numbers: ["…"]”, or “replaces: NAME” and its time',
        ),
    ],
)
def test_a_time_that_cannot_be_meant_is_told_at_its_place(
    tmp_path: Path, head: str, message: str, advice: str
) -> None:
    marked = town(tmp_path, tree=head)
    problem = problem_of(tmp_path)
    assert (problem.message, problem.advice) == (message, advice)
    assert ((problem.line, problem.column),) == marked


def test_two_trees_for_one_time_are_told_with_the_other_ones_name(tmp_path: Path) -> None:
    marked = town(
        tmp_path,
        christmas=f"replaces: reception\n{CHRISTMAS}",
        storm="replaces: reception\nfrom: «2026-12-26T18:00\n",
    )
    problem = problem_of(tmp_path)
    assert problem.message == ("“christmas” takes the place of “reception” at 2026-12-26T18:00 too")
    assert ((problem.line, problem.column),) == marked


def test_a_tree_that_takes_the_place_of_one_that_does_so_itself_is_told(tmp_path: Path) -> None:
    town(
        tmp_path,
        christmas=f"replaces: reception\n{CHRISTMAS}",
        eve="replaces: christmas\nfrom: 2026-12-24T12:00\n",
    )
    problem = problem_of(tmp_path)
    assert problem.message == "“christmas” takes another tree's place itself"
    assert problem.file.name == "eve.yaml"


def test_a_file_that_an_editor_hides_is_no_tree(tmp_path: Path) -> None:
    town(tmp_path)
    (tmp_path / "town" / ".#reception.yaml").symlink_to("nobody@nowhere")
    assert not check(tmp_path).problems
