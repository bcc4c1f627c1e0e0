"""Calls that Växel makes: one telephone is rung, and what came of it is told.

Who picks up is led to the dialplan's context ``vaxel-callback``, whichever controller lives by
then; nobody but that says that a call was answered and may go on. The channel gets the contact's
own id: so everything that goes by it works as for a call that came in, and Asterisk itself refuses
to ring a second time for a contact that has a channel.
"""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from wire.ami.client import AmiClient
from wire.ami.errors import AmiActionFailed, AmiActionTimedOut, AmiConnectionLost, AmiError
from wire.ami.frames import Frame

logger = logging.getLogger(__name__)

CONTEXT: Final = "vaxel-callback"
ORGANISATION: Final = "VAXEL_ORG"
"""On the channel of a call that Växel made: whose it is."""

_LATE_S: Final = 3.0  # after the ring time; what is not known by then is not known
_STRAGGLER_S: Final = 0.5
"""``DialEnd`` may come so much behind the end of the call: each is told by a way of its own."""
_RINGING: Final = "3"  # AST_CONTROL_RINGING: it rang until the time was over
_NUMBER: Final = re.compile(r"\+?[0-9]{2,15}", re.ASCII)
_UNQUOTABLE: Final = re.compile(r'["\\<>\x00-\x1f\x7f]')


class Outcome(StrEnum):
    """What came of a call."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"  # or declined
    UNREACHABLE = "unreachable"  # no way to the number
    NOT_MADE = "not_made"  # Asterisk was never asked, or refused to
    UNKNOWN = "unknown"  # the link to Asterisk was lost; the phone may ring


_STATUSES: Final = {
    "BUSY": Outcome.BUSY,
    "NOANSWER": Outcome.NO_ANSWER,
    "CANCEL": Outcome.NO_ANSWER,
}
"""What ``DialStatus`` says of a phone that did not take the call; any other is unreachable."""


@dataclass(frozen=True, slots=True)
class OutgoingCall:
    """A call to be made.

    Attributes:
        contact: Id of the contact, which becomes the channel's.
        org: Whose call it is.
        number: Whom to call, ``+`` and digits (personal).
        shown_number: What the phone shows; ``""`` for nothing.
        shown_name: Likewise.
        ring_ms: The phone rings no longer than this.
    """

    contact: str
    org: str
    number: str = field(repr=False)
    shown_number: str
    shown_name: str
    ring_ms: int

    def __post_init__(self) -> None:
        for number in (self.number, self.shown_number or self.number):
            if _NUMBER.fullmatch(number) is None:
                raise ValueError("a number to call or to show is + and digits")


class Dialler:
    """Makes calls by AMI, towards one PJSIP endpoint."""

    def __init__(self, ami: AmiClient, endpoint: str) -> None:
        """Subscribe to ``ami``, which is not yet connected.

        Args:
            ami: The link. Whoever else hears of ``DialEnd`` and takes long subscribes later.
            endpoint: What leads to the telephone network; ``""`` reaches nobody.
        """
        self._ami = ami
        self._endpoint = endpoint
        self._statuses: dict[str, asyncio.Future[str]] = {}
        self._ends: dict[str, asyncio.Future[Frame]] = {}
        if not endpoint:
            logger.warning("Nobody is called back: the setting outgoing.endpoint is empty")
        ami.subscribe("DialEnd", self._on_dial_end)
        ami.subscribe("OriginateResponse", self._on_end)

    async def has_channel(self, contact: str) -> bool:
        """Whether the contact's phone rings or is picked up, whoever had it rung.

        Raises:
            AmiError: Asterisk does not answer.
        """
        try:
            await self._ami.action("Getvar", {"Channel": contact, "Variable": "CHANNEL(uniqueid)"})
        except AmiActionFailed:
            return False
        return True

    async def dial(self, call: OutgoingCall) -> Outcome:
        """Ring a phone until somebody picks up, or until it is over."""
        if not self._endpoint:
            return Outcome.UNREACHABLE
        loop = asyncio.get_running_loop()
        end = self._ends[call.contact] = loop.create_future()
        self._statuses[call.contact] = loop.create_future()
        try:
            await self._ami.action("Originate", self._fields(call))
            async with asyncio.timeout(call.ring_ms / 1000 + _LATE_S):
                return await self._outcome(call.contact, await end)
        except (AmiConnectionLost, AmiActionTimedOut, TimeoutError):
            return Outcome.UNKNOWN
        except AmiError as fault:
            logger.warning(
                "a call could not be made",
                extra={"contact": call.contact, "fault": str(fault)},
            )
            return Outcome.NOT_MADE
        finally:
            del self._ends[call.contact], self._statuses[call.contact]

    def _fields(self, call: OutgoingCall) -> dict[str, str]:
        return {
            "Channel": f"PJSIP/{call.number}@{self._endpoint}",
            "ChannelId": call.contact,
            "Context": CONTEXT,
            "Exten": "s",
            "Priority": "1",
            "Timeout": str(call.ring_ms),
            "CallerID": f'"{_UNQUOTABLE.sub("", call.shown_name)}" <{call.shown_number}>',
            "Variable": f"{ORGANISATION}={call.org}",
            "Async": "true",
        }

    async def _outcome(self, contact: str, end: Frame) -> Outcome:
        if end.get("Response") == "Success":
            return Outcome.ANSWERED
        status = self._statuses[contact]
        await asyncio.wait([status], timeout=_STRAGGLER_S)
        if status.done():
            return _STATUSES.get(status.result(), Outcome.UNREACHABLE)
        return Outcome.NO_ANSWER if end.get("Reason") == _RINGING else Outcome.UNREACHABLE

    def _on_dial_end(self, event: Frame) -> None:
        """Note why a phone did not answer."""
        status = self._statuses.get(event.get("DestUniqueid"))
        if status is not None and not status.done():
            status.set_result(event.get("DialStatus"))

    def _on_end(self, event: Frame) -> None:
        end = self._ends.get(event.get("Uniqueid"))
        if end is not None and not end.done():
            end.set_result(event)
