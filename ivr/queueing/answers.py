"""What becomes of each telephone that is rung for a caller, as Asterisk's Manager tells it.

``Dial`` returns to AGI only when the conversation is over, or nobody is left to be rung; when
somebody picks up, or one of several declines, is learnt from the AMI events ``DialBegin`` and
``DialEnd``. A link that was down asks, when it is back, who is in a bridge by now; and one of
several phones tells itself that it was picked up. The phone may also be ringing for a controller
that has died since; then its answer is noted by the others.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Protocol

from acd.model.offer import Offer
from ivr.agents.remote_agents import ANSWERED, is_remote
from wire.agi.session import AgiSession
from wire.ami.client import AmiClient
from wire.ami.errors import AmiError
from wire.ami.frames import Frame

AnsweredElsewhere = Callable[[str, str], Awaitable[None]]
"""Told of a contact that somebody has answered, and of a channel that knows who it was."""

EVENTS: Final = (
    "AttendedTransfer",
    "DialBegin",
    "DialEnd",
    "Hangup",
    "Hold",
    "OriginateResponse",
    "Unhold",
)
"""The AMI events that Växel uses; ``manager.conf`` lets no other through."""

ANSWER: Final = "ANSWER"

DIALLED: Final = "DIALEDPEERNUMBER"
"""What was dialled: on a channel that ``Dial`` makes, and on the caller's when one has answered."""


class Rung(Protocol):
    """Whoever rings telephones for a contact."""

    def rings(self, phone: str) -> None:
        """A telephone is rung."""

    async def over(self, phone: str, status: str) -> None:
        """It rings no longer.

        Args:
            phone: Which, ``""`` when that is unknown.
            status: What became of it, in the words of ``DIALSTATUS``. :data:`ANSWER` may be told
                twice after the link was lost.
        """


@dataclass(slots=True)
class _Expected:
    rung: Rung
    phones: dict[str, str] = field(default_factory=dict)  # by the Uniqueid of their channel
    picked_up: str = ""  # which of several, as it has told itself


class AnswerWatch:
    """Tells whoever rings telephones for a contact what becomes of them."""

    def __init__(self, ami: AmiClient, elsewhere: AnsweredElsewhere) -> None:
        """Subscribe to ``ami``, which is not yet connected.

        Args:
            ami: The link.
            elsewhere: Told of an answer to a contact that nobody here rings for; often none of
                ours.
        """
        self._ami = ami
        self._elsewhere = elsewhere
        self._expected: dict[str, _Expected] = {}
        ami.subscribe("DialBegin", self._on_dial_begin)
        ami.subscribe("DialEnd", self._on_dial_end)
        ami.on_connect(self._catch_up)

    @contextmanager
    def expect(self, contact: str, rung: Rung) -> Iterator[None]:
        """Tell ``rung`` of the telephones that are rung for ``contact``."""
        self._expected[contact] = _Expected(rung)
        try:
            yield
        finally:
            del self._expected[contact]

    async def answered_by(self, offer: Offer, channel: str) -> Offer | None:
        """Who of those who were rung has picked up, as they have the offer.

        Args:
            offer: The offer.
            channel: One that knows: the caller's, or that of the telephone.

        Returns:
            ``None`` when Asterisk does not tell; or at a telephone outside, where whoever has
            picked up has not taken the call.
        """
        if is_remote(offer.phone):
            taken_at = await self._variable(channel, ANSWERED)
            return offer if taken_at.isdecimal() else None
        if not offer.beside:
            return offer
        expected = self._expected.get(offer.contact)
        known = expected.picked_up if expected else ""
        return offer.at(known or await self._phone_of(channel))

    async def serve(self, session: AgiSession) -> None:
        """One of several telephones has been picked up (``agi://…/answered``), on its channel.

        AMI tells of it as well, but may be away for longer than an offer lasts; and no more than
        this is done here, since the two are not joined before.

        Raises:
            AgiError: The channel is gone or failed.
        """
        expected = self._expected.get(await session.get_variable("CHANNEL(linkedid)") or "")
        if expected is not None:
            expected.picked_up = phone_in(await session.get_variable(DIALLED) or "")

    async def _on_dial_begin(self, event: Frame) -> None:
        expected = self._expected.get(event.get("Uniqueid"))
        if expected is not None:
            phone = phone_in(event.get("DialString"))
            expected.phones[event.get("DestUniqueid")] = phone
            expected.rung.rings(phone)

    async def _on_dial_end(self, event: Frame) -> None:
        contact, status = event.get("Uniqueid"), event.get("DialStatus")
        expected = self._expected.get(contact)
        if expected is not None:
            phone = expected.phones.get(event.get("DestUniqueid"), "")
            if not phone and status == ANSWER:  # its beginning was missed
                phone = await self._phone_of(event.get("DestChannel"))
            await expected.rung.over(phone, status)
        elif contact and status == ANSWER:  # without a contact: a call that Växel made was answered
            await self._elsewhere(contact, event.get("DestChannel"))

    async def _catch_up(self) -> None:
        for channel in await self._ami.list("CoreShowChannels"):
            contact, name = channel.get("Uniqueid"), channel.get("Channel")
            if not channel.get("BridgeId"):
                continue
            expected = self._expected.get(contact)
            if expected is not None:
                await expected.rung.over(await self._phone_of(name), ANSWER)
            else:
                await self._elsewhere(contact, name)

    async def _phone_of(self, channel: str) -> str:
        return phone_in(await self._variable(channel, DIALLED))

    async def _variable(self, channel: str, name: str) -> str:
        try:
            answer = await self._ami.action("Getvar", {"Channel": channel, "Variable": name})
        except AmiError:
            return ""
        return answer.get("Value")


def phone_in(dialled: str) -> str:
    """The telephone in what ``Dial`` was given for it, wherever that is: ``agent1@node-b``."""
    return dialled.partition("@")[0]
