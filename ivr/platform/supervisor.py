"""Start the parts in order, keep them running, stop them in order.

A part that dies is started again. Where a spare of it runs, that has its place already when it is
noticed here; it is noted under that name, and a new spare is started. So it is with a part that has
given its place up, since somebody has told it to stop: it ends its calls beside the new one.

It writes down who its children are before it does anything else with them
(:mod:`ivr.platform.ownership`).
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from itertools import starmap
from typing import IO

from ivr.duties import Duties, together
from ivr.platform.errors import NotHealthy
from ivr.platform.health import PROBE_SECONDS
from ivr.platform.ownership import Tell
from ivr.platform.parts import CONTROLLER, DRAINING, STOP_ORDER, STOP_SIGNALS, Part, stop_seconds
from ivr.platform.paths import Layout
from ivr.platform.processes import ProcessRecord
from ivr.settings import CHECKOUT, Settings

MAX_BACKOFF_SECONDS = 30.0
"""A part that dies again and again is started no less often than this."""

STEADY_SECONDS = 60.0
"""A part that ran for so long starts again at once when it dies."""

SIGN_OF_LIFE_SECONDS = 10.0
"""A part that takes long to start is mentioned again so often."""

SETTLING_SECONDS = 10.0
"""A spare is started so long after the one before has taken the place: callers come first."""

PLACE_SECONDS = 0.5
"""So often it is asked whether a part still has its place."""

_POLL_SECONDS = 0.1
_LOG_TAIL_LINES = 5


@dataclass(slots=True)
class _Child:
    """A part's process; replaced by a new one at each restart, or by a spare."""

    part: Part
    process: asyncio.subprocess.Process
    restarts: int
    had_place: bool = False

    def replaces(self, part: Part) -> bool:
        """Whether it has the place of ``part`` when that ends."""
        return self.part.replaces == part.name and self.process.returncode is None

    def gave_up(self) -> bool:
        """Whether it has had its place, and has it no more."""
        if self.part.holder is None:
            return False
        has = self.part.holder() == self.process.pid
        self.had_place |= has
        return self.had_place and not has


class Supervisor:
    """Runs parts until it is told to stop.

    Args:
        parts: In the order of their start.
        layout: Folders; they exist.
        settings: Time limits.
        tell: Told each step in a few words.
        sleep: Waits seconds.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        layout: Layout,
        settings: Settings,
        tell: Tell,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._parts = tuple(parts)
        self._layout = layout
        self._settings = settings
        self._tell = tell
        self._sleep = sleep
        self._clock = clock or asyncio.get_running_loop().time
        self._children: dict[str, _Child] = {}
        self._draining: dict[str, _Child] = {}
        self._begin: Callable[[Duties], None]

    async def run(self, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        """Start every part, call ``ready``, and keep all running until ``stop`` is set.

        Whatever was started is stopped again before this returns or raises.

        Raises:
            NotHealthy: A vital part did not become ready; the message ends with its last words.
        """
        try:
            if not await self._start_all(stop):
                return
            ready()
            await self._watch(stop)
        finally:
            await self._stop_all()

    async def _start_all(self, stop: asyncio.Event) -> bool:
        """Start part after part; ``False`` when the stop came first."""
        for part in self._parts:
            self._tell(f"Starting {part.title}")
            child = await self._spawn(part, restarts=0)
            if part.replaces:
                continue
            try:
                if not await self._until_ready(child, stop):
                    return False
            except NotHealthy as error:
                if part.vital:
                    raise
                self._tell(f"{error}\nCalls are taken without it.")
        return True

    async def _spawn(self, part: Part, restarts: int) -> _Child:
        log = self._layout.part_log(part.log)
        try:
            with log.open("ab") as output:
                process = await self._exec(part, output)
        except OSError as error:
            raise NotHealthy(f"{part.title} cannot be started ({error}).") from error
        child = _Child(part, process, restarts)
        self._children[part.name] = child
        self._note(part.name, child)
        return child

    def _note(self, name: str, child: _Child) -> None:
        try:
            record = ProcessRecord.of(child.process.pid, child.restarts)
            # not of its start: a spare has waited before it had the place
            replace(record, created=time.time()).write(self._layout.record(name))
        except ProcessLookupError:
            pass  # one that has ended at once is noticed by whoever waits for it
        except OSError as error:
            title = child.part.title
            self._tell(f"{title} runs, but this cannot be noted ({error}); make room for it.")

    async def _exec(self, part: Part, output: IO[bytes]) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *part.command,
            cwd=CHECKOUT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # Ctrl-C goes to the whole terminal session: only the supervisor shall see it
            start_new_session=True,
        )

    async def _until_ready(self, child: _Child, stop: asyncio.Event) -> bool:
        """Wait until a part is healthy; ``False`` when the stop came first."""
        part = child.part
        began = self._clock()
        limit = began + part.ready_seconds
        next_sign = began + SIGN_OF_LIFE_SECONDS
        while not stop.is_set():
            self._raise_if_ended(child)
            health = await part.probe()
            if health.ok:
                return True
            if self._clock() >= limit:
                raise NotHealthy(
                    f"{part.title} was not ready within {part.ready_seconds:g} s: {health.text}"
                    + self._last_words(part)
                )
            if self._clock() >= next_sign:
                self._tell(f"{part.title} is still starting ({self._clock() - began:.0f} s)")
                next_sign += SIGN_OF_LIFE_SECONDS
            await self._sleep(_POLL_SECONDS)
        return False

    def _raise_if_ended(self, starting: _Child) -> None:
        """Not only the one that starts: it would wait in vain for one that it needs."""
        for child in self._children.values():
            code = child.process.returncode
            if code is not None and (child is starting or child.part.vital):
                raise NotHealthy(
                    f"{child.part.title} ended while starting (code {code})."
                    + self._last_words(child.part)
                )

    def _last_words(self, part: Part) -> str:
        path = self._layout.part_log(part.log)
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_TAIL_LINES:]
        if not lines:
            return f" See {path}."
        return "\n".join([f" Its log {path} ends with:", *map(_for_people, lines)])

    async def _watch(self, stop: asyncio.Event) -> None:
        """Keep every part running until the stop comes."""
        keepers = [self._keep(child) for child in self._children.values()]
        async with together(keepers) as self._begin:
            await stop.wait()

    async def _keep(self, child: _Child) -> None:
        """Start a part again whenever it ends: at once, then after 1, 2, 4 … seconds.

        Of one whose spare has taken the place another spare is started.
        """
        backoff = 0.0
        while True:
            began = self._clock()
            code = await self._until_over(child)
            if self._clock() - began >= STEADY_SECONDS:
                backoff = 0.0
            part, restarts = child.part, child.restarts + 1
            spare = next((one for one in self._children.values() if one.replaces(part)), None)
            if spare is not None:
                then = "its spare takes its place"
                part, restarts = spare.part, spare.restarts + 1
                self._promote(spare, child)
            else:
                pause = max(backoff, SETTLING_SECONDS if part.replaces else 0.0)
                then = f"it is started again {f'in {pause:g} s' if pause else 'at once'}"
            if code is None:
                self._drain(child)
                how = "was told to stop and ends its calls"
            elif code == 0 and child.part.holder is not None:
                how = "was told to stop and has ended"
            else:
                how = f"ended unexpectedly (code {code})"
            self._tell(f"{child.part.title} {how}; {then}")
            started: _Child | None = None
            while started is None:
                await self._sleep(backoff)
                backoff = min(MAX_BACKOFF_SECONDS, backoff * 2 or 1.0)
                if part.replaces:
                    await self._until_settled(part.replaces)
                try:
                    started = await self._spawn(part, restarts)
                except NotHealthy as error:
                    # out of memory or processes, say: it passes, and the others can still work
                    self._tell(str(error))
            child = started

    async def _until_over(self, child: _Child) -> int | None:
        """Until a part's process has ended: its code; or has given its place up: ``None``."""
        if child.part.holder is None and not child.part.replaces:
            return await child.process.wait()
        ended = asyncio.create_task(child.process.wait())
        given_up = asyncio.create_task(self._until_given_up(child))
        try:
            await asyncio.wait({ended, given_up}, return_when=asyncio.FIRST_COMPLETED)
            return ended.result() if ended.done() else None
        finally:
            for task in (ended, given_up):
                task.cancel()
            await asyncio.gather(ended, given_up, return_exceptions=True)

    async def _until_given_up(self, child: _Child) -> None:
        while not child.gave_up():
            await self._sleep(PLACE_SECONDS)
        await self._sleep(_POLL_SECONDS)  # one that has died has no place either, and is seen first

    def _drain(self, child: _Child) -> None:
        """Keep one in mind that has no place any more, until it has ended."""
        name = f"{DRAINING}{child.process.pid}"
        self._draining[name] = child
        self._note(name, child)
        self._begin([self._see_off(name, child)])

    async def _see_off(self, name: str, child: _Child) -> None:
        code = await child.process.wait()
        del self._draining[name]
        self._layout.record(name).unlink(missing_ok=True)
        self._tell(f"{child.part.title} that was told to stop has ended its calls (code {code})")

    def _promote(self, spare: _Child, dead: _Child) -> None:
        waited = spare.part
        spare.part, spare.restarts = dead.part, dead.restarts + 1
        self._children[dead.part.name] = self._children.pop(waited.name)
        self._note(dead.part.name, spare)
        self._layout.record(waited.name).unlink(missing_ok=True)

    async def _until_settled(self, name: str) -> None:
        """Until a part does its work and has had time for all that had waited for it."""
        while True:
            await self._sleep(SETTLING_SECONDS)
            if (await self._children[name].part.probe()).ok:
                return

    async def _stop_all(self) -> None:
        for name in STOP_ORDER:
            stopped = {name: child} if (child := self._children.pop(name, None)) else {}
            if name == CONTROLLER:
                stopped |= self._draining
            await asyncio.gather(*starmap(self._end, stopped.items()))

    async def _end(self, name: str, child: _Child) -> None:
        if child.process.returncode is None:
            self._tell(f"Stopping {child.part.title}")
            await self._stop(child)
        self._layout.record(name).unlink(missing_ok=True)

    async def _stop(self, child: _Child) -> None:
        name = child.part.name
        seconds = stop_seconds(name, self._settings)
        child.process.send_signal(STOP_SIGNALS[name])
        try:
            async with asyncio.timeout(seconds):
                await child.process.wait()
        except TimeoutError:
            self._tell(f"{child.part.title} did not end within {seconds:g} s and is killed")
            child.process.kill()
            await child.process.wait()


def _for_people(line: str) -> str:
    """A log line of ours, which is made for machines, as what has happened and why."""
    try:
        held = json.loads(line)
        return f"{held['event']}: {held['fault']}" if "fault" in held else str(held["event"])
    except (ValueError, TypeError, KeyError):
        return line


def down_seconds(settings: Settings) -> float:
    """The longest that an orderly stop of everything can take."""
    return sum(stop_seconds(name, settings) for name in STOP_ORDER) + PROBE_SECONDS
