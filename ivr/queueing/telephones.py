"""What one ``Dial`` rings for an offer: agents' telephones of ours, one or several, or one outside.

They differ in what ``Dial`` is given, and in when a call is taken: at a telephone of ours by
picking up, outside by a key (:mod:`ivr.agents.remote_agents`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from acd.clock import Clock
from acd.model.offer import Offer
from ivr.agents.remote_agents import LATE_S, UNTAKEN, is_remote, remote_destination, remote_options
from ivr.flow.organisation import Organisation
from ivr.queueing.answers import ANSWER
from ivr.services import Services

DIAL_OPTIONS: Final = "gitm(default)U(vaxel-answered{recording})"
"""After the agent's hang-up go on; follow no forwarding; the agent may ask others; music instead of
ringing; record.

The subroutine's arguments: the recording's path if there may be one, whether it begins at once, and
whether several are rung: then the path goes on with the phone's name.
"""

AUTO_ANSWER: Final = "b(vaxel-auto-answer^s^1)"
"""A further one for an agent whose phone answers by itself, if no other is rung beside it."""


class Telephones(Protocol):
    """One kind of them."""

    @property
    def destination(self) -> str:
        """The first argument of ``Dial``."""

    @property
    def taken_by_picking_up(self) -> bool:
        """Whether whoever picks up has taken the call."""

    def options(self, ring_s: int, recording: str) -> str:
        """The third argument of ``Dial``.

        Args:
            ring_s: How long it rings.
            recording: Arguments of ``vaxel-answered``, each behind a ``^``.
        """

    def status(self, dialled: str, answered_at: str) -> str:
        """What came of it.

        Args:
            dialled: ``DIALSTATUS``.
            answered_at: :data:`ivr.agents.remote_agents.ANSWERED`.
        """


@dataclass(frozen=True, slots=True)
class OurTelephones:
    """At the agents' desks.

    Attributes:
        destination: See :class:`Telephones`.
        auto_answer: Whether the phone is asked to answer by itself.
        several: Whether it is more than one.
    """

    destination: str
    auto_answer: bool = False
    several: bool = False

    @property
    def taken_by_picking_up(self) -> bool:
        """It is."""
        return True

    def options(self, _ring_s: int, recording: str) -> str:
        """See :class:`Telephones`."""
        if self.several:
            recording = f"{recording or '^^'}^several"
        options = DIAL_OPTIONS.format(recording=recording)
        return options + (AUTO_ANSWER if self.auto_answer else "")

    def status(self, dialled: str, _answered_at: str) -> str:
        """See :class:`Telephones`."""
        return dialled


@dataclass(frozen=True, slots=True)
class TelephoneOutside:
    """Of an agent who works elsewhere; rung alone.

    Attributes:
        destination: See :class:`Telephones`.
        offer: The offer.
        organisation: Id of the agent's organisation.
        shown: The number to be seen there, ``""`` for the caller's.
        clock: Epoch milliseconds.
    """

    destination: str
    offer: Offer
    organisation: str
    shown: str
    clock: Clock

    @property
    def taken_by_picking_up(self) -> bool:
        """It may be a mailbox."""
        return False

    def options(self, ring_s: int, recording: str) -> str:
        """See :class:`Telephones`."""
        until_ms = self.clock() + round((ring_s + LATE_S) * 1000)
        options = remote_options(self.offer, self.organisation, self.shown, until_ms)
        return options.format(recording=recording)

    def status(self, dialled: str, answered_at: str) -> str:
        """See :class:`Telephones`; a mailbox, or nobody who wanted the call, has not answered."""
        untaken = answered_at == UNTAKEN or (dialled == ANSWER and not answered_at)
        return "NOANSWER" if untaken else dialled


def telephones_of(
    offer: Offer, organisation: Organisation, services: Services
) -> Telephones | None:
    """Those of the agents of an offer; ``None``: there is no way to them."""
    if is_remote(offer.phone):
        outside = remote_destination(offer, organisation, services.outgoing)
        if outside is None:
            return None
        shown, clock = services.shown_number, services.clock
        return TelephoneOutside(outside, offer, organisation.id, shown, clock)
    agent = organisation.agents.get(offer.agent)  # may have been taken out of the file
    auto_answer = not offer.beside and agent is not None and agent.auto_answer
    destination = "&".join(map(services.destinations.of, offer.views))
    return OurTelephones(destination, auto_answer, several=bool(offer.beside))
