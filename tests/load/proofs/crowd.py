"""Many callers and agents of one platform: some talk, the others wait, and each line is known."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from acd.agents import Agents
from acd.clock import system_clock
from acd.model.agent import Agent, AgentState
from ivr.softphone import Line, Phone, SoftphoneError, Softphones
from media.tones import tone
from store.events import Event, EventType
from tests.e2e.conftest import fresh_folder
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import wait_until_hears_tone
from tests.e2e.rig.platform import ORG, Platform
from tests.e2e.rig.seats import PASSWORD, seat
from tests.e2e.rig.short_calls import QUEUE, short_trees

STRAIGHT = "101"
"""A number whose callers come straight into the queue."""

WRAPUP_S = 1
TALKING, WAITING = 10, 50
CALLER_HZ, AGENT_HZ = 440, 1000


def crowded_trees(folder: Path, wrapup_s: int = WRAPUP_S) -> Path:
    """The shortest call's organisation, and a number that needs no key."""
    home = short_trees(folder) / ORG
    yaml = YAML()
    organisation = yaml.load(home / "organisation.yaml")
    organisation["queues"][QUEUE] |= {"wrapup": f"{wrapup_s} s", "announce_every": "10 s"}
    yaml.dump(organisation, home / "organisation.yaml")
    nodes = {
        "queue": {"queue": QUEUE, "then": "end", "on_nobody": "end"},
        "end": {"hang_up": ""},
    }
    yaml.dump({"numbers": [STRAIGHT], "start": "queue", "nodes": nodes}, home / "straight.yaml")
    return folder


@dataclass(slots=True)
class Talk:
    """Two who talk."""

    contact: str
    agent: str
    caller: Line
    handset: Line

    async def heard_both_ways(self) -> None:
        """Both hear each other now."""
        since = len(self.caller.heard), len(self.handset.heard)
        await asyncio.gather(
            self.caller.play(tone(CALLER_HZ, 1.5)),
            self.handset.play(tone(AGENT_HZ, 1.5)),
            wait_until_hears_tone(self.caller, AGENT_HZ, since=since[0]),
            wait_until_hears_tone(self.handset, CALLER_HZ, since=since[1]),
        )


@dataclass(slots=True)
class Crowd:
    """Who is in the house.

    Attributes:
        seats: The agents' phones, by the agent.
        talks: Who talks.
        waiting: Who waits, in the order in which they came.
    """

    platform: Platform
    softphones: Softphones
    journal: Journal
    seats: dict[str, Phone] = field(default_factory=dict)
    talks: list[Talk] = field(default_factory=list)
    waiting: list[Line] = field(default_factory=list)

    @property
    def agents(self) -> Agents:
        """The agents as the ACD has them."""
        return Agents(self.platform.redis, ORG, system_clock)

    async def sit_down(self, count: int) -> None:
        """So many agents are ready at phones that are registered."""
        for number in range(1, count + 1):
            agent, name = str(5000 + number), seat(number)
            phone = await self.softphones.phone(name, PASSWORD, self.platform.server)
            await self.agents.login(Agent(agent, name, (QUEUE,)), name)
            self.seats[agent] = phone

    async def fill(self) -> None:
        """Every agent talks, and :data:`WAITING` callers wait behind them."""
        for number in range(len(self.seats)):
            caller = await self._call(number)
            offered = await self.journal.wait(EventType.CALL_OFFERED, count=number + 1)
            handset = await self.seats[offered.agent].ring()
            await handset.answer()
            self.talks.append(Talk(offered.contact, offered.agent, caller, handset))
        await self.journal.wait(EventType.CALL_ANSWERED, count=len(self.seats))
        await self.come(WAITING)

    async def come(self, count: int) -> None:
        """So many callers more come to the queue, one behind the other."""
        queued = len(self.journal.all(EventType.CALL_QUEUED))
        for number in range(1, count + 1):
            self.waiting.append(await self._call(queued + number))
            await self.journal.wait(EventType.CALL_QUEUED, count=queued + number)

    async def _call(self, number: int) -> Line:
        account, password = "caller", self.platform.secrets.phones["caller"]
        phone = await self.softphones.phone(
            account, password, self.platform.server, register=False, number=f"+4670{number:07}"
        )
        return await phone.call(STRAIGHT)

    async def serve_all(self, *, talk_s: float = 0.2) -> None:
        """Whoever is rung answers, says a word and hangs up, until nobody waits any more."""
        served = [asyncio.create_task(self._serve(phone, talk_s)) for phone in self.seats.values()]
        try:
            await eventually(
                lambda: all(line.is_closed for line in self.waiting),
                seconds=120,
                why=f"{sum(not line.is_closed for line in self.waiting)} callers still wait",
            )
        finally:
            for task in served:
                task.cancel()
            await asyncio.gather(*served, return_exceptions=True)

    @staticmethod
    async def _serve(phone: Phone, talk_s: float) -> None:
        while True:
            line = await phone.ring(300)
            with suppress(SoftphoneError):
                await line.answer()
                await asyncio.sleep(talk_s)
                await line.hang_up()

    async def records(self) -> dict[str, dict[str, Any]]:
        """What Redis has of each contact."""
        held = await self.platform.redis.hgetall(f"vaxel:{{{ORG}}}:contacts")
        return {str(contact): json.loads(text) for contact, text in held.items()}

    async def in_line(self) -> list[str]:
        """Who waits in Redis, whatever befell their controller, by effective arrival."""
        waiting = {
            contact: record["effective"]
            for contact, record in (await self.records()).items()
            if record["state"] in ("waiting", "orphan")
        }
        return sorted(waiting, key=lambda contact: waiting[contact])

    async def owners(self) -> set[str]:
        """The controllers that callers who wait belong to."""
        return {r["owner"] for r in (await self.records()).values() if r["state"] == "waiting"}

    async def survivable(self) -> int:
        """Calls that went to Asterisk's own queue."""
        return (await self.platform.asterisk("core show channels concise")).count("!survivable!")

    def offered_since(self, first: int) -> list[str]:
        """Whom agents were given, in that order, from the ``first``-th offer on, each once."""
        offers = self.journal.all(EventType.CALL_OFFERED)[first:]
        return list(dict.fromkeys(offer.contact for offer in offers))

    async def until_all_are_ready(self, seconds: float = 30) -> None:
        """No agent is held by anything."""

        async def all_ready() -> bool:
            states = [(await self.agents.status(agent)).state for agent in self.seats]
            return set(states) == {AgentState.READY}

        await eventually(all_ready, seconds=seconds, why="every agent is ready")

    async def each_ended_once(self) -> None:
        """Each contact that began ended once, within the time that a lost one is given."""

        async def all_ended() -> bool:
            await self.journal.catch_up()
            return self._of(EventType.CONTACT_ENDED) >= self._of(EventType.CONTACT_STARTED)

        await eventually(all_ended, seconds=40, why="each contact has ended")
        assert self._of(EventType.CONTACT_ENDED) == self._of(EventType.CONTACT_STARTED)
        assert set(self._of(EventType.CONTACT_ENDED).values()) == {1}

    def ends(self, *kinds: EventType) -> Counter[str]:
        """How often each of these kinds happened, by reason where one is told."""
        return Counter(f"{e.type}{_reason(e)}" for kind in kinds for e in self.journal.all(kind))

    def _of(self, kind: EventType) -> Counter[str]:
        return Counter(event.contact for event in self.journal.all(kind))


def _reason(event: Event) -> str:
    reason = event.fields.get("reason", "")
    return f" {reason}" if reason else ""


@asynccontextmanager
async def crowd(agents: int = TALKING) -> AsyncIterator[Crowd]:
    """A platform of its own, full of people; gone afterwards."""
    platform = Platform(crowded_trees, seats=agents)
    try:
        await platform.start()
        async with Softphones() as softphones:
            it = Crowd(platform, softphones, await Journal.from_now(platform.redis))
            await it.sit_down(agents)
            yield it
    except AssertionError:
        platform.keep_evidence(fresh_folder("load"))
        raise
    finally:
        await platform.stop()
        platform.remove()


async def until_taken_over(
    crowd: Crowd, before: Collection[str], seconds: float = 15
) -> list[float]:
    """Wait until all who wait belong to another controller than ``before``.

    Returns:
        When each came to it, seconds from now on.

    Raises:
        AssertionError: Some did not.
    """
    loop = asyncio.get_running_loop()
    began, wanted = loop.time(), set(await crowd.in_line())
    when: dict[str, float] = {}

    async def all_there() -> bool:
        for contact, record in (await crowd.records()).items():
            if contact in wanted and record["owner"] not in before:
                when.setdefault(contact, loop.time() - began)
        return when.keys() >= wanted

    try:
        await eventually(all_there, seconds=seconds)
    except AssertionError:
        went = await crowd.survivable()
        raise AssertionError(
            f"of {len(wanted)} who wait {len(when)} were taken over in {seconds:g} s, the last "
            f"after {max(when.values(), default=0):.1f} s, and {went} went to Asterisk's queue"
        ) from None
    return list(when.values())
