"""What serves agents and supervisors at their phones: all paths of ``agi://`` but the callers'."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from acd.clock import system_clock
from acd.floor import Floor
from ivr.agents.confirmations import Confirmations
from ivr.agents.own_calls import AgentCalls
from ivr.conversations.consultations import Consultations
from ivr.conversations.consulted_telephones import ConsultedTelephones
from ivr.conversations.handover_codes import HandoverCodes
from ivr.conversations.holds import Holds
from ivr.conversations.recording_codes import RecordingCodes
from ivr.conversations.referrals import Referrals
from ivr.desk.desk import Desk
from ivr.foundation import Foundation
from ivr.live_pins import LivePins
from ivr.offices import Means, Offices
from ivr.supervision.desk import SupervisorsDesk
from ivr.supervision.presence import Presences
from ivr.supervision.tickets import Tickets
from recorder.pauses import Pauses
from wire.agi.server import Handler
from wire.ami.client import AmiClient


class PhoneServices:
    """All that serve them.

    Attributes:
        handlers: By path, as of :class:`wire.agi.server.FastAgiServer`.
        referrals: Those of the phones' transfer button, of which Asterisk asks by HTTP too.
    """

    def __init__(
        self,
        offices: Offices,
        means: Means,
        ami: AmiClient,
        ground: Foundation,
        *,
        pins: LivePins,
        pauses: Pauses,
        floor: Callable[[str], Floor],
        node: str,
    ) -> None:
        """Join them.

        Args:
            offices: Every organisation at work.
            means: What they work with.
            ami: The link, not yet connected: some subscribe to it.
            ground: What the controller stands on.
            pins: Those of the moment.
            pauses: Of recordings.
            floor: The floor of an organisation.
            node: Whose Asterisk the phones are at.
        """
        every, prompts, shown = offices.all, ground.prompts, offices.shown_number
        desk = Desk(every, pins.of, prompts, system_clock)
        confirmations = Confirmations(every, prompts, system_clock)
        calls = AgentCalls(every, means.answers, prompts, shown, system_clock, node=node)
        supervisors = SupervisorsDesk(
            every,
            pins.of,
            prompts,
            Presences(ami, means.attention, system_clock),
            floor,
            tickets=Tickets(ground.redis, means.destinations),
        )
        codes = RecordingCodes(every, pauses, prompts)
        handovers = HandoverCodes(every, pauses, prompts)
        self.referrals = Referrals(ami, every, means.succeeded)
        Holds(ami, every)
        consultations = Consultations(
            ami,
            every,
            pauses,
            prompts,
            means.recorder,
            telephones=ConsultedTelephones(means.destinations, shown, system_clock),
            clock=system_clock,
        )
        self.handlers: Mapping[str, Handler] = {
            "desk": desk.serve,
            "outgoing": calls.serve,
            "answered": means.answers.serve,
            "confirm": confirmations.serve,
            "recording": codes.serve,
            "supervision": supervisors.serve,
            "handover": handovers.serve,
            "consult": consultations.serve,
            "asked": consultations.ask,
            "silence": consultations.silence,
            "referred": self.referrals.serve,
        }
