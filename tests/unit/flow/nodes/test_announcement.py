"""What is said to every caller while it is switched on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ivr.flow.call import CallFailed, Utterance
from ivr.flow.memory import MemoryCall, Script
from tests.unit.flow.worldly import MONDAY, line, said, walk, way

pytestmark = pytest.mark.unit

ANNOUNCE = "  a: {announcement: storm, then: end}\n"


async def test_an_announcement_is_said_while_it_is_on(tmp_path: Path) -> None:
    off, on, over = line(), line(), line()
    on.world.announcements["storm"] = ({}, MONDAY + timedelta(hours=1))
    over.world.announcements["storm"] = ({}, MONDAY)
    outcomes = [way(await walk(tmp_path, ANNOUNCE, call))[0][1] for call in (off, on, over)]
    assert outcomes == ["off", "said", "off"]
    assert (said(off), said(on), said(over)) == ([], ["Det stormar."], [])


async def test_own_words_of_an_announcement_are_said_in_the_languages_that_they_have(
    tmp_path: Path,
) -> None:
    swedish, english = line(), line()
    for call, words in ((swedish, {"sv": "Bron är stängd."}), (english, {"en": "Bridge closed."})):
        call.world.announcements["storm"] = (words, MONDAY + timedelta(hours=1))
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
    call.world.announcements["storm"] = ({"sv": "???"}, MONDAY + timedelta(hours=1))
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
