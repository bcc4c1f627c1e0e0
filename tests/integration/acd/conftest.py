"""One organisation on a real Redis Cluster, with hands on the clock."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from redis import Redis as BlockingRedis
from redis.asyncio import Redis

from acd.agents import Agents
from acd.callbacks import Callbacks
from acd.distributor import Distributor
from acd.model.agent import Agent, AgentState
from acd.model.callback import CallbackRules
from acd.model.offer import Offer
from acd.model.queue import Queue
from store.events import Event, EventType
from store.stream import BEGINNING, EventStream
from tests.integration.conftest import running_redis

ORGANISATIONS = "city", "suburb"
START_MS = 1_763_925_160_000

FEES = Queue("fees", ring_seconds=20, wrapup_seconds=10)
SUPPORT = Queue("support", ring_seconds=15, wrapup_seconds=0)

RULES = CallbackRules(
    tries=2, every_ms=300_000, ring_ms=30_000, greeting_ms=20_000, parting_ms=10_000
)
NUMBER = "+46701740605"


@dataclass
class HandClock:
    """A clock that stands still until it is moved."""

    now_ms: int = START_MS

    def __call__(self) -> int:
        return self.now_ms

    def forward(self, seconds: float) -> None:
        self.now_ms += round(seconds * 1000)


@dataclass
class House:
    """The organisation and two controllers of it."""

    redis: Redis
    org: str = "city"
    clock: HandClock = field(default_factory=HandClock)

    def __post_init__(self) -> None:
        self.acd = self.controller("one")
        self.other = self.controller("two")
        self.agents = Agents(self.redis, self.org, self.clock)
        self.callbacks = Callbacks(self.redis, self.org, self.clock)
        self.stream = EventStream(self.redis, self.org)
        self._read_to = BEGINNING

    def controller(self, name: str) -> Distributor:
        return Distributor(self.redis, self.org, self.clock, name)

    async def log_in(self, agent: str, *queues: Queue, phone: str = "") -> None:
        names = tuple(queue.name for queue in queues or (FEES,))
        await self.agents.login(Agent(agent, "Somebody", names), phone or f"phone{agent}")

    async def agent_state(self) -> AgentState:
        """What agent 4001 does."""
        return (await self.agents.status("4001")).state

    async def offer(self, contact: str = "c-1", queue: Queue = FEES) -> Offer:
        """The contact has joined, agent 4001 is logged in, and they are brought together."""
        await self.acd.join(contact, queue)
        await self.log_in("4001", queue)
        offer = await self.acd.match(queue)
        assert offer is not None
        return offer

    async def keep_place(
        self, contact: str = "c-1", number: str = NUMBER, *, due_ms: int | None = None
    ) -> None:
        await self.callbacks.keep_place(
            contact,
            number,
            language="sv",
            answers={"main": "fees"},
            rules=RULES,
            consent=False,
            due_ms=due_ms,
        )

    async def callback_offer(self) -> Offer:
        """A callback waits in line, agent 4001 is logged in, controller one has to call it."""
        await self.acd.upkeep.renew()
        await self.acd.join("c-1", FEES)
        await self.keep_place()
        await self.log_in("4001")
        self.clock.forward(RULES.parting_ms / 1000)
        await self.acd.upkeep.tick([])
        offer = await self.acd.match(FEES)
        assert offer is not None
        return offer

    async def news(self) -> list[Event]:
        """The events since the last time."""
        events = await self.stream.read(self._read_to)
        if events:
            self._read_to = events[-1].id
        return events

    async def news_types(self) -> list[EventType]:
        return [event.type for event in await self.news()]

    async def everything(self) -> dict[str, object]:
        """All that Redis holds but the stream, records by what they say."""
        kept: dict[str, object] = {}
        async for key in self.redis.scan_iter():
            match await self.redis.type(key):
                case "hash":
                    kept[key] = {
                        name: json.loads(value) if str(value).startswith("{") else value
                        for name, value in (await self.redis.hgetall(key)).items()
                    }
                case "zset":
                    kept[key] = await self.redis.zrange(key, 0, -1, withscores=True)
                case "set":
                    kept[key] = await self.redis.smembers(key)
                case "string":
                    kept[key] = await self.redis.get(key)
        return kept


def kept_of(contact: str, kept: Any) -> bool:
    """Whether Redis knows more of a contact than that an agent talked to it last."""
    match kept:
        case dict():
            return any(
                contact in str(name) or (name != "last" and kept_of(contact, value))
                for name, value in kept.items()
            )
        case str() if kept.startswith("{"):
            return kept_of(contact, json.loads(kept))
    return contact in repr(kept)


class LogLevels(logging.Handler):
    """The levels of what the ACD logs, one after the other, to be awaited."""

    def __init__(self) -> None:
        super().__init__()
        self.levels = asyncio.Queue[str]()

    def emit(self, record: logging.LogRecord) -> None:
        self.levels.put_nowait(record.levelname)


@contextmanager
def cluster_node(folder: Path) -> Iterator[str]:
    """URL of a node of a Redis Cluster that has the slots of these organisations and no others.

    It refuses a script that touches whatever lies elsewhere.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        _, bus = free.getsockname()
    cluster = {"enabled": "yes", "port": str(bus), "require-full-coverage": "no"}
    options = [word for name, value in cluster.items() for word in (f"--cluster-{name}", value)]
    with running_redis(folder, "--bind", "127.0.0.1", *options) as url:
        with BlockingRedis.from_url(url, decode_responses=True) as node:
            slots = [node.cluster("KEYSLOT", f"{{{org}}}") for org in ORGANISATIONS]
            node.cluster("ADDSLOTS", *slots)
            while node.cluster("INFO")["cluster_state"] != "ok":
                time.sleep(0.05)
        yield url


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """In place of the plain Redis of the other rooms."""
    with cluster_node(tmp_path_factory.mktemp("cluster")) as url:
        yield url


@pytest.fixture
async def acd_log() -> AsyncIterator[asyncio.Queue[str]]:
    heard = LogLevels()
    logger = logging.getLogger("acd")
    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(heard)
    yield heard.levels
    logger.removeHandler(heard)
    logger.setLevel(level)


@pytest.fixture
def house(redis: Redis) -> House:
    return House(redis)
