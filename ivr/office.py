"""One organisation at work: what its file says, and the services that act for it."""

from __future__ import annotations

from dataclasses import dataclass

from acd.agents import Agents
from acd.callbacks import Callbacks
from acd.distributor import Distributor
from ivr.calls.messages import Messages
from ivr.flow.organisation import Organisation
from ivr.flow.pins import NO_PINS, Pins
from ivr.queueing.ride import QueueRides
from ivr.queueing.stranded import Stranded
from ivr.world.world import Surroundings
from store.stream import EventStream


@dataclass(frozen=True, slots=True)
class Office:
    """An organisation and what serves its calls.

    Attributes:
        organisation: Its file.
        stream: Its events.
        distributor: Its queues.
        callbacks: Its people who are to be called back.
        agents: Its agents' states.
        stranded: Tells late of calls' ends, where Redis was away.
        rides: Brings callers through its queues.
        messages: Takes callers' messages.
        pins: Judges the PINs that its trees ask callers for.
        around: What lies outside its trees.
    """

    organisation: Organisation
    stream: EventStream
    distributor: Distributor
    callbacks: Callbacks
    agents: Agents
    stranded: Stranded
    rides: QueueRides
    messages: Messages
    around: Surroundings
    pins: Pins = NO_PINS
