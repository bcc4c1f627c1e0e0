"""Direct dial at a menu: a number of so many digits beside choices of one key."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.flow.nodes.walk import ENDS, walk
from tests.unit.flow.trees import check_nodes

pytestmark = pytest.mark.unit

MENU = (
    "  a:\n"
    "    menu: {sv: välj, en: choose}\n"
    "    choices: {1: {goto: one, phrases: {sv: [ett]}}, '*': {goto: star}}\n"
    "    extensions: {length: 4, into: extension, pause: 2 s, then: dialled}\n"
    "    on_invalid: {repeat: 1, then: invalid}\n"
    "    on_silence: {repeat: 1, then: silent}\n"
    f"{ENDS}"
    "  one: {hang_up: }\n  star: {hang_up: }\n"
    "  dialled: {say: {sv: 'till {{ extension }}', en: x}, then: end}\n"
)


@pytest.mark.parametrize(
    ("keys", "way"),
    [
        ("1234", [("a", "extension"), ("dialled", "said"), ("end", "hung_up")]),
        ("0042", [("a", "extension"), ("dialled", "said"), ("end", "hung_up")]),
        ("1", [("a", "choice"), ("one", "hung_up")]),
        ("1#", [("a", "choice"), ("one", "hung_up")]),
        ("*", [("a", "choice"), ("star", "hung_up")]),
        ("say ett", [("a", "choice"), ("one", "hung_up")]),
        ("12,1", [("a", "choice"), ("one", "hung_up")]),
        ("123,9", [("a", "invalid"), ("invalid", "hung_up")]),
        ("#,#", [("a", "invalid"), ("invalid", "hung_up")]),
        (",", [("a", "silence"), ("silent", "said"), ("end", "hung_up")]),
    ],
)
async def test_numbers_and_choices_are_told_apart(
    tmp_path: Path, keys: str, way: list[tuple[str, str]]
) -> None:
    for menu in (MENU, MENU.replace(", phrases: {sv: [ett]}", "")):
        if keys.startswith("say") and menu is not MENU:
            continue
        walked = await walk(tmp_path, menu, keys)
        assert walked.way == way


async def test_the_number_is_the_variables_value_as_it_was_dialled(tmp_path: Path) -> None:
    walked = await walk(tmp_path, MENU, "0042")
    assert walked.run.values == {"extension": "0042"}
    assert walked.heard == ["välj", "till 0042"]
    assert dict(walked.run.answers) == {}, "a number is no choice of the menu"


async def test_a_choice_that_begins_a_number_waits_for_its_pause_and_others_do_not(
    tmp_path: Path,
) -> None:
    said = 4 / 15  # seconds of “välj”
    assert (await walk(tmp_path, MENU, "1")).seconds == pytest.approx(said + 2, abs=0.01)
    for keys in ("*", "say ett", "1#"):
        assert (await walk(tmp_path, MENU, keys)).seconds < 1


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        (MENU.replace("length: 4", "length: «1"), "the number is too small"),
        (MENU.replace("pause: 2 s", "pause: «20 s"), "“20 s” is too long"),
        (MENU.replace("into: extension", "into: «caller"), "“caller” is known of every call"),
        (MENU.replace("then: dialled", "then: «dialed"), "no node is named “dialed”"),
    ],
)
def test_each_slip_is_told_at_its_place(tmp_path: Path, nodes: str, message: str) -> None:
    found = check_nodes(tmp_path, nodes)
    assert found.places[: len(found.marked)] == found.marked
    assert found.messages[0].startswith(message)
