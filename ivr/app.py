"""The controller: the one place that joins all rooms."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets as entropy
from collections.abc import Collection, Coroutine, Iterator
from contextlib import suppress
from typing import Final

from acd.clock import system_clock
from acd.distributor import Distributor
from acd.errors import AcdUnavailable, StaleOffer
from acd.floor import Floor
from acd.offers import OfferListener
from acd.sweeper import Sweeper
from ivr.agents.common_agents import CommonAgents
from ivr.agents.destinations import Destinations
from ivr.agents.elsewhere import Elsewhere
from ivr.agents.phones import Phones
from ivr.agents.remote_agents import is_remote
from ivr.callbacks.callbacks import CallbackRunner
from ivr.callbacks.stray_callbacks import StrayCallbacks
from ivr.calls.attention import Attention
from ivr.calls.inbound import Inbound
from ivr.calls.listening import Listener
from ivr.calls.outgoing import Dialler
from ivr.calls.speech_server import SpeechServer
from ivr.duties import together
from ivr.flow.load import Catalogue
from ivr.flow.recording import RecordingPolicy
from ivr.foundation import Foundation
from ivr.http_services import http_server
from ivr.live.book import Book
from ivr.live.trees import LiveTrees
from ivr.live.watch import on_hang_up, watch
from ivr.live_pins import LivePins
from ivr.offices import Means, Offices
from ivr.phone_services import PhoneServices
from ivr.platform.paths import models_folder
from ivr.platform.preflight import recording_keys_of
from ivr.platform.render import accounts
from ivr.platform.succession import Place
from ivr.prompts.prompting import Heard, keep_tidy, make_ready
from ivr.queueing.answers import AnswerWatch
from ivr.settings import Settings
from ivr.succession import FINISH_S, Succession
from ivr.supervision.keeping import Keeping
from ivr.world.environs import Environs
from monitoring.loop_delay import LoopDelay
from recorder.deletion import Deleter
from recorder.leftovers import Leftovers
from recorder.message_spool import SpooledMessages
from recorder.pauses import Pauses
from recorder.recorder import Recorder
from recorder.retention import Retention
from recorder.sidecar import Sidecar
from recorder.transcribing import Transcribing
from store.tree_history import TreeHistory
from wire.agi.server import FastAgiServer
from wire.ami.client import AmiClient
from wire.ami.errors import AmiError
from wire.ami.settings import AmiAccount

logger = logging.getLogger(__name__)

AMI_USER: Final = "vaxel"


class Controller:
    """Everything that one process does for every organisation."""

    def __init__(self, settings: Settings, foundation: Foundation) -> None:
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
        node = settings.asterisk.node
        # A name that no earlier process had: a restarted controller is not its dead predecessor.
        name = f"{node}.{os.uname().nodename[:40]}-{os.getpid()}-{entropy.token_hex(3)}"
        self._succession = Succession(name)
        self._offers = OfferListener(ground.redis, name)
        # Before the watch: why a phone did not answer must be known when its call is over.
        dialler = Dialler(self._ami, settings.outgoing.endpoint)
        self._answers = AnswerWatch(self._ami, self._answered_elsewhere)
        self._attention = Attention(self._ami)
        self._offices = Offices()
        streams = self._offices.streams
        self._recorder = Recorder(
            ground.layout.recordings, recording_keys_of(settings), ground.database, streams
        )
        deleter = Deleter(ground.layout.recordings, ground.database, streams, system_clock)
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
            streams,
            clock_ms=system_clock,
        )
        elsewhere = self._elsewhere = Elsewhere(self._offices.all, node=node)
        phones = {account.name for account in accounts(ground.secrets) if account.is_agent}
        alone = not settings.asterisk.peers
        self._phones = Phones(
            self._ami, self._offices.all, phones, elsewhere, node=node, alone=alone
        )
        self._pins = LivePins(ground.layout, ground.secrets.pins)
        environs = Environs(settings, ground, self._pins, self._offices.all, self._phones.engaged)
        self._means = Means(
            controller=name,
            redis=ground.redis,
            database=ground.database,
            offers=self._offers,
            answers=self._answers,
            attention=self._attention,
            recorder=self._recorder,
            beep=ground.beep,
            outgoing=settings.outgoing,
            memory=environs.memory,
            pins=environs.judge,
            around=environs.of,
            clock=system_clock,
            destinations=Destinations(node, settings.asterisk.peers),
            excuses=elsewhere,
            succeeded=self._succession.succeeded,
        )
        self._book = Book(TreeHistory(ground.database), streams)
        self._trees = LiveTrees(settings.trees, ground.trees, self, self._book, clock=system_clock)
        self._offices.adopt(self._trees.catalogue, self._means)
        offices = self._offices.all
        self._speech = SpeechServer(f"http://{settings.speech.host}:{settings.speech.port}")
        listener = Listener(self._speech, ground.nothing)
        self._inbound = Inbound(self._trees, offices, ground.prompts, listener.ask, system_clock)
        self._callbacks = CallbackRunner(
            offices, self._offers, dialler, ground.prompts, self._offices.shown_number
        )
        self._pauses = Pauses(
            self._ami, streams, after_digits=self._after_digits, clock_ms=system_clock
        )
        at_phones = PhoneServices(
            self._offices,
            self._means,
            self._ami,
            ground,
            pins=self._pins,
            pauses=self._pauses,
            floor=self._floor,
            node=node,
        )
        self._agi = FastAgiServer(
            {
                "inbound": self._inbound.serve,
                "callback": self._callbacks.serve,
                **at_phones.handlers,
            },
            host=settings.agi.host,
            port=settings.agi.port,
            max_sessions=settings.agi.max_sessions,
        )
        self._delay = LoopDelay()
        self._http = http_server(
            self._offices,
            ground,
            self._ami,
            self._agi,
            inbound=self._inbound,
            trees=self._trees,
            recorder=self._recorder,
            transcribing=self._transcribing,
            speech=self._speech,
            phones=self._phones,
            rung=phones,
            referrals=at_phones.referrals,
            floor=self._floor,
            delay=self._delay,
        )

    async def run(self, stop: asyncio.Event, place: Place) -> None:
        """Serve until ``stop`` is set, then end the calls that run; :mod:`ivr.succession` says how.

        Args:
            stop: Told to stop.
            place: This controller's; another one may have it as soon as this one stops.

        Raises:
            AddressInUse, OSError: A port is taken.
        """
        async with self._ami, self._speech, together(self._duties()) as self._begin:
            if stop.is_set():
                return  # who serves and who waits were told at once: nobody takes the place
            await self._http.start(self._settings.http.host, self._settings.http.port)
            try:
                await self._agi.start()
                place.serves(self._succession.name)
                logger.info("The controller takes calls")
                await stop.wait()
                logger.info("The controller stops; running calls may finish")
                self._agi.close()
                await self._http.close()
                place.give_up()
                self._begin([self._succession.watch(place, self._distributors)])
            finally:
                await self._http.stop()
            await self._agi.drain(self._settings.agi.drain_seconds)
            if self._succession.succeeded.is_set():  # else whoever starts next finds them at once
                await self._recorder.settled(FINISH_S)

    def _duties(self) -> Iterator[Coroutine[None, None, None]]:
        """What goes on beside the calls."""
        yield self._offers.run()
        yield self._recorder.run()
        yield self._phones.run()
        for org in self._offices.all:
            yield from self._duties_of(org)
        yield from map(self._succession.in_place, self._duties_in_place())

    def _duties_in_place(self) -> Iterator[Coroutine[None, None, None]]:
        """What only the controller does that has the place."""
        yield self._retention.run()
        yield Keeping(self._ground.database, self._offices.all, system_clock).run()
        yield StrayCallbacks(self._offices.all, system_clock).run()
        yield self._pauses.run()
        yield self._transcribing.run()
        yield keep_tidy(self._ground.prompts)
        yield self._delay.run()
        yield self._book.run()
        yield watch(self._settings.trees, self._trees.glance)
        yield on_hang_up(self._trees.reload)

    def _duties_of(self, org: str) -> Iterator[Coroutine[None, None, None]]:
        """What goes on for one organisation."""
        office = self._offices.all[org]
        number = list(self._offices.all).index(org)
        yield Sweeper(
            office.distributor.upkeep, lambda: self._offices.queues(org), self._live_contacts
        ).run()
        yield office.stranded.tidy()
        yield self._callbacks.run(office)
        in_place = self._succession.in_place
        yield in_place(self._offices.counted[number].run())
        yield in_place(self._offices.recorded[number].run())
        yield in_place(CommonAgents(org, office.stream, self._elsewhere, self._phones.look).run())

    def _distributors(self) -> Iterator[Distributor]:
        return (office.distributor for office in self._offices.all.values())

    async def render(self, catalogue: Catalogue) -> Heard:
        """Have all that call trees say spoken before they are heard.

        Raises:
            MediaError: A text cannot be spoken.
        """
        return await make_ready(self._ground.prompts, catalogue, self._ground.speech)

    def prepare(self, catalogue: Catalogue) -> None:
        """Make the PINs of new agents, and those that trees ask for from now on.

        Raises:
            PlatformError: The secrets cannot be read or written.
        """
        self._pins.make(catalogue)

    def adopt(self, catalogue: Catalogue) -> None:
        """Serve new calls by new call trees."""
        for org in self._offices.adopt(catalogue, self._means):
            self._begin(self._duties_of(org))

    async def _live_contacts(self) -> Collection[str] | None:
        """The contacts whose channel exists in Asterisk, and those of whose end we tell ourselves.

        Nothing is known while it is away.
        """
        try:
            channels = await self._ami.list("CoreShowChannels")
        except AmiError:
            return None
        ours = (office.stranded.contacts for office in self._offices.all.values())
        live = {channel.get("Uniqueid") for channel in channels}
        return live.union(self._inbound.contacts, *ours)

    def _after_digits(self, sidecar: Sidecar) -> float:
        """Seconds of silence in the recording after a caller's last digit."""
        office = self._offices.all.get(sidecar.org)
        queue = office.organisation.queues.get(sidecar.queue) if office else None
        return (queue.recording if queue else RecordingPolicy()).after_digits

    async def _answered_elsewhere(self, contact: str, channel: str) -> None:
        """Note an answer for a controller that may not live to do it; idempotent."""
        for office in tuple(self._offices.all.values()):
            with suppress(StaleOffer, AcdUnavailable):
                offer = await office.distributor.current_offer(contact)
                if offer is None or is_remote(offer.phone):
                    continue
                talker = await self._answers.answered_by(offer, channel)
                if talker is not None:
                    await office.distributor.answered(talker)

    def _floor(self, org: str) -> Floor:
        return Floor(self._ground.redis, org, system_clock)
