"""The moment in which an agent answers, as Asterisk's Manager tells it.

``Dial`` returns to AGI only when the conversation is over, so its beginning is learnt from the AMI
event ``DialEnd``. A link that was down asks, when it is back, who is in a bridge by now. The phone
may also be ringing for a controller that has died since; then its answer is noted by the others.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Final

from wire.ami.client import AmiClient
from wire.ami.frames import Frame

Answered = Callable[[], Awaitable[None]]
AnsweredElsewhere = Callable[[str], Awaitable[None]]

EVENTS: Final = ("AttendedTransfer", "DialEnd", "Hangup", "Hold", "OriginateResponse", "Unhold")
"""The AMI events that Växel uses; ``manager.conf`` lets no other through."""


class AnswerWatch:
    """Tells whoever rings an agent for a contact that the agent has answered."""

    def __init__(self, ami: AmiClient, elsewhere: AnsweredElsewhere) -> None:
        """Subscribe to ``ami``, which is not yet connected.

        Args:
            ami: The link.
            elsewhere: Told of an answer to a contact that nobody here rings for; often none of
                ours.
        """
        self._ami = ami
        self._elsewhere = elsewhere
        self._expected: dict[str, Answered] = {}
        ami.subscribe("DialEnd", self._on_dial_end)
        ami.on_connect(self._catch_up)

    @contextmanager
    def expect(self, contact: str, answered: Answered) -> Iterator[None]:
        """Call ``answered`` when the phone that is rung for ``contact`` is picked up.

        It may be called twice after the link was lost; the caller must bear that.
        """
        self._expected[contact] = answered
        try:
            yield
        finally:
            del self._expected[contact]

    async def _on_dial_end(self, event: Frame) -> None:
        if event.get("DialStatus") == "ANSWER":
            await self._tell(event.get("Uniqueid"))

    async def _catch_up(self) -> None:
        for channel in await self._ami.list("CoreShowChannels"):
            if channel.get("BridgeId"):
                await self._tell(channel.get("Uniqueid"))

    async def _tell(self, contact: str) -> None:
        if not contact:
            return  # a call that Växel made was answered: that is no agent yet
        answered = self._expected.get(contact)
        await (answered() if answered is not None else self._elsewhere(contact))
