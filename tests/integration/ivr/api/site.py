"""The API of two organisations on the real Redis; each answer is held to the document."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, TCPConnector, web
from jsonschema import Draft202012Validator
from redis.asyncio import Redis

from acd.clock import system_clock
from acd.floor import Floor
from acd.model.agent import Agent
from acd.model.queue import Queue
from ivr.api.application import Api
from ivr.api.auditing import Auditing
from ivr.api.events import EventFeed
from ivr.api.refused_acts import RefusedActs
from ivr.api.route import PREFIX
from ivr.api.supervising import Supervising
from ivr.api.tokens import EVERY, Doorkeeper, Role, TokenFile
from ivr.flow.load import load_organisation
from ivr.office import Office
from ivr.supervision.orders import SupervisorsPhones
from monitoring.wrong_http import WrongHttp
from store.database import Database, open_database
from tests.integration.acd.conftest import HandClock
from tests.integration.ivr.fake_office import an_office
from tests.unit.flow.trees import ORGANISATION, write
from tests.unit.ivr.fake_ami import FakeAmi

RECORD = "vaxel.db"
SUPPORT = Queue("support", ring_seconds=20, wrapup_seconds=10)
TOWN = ORGANISATION.replace(
    "  support: {}\n",
    "  support: {}\n  fees: {}\n  secret: {recording: never}\n  private: {supervision: never}\n",
).replace(
    "  4001: {name: Alva, queues: [support]}\n",
    "  4001: {name: Alva, queues: [support]}\n  4002: {name: Bo, queues: [support, fees]}\n",
)
TOWN += "announcements:\n  storm: {sv: Det stormar., en: There is a storm.}\n"


@dataclass
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def code(self) -> object:
        return self.body["code"]


@dataclass
class Site:
    """The API, and tokens for it: by role of the town alone, and one of ``every`` organisation."""

    redis: Redis
    root: str
    http: ClientSession
    offices: dict[str, Office]
    file: TokenFile
    doorkeeper: Doorkeeper
    feed: EventFeed
    runner: web.AppRunner
    ami: FakeAmi
    database: Database
    folder: Path
    clock: HandClock
    refused_acts: RefusedActs
    away: set[str] = field(default_factory=set)
    document: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def town(self) -> Office:
        return self.offices["town"]

    async def ask(self, method: str, path: str, role: str = "supervisor", **sent: Any) -> Answer:
        """Ask for a page below the prefix as the holder of one of the tokens; "" for none."""
        headers = {"Authorization": f"Bearer {self.tokens[role]}"} if role else {}
        headers |= sent.pop("headers", {})
        url = self.root + PREFIX + path
        async with self.http.request(method, url, headers=headers, **sent) as reply:
            answer = Answer(reply.status, await reply.json(), reply.headers)
        self._hold(method, path.partition("?")[0], answer)
        return answer

    async def get(self, path: str, role: str = "supervisor") -> Any:
        answer = await self.ask("GET", path, role)
        assert answer.status == 200, answer.body
        return answer.body

    def follow(self, query: str = "", role: str = "viewer") -> Any:
        """A WebSocket with the town's events."""
        headers = {"Authorization": f"Bearer {self.tokens[role]}"}
        url = f"{self.root}{PREFIX}/town/events{query}"
        return self.http.ws_connect(url, headers=headers)

    async def wait_in(self, contact: str, queue: Queue = SUPPORT) -> None:
        await self.town.distributor.upkeep.renew()
        await self.town.distributor.join(contact, queue)

    async def log_in(self, agent: str = "4001", *queues: str) -> None:
        await self.town.agents.login(Agent(agent, "", queues or ("support",)), f"phone{agent}")

    def _hold(self, method: str, path: str, answer: Answer) -> None:
        """The document must have foreseen the answer."""
        for template, operations in self.document.get("paths", {}).items():
            shape = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
            if re.fullmatch(shape, PREFIX + path) and method.lower() in operations:
                foreseen = operations[method.lower()]["responses"]
                assert str(answer.status) in foreseen, (method, path, answer.status)
                schema = foreseen[str(answer.status)]["content"]["application/json"]["schema"]
                break
        else:
            schema = {"$ref": "#/components/schemas/Error"}
            assert answer.status >= 400
        if self.document:
            whole = {**schema, "components": self.document["components"]}
            Draft202012Validator(whole).validate(answer.body)


@asynccontextmanager
async def opened(redis: Redis, folder: Path) -> AsyncIterator[Site]:
    """A site with its document read."""
    offices = {}
    for org, text in {"town": TOWN, "village": ORGANISATION.replace("town", "village")}.items():
        write(folder / org, "organisation.yaml", text)
        offices[org] = an_office(
            redis,
            load_organisation(folder / org),
        )
    file = TokenFile(folder / "api-tokens.json")
    doorkeeper = Doorkeeper(file, system_clock)
    feed = EventFeed(doorkeeper, heartbeat_seconds=0.2, patience_seconds=1.0)
    ami = FakeAmi()
    phones = SupervisorsPhones(ami.as_client(), ("phone4001", "phone4002"))
    away = set[str]()
    supervising = Supervising(offices, phones, lambda phone: phone not in away, system_clock)
    floor = partial(Floor, redis, clock=system_clock)
    database = await open_database(f"sqlite+aiosqlite:///{folder / RECORD}")
    clock = HandClock(system_clock())
    api = Api(
        offices,
        floor,
        doorkeeper,
        feed,
        supervising,
        auditing=Auditing(database),
        refused_acts=(refused_acts := RefusedActs(clock)),
        version="1",
    )
    app = web.Application()
    app.add_subapp(PREFIX, api.application)
    wrong = WrongHttp(logging.getLogger(__name__))
    runner = web.AppRunner(app, shutdown_timeout=1, logger=wrong)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession(connector=TCPConnector(limit=0)) as http:
        root = f"http://127.0.0.1:{runner.addresses[0][1]}"
        site = Site(
            redis,
            root,
            http,
            offices,
            file,
            doorkeeper,
            feed,
            runner,
            ami,
            database,
            folder,
            clock,
            refused_acts,
            away,
        )
        for role in Role:
            site.tokens[role.word] = file.make(role.word, role, ("town",), datetime.now(UTC))
        site.tokens["every"] = file.make("every", Role.ADMIN, (EVERY,), datetime.now(UTC))
        async with http.get(f"{root}{PREFIX}/openapi.json") as reply:
            site.document = await reply.json()
        yield site
    await runner.cleanup()
    await database.close()


async def messages(socket: ClientWebSocketResponse, count: int) -> list[dict[str, Any]]:
    """So many events, without the heartbeats between them."""
    found: list[dict[str, Any]] = []
    while len(found) < count:
        message = await socket.receive_json(timeout=10)
        if message["type"] != "heartbeat":
            found.append(message)
    return found
