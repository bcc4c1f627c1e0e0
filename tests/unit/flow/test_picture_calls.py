"""How many callers went which way, laid over a picture."""

from __future__ import annotations

import pytest

from ivr.flow.load import load_all
from ivr.flow.picture.model import Line, Picture, picture_of
from ivr.flow.picture.traffic import Step, with_calls
from tests.unit.flow.trees import DEMO

pytestmark = pytest.mark.unit

STEPS = [
    Step("", "welcome", "start", 1000),
    Step("welcome", "choose_language", "then", 960),
    Step("welcome", "", "caller", 40),
    Step("choose_language", "opening", "then", 960),
    Step("opening", "main", "open", 960),
    Step("main", "support", "choices.1.goto", 600),
    Step("main", "operator", "choices.0.goto", 100),
    Step("main", "operator", "on_silence.then", 50),
    Step("main", "operator", "", 5),
    Step("main", "operator", "choices.7.goto", 2),
    Step("main", "main", "choices.9.goto", 3),
    Step("main", "", "caller", 206),
    Step("support", "", "caller", 400),
    Step("support", "", "tree", 60),
    Step("support", "nobody", "on_nobody", 140),
    Step("operator", "", "failed", 4),
    Step("main", "old_node", "choices.8.goto", 11),
]


def drawn(language: str = "en", steps: list[Step] = STEPS) -> Picture:
    tree = load_all(DEMO).find("100")
    assert tree is not None
    return with_calls(picture_of(tree, language), steps, "2026-11-01")


def line(picture: Picture, source: str, target: str) -> Line:
    return next(one for one in picture.lines if (one.source, one.target) == (source, target))


def notes(picture: Picture, name: str) -> list[tuple[str, bool]]:
    (box,) = (one for one in picture.boxes if one.name == name)
    return [
        (note.text.replace("\u202f", " ").replace("\xa0", " "), note.loss) for note in box.notes
    ]


def counts(one: Line) -> list[str]:
    return [row.count.replace("\u202f", " ").replace("\xa0", " ") for row in one.rows]


def test_each_arrow_tells_how_many_took_it_and_what_part_of_the_nodes_callers() -> None:
    picture = drawn()
    assert counts(line(picture, "", "welcome")) == ["1 000 (100 %)"]
    assert counts(line(picture, "welcome", "choose_language")) == ["960 (96 %)"]
    assert counts(line(picture, "main", "support")) == ["600 (62 %)"]  # of 963 who came


def test_several_arrows_to_one_node_are_told_apart() -> None:
    assert counts(line(drawn(), "main", "operator")) == ["100 (10 %)", "0", "50 (5 %)"]


def test_callers_whose_arrow_is_not_known_are_summed_and_told() -> None:
    assert line(drawn(), "main", "operator").untold == "7 not known which"
    assert line(drawn(), "main", "support").untold == ""


def test_where_there_is_one_arrow_it_is_known_which() -> None:
    picture = drawn(
        steps=[Step("", "welcome", "start", 2), Step("welcome", "choose_language", "", 2)]
    )
    assert counts(line(picture, "welcome", "choose_language")) == ["2 (100 %)"]


def test_a_line_is_as_heavy_as_many_took_it() -> None:
    picture = drawn()
    assert line(picture, "", "welcome").weight == 1
    assert line(picture, "main", "operator").weight == 0.157
    assert line(picture, "opening", "closed").weight == 0


def test_a_box_tells_who_was_lost_there() -> None:
    picture = drawn()
    assert notes(picture, "welcome") == [("1 000 calls", False), ("40 hung up (4 %)", True)]
    assert notes(picture, "operator")[1] == ("4 failed (3 %)", True)


def test_to_hang_up_in_a_queue_is_not_told_as_a_loss_for_it_may_be_after_the_talk() -> None:
    assert notes(drawn(), "support") == [
        ("600 calls", False),
        ("400 hung up, waiting or after the talk (67 %)", False),
        ("60 ended here (10 %)", False),
    ]


def test_steps_of_another_version_of_the_tree_are_told_as_a_sum() -> None:
    assert "11 steps are not in this version of the tree" in drawn().subtitle
    assert "not in this version" not in drawn(steps=STEPS[:-1]).subtitle


@pytest.mark.parametrize(
    ("language", "told"),
    [("sv", "40 lade på (4 %)"), ("da", "40 lagde på (4 %)"), ("en", "40 hung up (4 %)")],
)
def test_the_words_are_those_of_the_language(language: str, told: str) -> None:
    assert notes(drawn(language), "welcome")[1][0] == told


def test_a_day_without_a_call_is_a_picture_without_a_share() -> None:
    picture = drawn(steps=[])
    assert {row.count for one in picture.lines for row in one.rows} == {"0"}
    assert {one.weight for one in picture.lines} == {0}
    assert picture.subtitle == "2026-11-01 · 0 calls"


def test_a_share_below_one_percent_is_not_nothing() -> None:
    steps = [Step("", "welcome", "start", 1000), Step("welcome", "", "caller", 1)]
    assert notes(drawn(steps=steps), "welcome")[1][0] == "1 hung up (<1 %)"
