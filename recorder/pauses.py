"""Pausing the recording of a conversation that goes on, at the agent's wish or around digits.

Asterisk mutes both legs (``MixMonitorMute``): they run on, silent, and stay aligned. What is paused
and why stands on the agent's channel, beside the recording itself, so that a controller that is
killed leaves a paused recording paused, and the next one knows. Every step is taken so that a kill
in its middle, or another controller beside this one, leaves silence rather than speech.

Digits that a caller keys in a conversation (a card, a personal number) are learnt from the AMI
event ``DTMFBegin``. Which digit it was is never looked at. A phone that sends tones in its speech
instead of RFC 4733 events is noticed where the endpoint's ``dtmf_mode`` is ``auto``; Asterisk then
takes the tones out of what is recorded.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Final
from weakref import WeakValueDictionary

from recorder.announcing import EventLog, event_of
from recorder.errors import SidecarUnreadable
from recorder.sidecar import Sidecar
from store.events import EventType
from store.stream import StreamUnavailable
from wire.ami.client import AmiClient
from wire.ami.errors import AmiActionFailed, AmiError
from wire.ami.frames import Frame

log = logging.getLogger(__name__)

RECORDING: Final = "VAXEL_RECORDING"
"""On the agent's channel: path of the recording's base, set by the dialplan."""

PAUSED: Final = "VAXEL_PAUSED_"
"""With a cause behind it, on the agent's channel: ``1`` while the recording is paused for that."""

_PEER: Final = "BRIDGEPEER"
_RETRY_MS: Final = 1_000


class Cause(StrEnum):
    """Why a recording is paused; it goes on when no cause is left."""

    AGENT = "agent"
    DIGITS = "digits"
    HANDOVER = "handover"  # the agent keys, or talks with, whom the caller is handed over to


class Pauses:
    """Pauses and resumes the recordings of all organisations."""

    def __init__(
        self,
        ami: AmiClient,
        streams: Mapping[str, EventLog],
        *,
        after_digits: Callable[[Sidecar], float],
        clock_ms: Callable[[], int],
    ) -> None:
        """Subscribe to ``ami``, which is not yet connected; :meth:`run` does the rest.

        Args:
            ami: The link.
            streams: The event stream of each organisation.
            after_digits: Seconds from a recording's last digit until it goes on.
            clock_ms: Epoch milliseconds.
        """
        self._ami = ami
        self._streams = streams
        self._after_digits = after_digits
        self._clock_ms = clock_ms
        self._quiet_at: dict[str, int] = {}  # agent's channel -> when its digits are over
        self._digits_begun = asyncio.Event()
        self._heeds_digits = True
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        ami.subscribe("DTMFBegin", self._on_digit)
        ami.on_connect(self._find_digits)

    async def pause(self, channel: str, cause: Cause) -> None:
        """Record silence from now on; harmless when paused already.

        Args:
            channel: The agent's channel.
            cause: Why.

        Raises:
            AmiError: Asterisk does not answer or the channel is gone: it may be recorded still.
        """
        async with self._lock(channel):
            await self._mute(channel, muted=True)
            if not await self._is_paused(channel, cause):
                await self._note(channel, cause, "1")
                # another controller that resumed just now has not known of this cause
                await self._mute(channel, muted=True)
                await self._tell(channel, EventType.RECORDING_PAUSED, cause)

    async def resume(self, channel: str, cause: Cause) -> None:
        """Take a cause away; with none left the recording goes on.

        Raises:
            AmiError: Asterisk does not answer or the channel is gone: it may be silent still.
        """
        async with self._lock(channel):
            was_paused = await self._is_paused(channel, cause)
            if was_paused:
                await self._note(channel, cause, "")
            if not await self._is_paused(channel, *Cause):
                await self._mute(channel, muted=False)
                if await self._is_paused(channel, *Cause):  # by another controller, just now
                    await self._mute(channel, muted=True)
            if was_paused:
                await self._tell(channel, EventType.RECORDING_RESUMED, cause)

    async def run(self) -> None:
        """Let recordings go on when the caller's digits are over; until cancelled.

        After that another controller heeds the digits: two would tell of each pause twice.
        """
        try:
            while True:
                await self.resume_due()
                self._digits_begun.clear()
                next_ms = min(self._quiet_at.values(), default=None)
                wait_s = None if next_ms is None else max(0, next_ms - self._clock_ms()) / 1000
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await self._digits_begun.wait()
        finally:
            self._heeds_digits = False

    async def resume_due(self) -> None:
        """Let those recordings go on whose digits are over by now."""
        now_ms = self._clock_ms()
        for channel in [one for one, at_ms in self._quiet_at.items() if at_ms <= now_ms]:
            del self._quiet_at[channel]
            try:
                await self.resume(channel, Cause.DIGITS)
            except AmiActionFailed:
                continue  # the conversation is over
            except AmiError as fault:
                log.warning("recording stays paused", extra={"fault": fault.code})
                self._quiet_at.setdefault(channel, now_ms + _RETRY_MS)

    async def _on_digit(self, event: Frame) -> None:
        if not self._heeds_digits:
            return
        try:
            channel = await self._get(event.get("Channel"), _PEER)
            if not channel or not await self._get(channel, RECORDING):
                return  # a key in a menu, the agent's own key, or nothing is recorded
            if channel not in self._quiet_at:
                await self.pause(channel, Cause.DIGITS)
            await self._expect_quiet(channel)
        except AmiActionFailed:
            return  # the conversation is over, or its recording has not begun
        except AmiError as fault:
            log.error(
                "recording could not be paused for a caller's digits",
                extra={"contact": event.get("Uniqueid"), "fault": fault.code},
            )

    async def _expect_quiet(self, channel: str) -> None:
        """Resume some seconds from now; each further digit comes here again."""
        sidecar = await self._sidecar(channel)
        if sidecar is not None:
            seconds = self._after_digits(sidecar)
            self._quiet_at[channel] = self._clock_ms() + round(seconds * 1000)
            self._digits_begun.set()

    async def _find_digits(self) -> None:
        """Look for digits that an earlier controller, or an earlier link, has left paused."""
        for entry in await self._ami.list("CoreShowChannels"):
            channel = entry.get("Channel")
            if not entry.get("BridgeId") or channel in self._quiet_at:
                continue
            with suppress(AmiActionFailed):  # hung up meanwhile
                if await self._is_paused(channel, Cause.DIGITS):
                    await self._expect_quiet(channel)

    async def _mute(self, channel: str, *, muted: bool) -> None:
        await self._ami.action(
            "MixMonitorMute",
            {"Channel": channel, "Direction": "both", "State": "1" if muted else "0"},
        )

    async def _is_paused(self, channel: str, *causes: Cause) -> bool:
        """Whether one of the causes holds."""
        for cause in causes:
            if await self._get(channel, PAUSED + cause):
                return True
        return False

    async def _note(self, channel: str, cause: Cause, value: str) -> None:
        # a variable a cause: one that two controllers read and wrote would lose one's word
        fields = {"Channel": channel, "Variable": PAUSED + cause, "Value": value}
        await self._ami.action("Setvar", fields)

    async def _get(self, channel: str, variable: str) -> str:
        answer = await self._ami.action("Getvar", {"Channel": channel, "Variable": variable})
        return answer.get("Value")

    async def _sidecar(self, channel: str) -> Sidecar | None:
        return await sidecar_of(await self._get(channel, RECORDING))

    async def _tell(self, channel: str, kind: EventType, cause: Cause) -> None:
        sidecar = await self._sidecar(channel)
        stream = self._streams.get(sidecar.org) if sidecar else None
        if sidecar is None or stream is None:
            return
        try:
            await stream.append(event_of(sidecar, kind, self._clock_ms(), cause=cause.value))
        except StreamUnavailable as fault:  # the pause itself is what matters
            log.warning(
                "a pause could not be told",
                extra={"contact": sidecar.contact, "fault": fault.code},
            )

    def _lock(self, channel: str) -> asyncio.Lock:
        return self._locks.setdefault(channel, asyncio.Lock())


async def sidecar_of(recording: str) -> Sidecar | None:
    """Whose recording is made under a base path; ``None`` when it is over or unknown."""
    try:
        return await asyncio.to_thread(Sidecar.read, Path(f"{recording}.json"))
    except (OSError, SidecarUnreadable):
        return None
