"""One organisation at work on the real Redis, with an Asterisk that is away and no recorder."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from pathlib import Path
from typing import cast

from redis.asyncio import Redis

from acd.agents import Agents
from acd.callbacks import Callbacks
from acd.clock import system_clock
from acd.distributor import Distributor
from acd.offers import OfferListener
from ivr.callbacks.offer import Outgoing
from ivr.callbacks.wishes import CallbackWishes
from ivr.calls.attention import Attention
from ivr.calls.messages import Messages
from ivr.desk.remote_desk import Engaged, RemoteDesk
from ivr.flow.organisation import Organisation
from ivr.office import Office
from ivr.queueing.answers import AnswerWatch
from ivr.queueing.ride import QueueRides
from ivr.queueing.stranded import Stranded
from ivr.services import Services
from ivr.world.announced_sounds import AnnouncedSounds
from ivr.world.announcements import Announcements
from ivr.world.recognition_of_callers import CallerMemory
from ivr.world.transfers import Transfers
from ivr.world.web_request import WebServices
from ivr.world.world import Surroundings
from recorder.recorder import Recorder
from store.stream import EventStream
from tests.integration.ivr.fake_line import FakePrompts, FakeRecorder
from wire.ami.client import AmiClient
from wire.ami.settings import AmiAccount

PIN = "271828"
"""Of every agent."""

OUTGOING = Outgoing("caller", ("SE",), ("100",))


def asterisk_away() -> AmiClient:
    """A link to Asterisk that is never made."""
    return AmiClient(AmiAccount("127.0.0.1", 9, "nobody", "nothing"))


def an_office(
    redis: Redis,
    organisation: Organisation,
    offers: OfferListener | None = None,
    controller: str = "test-1",
    *,
    ami: AmiClient | None = None,
    recorder: FakeRecorder | None = None,
    sounds: Path = Path("/nowhere"),
    offices: dict[str, Office] | None = None,
    engaged: Engaged = lambda _phone: nullcontext(),
    succeeded: asyncio.Event | None = None,
) -> Office:
    """The office of ``organisation`` as one controller has it, also among ``offices`` from now.

    What is left out is nobody's: Asterisk is away, and what is recorded lies nowhere.
    """
    offices = {} if offices is None else offices
    org = organisation.id
    distributor = Distributor(redis, org, system_clock, controller)
    callbacks = Callbacks(redis, org, system_clock)
    stranded = Stranded(distributor, EventStream(redis, org), system_clock)
    no_recorder = cast(Recorder, recorder or FakeRecorder())
    services = Services(
        distributor=distributor,
        callbacks=callbacks,
        offers=offers or OfferListener(redis, controller),
        answers=AnswerWatch(asterisk_away(), _nobody_elsewhere),
        attention=Attention(ami or asterisk_away()),
        recorder=no_recorder,
        outgoing=OUTGOING,
        stream=EventStream(redis, org),
        stranded=stranded,
        memory=CallerMemory(redis, org, "secret", OUTGOING.regions),
        clock=system_clock,
        succeeded=succeeded or asyncio.Event(),
    )
    office = Office(
        organisation=organisation,
        stream=EventStream(redis, org),
        distributor=distributor,
        callbacks=callbacks,
        agents=Agents(redis, org, system_clock),
        stranded=stranded,
        rides=QueueRides(organisation, services),
        messages=Messages(organisation, no_recorder, Path("/beep"), system_clock),
        around=Surroundings(
            organisation=organisation,
            web=WebServices(organisation.http_hosts, no_secret),
            transfers=Transfers(OUTGOING, system_clock),
            memory=services.memory,
            announcements=Announcements(redis, org, system_clock),
            sounds=AnnouncedSounds(sounds / org, Path("/beep"), system_clock),
            distributor=distributor,
            wishes=CallbackWishes(organisation, services),
            outgoing=OUTGOING,
            texts=None,
            desk=RemoteDesk(
                org,
                offices,
                FakePrompts(),
                lambda _agent: PIN,
                engaged,
                regions=OUTGOING.regions,
                clock=system_clock,
                settle_s=0,
            ),
            clock=system_clock,
        ),
    )
    offices[org] = office
    return office


async def _nobody_elsewhere(_contact: str, _channel: str) -> None:
    return


def no_secret(_name: str) -> None:
    """Nobody has given a secret of web services a value."""
