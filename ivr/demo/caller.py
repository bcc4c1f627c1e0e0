"""A caller: one errand, from dialling to hanging up or to being called back."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from ivr.demo.script import Errand, Script, Wish
from ivr.demo.stage import Stage, Story
from ivr.demo.voices import Voices
from ivr.softphone import Line, Phone
from store.events import Event, EventType

_LANGUAGE_KEYS = {"sv": "1", "da": "2", "en": "3"}
_SUPPORT, _HOURS, _OPERATOR, _CALL_BACK, _YES = "1", "2", "0", "1", "1"

_STEP_SECONDS = 60.0  # nothing happens for so long: somebody hangs up who has understood nothing
_WAIT_SECONDS = 900.0
_UNDERSTOOD_SECONDS = 8.0
_KEY_SECONDS = 4.0
_MESSAGE_SECONDS = 6.0
_GREETING_SECONDS = 10.0

_STEPS = {
    EventType.NODE_VISITED,
    EventType.CALL_QUEUED,
    EventType.CALL_ANSWERED,
    EventType.CALLBACK_REQUESTED,
    EventType.CONTACT_ENDED,
}


def _concerns(event: Event) -> bool:
    return event.type in _STEPS


def _ends_the_wait(event: Event) -> bool:
    return event.type in _STEPS - {EventType.NODE_VISITED}


class Caller:
    """Somebody with an errand."""

    def __init__(
        self, errand: Errand, phone: Phone, *, stage: Stage, voices: Voices, script: Script
    ) -> None:
        self._errand = errand
        self._phone = phone
        self._stage = stage
        self._voices = voices
        self._script = script

    async def call(self) -> None:
        """Call, do what the errand asks for, and hang up; who is promised a callback awaits it.

        Raises:
            SoftphoneError: A call is not answered, or ends before its time.
        """
        with self._stage.caller(self._errand.number) as story:
            line = await self._phone.call(self._errand.dialled)
            try:
                promised = await self._walk(line, story)
            finally:
                await line.hang_up()
            if promised:
                await self._be_called_back()

    async def _walk(self, line: Line, story: Story) -> bool:
        """Go where the errand leads; whether a callback was promised."""
        seconds = _STEP_SECONDS
        asked_for_hours = False
        while event := await story.next(_concerns, seconds):
            seconds = _STEP_SECONDS
            match event.type, event.fields.get("kind"):
                case EventType.NODE_VISITED, "language":
                    await self._press(line, _LANGUAGE_KEYS[self._errand.language])
                case EventType.NODE_VISITED, "menu":
                    if asked_for_hours:
                        return False
                    asked_for_hours = self._errand.wish is Wish.HOURS
                    await self._choose(line, story)
                case EventType.NODE_VISITED, "voicemail":
                    await self._leave_message(line)
                    return False
                case EventType.CALL_QUEUED, _:
                    if self._errand.wish is Wish.CALL_BACK:
                        await self._keep_place(line, story)
                    gives_up = self._errand.wish is Wish.GIVE_UP
                    seconds = self._errand.patience if gives_up else _WAIT_SECONDS
                case EventType.CALL_ANSWERED, _:
                    await speak(line, self._voices.caller, self._errand.talk)
                    return False
                case ((EventType.CALLBACK_REQUESTED | EventType.CONTACT_ENDED), _):
                    with suppress(TimeoutError):
                        await line.wait_closed()
                    return event.type is EventType.CALLBACK_REQUESTED
        return False

    async def _be_called_back(self) -> None:
        """Answer the phone, say yes, and talk; whoever has waited too long goes out."""
        with suppress(TimeoutError):
            line = await self._phone.ring(_WAIT_SECONDS)
            try:
                await asyncio.sleep(self._script.seconds(1, 3))
                await line.answer()
                await asyncio.sleep(self._script.seconds(2, 4))
                await line.press(_YES)
                await speak(line, self._voices.caller, self._errand.talk + _GREETING_SECONDS)
            finally:
                await line.hang_up()

    async def _choose(self, line: Line, story: Story) -> None:
        """By voice where that is wished and understood, else by key."""
        errand = self._errand
        if errand.by_voice and errand.wish is not Wish.HOURS:
            await asyncio.sleep(self._script.seconds(1, 3))
            voices = self._voices
            await line.play(voices.operator if errand.operator else voices.customer_service)
            if await story.comes(_concerns, _UNDERSTOOD_SECONDS):
                return
        if errand.wish is Wish.HOURS:
            await self._press(line, _HOURS)
        else:
            await self._press(line, _OPERATOR if errand.operator else _SUPPORT)

    async def _keep_place(self, line: Line, story: Story) -> None:
        """Press the key, and yes to each question, until a callback is promised or it is too late.

        The key is heard of only after a while; pressing it earlier does no harm.
        """
        while not line.is_closed and not await story.comes(_ends_the_wait, _KEY_SECONDS):
            await line.press(_CALL_BACK)

    async def _leave_message(self, line: Line) -> None:
        # the greeting comes first; whoever speaks into it is heard all the same
        await asyncio.sleep(self._script.seconds(6, 9))
        await speak(line, self._voices.caller, _MESSAGE_SECONDS)

    async def _press(self, line: Line, key: str) -> None:
        await asyncio.sleep(self._script.seconds(0.7, 2.5))
        await line.press(key)


async def speak(line: Line, pcm: bytes, seconds: float) -> None:
    """Talk until the time is over or the other side hangs up."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not line.is_closed:
                await line.play(pcm)
    line.stop_playing()
