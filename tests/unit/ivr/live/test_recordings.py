"""Recordings that are saved, replaced and removed while calls run."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.live.model import Outcome
from ivr.prompts.prompting import Heard
from media.errors import PromptFailed
from store.events import EventType
from tests.unit.ivr.live.house import House
from tests.unit.ivr.prompts.test_recorded_lines import put

pytestmark = pytest.mark.unit

NAME = "recordings/sv/tree.a.say.wav"
OTHERS = Heard(changed=frozenset({"north"}))


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Two towns."""
    return House(tmp_path, north="100", south="200")


async def taken_up(house: House) -> None:
    """A recording of the north that calls hear."""
    put(house.root / "north", NAME, "hello")
    await house.trees.glance()
    await house.trees.glance()
    house.rendered.clear()


async def test_a_recording_is_taken_up_when_it_stands_still(house: House) -> None:
    house.heard_now = OTHERS
    put(house.root / "north", NAME, "hello")

    first = await house.trees.glance()
    assert (first.outcome, first.settled, house.rendered) == (Outcome.UNCHANGED, False, [])

    second = await house.trees.glance()
    assert (second.outcome, second.settled) == (Outcome.CHANGED, True)
    assert house.rendered == ["hello"], "of one town alone"
    assert set(second.changed) == {"north"}
    event = house.book.entries[-1].event
    assert event is not None
    assert event.type is EventType.TREES_CHANGED
    assert event.fields["files"] == f"north/{NAME.replace('.wav', '.txt')},north/{NAME}"
    assert event.fields["version"] == event.fields["before"]
    assert house.book.entries[-1].files is None, "no version of trees holds it"

    third = await house.trees.glance()
    assert (third.outcome, house.rendered) == (Outcome.UNCHANGED, ["hello"])


async def test_a_recording_that_is_still_being_copied_waits(house: House) -> None:
    for size in range(1, 4):
        put(house.root / "north", NAME).write_bytes(b"sound" * size)
        assert not (await house.trees.glance()).settled
    assert house.rendered == []


async def test_who_asks_need_not_wait(house: House) -> None:
    put(house.root / "north", NAME, "hello")
    house.heard_now = OTHERS
    assert set((await house.trees.reload("alva")).changed) == {"north"}


async def test_a_replaced_and_a_removed_recording_are_taken_up(house: House) -> None:
    await taken_up(house)
    file = put(house.root / "north", NAME)
    file.write_bytes(b"another sound")
    for _ in range(2):
        await house.trees.glance()
    assert house.rendered == ["hello"]
    file.unlink()
    for _ in range(2):
        await house.trees.glance()
    assert house.rendered == ["hello", "hello"]


async def test_a_recording_that_cannot_be_used_is_told_once_until_it_is_right(house: House) -> None:
    file = put(house.root / "north", NAME, "hello")
    house.heard_now = Heard(refused={"north": {file: "it is no sound"}})
    await house.trees.glance()
    told = await house.trees.glance()
    assert told.outcome is Outcome.REFUSED
    assert f"{NAME} cannot be used: it is no sound. What was heard before" in told.refused["north"]
    assert house.book.events == [(EventType.TREES_REFUSED, "north")]

    assert "north" in (await house.trees.glance()).refused
    assert len(house.book.events) == 1

    file.write_bytes(b"a right one")
    await house.trees.glance()
    assert (await house.trees.glance()).refused == {}


async def test_what_cannot_be_made_ready_is_told_and_tried_again(house: House) -> None:
    put(house.root / "north", NAME, "hello")
    await house.trees.glance()
    house.fault = PromptFailed("key", "sv", "the disk is full")
    assert "the disk is full" in (await house.trees.glance()).refused["north"]
    house.fault = None
    assert (await house.trees.glance()).refused == {}
    assert house.rendered == ["hello"]


async def test_broken_trees_hold_up_no_recording(house: House) -> None:
    house.spoil("north")
    await house.trees.glance()
    put(house.root / "north", NAME, "hello")
    house.heard_now = OTHERS
    await house.trees.glance()
    told = await house.trees.glance()
    assert set(told.changed) == {"north"}
    assert "edn" in told.refused["north"]


async def test_a_changed_text_is_compared_with_its_recordings_again(house: House) -> None:
    await taken_up(house)
    house.say("north", "good evening", "100")
    await house.trees.glance()
    assert house.rendered == ["good evening", "good evening"]
