"""The whole play: everybody comes, works or calls, and goes home in order."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from acd.callbacks import Callbacks
from acd.clock import system_clock
from acd.errors import AcdUnavailable, CallbackUnknown
from ivr.demo.agent import DemoAgent
from ivr.demo.caller import Caller
from ivr.demo.errors import AlreadyPlayed, NoStage, OtherPlay
from ivr.demo.narration import Narrator
from ivr.demo.script import NUMBERS, Errand, Script
from ivr.demo.stage import Stage
from ivr.demo.voices import Voices
from ivr.flow.organisation import Organisation
from ivr.live.known import known_trees
from ivr.platform.paths import Layout
from ivr.platform.secrets import PHONES, Secrets
from ivr.platform.stores import redis_of
from ivr.settings import Settings
from ivr.softphone import NotRegistered, Phone, SoftphoneError, Softphones
from store.events import Event
from store.stream import EventStream, StreamUnavailable

ORG = "demo"
_CALLER, *_AGENT_PHONES = PHONES

_MOST_CALLS = 30
"""At once; more would only wait. Whoever finds all lines busy does not call."""

_AGENTS_APART_SECONDS = 15.0
_GO_HOME_SECONDS = 40.0


async def play(
    settings: Settings,
    layout: Layout,
    script: Script,
    stop: asyncio.Event,
    tell: Callable[[str], None],
) -> None:
    """Run the contact centre until ``stop`` is set; then everybody hangs up and goes home.

    Args:
        settings: Of the platform that runs.
        layout: Its folders.
        script: All chance.
        stop: Ends it.
        tell: Told what happens, one sentence at a time.

    Raises:
        NoStage: The platform does not run.
        OtherPlay: It does not serve the demo organisation.
        AlreadyPlayed: Another demo runs on it.
    """
    organisation = (await known_trees(settings, tell)).organisations.get(ORG)
    if organisation is None:
        raise OtherPlay(ORG)
    if not layout.secrets.exists():
        raise NoStage("No platform has run here.")
    redis = redis_of(settings)
    narrator = Narrator({number: agent.name for number, agent in organisation.agents.items()})

    def tell_event(event: Event) -> None:
        if sentence := narrator.sentence(event):
            tell(sentence)

    stage = Stage(EventStream(redis, ORG), tell_event)
    callbacks = Callbacks(redis, ORG, system_clock)
    address = settings.asterisk.sip_address
    server = f"{address}:{settings.asterisk.sip_port}"
    secrets = Secrets.load_or_create(layout.secrets, ())
    try:
        with _alone(layout):
            await stage.position()
            await _cancel(callbacks)  # of a demo that was killed
            async with Softphones(address=address) as softphones:
                centre = Centre(softphones, server, secrets, stage=stage, script=script)
                await centre.open(organisation)
                try:
                    await centre.run(stop, tell)
                finally:
                    await _cancel(callbacks)
    except (AcdUnavailable, NotRegistered, StreamUnavailable) as away:
        raise NoStage(str(away)) from away
    finally:
        await redis.aclose()


@contextmanager
def _alone(layout: Layout) -> Iterator[None]:
    """Be the only demo of a platform; the lock ends with the process, however it ends."""
    with (layout.run / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyPlayed from error
        yield


async def _cancel(callbacks: Callbacks) -> None:
    """Promise nothing any more to those who have left the stage: nobody would pick up."""
    for callback in await callbacks.open():
        if callback.number in NUMBERS:
            with suppress(CallbackUnknown):
                await callbacks.cancel(callback.contact)


class Centre:
    """Everybody of the play."""

    def __init__(
        self,
        softphones: Softphones,
        server: str,
        secrets: Secrets,
        *,
        stage: Stage,
        script: Script,
    ) -> None:
        self._softphones = softphones
        self._server = server
        self._secrets = secrets
        self._stage = stage
        self._script = script
        self._voices = Voices.load()
        self._phones: dict[str, Phone] = {}
        self._agents: list[DemoAgent] = []

    async def open(self, organisation: Organisation) -> None:
        """Give everybody a telephone.

        Raises:
            NotRegistered: Asterisk does not take them.
        """
        # it tells Asterisk where the callers are; each callback comes to the phone of its number
        await self._phone(_CALLER, register=True)
        for account, number in zip(_AGENT_PHONES, organisation.agents, strict=False):
            phone = await self._phone(account, register=True)
            pin = self._secrets.pins[number]
            self._agents.append(
                DemoAgent(
                    number,
                    pin,
                    phone,
                    stage=self._stage,
                    voices=self._voices,
                    script=self._script,
                )
            )

    async def run(self, stop: asyncio.Event, tell: Callable[[str], None]) -> None:
        """Play until ``stop`` is set, and end in order."""
        async with asyncio.TaskGroup() as group:
            following = group.create_task(self._stage.run())
            busy = [
                group.create_task(self._arrivals(tell)),
                *(
                    group.create_task(agent.work(after=index * _AGENTS_APART_SECONDS))
                    for index, agent in enumerate(self._agents)
                ),
            ]
            await stop.wait()
            tell("Everybody hangs up and goes home.")
            for task in busy:
                task.cancel()
            await asyncio.wait(busy)
            with suppress(TimeoutError):
                async with asyncio.timeout(_GO_HOME_SECONDS):
                    await asyncio.gather(*(agent.go_home() for agent in self._agents))
            following.cancel()

    async def _arrivals(self, tell: Callable[[str], None]) -> None:
        """Callers, one after the other and all at once."""
        calls: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as group:
            for gap, errand in self._script.errands():
                await asyncio.sleep(gap)
                if len(calls) < _MOST_CALLS:
                    call = group.create_task(self._call(errand, tell))
                    calls.add(call)
                    call.add_done_callback(calls.discard)

    async def _call(self, errand: Errand, tell: Callable[[str], None]) -> None:
        phone = self._phones.get(errand.number)
        if phone is None:
            phone = await self._phone(_CALLER, register=False, number=errand.number)
            self._phones[errand.number] = phone
        caller = Caller(errand, phone, stage=self._stage, voices=self._voices, script=self._script)
        try:
            await caller.call()
        except (SoftphoneError, TimeoutError) as error:
            tell(f"{errand.number}: {error}")

    async def _phone(self, account: str, *, register: bool, number: str = "") -> Phone:
        return await self._softphones.phone(
            account,
            self._secrets.phones[account],
            self._server,
            register=register,
            number=number,
        )
