"""A queue of an organisation: how its calls wait and are handed out."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from ivr.flow.after_call import AfterCall
from ivr.flow.callback import CallbackOffer
from ivr.flow.lengths import Length
from ivr.flow.recording import RecordingPolicy
from ivr.flow.service_level import ServiceLevel
from ivr.flow.strategy import Chosen, Strategy, Weight
from ivr.flow.supervision import SupervisionPolicy
from ivr.flow.texts import Text
from ivr.flow.vocabulary import Form, HoursName

TransferKey: TypeAlias = Annotated[
    str, Form("[0-9]{1,3}", "key of a queue", "use 1 to 3 digits, such as 1")
]


class Queue(AfterCall):
    """How calls wait and are handed out.

    Attributes:
        ring_seconds: How long one agent's phone rings.
        missed_offers: So many calls in a row that ring in vain pause an agent. One when left out:
            each more costs callers a whole ring at a chair that may be empty.
        strategy: Which of the agents who are ready is offered a call.
        ring_at_once: 1 to 10. So many agents are rung at once, those who are first by the strategy;
            whoever picks up first has the call. A telephone outside (``remote``) is rung alone, and
            somebody who is called back has one agent held for them.
        weight: 1 to 100. For agents of several queues each second that a caller has waited in this
            one counts so many times: the higher, the sooner its callers are served, and those of
            the other queues are in the end.
        announce_every: Seconds between two announcements of the caller's position.
        announce: What these tell: ``position``, ``wait`` (how long it will be, where that is
            known), ``both`` or ``none``.
        comfort: What is said between them, one after the other.
        comfort_every: Seconds between two of these.
        backup_after: So long a caller waits before the agents who are a ``backup`` of the queue are
            asked; at once where none of its own works who could take the call.
        empty: When nobody is there: when all agents who could serve a caller are ``logged_out`` (or
            at a phone that cannot be reached), or when none of them is at work, ``not_working``:
            who pauses counts as away too.
        hours: Opening hours; outside of them nobody joins, callers go by ``on_closed``.
        service_level: What it is to achieve, for figures and alarms; no target when left out.
        at_closing: Whether those who wait when it closes ``stay`` or ``leave``.
        recording: Whether its conversations are recorded, and how long that is kept.
        callback: How its callers may be called back; left out: they are not.
        supervision: Whether supervisors may come into its conversations.
        transfer_key: Digits by which agents name the queue when they hand a caller over to it
            (``*2``, then ``*`` and these); left out: they cannot.
    """

    ring_seconds: Annotated[float, Length(3, 120)] = Field(20, alias="ring")
    missed_offers: Annotated[int, Field(ge=1, le=10)] = 1
    strategy: Chosen = Strategy.LONGEST_IDLE
    ring_at_once: Annotated[int, Field(ge=1, le=10)] = 1
    weight: Weight = 1
    announce_every: Annotated[float, Length(5, 600)] = 45
    announce: Literal["position", "wait", "both", "none"] = "both"
    comfort: tuple[Text, ...] = ()
    comfort_every: Annotated[float, Length(5, 600)] = 60
    backup_after: Annotated[float, Length(5, 3600)] = 60
    empty: Literal["logged_out", "not_working"] = "logged_out"
    hours: HoursName | None = None
    at_closing: Literal["stay", "leave"] = "stay"
    service_level: ServiceLevel | None = None
    recording: RecordingPolicy = RecordingPolicy()
    callback: CallbackOffer | None = None
    supervision: SupervisionPolicy = SupervisionPolicy()
    transfer_key: TransferKey | None = None
