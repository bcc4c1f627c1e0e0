"""The controller: the one place that joins all rooms, and the process that ``vaxel up`` starts.

Start: database, Redis, AMI, then FastAGI, so that the first call finds everything. Stop (SIGTERM):
no new calls, running ones finish for a while, then the rest. A call that is cut off goes on in
Asterisk's dialplan; a conversation does not even notice.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import secrets as entropy
import signal
import sys
from collections.abc import AsyncIterator, Collection, Coroutine, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

import uvloop
from prometheus_client import CollectorRegistry, ProcessCollector
from redis.asyncio import Redis

from acd.agents import Agents
from acd.callbacks import Callbacks
from acd.distributor import Distributor
from acd.errors import AcdUnavailable, StaleOffer
from acd.model import system_clock
from acd.offers import OfferListener
from acd.sweeper import Sweeper
from ivr.announcements import Announcements
from ivr.answers import AnswerWatch
from ivr.attention import Attention
from ivr.callback_offer import Outgoing
from ivr.callback_wishes import CallbackWishes
from ivr.callbacks import CallbackRunner
from ivr.desk import Desk
from ivr.figures import Figures, known_words
from ivr.flow.errors import FlowError
from ivr.flow.load import Catalogue, load_all
from ivr.flow.organisation import Organisation
from ivr.flow.recording import RecordingPolicy
from ivr.inbound import Inbound
from ivr.listening import Listener
from ivr.logs import configure_logs
from ivr.messages import Messages
from ivr.numbers import own_numbers, shown_numbers
from ivr.office import Office
from ivr.outgoing import Dialler
from ivr.platform.announcements import SENTENCES
from ivr.platform.errors import PlatformError
from ivr.platform.paths import Layout, models_folder
from ivr.platform.preflight import layout_of, load_settings, recording_keys_of
from ivr.platform.secrets import Secrets
from ivr.prompting import keep_tidy, make_ready, paced
from ivr.queueing import QueueRides
from ivr.recognition_of_callers import CallerMemory
from ivr.recording_codes import RecordingCodes
from ivr.services import Services
from ivr.settings import Settings
from ivr.speech_server import SpeechServer
from ivr.text_messages import sender_of
from ivr.transfers import Transfers
from ivr.tree_pins import pin_names, pins_of
from ivr.web_request import WebServices
from ivr.world import Surroundings
from media.errors import MediaError
from media.espeak import Espeak
from media.manner import Manner
from media.prompts import PromptStore
from media.tones import write_beep, write_nothing
from monitoring.consumer import FiguresConsumer, RedisSnapshots
from monitoring.errors import MonitoringError
from monitoring.exposition import Exposition
from monitoring.http import HttpServer
from monitoring.loop_delay import LoopDelay
from recorder.deletion import Deleter
from recorder.errors import RecorderError
from recorder.leftovers import Leftovers
from recorder.message_spool import SpooledMessages
from recorder.pauses import Pauses
from recorder.recorder import Recorder
from recorder.retention import Retention
from recorder.sidecar import Sidecar
from recorder.transcribing import Transcribing
from store.database import Database, open_database
from store.errors import StoreError
from store.projection import ContactProjection
from store.stream import EventStream, connect
from wire.agi.server import FastAgiServer
from wire.ami.client import AmiClient
from wire.ami.errors import AmiError
from wire.ami.settings import AmiAccount

logger = logging.getLogger(__name__)

AMI_USER: Final = "vaxel"

FAULTS: Final = (
    AmiError,
    FlowError,
    MediaError,
    MonitoringError,
    PlatformError,
    RecorderError,
    StoreError,
    OSError,
)
"""What can keep the controller from starting; each says in a sentence what to do."""


@dataclass(frozen=True, slots=True)
class Foundation:
    """What a controller stands on, open for as long as it runs."""

    layout: Layout
    secrets: Secrets
    database: Database
    redis: Redis
    prompts: PromptStore
    beep: Path
    nothing: Path


@asynccontextmanager
async def _foundation(settings: Settings, catalogue: Catalogue) -> AsyncIterator[Foundation]:
    layout = layout_of(settings)
    agents = [agent for org in catalogue.organisations.values() for agent in org.agents]
    async with AsyncExitStack() as stack:
        database = await open_database(
            settings.database_url or f"sqlite+aiosqlite:///{layout.database}"
        )
        stack.push_async_callback(database.close)
        redis = connect(settings.redis_url or f"unix://{layout.redis_socket}")
        stack.push_async_callback(redis.aclose)
        speech = await Espeak.find()
        prompts = await stack.enter_async_context(PromptStore(layout.prompts, speech))
        prompts.manners = {"": Manner(sentences=SENTENCES)}
        await make_ready(prompts, catalogue, speech, paced(_tell_rendering))
        yield Foundation(
            layout=layout,
            secrets=Secrets.load_or_create(layout.secrets, (*agents, *pin_names(catalogue))),
            database=database,
            redis=redis,
            prompts=prompts,
            beep=write_beep(layout.prompts),
            nothing=write_nothing(layout.prompts),
        )


def _tell_rendering(done: int, total: int) -> None:
    logger.info("Prompts are being rendered", extra={"done": done, "total": total})


class Controller:
    """Everything that one process does for every organisation."""

    def __init__(self, settings: Settings, catalogue: Catalogue, foundation: Foundation) -> None:
        ground = self._ground = foundation
        self._settings = settings
        self._ami = AmiClient(
            AmiAccount(
                settings.asterisk.host,
                settings.asterisk.ami_port,
                AMI_USER,
                ground.secrets.ami,
            )
        )
        # A name that no earlier process had: a restarted controller is not its dead predecessor.
        name = f"{os.uname().nodename[:40]}-{os.getpid()}-{entropy.token_hex(3)}"
        self._offers = OfferListener(ground.redis, name)
        # Before the watch: why a phone did not answer must be known when its call is over.
        dialler = Dialler(self._ami, settings.outgoing.endpoint)
        self._answers = AnswerWatch(self._ami, self._answered_elsewhere)
        self._attention = Attention(self._ami)
        self._outgoing = Outgoing(
            settings.outgoing.endpoint, settings.outgoing.regions, own_numbers(catalogue)
        )
        self._streams = {org: EventStream(ground.redis, org) for org in catalogue.organisations}
        self._recorder = Recorder(
            ground.layout.recordings, recording_keys_of(settings), ground.database, self._streams
        )
        deleter = Deleter(ground.layout.recordings, ground.database, self._streams, system_clock)
        self._retention = Retention(
            deleter,
            Leftovers(ground.layout.recordings),
            SpooledMessages(ground.layout.asterisk_messages),
            database=ground.database,
            clock_ms=system_clock,
        )
        self._transcribing = Transcribing(
            ground.layout.recordings,
            recording_keys_of(settings),
            models_folder(settings),
            ground.database,
            self._streams,
            clock_ms=system_clock,
        )
        self._offices = {
            org: self._office(organisation, name)
            for org, organisation in catalogue.organisations.items()
        }
        self._speech = SpeechServer(f"http://{settings.speech.host}:{settings.speech.port}")
        listener = Listener(self._speech, ground.nothing)
        self._inbound = Inbound(
            catalogue, self._offices, ground.prompts, listener.ask, system_clock
        )
        self._callbacks = CallbackRunner(
            self._offices, self._offers, dialler, ground.prompts, shown_numbers(catalogue)
        )
        desk = Desk(self._offices, ground.secrets.pins, ground.prompts, system_clock)
        self._pauses = Pauses(
            self._ami, self._streams, after_digits=self._after_digits, clock_ms=system_clock
        )
        codes = RecordingCodes(self._offices, self._pauses, ground.prompts)
        self._agi = FastAgiServer(
            {
                "inbound": self._inbound.serve,
                "callback": self._callbacks.serve,
                "desk": desk.serve,
                "recording": codes.serve,
            },
            host=settings.agi.host,
            port=settings.agi.port,
            max_sessions=settings.agi.max_sessions,
        )
        self._figures = [
            FiguresConsumer(
                org,
                self._streams[org],
                RedisSnapshots(ground.redis, org),
                known=known_words(organisation, catalogue),
            )
            for org, organisation in catalogue.organisations.items()
        ]
        self._projections = [
            ContactProjection(
                ground.database, self._streams[org], org, office.organisation.time_zone
            )
            for org, office in self._offices.items()
        ]
        self._delay = LoopDelay()
        live = Figures(
            offices=self._offices,
            inbound=self._inbound,
            agi=self._agi,
            ami=self._ami,
            redis=ground.redis,
            recorder=self._recorder,
            transcribing=self._transcribing,
            counted=self._figures,
            recorded=self._projections,
            listener=self._speech,
            state=settings.state,
        )
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        exposition = Exposition(
            registry, self._figures, live, version=version("vaxel"), delay=self._delay
        )
        self._http = HttpServer(exposition, live.checks())

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until ``stop`` is set.

        Raises:
            AddressInUse, OSError: A port is taken.
        """
        async with self._ami, self._speech, _together(self._duties()):
            await self._http.start(self._settings.http.host, self._settings.http.port)
            try:
                await self._agi.start()
                logger.info("The controller takes calls")
                await stop.wait()
                logger.info("The controller stops; running calls may finish")
                await self._agi.drain(self._settings.agi.drain_seconds)
            finally:
                await self._http.stop()

    def _duties(self) -> Iterator[Coroutine[None, None, None]]:
        """What goes on beside the calls."""
        yield self._offers.run()
        yield self._recorder.run()
        yield self._retention.run()
        yield self._pauses.run()
        yield self._transcribing.run()
        yield self._inbound.tidy()
        yield keep_tidy(self._ground.prompts)
        for office in self._offices.values():
            queues = office.rides.queues
            yield Sweeper(office.distributor, queues.values, self._live_contacts).run()
            yield self._callbacks.run(office)
        for figures in self._figures:
            yield figures.run()
        for projection in self._projections:
            yield projection.run()
        yield self._delay.run()

    async def _live_contacts(self) -> Collection[str] | None:
        """The contacts whose channel exists in Asterisk; nothing known while it is away."""
        try:
            channels = await self._ami.list("CoreShowChannels")
        except AmiError:
            return None
        return {channel.get("Uniqueid") for channel in channels}

    def _after_digits(self, sidecar: Sidecar) -> float:
        """Seconds of silence in the recording after a caller's last digit."""
        office = self._offices.get(sidecar.org)
        queue = office.organisation.queues.get(sidecar.queue) if office else None
        return (queue.recording if queue else RecordingPolicy()).after_digits

    async def _answered_elsewhere(self, contact: str) -> None:
        """Note an answer for a controller that may not live to do it; idempotent."""
        for office in self._offices.values():
            with suppress(StaleOffer, AcdUnavailable):
                offer = await office.distributor.current_offer(contact)
                if offer is not None:
                    await office.distributor.answered(offer)

    def _office(self, organisation: Organisation, controller: str) -> Office:
        ground = self._ground
        distributor = Distributor(ground.redis, organisation.id, system_clock, controller)
        callbacks = Callbacks(ground.redis, organisation.id, system_clock)
        services = Services(
            distributor=distributor,
            callbacks=callbacks,
            offers=self._offers,
            answers=self._answers,
            attention=self._attention,
            recorder=self._recorder,
            outgoing=self._outgoing,
            clock=system_clock,
        )
        return Office(
            organisation=organisation,
            stream=self._streams[organisation.id],
            distributor=distributor,
            callbacks=callbacks,
            agents=Agents(ground.redis, organisation.id, system_clock),
            rides=QueueRides(organisation, services),
            messages=Messages(organisation, self._recorder, ground.beep, system_clock),
            pins=pins_of(organisation.id, ground.secrets.pins),
            around=self._around(organisation, services),
        )

    def _around(self, organisation: Organisation, services: Services) -> Surroundings:
        redis, org = self._ground.redis, organisation.id
        regions = self._settings.outgoing.regions
        return Surroundings(
            organisation=organisation,
            web=WebServices(organisation.http_hosts),
            transfers=Transfers(services.outgoing),
            memory=CallerMemory(redis, org, self._ground.secrets.callers, regions),
            announcements=Announcements(redis, org, system_clock),
            distributor=services.distributor,
            wishes=CallbackWishes(organisation, services),
            outgoing=services.outgoing,
            texts=sender_of(self._settings.sms),
        )


@asynccontextmanager
async def _together(duties: Iterable[Coroutine[None, None, None]]) -> AsyncIterator[None]:
    """Run duties beside the block; they end with it, and one that fails ends it."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(duty) for duty in duties]
        yield
        for task in tasks:
            task.cancel()


async def serve(settings: Settings) -> None:
    """Open what a controller stands on and run one until SIGTERM or SIGINT.

    Raises:
        One of :data:`FAULTS`.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    catalogue = load_all(settings.trees)
    async with _foundation(settings, catalogue) as foundation:
        controller = Controller(settings, catalogue, foundation)
        # What is loaded by now stays to the end; whenever a full collection went through all of
        # it, every call would be held for a tenth of a second.
        gc.collect()
        gc.freeze()
        await controller.run(stop)


def main() -> int:
    """``python -m ivr.app``: the exit code, 2 with one sentence when it cannot start."""
    configure_logs()
    code = 0
    try:
        uvloop.run(serve(load_settings()))
    except* FAULTS as faults:
        for fault in _leaves(faults):
            logger.error("The controller cannot go on", extra={"fault": str(fault)})
        code = 2
    return code


def _leaves(fault: BaseException) -> Iterator[BaseException]:
    if isinstance(fault, BaseExceptionGroup):
        for inner in fault.exceptions:
            yield from _leaves(inner)
    else:
        yield fault


if __name__ == "__main__":
    sys.exit(main())
