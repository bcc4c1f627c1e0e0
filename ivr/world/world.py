"""The world as a call tree reaches it on a real call: the port :class:`ivr.flow.world.World`.

Each part of it is a module of its own; here they meet one caller. A caller who hangs up ends
whatever runs, at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from acd.distributor import Distributor
from acd.errors import AcdUnavailable
from ivr.callbacks.offer import Outgoing
from ivr.callbacks.wishes import CallbackWishes
from ivr.calls.agi_call import AgiCall, AgiCaller, speaking_of_callers
from ivr.flow.call import QueueAway
from ivr.flow.organisation import Organisation
from ivr.flow.world import (
    Announced,
    CallbackWish,
    Conferred,
    QueueFigure,
    Remembered,
    TextMessage,
    Transferred,
    TransferRequest,
    WebRequest,
)
from ivr.numbers import NumberRefused
from ivr.world import conferences
from ivr.world.announced_sounds import AnnouncedSounds
from ivr.world.announcements import Announcements
from ivr.world.recognition_of_callers import CallerMemory
from ivr.world.text_messages import TextNotSent, TextSender
from ivr.world.transfers import Transfers
from ivr.world.web_request import WebServices
from store.stream import StreamUnavailable

logger = logging.getLogger(__name__)

T = TypeVar("T")

_MINUTE_MS = 60_000


class DeskOutside(Protocol):
    """Serves agents who call from outside (:class:`ivr.desk.remote_desk.RemoteDesk`)."""

    async def visit(self, call: AgiCaller) -> bool:
        """Serve one; whether the call is over."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What lies outside the trees of one organisation.

    Attributes:
        organisation: Its file.
        web: The services that it may ask.
        transfers: Connects callers with others.
        memory: What is kept of callers' numbers.
        announcements: What is switched on.
        sounds: What was spoken for announcements, on this machine.
        distributor: Its queues.
        wishes: Callers who want to be called back.
        outgoing: Whom the installation calls.
        texts: Sends text messages; ``None``: nothing does.
        desk: Serves agents who call from outside.
        clock: Epoch milliseconds.
    """

    organisation: Organisation
    web: WebServices
    transfers: Transfers
    memory: CallerMemory
    announcements: Announcements
    sounds: AnnouncedSounds
    distributor: Distributor
    wishes: CallbackWishes
    outgoing: Outgoing
    texts: TextSender | None
    desk: DeskOutside
    clock: Callable[[], int]

    def of(self, call: AgiCall) -> CallersWorld:
        """The world for one caller."""
        return CallersWorld(call, self)


class CallersWorld:
    """The world for one caller (:class:`ivr.flow.world.World`)."""

    def __init__(self, call: AgiCall, around: Surroundings) -> None:
        self._call = call
        self._around = around
        self._remembered: Remembered | None = None

    async def fetch(self, request: WebRequest) -> bytes:
        """Ask a web service."""
        return await self._unless_hung_up(self._around.web.fetch(request))

    async def transfer(self, request: TransferRequest) -> Transferred:
        """Connect the caller."""
        with speaking_of_callers():
            return await self._around.transfers.connect(self._call, request)

    async def recall(self) -> Remembered:
        """What was kept before this call."""
        if self._remembered is None:
            keep = self._around.organisation.callers.keep_days
            memory = self._around.memory
            self._remembered = await self._unless_hung_up(memory.recall(self._call.caller, keep))
        return self._remembered

    async def remember_language(self, language: str) -> bool:
        """Keep it."""
        keep = self._around.organisation.callers.keep_days
        kept = await self._around.memory.remember_language(self._call.caller, language, keep)
        if kept:
            self._remembered = replace(self._remembered or Remembered(), language=language)
        return kept

    async def last_agent(self) -> str:
        """What is kept."""
        return await self._unless_hung_up(self._around.memory.last_agent(self._call.caller))

    async def announcement(self, name: str) -> Announced | None:
        """What is on."""
        return await self._unless_hung_up(self._announced(name))

    async def _announced(self, name: str) -> Announced | None:
        """What is on; off counts what cannot be asked, and the words where a sound is away."""
        announcements, sounds = self._around.announcements, self._around.sounds
        try:
            on = await announcements.on(name)
        except StreamUnavailable as away:
            logger.warning("an announcement could not be looked up", extra={"fault": str(away)})
            return None
        sound = ""
        try:
            if on is None or not on.sound:
                await sounds.forget(name)
            else:
                sound = await sounds.here(name, on.sound, lambda: announcements.sound(name))
        except (StreamUnavailable, OSError) as away:
            logger.warning("a recorded announcement is away", extra={"fault": str(away)})
        return None if on is None else Announced(on.words, sound)

    async def take_announcement(self, max_seconds: float) -> str:
        """Record it."""
        with speaking_of_callers():
            try:
                return await self._around.sounds.take(self._call.session, max_seconds)
            except OSError as fault:
                extra = {"contact": self._call.contact, "fault": str(fault)}
                logger.warning("an announcement could not be recorded", extra=extra)
                return ""

    async def switch_announcement(self, name: str, seconds: float | None, sound: str = "") -> bool:
        """Switch it; the call's contact is named in the event."""
        announcements, contact = self._around.announcements, self._call.contact
        try:
            if seconds is None:
                await announcements.switch_off(name, contact=contact)
            else:
                content = await self._around.sounds.content(sound) if sound else b""
                await announcements.switch_on(name, seconds, {}, sound=content, contact=contact)
        except (StreamUnavailable, OSError, ValueError) as away:
            logger.warning(
                "an announcement could not be switched",
                extra={"contact": contact, "fault": str(away)},
            )
            return False
        return True

    async def queue_figures(self, queue: str) -> Mapping[QueueFigure, int]:
        """A queue, now."""
        try:
            line = await self._unless_hung_up(self._around.distributor.figures(queue))
        except AcdUnavailable as away:
            raise QueueAway from away
        figures = {
            QueueFigure.WAITING: line.waiting + line.callbacks,
            QueueFigure.LONGEST_WAIT: line.oldest_wait_ms // _MINUTE_MS,
            QueueFigure.AGENTS: line.logged_in,
            QueueFigure.READY: line.ready,
        }
        if line.estimate is not None:
            figures[QueueFigure.WAIT_LOW] = line.estimate.low_minutes
            figures[QueueFigure.WAIT_HIGH] = line.estimate.high_minutes
        return figures

    async def call_back(self, wish: CallbackWish) -> bool:
        """Talk about it."""
        with speaking_of_callers():
            return await self._around.wishes.keep(self._call, wish)

    async def send_text(self, message: TextMessage) -> bool:
        """Send it, where the number could be called back."""
        around, contact = self._around, self._call.contact
        if around.texts is None:
            logger.warning("No text message is sent: the setting sms names no sender")
            return False
        try:
            to = around.outgoing.judged(message.to)
            sending = around.texts.send(replace(message, to=to), around.organisation.id)
            await self._unless_hung_up(sending)
        except (NumberRefused, TextNotSent) as fault:
            logger.warning(
                "a text message was not sent", extra={"contact": contact, "fault": str(fault)}
            )
            return False
        return True

    async def conference(self, room: str) -> Conferred:
        """Be in it."""
        with speaking_of_callers():
            org, clock = self._around.organisation.id, self._around.clock
            return await conferences.join(self._call, org, room, clock)

    async def agent_desk(self) -> bool:
        """Serve them."""
        with speaking_of_callers():
            return await self._around.desk.visit(self._call)

    async def _unless_hung_up(self, work: Coroutine[Any, Any, T]) -> T:
        """What comes of work, which ends when the caller hangs up."""
        task = asyncio.ensure_future(work)
        try:
            with speaking_of_callers():
                return await self._call.session.unless_hung_up(task)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
