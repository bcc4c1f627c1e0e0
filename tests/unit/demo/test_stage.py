"""Whoever plays is told what happens to them, and nothing that happens to others."""

from __future__ import annotations

import pytest

from ivr.demo.stage import Stage, Story
from store.events import Event, EventType
from store.stream import Gap

pytestmark = pytest.mark.unit


class Stream:
    """An organisation's events: its newest is the tenth."""

    async def read(self, after_id: str, count: int = 0, block_ms: int = 0) -> list[Event]:
        raise AssertionError("the stage is fed by hand")

    async def last_id(self) -> str:
        return "10-0"

    async def gap_after(self, after_id: str) -> Gap | None:
        return None


def event(kind: EventType, contact: str = "", agent: str = "", **fields: str) -> Event:
    return Event(kind, 1, "demo", contact, agent=agent, fields=fields, id="11-0")


def anything(_event: Event) -> bool:
    return True


async def told(story: Story) -> list[EventType]:
    kinds = []
    while happened := await story.next(anything, 0):
        kinds.append(happened.type)
    return kinds


async def test_a_caller_is_told_of_the_own_call_only_and_from_its_beginning() -> None:
    heard: list[Event] = []
    stage = Stage(Stream(), heard.append)

    with stage.caller("+4670") as story:
        await stage.take_in(
            "10-0",
            [
                event(EventType.CALL_QUEUED, "old"),
                event(EventType.CONTACT_STARTED, "mine", caller="+4670"),
                event(EventType.CONTACT_STARTED, "other", caller="+4671"),
                event(EventType.CALL_QUEUED, "other"),
                event(EventType.CALL_QUEUED, "mine"),
            ],
        )
        assert await told(story) == [EventType.CONTACT_STARTED, EventType.CALL_QUEUED]
    await stage.take_in("11-0", [event(EventType.CONTACT_ENDED, "mine")])

    assert await told(story) == []
    assert len(heard) == 6


async def test_an_agent_is_told_of_what_carries_the_number() -> None:
    stage = Stage(Stream(), lambda _: None)
    story = stage.agent("4001")

    await stage.take_in(
        "10-0",
        [event(EventType.AGENT_READY, agent="4002"), event(EventType.AGENT_READY, agent="4001")],
    )

    assert await told(story) == [EventType.AGENT_READY]


async def test_the_play_begins_at_the_newest_event_and_goes_on_from_the_last() -> None:
    stage = Stage(Stream(), lambda _: None)

    assert await stage.position() == "10-0"
    assert await stage.take_in("10-0", []) == "10-0"
    assert await stage.take_in("10-0", [event(EventType.AGENT_READY)]) == "11-0"
    assert await stage.position() == "11-0"


async def test_what_is_not_wanted_is_passed_over_and_what_is_past_can_be_forgotten() -> None:
    story = Story()
    for kind in (EventType.AGENT_READY, EventType.AGENT_PAUSED, EventType.AGENT_READY):
        story.add(event(kind))

    assert await story.comes(lambda e: e.type is EventType.AGENT_PAUSED, 0)
    assert await story.comes(lambda e: e.type is EventType.AGENT_PAUSED, 0)  # it is still there
    story.forget()
    assert not await story.comes(anything, 0)
