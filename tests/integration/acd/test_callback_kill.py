"""Controller processes that are killed with callbacks in hand: each person is called, and once."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from redis.asyncio import Redis

from acd.model.agent import AgentState
from acd.model.callback import CallbackState
from acd.model.offer import Offer
from store.events import Event, EventType
from store.stream import BEGINNING
from tests.integration.acd.conftest import NUMBER, RULES, SUPPORT, House
from tests.integration.acd.replay import Replay

pytestmark = pytest.mark.integration

PEOPLE = 60
AGENTS = 7
RING_OUT_S = RULES.ring_ms / 1000 + 5
LONG_S = RULES.every_ms / 1000 + 60  # all that a dead controller held has run out


@contextmanager
def mortal(url: str, house: House, name: str, step: str) -> Iterator[subprocess.Popen[str]]:
    """A controller process; killed at the end, if not before."""
    arguments = [url, name, str(house.clock()), step]
    command = [sys.executable, "-m", "tests.integration.acd.mortal", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def comes_to(url: str, house: House, step: str) -> None:
    """A controller comes to a step and is killed there."""
    with mortal(url, house, "doomed", step) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{step}\n"


async def attempt_of(house: House) -> int:
    (callback,) = await house.callbacks.open()
    return callback.attempt


async def heir_matches(house: House) -> Offer:
    await house.other.upkeep.renew()
    await house.other.upkeep.sweep()
    offer = await house.other.match(SUPPORT)
    assert offer is not None
    assert offer.controller == "two"
    return offer


async def heir_talks(house: House, offer: Offer) -> None:
    await house.callbacks.reached(offer)
    await house.other.answered(offer)
    await house.other.ended(offer, 1)


async def check_the_end(house: House, dialled: int, talked: int = 1) -> None:
    events = await house.stream.read(BEGINNING, count=1_000)
    replay = Replay()
    for event in events:
        replay.take(event)
    kinds = Counter(event.type for event in events)
    assert kinds[EventType.CALLBACK_DIALLED] == dialled
    assert kinds[EventType.CALLBACK_ANSWERED] == talked
    assert kinds[EventType.CALLBACK_ENDED] == 1
    assert not replay.contacts
    assert NUMBER not in repr(await house.everything())
    assert await house.agent_state() is AgentState.READY


@pytest.mark.parametrize(("step", "due_s"), [("waiting", 10), ("scheduled", 60)])
async def test_killed_when_the_place_was_kept(
    house: House, redis_url: str, step: str, due_s: float
) -> None:
    comes_to(redis_url, house, step)
    await house.log_in("4001", SUPPORT)
    house.clock.forward(due_s - 0.001)
    await house.other.upkeep.sweep()
    assert await house.other.match(SUPPORT) is None
    house.clock.forward(0.001)
    offer = await heir_matches(house)
    assert await house.callbacks.dialled(offer) == 1
    await heir_talks(house, offer)
    await check_the_end(house, dialled=1)


async def add(house: House, number: str = NUMBER) -> str:
    return await house.callbacks.add(number, SUPPORT, language="sv", answers={}, rules=RULES)


@pytest.mark.parametrize(
    ("step", "held_s", "dialled"), [("reserved", 10, 0), ("dialling", RING_OUT_S, 1)]
)
async def test_killed_before_the_caller_picked_up(
    house: House, redis_url: str, step: str, held_s: float, dialled: int
) -> None:
    await house.log_in("4001", SUPPORT)
    await add(house)
    comes_to(redis_url, house, step)
    house.clock.forward(held_s - 0.001)
    await house.other.upkeep.sweep()
    assert await house.other.match(SUPPORT) is None, "the phone may be ringing"
    house.clock.forward(0.001)
    await house.other.upkeep.sweep()
    house.clock.forward(dialled * RULES.every_ms / 1000)
    offer = await heir_matches(house)
    assert await attempt_of(house) == dialled
    assert await house.callbacks.dialled(offer) == dialled + 1
    await heir_talks(house, offer)
    await check_the_end(house, dialled=dialled + 1)


async def test_killed_when_the_caller_had_picked_up(house: House, redis_url: str) -> None:
    await house.log_in("4001", SUPPORT)
    contact = await add(house)
    comes_to(redis_url, house, "reached")
    assert await house.other.join(contact, SUPPORT) is True, "the dialplan hands the call on"
    offer = await heir_matches(house)
    callback = await house.callbacks.get(contact)
    assert callback is not None
    assert callback.state is CallbackState.REACHED
    await heir_talks(house, offer)
    await check_the_end(house, dialled=1)


async def test_killed_while_the_two_talked(house: House, redis_url: str) -> None:
    await house.log_in("4001", SUPPORT)
    contact = await add(house)
    comes_to(redis_url, house, "talking")
    house.clock.forward(10)
    await house.other.upkeep.renew()
    assert (await house.other.upkeep.sweep()).adrift == (contact,)
    assert await house.other.upkeep.reconcile([contact]) == ()
    assert await house.other.upkeep.reconcile([]) == (contact,)
    await check_the_end(house, dialled=1)


async def test_killed_at_any_moment_with_many_in_hand(
    house: House, redis: Redis, redis_url: str
) -> None:
    """Two controllers at a time, killed one after the other by SIGKILL, until all is done."""
    moments = random.Random(3)
    for number in range(AGENTS):
        await house.log_in(str(number), SUPPORT)
    for number in range(PEOPLE):
        await add(house, f"+467017406{number:02}")
    killed = 0
    while await house.callbacks.open():
        killed += 2
        moment, later = str(moments.randrange(10, 40)), str(moments.randrange(10, 80))
        with (
            mortal(redis_url, house, f"c{killed}", moment) as first,
            mortal(redis_url, house, f"c{killed + 1}", later) as second,
        ):
            assert [first.wait(), second.wait()] == [-signal.SIGKILL] * 2
        house.clock.forward(LONG_S)
        await house.other.upkeep.renew()
        await house.other.upkeep.sweep()
        await house.other.upkeep.reconcile([])
    assert killed > 4

    await house.other.upkeep.sweep()
    events = await house.stream.read(BEGINNING, count=100_000)
    check_history(events)
    snapshot = await house.other.snapshot([SUPPORT])
    assert snapshot.agents[AgentState.READY] == AGENTS
    assert await redis.hlen("vaxel:{city}:contacts") == 0
    assert await redis.hlen("vaxel:{city}:numbers") == 0


def check_history(events: list[Event]) -> None:
    """Nobody forgotten, nobody called twice at once, no attempt too many, no agent doubled."""
    replay = Replay()
    rings_until: dict[str, int] = {}
    kinds: dict[str, Counter[EventType]] = defaultdict(Counter)
    for event in events:
        replay.take(event)
        kinds[event.contact][event.type] += 1
        if event.type is EventType.CALLBACK_DIALLED:
            assert event.at >= rings_until.get(event.contact, 0)
            rings_until[event.contact] = event.at + RULES.ring_ms
        elif event.type is EventType.CALLBACK_MISSED:
            rings_until.pop(event.contact, None)
    del kinds[""]  # the agents' own
    assert len(kinds) == PEOPLE
    for counted in kinds.values():
        assert counted[EventType.CALLBACK_REQUESTED] == 1
        assert counted[EventType.CALLBACK_ENDED] == 1
        assert counted[EventType.CALLBACK_ANSWERED] <= 1
        assert counted[EventType.CALLBACK_DIALLED] <= RULES.tries
    assert not replay.contacts
    assert sum(counted[EventType.CALLBACK_ANSWERED] for counted in kinds.values()) > PEOPLE / 2
