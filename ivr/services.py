"""What acts for the callers of one organisation while they wait and talk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from acd.callbacks import Callbacks
from acd.distributor import Distributor
from acd.offers import OfferListener
from ivr.agents.destinations import ALONE, Destinations
from ivr.callbacks.offer import Outgoing
from ivr.calls.attention import Attention
from ivr.queueing.answers import AnswerWatch
from ivr.queueing.excuses import NO_EXCUSES, Excuses
from ivr.queueing.stranded import Stranded
from ivr.world.recognition_of_callers import CallerMemory
from recorder.recorder import Recorder
from store.stream import EventStream


@dataclass(frozen=True, slots=True)
class Services:
    """What the rides of one organisation need.

    Attributes:
        distributor: The organisation's queues.
        offers: Tells of offers to contacts of this controller.
        answers: Tells when an agent picks up.
        recorder: Takes the legs of each conversation over.
        callbacks: The organisation's people who are to be called back.
        outgoing: Whom the installation calls.
        memory: What is kept of callers' numbers.
        attention: Hears keys and stops sentences while a caller waits.
        stream: The organisation's events.
        stranded: Tells late what Redis cannot be told now.
        clock: Epoch milliseconds.
        destinations: Where agents' phones are rung.
        shown_number: What people see whom the organisation calls, ``""`` for nothing.
        excuses: Knows of agents whom another organisation has.
        succeeded: Set when another controller takes calls in the place of this one, which stops.
    """

    distributor: Distributor
    offers: OfferListener
    answers: AnswerWatch
    recorder: Recorder
    callbacks: Callbacks
    outgoing: Outgoing
    memory: CallerMemory
    attention: Attention
    stream: EventStream
    stranded: Stranded
    clock: Callable[[], int]
    destinations: Destinations = ALONE
    shown_number: str = ""
    excuses: Excuses = NO_EXCUSES
    succeeded: asyncio.Event = field(default_factory=asyncio.Event)
