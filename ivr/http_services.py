"""What is asked of a controller by HTTP: figures, health, call trees, the API."""

from __future__ import annotations

from collections.abc import Callable, Collection
from importlib.metadata import version

from prometheus_client import CollectorRegistry, ProcessCollector

from acd.clock import system_clock
from acd.floor import Floor
from ivr.agents.phones import Phones
from ivr.api.application import Api
from ivr.api.auditing import Auditing
from ivr.api.events import EventFeed
from ivr.api.refused_acts import RefusedActs
from ivr.api.route import PREFIX
from ivr.api.supervising import Supervising
from ivr.api.tokens import Doorkeeper, TokenFile
from ivr.calls.inbound import Inbound
from ivr.calls.speech_server import SpeechServer
from ivr.conversations.referrals import Referrals
from ivr.figures import Figures
from ivr.foundation import Foundation
from ivr.live.pages import pages
from ivr.live.trees import LiveTrees
from ivr.offices import Offices
from ivr.supervision.orders import SupervisorsPhones
from monitoring.exposition import Exposition
from monitoring.http import HttpServer
from monitoring.loop_delay import LoopDelay
from recorder.recorder import Recorder
from recorder.transcribing import Transcribing
from wire.agi.server import FastAgiServer
from wire.ami.client import AmiClient


def http_server(
    offices: Offices,
    ground: Foundation,
    ami: AmiClient,
    agi: FastAgiServer,
    *,
    inbound: Inbound,
    trees: LiveTrees,
    recorder: Recorder,
    transcribing: Transcribing,
    speech: SpeechServer,
    phones: Phones,
    rung: Collection[str],
    referrals: Referrals,
    floor: Callable[[str], Floor],
    delay: LoopDelay,
) -> HttpServer:
    """Join what answers.

    Args:
        offices: Every organisation at work.
        ground: What the controller stands on.
        ami: The link to Asterisk's manager.
        agi: The server of calls.
        inbound: The callers in hand.
        trees: The call trees.
        recorder: The recordings that are not finished yet.
        transcribing: The recordings that are not written down yet.
        speech: The speech server.
        phones: Which can be reached.
        rung: Those that may be rung for supervisors.
        referrals: Judges transfers by button, of which Asterisk asks.
        floor: The floor of an organisation.
        delay: The event loop's.
    """
    every, release = offices.all, version("vaxel")
    doorkeeper = Doorkeeper(TokenFile(ground.layout.api_tokens), system_clock)
    feed, refused_acts = EventFeed(doorkeeper), RefusedActs(system_clock)
    live = Figures(
        offices=every,
        inbound=inbound,
        agi=agi,
        ami=ami,
        redis=ground.redis,
        recorder=recorder,
        transcribing=transcribing,
        counted=offices.counted,
        recorded=offices.recorded,
        listener=speech,
        trees=trees,
        doorkeeper=doorkeeper,
        feed=feed,
        refused_acts=refused_acts,
        layout=ground.layout,
        since_seconds=system_clock() / 1000,
    )
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    exposition = Exposition(registry, offices.counted, live, version=release, delay=delay)
    api = Api(
        every,
        floor,
        doorkeeper,
        feed,
        Supervising(every, SupervisorsPhones(ami, rung), phones.reachable, system_clock),
        auditing=Auditing(ground.database),
        refused_acts=refused_acts,
        version=release,
    )
    return HttpServer(
        exposition,
        live.checks(),
        (*pages(trees), *referrals.pages()),
        {PREFIX: api.application},
    )
