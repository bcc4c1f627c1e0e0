"""Every organisation at work in one controller, as the call trees of the moment say.

An organisation's services (queues, agents, callbacks, events, counts) are made once and stay; what
its files say is put before them anew with each change. Whoever serves a call takes the office of
that moment and keeps it to the call's end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from redis.asyncio import Redis

from acd.agents import Agents
from acd.callbacks import Callbacks
from acd.distributor import Distributor
from acd.model.queue import Queue
from acd.offers import OfferListener
from ivr.agents.destinations import ALONE, Destinations
from ivr.callbacks.offer import Outgoing
from ivr.calls.attention import Attention
from ivr.calls.messages import Messages
from ivr.figures import known_words
from ivr.flow.load import Catalogue
from ivr.flow.organisation import Organisation
from ivr.flow.pins import Pins
from ivr.numbers import own_numbers, shown_numbers
from ivr.office import Office
from ivr.queueing.answers import AnswerWatch
from ivr.queueing.excuses import NO_EXCUSES, Excuses
from ivr.queueing.ride import QueueRides
from ivr.queueing.stranded import Stranded
from ivr.services import Services
from ivr.settings import OutgoingSettings
from ivr.world.recognition_of_callers import CallerMemory
from ivr.world.world import Surroundings
from monitoring.consumer import FiguresConsumer
from monitoring.snapshots import RedisSnapshots
from recorder.recorder import Recorder
from store.database import Database
from store.projection import ContactProjection
from store.stream import EventStream


@dataclass(frozen=True, slots=True)
class Means:
    """What all offices of a controller work with.

    Attributes:
        controller: The controller's name.
        redis: Where queues, agents and events are.
        database: The lasting record.
        offers: Tells of offers to contacts of this controller.
        answers: Tells when an agent picks up.
        attention: Hears keys and stops sentences while a caller waits.
        recorder: Takes the legs of conversations over.
        beep: The sound before a message.
        outgoing: Whom the installation may call.
        memory: What is kept of the numbers of an organisation's callers.
        pins: Who judges an organisation's PINs, those of the moment.
        around: What lies outside an organisation's trees.
        clock: Epoch milliseconds.
        destinations: Where agents' phones are rung.
        excuses: Knows of agents whom another organisation has.
        succeeded: As of :class:`ivr.services.Services`.
    """

    controller: str
    redis: Redis
    database: Database
    offers: OfferListener
    answers: AnswerWatch
    attention: Attention
    recorder: Recorder
    beep: Path
    outgoing: OutgoingSettings
    memory: Callable[[str], CallerMemory]
    pins: Callable[[str], Pins]
    around: Callable[[Organisation, Services], Surroundings]
    clock: Callable[[], int]
    destinations: Destinations = ALONE
    excuses: Excuses = NO_EXCUSES
    succeeded: asyncio.Event = field(default_factory=asyncio.Event)


class Offices:
    """The offices of all organisations.

    Attributes:
        streams: The events of each organisation; the same mapping for ever, which grows.
        all: The office of each organisation, likewise; what serves a call asks it once.
        counted: The consumers of the metrics, in the order of ``all``.
        recorded: The consumers of the SQL record, likewise.
    """

    def __init__(self) -> None:
        self.streams: dict[str, EventStream] = {}
        self.all: dict[str, Office] = {}
        self.counted: list[FiguresConsumer] = []
        self.recorded: list[ContactProjection] = []
        self._queues: dict[str, dict[str, Queue]] = {}
        self._shown: Mapping[str, str] = {}

    def shown_number(self, org: str) -> str:
        """What people see whom an organisation calls back, ``""`` for nothing."""
        return self._shown.get(org, "")

    def queues(self, org: str) -> Collection[Queue]:
        """The queues to be kept moving: those that were taken away too, for who waits in them."""
        return self._queues[org].values()

    def adopt(self, catalogue: Catalogue, means: Means) -> list[str]:
        """Work by ``catalogue`` from now on, in one step.

        Returns:
            The organisations that are new; their duties are still to be begun.
        """
        new = [org for org in catalogue.organisations if org not in self.all]
        settings = means.outgoing
        outgoing = Outgoing(settings.endpoint, settings.regions, own_numbers(catalogue))
        self._shown = shown_numbers(catalogue)
        for org in new:
            self.streams[org] = EventStream(means.redis, org)
        offices = {
            org: self._office(organisation, outgoing, means)
            for org, organisation in catalogue.organisations.items()
        }
        for org in new:
            stream, snapshots = self.streams[org], RedisSnapshots(means.redis, org)
            self.counted.append(FiguresConsumer(org, stream, snapshots))
            zone = catalogue.organisations[org].time_zone
            self.recorded.append(ContactProjection(means.database, stream, org, zone))
        self.all |= offices
        for org, counted in zip(self.all, self.counted, strict=True):
            office = self.all[org]
            self._queues[org] = {**self._queues.get(org, {}), **office.rides.queues}
            counted.know(known_words(office.organisation, catalogue))
        return new

    def _office(self, organisation: Organisation, outgoing: Outgoing, means: Means) -> Office:
        org = organisation.id
        before = self.all.get(org)
        if before is not None:
            distributor, callbacks, agents = before.distributor, before.callbacks, before.agents
            stranded = before.stranded
        else:
            distributor = Distributor(means.redis, org, means.clock, means.controller)
            callbacks = Callbacks(means.redis, org, means.clock)
            agents = Agents(means.redis, org, means.clock)
            stranded = Stranded(distributor, self.streams[org], means.clock)
        services = Services(
            distributor=distributor,
            callbacks=callbacks,
            offers=means.offers,
            answers=means.answers,
            attention=means.attention,
            recorder=means.recorder,
            outgoing=outgoing,
            stream=self.streams[org],
            stranded=stranded,
            memory=means.memory(org),
            clock=means.clock,
            destinations=means.destinations,
            shown_number=self.shown_number(org),
            excuses=means.excuses,
            succeeded=means.succeeded,
        )
        return Office(
            organisation=organisation,
            stream=self.streams[org],
            distributor=distributor,
            callbacks=callbacks,
            agents=agents,
            stranded=stranded,
            rides=QueueRides(organisation, services),
            messages=Messages(organisation, means.recorder, means.beep, means.clock),
            pins=means.pins(org),
            around=means.around(organisation, services),
        )
