"""What a caller hears who presses the wrong key, none, or another language's."""

from __future__ import annotations

import pytest

from store.events import EventType
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.phones import BEGINNING, RECEPTION, Ears, Handset
from tests.e2e.rig.reception import (
    CHOOSE_SWEDISH,
    INVALID_KEY,
    LEAVE_MESSAGE,
    MENU,
    MENU_ENGLISH,
    NO_KEY,
    NOBODY,
    WELCOME,
    walk_to_menu,
)

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def test_a_wrong_key_is_told_and_the_menu_comes_again(caller: Handset, ears: Ears) -> None:
    line = await caller.call(RECEPTION)
    await walk_to_menu(line, ears)
    since = len(line.heard)
    await line.press("7")
    await ears.hear(line, INVALID_KEY, since=since)
    await ears.hear(line, MENU, first=BEGINNING, since=since)
    await line.hang_up()


async def test_silence_is_told_and_the_menu_comes_again(caller: Handset, ears: Ears) -> None:
    line = await caller.call(RECEPTION)
    await walk_to_menu(line, ears)
    said = await ears.hear(line, NO_KEY, seconds=30)
    await ears.hear(line, MENU, first=BEGINNING, since=round(said * 16000))
    await line.hang_up()


async def test_the_chosen_language_speaks_on(caller: Handset, ears: Ears) -> None:
    line = await caller.call(RECEPTION)
    await ears.hear(line, WELCOME)
    await ears.hear(line, CHOOSE_SWEDISH, first=BEGINNING)
    await line.press("3")
    await ears.hear(line, MENU_ENGLISH, "en")
    await line.hang_up()


async def test_without_an_agent_the_caller_is_told_and_can_leave_a_message(
    caller: Handset, ears: Ears, journal: Journal
) -> None:
    line = await caller.call(RECEPTION)
    await walk_to_menu(line, ears)
    await line.press("1")
    await ears.hear(line, NOBODY)
    await ears.hear(line, LEAVE_MESSAGE)
    await line.hang_up()
    await journal.wait(EventType.CALL_LEFT, queue="support", reason="nobody")
