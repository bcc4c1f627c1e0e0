"""One ordered lane a call: who handles which event when.

The events of one call (one ``Linkedid``) are handled in the order of arrival, one at a time;
different calls are handled at the same time. An event whose lane is empty is handled at once,
without a task; only when a handler has to wait does its call get a lane, and whatever arrives for
that call meanwhile waits in it. A handler that fails is logged and harms nothing else.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from wire.ami.frames import Frame

log = logging.getLogger(__name__)

Handler = Callable[[Frame], Awaitable[None] | None]
"""Called with each event that it is subscribed to; a coroutine function holds its call's lane."""


def lane_of(event: Frame) -> str:
    """The call that an event belongs to; events of no call share one lane a name."""
    return event.get("Linkedid") or event.get("DestLinkedid") or event.name


@dataclass(slots=True)
class LaneCounts:
    """What has gone through the lanes.

    Attributes:
        dispatched: Events whose handlers have all ended.
        failures: Handlers that raised.
        lag: Age in seconds of the event that was begun last, when it was.
    """

    dispatched: int = 0
    failures: int = 0
    lag: float = 0.0


class Lanes:
    """Runs the handlers.

    Attributes:
        counts: What has gone through so far.
        held: Events that wait or are being waited for.
        bound: At more held events than this ``full`` becomes true; it ends below half of it.
        full: Whether the source of events should stop for a while.
    """

    def __init__(
        self,
        handlers: Mapping[str, Sequence[Handler]],
        *,
        bound: int,
        monotonic: Callable[[], float],
        on_room: Callable[[], None],
    ) -> None:
        """Begin with empty lanes.

        Args:
            handlers: Handlers by exact event name; may change while in use.
            bound: The number of held events from which the lanes are full.
            monotonic: Clock for the lag, seconds.
            on_room: Called when full lanes have room again.
        """
        self.counts = LaneCounts()
        self.held = 0
        self.bound = bound
        self.full = False
        self._handlers = handlers
        self._monotonic = monotonic
        self._on_room = on_room
        self._lanes: dict[str, deque[tuple[Frame, float]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    def submit(self, events: Iterable[Frame], since: float) -> None:
        """Handle events that arrived together, each now or in its lane.

        Args:
            events: In order of arrival.
            since: When the first of them happened, by ``monotonic``.
        """
        lanes, counts = self._lanes, self.counts
        lag = self._monotonic() - since
        handled = 0
        for event in events:
            # With no lane open every event may be handled at once: no need to ask for its call.
            if lanes and (lane := lanes.get(lane_of(event))) is not None:
                lane.append((event, since))
                self.held += 1
                continue
            counts.lag = lag
            handlers = self._handlers.get(event.name, ())
            for place, handler in enumerate(handlers, 1):
                waiting = self._call(handler, event)
                if waiting is not None:
                    self._open(event, waiting, handlers[place:])
                    break
            else:
                handled += 1
        counts.dispatched += handled
        if self.held > self.bound:
            self.full = True

    async def idle(self) -> None:
        """Wait until no event is held."""
        await self._idle.wait()

    async def close(self) -> None:
        """Cancel what is still at work and drop what waits; returns when no task is left."""
        await asyncio.sleep(0)  # a task cancelled before its start would never await its handler
        for lane in self._lanes.values():
            lane.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._lanes.clear()
        self.held = 0
        self.full = False
        self._idle.set()

    def _open(self, event: Frame, waiting: Awaitable[None], rest: Sequence[Handler]) -> None:
        key = lane_of(event)
        lane = self._lanes[key] = deque()
        self.held += 1
        self._idle.clear()
        task = asyncio.get_running_loop().create_task(self._work(key, lane, event, waiting, rest))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(
        self,
        key: str,
        lane: deque[tuple[Frame, float]],
        event: Frame,
        waiting: Awaitable[None],
        rest: Sequence[Handler],
    ) -> None:
        await self._wait(waiting, event)
        await self._handle(event, rest)
        while lane:
            event, since = lane.popleft()
            self.counts.lag = self._monotonic() - since
            await self._handle(event, self._handlers.get(event.name, ()))
        del self._lanes[key]
        if not self._lanes:
            self._idle.set()

    async def _handle(self, event: Frame, handlers: Sequence[Handler]) -> None:
        for handler in handlers:
            waiting = self._call(handler, event)
            if waiting is not None:
                await self._wait(waiting, event)
        self.counts.dispatched += 1
        self.held -= 1
        if self.full and self.held < self.bound // 2:
            self.full = False
            self._on_room()

    def _call(self, handler: Handler, event: Frame) -> Awaitable[None] | None:
        try:
            return handler(event)
        except (Exception, asyncio.CancelledError):
            # A handler's fault is its own: neither the link nor others may suffer. A cancellation
            # too is the handler's own here, as nothing was awaited (say, a cancelled future read).
            self._report(event)
            return None

    async def _wait(self, waiting: Awaitable[None], event: Frame) -> None:
        try:
            await waiting
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            self._report(event)  # the handler cancelled itself; the lane goes on
        except Exception:  # as in _call
            self._report(event)

    def _report(self, event: Frame) -> None:
        self.counts.failures += 1
        log.exception("an AMI event handler failed", extra={"event": event.name})
