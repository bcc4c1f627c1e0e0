"""The Call port on a real channel: what a tree asks for, said in AGI.

The only place where the caller's terms (say, collect, listen, record, queue) meet Asterisk's
commands.
A caller who hangs up ends whatever runs as ``CallerHungUp``; a fault of the channel or of the
speech engine becomes ``CallFailed`` with its reason, once, here.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, Protocol, TypeAlias

from ivr.calls.dialplan import CAUSE, CAUSES, DONE
from ivr.flow.call import (
    CallerHungUp,
    CallFailed,
    Cause,
    Heard,
    ListenRequest,
    Message,
    MessageRequest,
    QueueOutcome,
    QueueRequest,
    Utterance,
)
from ivr.flow.world import World
from media.errors import MediaError
from wire.agi.errors import AgiError, AgiHungUp
from wire.agi.session import AgiSession


class Prompts(Protocol):
    """Where an organisation's spoken texts come from (``media.prompts.OrganisationPrompts``)."""

    async def path(self, text: str, language: str) -> object:
        """The sound of a text, as a path without its extension."""


class AllPrompts(Protocol):
    """Where every organisation's come from (``media.prompts.PromptStore``)."""

    def of(self, organisation: str) -> Prompts:
        """Those of one organisation, by its id: it may have its own voices and recordings."""


Ride: TypeAlias = Callable[["AgiCall", QueueRequest], Awaitable[QueueOutcome]]
"""Brings a call through a queue (``ivr.queueing.ride``)."""

Listen: TypeAlias = Callable[["AgiCall", ListenRequest], Awaitable[Heard]]
"""Asks a caller who may answer by voice (``ivr.calls.listening``)."""

Record: TypeAlias = Callable[["AgiCall", MessageRequest], Awaitable[Message]]
"""Takes a message from a caller (``ivr.calls.messages``)."""

Outside: TypeAlias = Callable[["AgiCall"], World]
"""The world as it is for a caller (``ivr.world.world``)."""


class KeyTold(NamedTuple):
    """A key that AGI has told of. AMI tells of it too, and on a busy machine later."""

    key: str
    at_s: float
    """When, by :func:`time.monotonic`."""


class AgiVoice:
    """Somebody on an Asterisk channel to speak with: a caller, or an agent at a feature code.

    Attributes:
        session: The channel.
        prompts: Of the organisation that speaks.
        told: The key that they pressed last, if any.
    """

    def __init__(self, session: AgiSession, prompts: Prompts) -> None:
        self.session = session
        self.prompts = prompts
        self.told: KeyTold | None = None

    async def answer(self) -> None:
        """Pick up; harmless when already up."""
        with speaking_of_callers():
            await self.session.answer()

    async def say(self, utterance: Utterance, *, interrupt: str = "") -> str:
        """Speak; the key that interrupted, or ``""``."""
        with speaking_of_callers():
            return await self.play(utterance, interrupt=interrupt)

    async def play(self, utterance: Utterance, *, interrupt: str = "") -> str:
        """As :meth:`say`, for whoever speaks AGI.

        Raises:
            MediaError: The text cannot be spoken.
            AgiError: As :meth:`wire.agi.session.AgiSession.stream_file`.
        """
        sound = await self.sound(utterance)
        return self._pressed(await self.session.stream_file(sound, interrupt=interrupt))

    def _pressed(self, key: str) -> str:
        if key:
            self.told = KeyTold(key, time.monotonic())
        return key

    async def sound(self, utterance: Utterance) -> str:
        """The sound of an utterance, as a path without its extension.

        Raises:
            MediaError: The text cannot be spoken.
        """
        if utterance.sound:
            return utterance.sound
        return str(await self.prompts.path(utterance.text, utterance.language))

    async def collect(self, *, first: str = "", count: int, wait: float, stop: str = "#") -> str:
        """Listen for keys one at a time, so that a stop key and each pause count at once."""
        keys = first
        with speaking_of_callers():
            while len(keys) < count and not (stop and stop in keys):
                key = self._pressed(await self.session.wait_for_digit(wait))
                if not key:
                    break
                keys += key
        return keys.partition(stop)[0] if stop else keys

    async def hang_up(self, cause: Cause = Cause.NORMAL) -> None:
        """End the call from our side; any cause but the normal one is told by the dialplan."""
        with speaking_of_callers():
            if cause is Cause.NORMAL:
                await self.session.hangup()
            else:
                await self.session.set_variable(CAUSE, CAUSES[cause])
                await self.session.set_variable(DONE, "1")


class AgiCaller(AgiVoice):
    """One caller, or one who was called back.

    Attributes:
        contact: Id of the contact.
        caller: The caller's number, ``""`` when withheld. Personal.
        dialled: The number that was dialled, ``""`` when nobody dialled.
    """

    def __init__(
        self, session: AgiSession, prompts: Prompts, *, contact: str, caller: str, dialled: str = ""
    ) -> None:
        super().__init__(session, prompts)
        self.contact = contact
        self.caller = caller
        self.dialled = dialled


class AgiCall(AgiCaller):
    """One caller on the way through a call tree (:class:`ivr.flow.call.Call`).

    Attributes:
        queued: The queue that the caller came to last, ``""`` before the first.
        world: What lies outside.
    """

    def __init__(
        self,
        session: AgiSession,
        prompts: Prompts,
        *,
        contact: str,
        caller: str,
        dialled: str,
        ride: Ride,
        listen: Listen,
        record: Record,
        world: Outside,
    ) -> None:
        super().__init__(session, prompts, contact=contact, caller=caller, dialled=dialled)
        self._ride = ride
        self._listen = listen
        self._record = record
        self.queued = ""
        self.world = world(self)

    async def listen(self, request: ListenRequest) -> Heard:
        """Ask a caller who may answer by voice."""
        with speaking_of_callers():
            heard = await self._listen(self, request)
        self._pressed(heard.key)
        return heard

    async def record(self, request: MessageRequest) -> Message:
        """Take a message."""
        with speaking_of_callers():
            return await self._record(self, request)

    async def queue(self, request: QueueRequest) -> QueueOutcome:
        """Wait for an agent and talk."""
        self.queued = request.queue
        with speaking_of_callers():
            return await self._ride(self, request)


@contextmanager
def speaking_of_callers() -> Iterator[None]:
    """Say in the caller's terms what AGI or the speech engine raised."""
    try:
        yield
    except AgiHungUp as gone:
        raise CallerHungUp from gone
    except (AgiError, MediaError) as fault:
        raise CallFailed(str(fault)) from fault
