"""What is said to every caller while it is switched on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ivr.flow.call import RECORDED, CallFailed, Utterance
from ivr.flow.memory import MemoryCall, Script
from ivr.flow.world import Announced
from tests.unit.flow.worldly import MONDAY, line, said, walk, way

pytestmark = pytest.mark.unit

ANNOUNCE = "  a: {announcement: storm, then: end}\n"


async def test_an_announcement_is_said_while_it_is_on(tmp_path: Path) -> None:
    off, on, over = line(), line(), line()
    on.world.announcements["storm"] = (Announced(), MONDAY + timedelta(hours=1))
    over.world.announcements["storm"] = (Announced(), MONDAY)
    outcomes = [way(await walk(tmp_path, ANNOUNCE, call))[0][1] for call in (off, on, over)]
    assert outcomes == ["off", "said", "off"]
    assert (said(off), said(on), said(over)) == ([], ["Det stormar."], [])


async def test_own_words_of_an_announcement_are_said_in_the_languages_that_they_have(
    tmp_path: Path,
) -> None:
    swedish, english = line(), line()
    for call, words in ((swedish, {"sv": "Bron är stängd."}), (english, {"en": "Bridge closed."})):
        call.world.announcements["storm"] = (Announced(words), MONDAY + timedelta(hours=1))
        await walk(tmp_path, ANNOUNCE, call)
    assert said(swedish) == ["Bron är stängd."]
    assert said(english) == ["Det stormar."]


class Hoarse(MemoryCall):
    """A line on which some words cannot be said."""

    async def say(self, utterance: Utterance, *, interrupt: str = "") -> str:
        if utterance.text == "???":
            raise CallFailed("no voice for this")
        return await super().say(utterance, interrupt=interrupt)


async def test_own_words_that_cannot_be_said_are_the_organisations(tmp_path: Path) -> None:
    call = Hoarse(Script(()), dialled="100", began=MONDAY)
    call.world.announcements["storm"] = (Announced({"sv": "???"}), MONDAY + timedelta(hours=1))
    assert way(await walk(tmp_path, ANNOUNCE, call))[0] == ("a", "said")
    assert said(call) == ["Det stormar."]


async def test_an_announcement_is_switched_by_telephone_until_its_end(tmp_path: Path) -> None:
    nodes = (
        "  a: {switch_announcement: storm, turn: on, for: 2 h, then: b, on_failure: end}\n"
        "  b: {announcement: storm, then: c}\n"
        "  c: {switch_announcement: storm, turn: off, then: d, on_failure: end}\n"
        "  d: {announcement: storm, then: end}\n"
    )
    call = line()
    result = await walk(tmp_path, nodes, call)
    assert [outcome for _, outcome in way(result)] == ["on", "said", "off", "off", "hung_up"]


SPEAKS = (
    "  a: {record_announcement: storm, ask: {sv: Tala., en: x}, confirm: {sv: Rätt?, en: x}, "
    "for: 2 h, then: b, on_failure: end}\n"
    "  b: {announcement: storm, then: end}\n"
)


async def test_an_announcement_is_spoken_again_until_it_is_right_and_then_heard(
    tmp_path: Path,
) -> None:
    call = line("2,1")
    result = await walk(tmp_path, SPEAKS, call)
    assert [outcome for _, outcome in way(result)] == ["on", "said", "hung_up"]
    assert said(call) == [*2 * ["Tala.", RECORDED, "Rätt?"], RECORDED]
    announced, ends = call.world.announcements["storm"]
    assert (announced.sound, ends > MONDAY + timedelta(hours=2)) == (RECORDED, True)


async def test_what_nobody_confirms_is_not_announced(tmp_path: Path) -> None:
    call = line(",,,,,")
    result = await walk(tmp_path, SPEAKS, call)
    assert way(result)[0] == ("a", "failed")
    assert said(call) == 5 * ["Tala.", RECORDED, "Rätt?"]
    assert call.world.announcements == {}


@pytest.mark.parametrize("fault", ["speaks", "switches"])
async def test_an_announcement_that_is_not_spoken_or_not_kept_fails(
    tmp_path: Path, fault: str
) -> None:
    call = line("1")
    setattr(call.world, fault, False)
    result = await walk(tmp_path, SPEAKS, call)
    assert way(result)[0] == ("a", "failed")
    assert call.world.announcements == {}
