"""Attention to a caller while AGI has none: keys pressed at any moment, sentences cut short.

An idle AGI session, with music in the caller's ear, hears no key, and between two commands keys are
lost; a ``STREAM FILE`` can be ended by a key of the caller, but by nobody else. Waiting for a key
by a command of its own would keep an agent waiting who has become free. So both go by AMI, which
tells of every key and ends what is being played (``ControlPlayback``). A key counts at its end
(``DTMFEnd``), as it does for AGI: known at its beginning, it would interrupt the sentence that
answers it once more. While AMI is away keys still end a sentence, and sentences are heard to their
end.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from ivr.calls.agi_call import AgiVoice, KeyTold
from ivr.flow.call import Utterance
from wire.ami.client import AmiClient
from wire.ami.errors import AmiError
from wire.ami.frames import Frame

logger = logging.getLogger(__name__)

_ECHO_S: Final = 2.0
"""So long AMI may take to tell of a key that AGI has told of already."""

_HUSH_S: Final = 1.0
"""An agent waits no longer for an Asterisk that is slow; the sentence may be over by then."""


class Attention:
    """Keys and interruptions, for all callers of a controller."""

    def __init__(self, ami: AmiClient) -> None:
        """Subscribe to ``ami``, which is not yet connected."""
        self._ami = ami
        self._listeners: dict[str, asyncio.Queue[str]] = {}
        self._echoes: dict[str, KeyTold] = {}
        ami.subscribe("DTMFEnd", self._on_key)

    @contextmanager
    def listen(self, contact: str, told: KeyTold | None = None) -> Iterator[asyncio.Queue[str]]:
        """Collect the keys that a caller presses, in order. Personal: they may spell a number.

        Args:
            contact: Whose.
            told: The key that answered what they were asked before. Should AMI tell of it only now,
                it answers nothing any more: who chooses a queue by 1 asks for no callback by that.
        """
        keys: asyncio.Queue[str] = asyncio.Queue()
        self._listeners[contact] = keys
        if told is not None:
            self._echoes[contact] = told
        try:
            yield keys
        finally:
            del self._listeners[contact]
            self._echoes.pop(contact, None)

    async def hush(self, channel: str) -> None:
        """End what is being played to a channel; harmless when nothing is."""
        stop = {"Channel": channel, "Control": "stop"}
        try:
            await self._ami.action("ControlPlayback", stop, limit=_HUSH_S)
        except AmiError as fault:
            logger.warning("a sentence is heard to its end", extra={"fault": str(fault)})

    def _on_key(self, event: Frame) -> None:
        contact, key = event.get("Uniqueid"), event.get("Digit")
        keys = self._listeners.get(contact)
        if keys is None or event.get("Direction") != "Received":
            return
        told = self._echoes.pop(contact, None)
        if told is None or told.key != key or time.monotonic() >= told.at_s + _ECHO_S:
            keys.put_nowait(key)


class AttentiveVoice:
    """Speaks with one caller by AGI and hears by :class:`Attention`.

    Its methods may be cancelled at any moment: no key is lost by that, and no command is left that
    would keep the next one waiting longer than a sentence.

    Attributes:
        speaking: Whether something is being played now.
    """

    def __init__(self, voice: AgiVoice, keys: asyncio.Queue[str]) -> None:
        self.speaking = False
        self._voice = voice
        self._keys = keys

    async def say(self, utterance: Utterance, *, interrupt: str = "") -> str:
        """Speak; the key that interrupted (it may have been pressed before), or ``""``.

        Raises:
            MediaError: The text cannot be spoken.
            AgiError: The channel is gone or failed.
        """
        while interrupt and not self._keys.empty():
            if (key := self._keys.get_nowait()) in interrupt:
                return key
        self.speaking = True
        try:
            pressed = await self._voice.play(utterance, interrupt=interrupt)
        finally:
            self.speaking = False
        if pressed:
            await self._forget_up_to(pressed)
        return pressed

    async def collect(self, *, first: str = "", count: int, wait: float, stop: str = "#") -> str:
        """Listen for up to ``count`` keys, as :meth:`ivr.flow.call.Call.collect`."""
        keys = first
        while len(keys) < count and not (stop and stop in keys):
            key = await self.key(wait)
            if not key:
                break
            keys += key
        return keys.partition(stop)[0] if stop else keys

    async def _forget_up_to(self, pressed: str) -> None:
        """Drop the key that AGI has told of, which AMI tells of too, and those before it.

        Left there, they would be taken for answers to what is asked next.
        """
        with suppress(TimeoutError):  # AMI is away
            async with asyncio.timeout(_ECHO_S):
                while await self._keys.get() != pressed:
                    pass

    def forget_keys(self) -> None:
        """Take no notice of what was pressed until now."""
        while not self._keys.empty():
            self._keys.get_nowait()

    async def key(self, wait: float) -> str:
        """The next key, ``""`` when none comes within ``wait`` seconds."""
        try:
            async with asyncio.timeout(wait):
                return await self._keys.get()
        except TimeoutError:
            return ""
