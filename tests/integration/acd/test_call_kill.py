"""Two to five controller processes at once, each killed between any two steps.

Calls whose controller died come to the next one, as Asterisk's dialplan hands them on, but for some
whose caller has hung up meanwhile. Nobody is lost or served twice, and no agent is stuck.
"""

from __future__ import annotations

import multiprocessing
import random
import signal
from collections import Counter, defaultdict
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from acd.model.agent import AgentState
from store.events import Event, EventType
from store.stream import BEGINNING
from tests.integration.acd.conftest import FEES, SUPPORT, House
from tests.integration.acd.mortal_calls import live
from tests.integration.acd.replay import Replay

pytestmark = pytest.mark.integration

CALLERS = 120
AGENTS = 12
LEASE_S = 10.0
ALL_OVER_S = 60.0  # leases, what is kept for the next controller, offers, wrap-ups

THROUGH = frozenset({EventType.CALL_ENDED, EventType.CALL_ABANDONED, EventType.CALL_LEFT})


def spread(contacts: list[str], lots: int) -> list[list[str]]:
    """Contacts for so many controllers."""
    return [contacts[first::lots] for first in range(lots)]


async def adrift(redis: Redis) -> list[str]:
    """The contacts that dead controllers hold."""
    return sorted(map(str, await redis.hkeys("vaxel:{city}:contacts")))


@pytest.mark.parametrize(("clients", "rung"), [(2, 1), (5, 1), (5, 3)])
async def test_controllers_killed_at_any_step_lose_nobody_and_double_nobody(
    clients: int, rung: int, house: House, redis: Redis, redis_url: str
) -> None:
    await house.acd.upkeep.adopt(replace(queue, ring_at_once=rung) for queue in (FEES, SUPPORT))
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([live.__module__])  # else each would import all anew
    chance = random.Random(clients)
    for number in range(AGENTS):
        await house.log_in(str(number), FEES, SUPPORT)
    coming = [f"c-{number}" for number in range(CALLERS)]
    killed = 0
    while coming or await adrift(redis):
        held = await adrift(redis)
        stay = [contact for contact in held if chance.random() < 0.9]
        mine = stay + [coming.pop() for _ in range(min(len(coming), 40))]
        dying = []
        for contacts in spread(mine, clients):
            killed += 1
            steps = chance.randrange(2, 6 * len(contacts) + 30)
            arguments = (redis_url, f"k{killed}", house.clock(), steps, contacts)
            dying.append(processes.Process(target=live, args=arguments))
            dying[-1].start()
        for process in dying:
            process.join()
            assert process.exitcode == -signal.SIGKILL
        house.clock.forward(LEASE_S + 1)
        await house.other.upkeep.renew()
        await house.other.upkeep.sweep()
        await house.other.upkeep.reconcile(stay)
        for number in range(AGENTS):  # back from the pause of a call that they let ring
            await house.agents.unpause(str(number))

    house.clock.forward(ALL_OVER_S)
    await house.other.upkeep.sweep()
    counted = check_history(await house.stream.read(BEGINNING, count=100_000))
    assert killed >= 3 * clients
    assert counted[EventType.CALL_ENDED] > CALLERS / 3
    assert min(counted[kind] for kind in (EventType.CALL_REFUSED, EventType.CALL_TRANSFERRED)) > 5
    snapshot = await house.other.snapshot([FEES, SUPPORT])
    assert snapshot.agents[AgentState.READY] == AGENTS
    assert await redis.zcard("vaxel:{city}:owned") == 0


def check_history(events: list[Event]) -> Counter[EventType]:
    """Each event was possible, and each caller was queued and is through as often as the other."""
    replay = Replay()
    kinds: dict[str, Counter[EventType]] = defaultdict(Counter)
    for event in events:
        replay.take(event)
        kinds[event.contact][event.type] += 1
    assert not replay.contacts
    assert all(state == ("ready", "") for state in replay.agents.values())
    del kinds[""]  # the agents' own
    for counted in kinds.values():
        ends = sum(counted[kind] for kind in THROUGH)
        assert counted[EventType.CALL_QUEUED] == ends
    return sum(kinds.values(), Counter())
