"""The FastAGI server: takes calls in, gives each to the handler of its path, keeps the bounds."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from wire.agi.errors import AgiError, AgiHungUp, AgiRefused, AgiUnknownPath
from wire.agi.link import AgiLink
from wire.agi.session import AgiSession

logger = logging.getLogger(__name__)

Handler = Callable[[AgiSession], Awaitable[None]]
"""Serves one call; the session is closed when it returns or raises."""

BACKLOG: Final = 1024
SWEEP_S: Final = 0.1
"""How often time limits are looked at, seconds; they are that exact."""

BURST_S: Final = 10.0
"""Refusals less than this many seconds apart are one burst, and one log line."""


@dataclass(slots=True)
class FastAgiStats:
    """Counters since the start; ``open`` and ``running`` are of now.

    Attributes:
        open: Connections, those that are still in their greeting included.
        running: Calls in the hands of a handler.
        finished: Handlers that returned.
        hung_up: Handlers that ended because the caller was gone.
        failed: Handlers that raised anything else.
        refused: Connections beyond ``max_sessions`` or while draining.
        unrouted: Calls with a path that nobody serves.
        broken: Connections closed because of garbage, an endless line or a missed limit.
        silent: Connections closed by the peer before their greeting was complete.
    """

    open: int = 0
    running: int = 0
    finished: int = 0
    hung_up: int = 0
    failed: int = 0
    refused: int = 0
    unrouted: int = 0
    broken: int = 0
    silent: int = 0


class FastAgiServer:
    """Listens for Asterisk and runs one task a call.

    Use ``async with FastAgiServer(...)``, or :meth:`start` and :meth:`drain`.
    """

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        max_sessions: int = 500,
        greeting_limit_s: float = 5.0,
        command_limit_s: float = 10.0,
    ):
        """Nothing happens before :meth:`start`.

        Args:
            handlers: Path without slashes (``inbound`` of ``agi://host/inbound``) to handler.
            host: Where to listen.
            port: Where to listen; 0 takes a free one, see :attr:`port`.
            max_sessions: Connections beyond it are closed at once; the dialplan goes on.
            greeting_limit_s: Seconds for the whole environment to arrive.
            command_limit_s: Seconds for an answer, where a command gives no limit of its own.
        """
        self._handlers = dict(handlers)
        self._host = host
        self._port = port
        self._max_sessions = max_sessions
        self._greeting_limit_s = greeting_limit_s
        self._command_limit_s = command_limit_s
        self._listener: asyncio.Server | None = None
        self._draining = False
        self._links: set[AgiLink] = set()
        self._tasks: dict[AgiLink, asyncio.Task[None]] = {}
        self._loop: asyncio.AbstractEventLoop
        self._stats = FastAgiStats()
        self._refused_at = -math.inf
        self._sweeper: asyncio.TimerHandle | None = None

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return self._port

    @property
    def stats(self) -> FastAgiStats:
        """The counters as they are now."""
        return dataclasses.replace(self._stats, open=len(self._links), running=len(self._tasks))

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: The address is in use or not ours.
        """
        self._loop = asyncio.get_running_loop()
        self._listener = await self._loop.create_server(
            self._new_session, self._host, self._port, backlog=BACKLOG, reuse_address=True
        )
        self._port = self._listener.sockets[0].getsockname()[1]
        self._sweep()

    def close(self) -> None:
        """Take no new calls; the port is free when this returns, and running calls go on."""
        self._draining = True
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        for link in self._links:
            if not link.greeted:
                link.close()

    async def drain(self, limit_s: float) -> None:
        """Stop: take no new calls, let running ones finish, then end those that are left.

        Args:
            limit_s: Seconds for running calls to finish; 0 ends them now. Media is Asterisk's: a
                call that is ended here goes on in the dialplan.
        """
        self.close()
        if self._tasks and limit_s > 0:
            await asyncio.wait(self._tasks.values(), timeout=limit_s)
        left = list(self._tasks.values())
        if left:
            logger.warning("AGI sessions ended by the drain", extra={"sessions": len(left)})
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        for link in self._links:  # a task that is cancelled before its first step closes nothing
            link.close()
        self._tasks.clear()
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.drain(0)

    def link_opened(self, link: AgiLink) -> bool:
        """Keep the bound."""
        if self._draining or len(self._links) >= self._max_sessions:
            self._refuse()
            return False
        self._links.add(link)
        return True

    def link_greeted(self, link: AgiLink) -> None:
        """Give the call to the handler of its path, in a task of its own."""
        assert isinstance(link, AgiSession)  # noqa: S101 - for the type checker: we made it
        handler = self._handlers.get(link.environment.path)
        if handler is None:
            self._stats.unrouted += 1
            self._log_ended(link, AgiUnknownPath())
            link.close()
            return
        self._tasks[link] = self._loop.create_task(self._serve(link, handler))

    def link_broken(self, link: AgiLink, error: AgiError) -> None:
        """Log it; the handler, if there is one, gets ``error`` from its session."""
        self._stats.broken += 1
        self._log_ended(link, error)

    def link_lost(self, link: AgiLink) -> None:
        """Forget the connection."""
        if link in self._links and not link.greeted and not self._draining:
            self._stats.silent += 1
            if link.greeting_begun:
                logger.info("AGI peer left before its greeting was complete")
        self._links.discard(link)

    def _sweep(self) -> None:
        now = self._loop.time()
        for link in list(self._links):
            link.expire(now)
        self._sweeper = self._loop.call_later(SWEEP_S, self._sweep)

    def _new_session(self) -> AgiSession:
        return AgiSession(
            self,
            self._loop,
            greeting_limit_s=self._greeting_limit_s,
            command_limit_s=self._command_limit_s,
        )

    async def _serve(self, session: AgiSession, handler: Handler) -> None:
        try:
            await handler(session)
            self._stats.finished += 1
        except AgiHungUp:
            self._stats.hung_up += 1
        except AgiError as error:
            self._stats.failed += 1
            if error is not session.broken_by:  # that was logged when it happened
                self._log_ended(session, error)
        except Exception:  # a bug in one call's handler must not end another call
            self._stats.failed += 1
            logger.exception("AGI handler failed", extra=_names(session))
        finally:
            session.close()
            self._tasks.pop(session, None)

    def _refuse(self) -> None:
        self._stats.refused += 1
        now = self._loop.time()
        if now - self._refused_at > BURST_S:
            error = AgiRefused(self._max_sessions)
            logger.warning("AGI session refused", extra={"code": error.code, "reason": str(error)})
        self._refused_at = now

    @staticmethod
    def _log_ended(link: AgiLink, error: AgiError) -> None:
        logger.warning(
            "AGI session ended", extra=_names(link) | {"code": error.code, "reason": str(error)}
        )


def _names(link: AgiLink) -> dict[str, object]:
    """The fields by which a session's log lines are found; no contact before the greeting."""
    if not link.greeted:
        return {"contact": ""}
    return {"contact": link.environment.uniqueid, "path": link.environment.path}
