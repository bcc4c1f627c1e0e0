"""An agent's day at the telephone: log in, answer, miss one, take a break, go home."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress

from ivr.demo.caller import speak
from ivr.demo.script import Habit, Script
from ivr.demo.stage import Stage
from ivr.demo.voices import Voices
from ivr.softphone import Line, Phone, SoftphoneError
from store.events import Event, EventType

_LOG_IN, _LOG_OUT, _PAUSE, _READY = "*11", "*12", "*13", "*14"
_BREAK = "1"

_TRIES = 3
_HEARD_SECONDS = 1.2  # into a question
_DONE_SECONDS = 12.0
_UNANSWERED_SECONDS = 120.0
_NOTICED_SECONDS = 2.0
_NEVER = 1e9


def _is_paused(event: Event) -> bool:
    return event.type is EventType.AGENT_PAUSED


class DemoAgent:
    """One agent.

    Args:
        number: The agent's number.
        pin: And PIN.
        phone: Registered.
        stage: Tells what has happened.
        voices: What is said.
        script: All chance.
    """

    def __init__(
        self,
        number: str,
        pin: str,
        phone: Phone,
        *,
        stage: Stage,
        voices: Voices,
        script: Script,
    ) -> None:
        self._number = number
        self._pin = pin
        self._phone = phone
        self._story = stage.agent(number)
        self._voices = voices
        self._script = script
        self._habits: Iterator[Habit] = script.habits(number)

    async def work(self, after: float) -> None:
        """Log in after so many seconds, and answer calls until cancelled."""
        await asyncio.sleep(after)
        await self._dial(_LOG_IN, f"{self._number}#", f"{self._pin}#", EventType.AGENT_LOGGED_IN)
        while True:
            await self._serve(await self._phone.ring(_NEVER))

    async def go_home(self) -> None:
        """Log out, whatever the agent was doing."""
        await self._dial(_LOG_OUT, EventType.AGENT_LOGGED_OUT)

    async def _serve(self, line: Line) -> None:
        habit = next(self._habits)
        try:
            if habit is Habit.MISS:
                await line.wait_closed(_UNANSWERED_SECONDS)
            await asyncio.sleep(self._script.seconds(0.5, 2))
            await line.answer()
            await speak(line, self._voices.agent, self._script.seconds(10, 30))
        except (SoftphoneError, TimeoutError):
            await self._was_not_there()
            return
        finally:
            with suppress(TimeoutError):
                await line.hang_up()
        if habit is Habit.PAUSE:
            await self._dial(_PAUSE, _BREAK, EventType.AGENT_PAUSED)
            await asyncio.sleep(self._script.seconds(8, 15))
            await self._dial(_READY, EventType.AGENT_READY)

    async def _was_not_there(self) -> None:
        """Come back, if the platform has noticed; else the caller hung up first."""
        if await self._story.comes(_is_paused, _NOTICED_SECONDS):
            await asyncio.sleep(self._script.seconds(2, 6))
            await self._dial(_READY, EventType.AGENT_READY)

    async def _dial(self, code: str, *keys_then_done: str) -> None:
        """Dial a feature code, answer its questions, and see that it was done; else once more."""
        *keys, done = keys_then_done

        def is_done(event: Event) -> bool:
            return event.type == done

        self._story.forget()
        for _ in range(_TRIES):
            with suppress(SoftphoneError, TimeoutError):
                line = await self._phone.call(code)
                try:
                    for answer in keys:
                        await asyncio.sleep(_HEARD_SECONDS)
                        await line.press(answer)
                    if await self._story.next(is_done, _DONE_SECONDS):
                        await line.wait_closed()
                        return
                finally:
                    await line.hang_up()
