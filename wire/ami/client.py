"""The AMI client: one link to Asterisk that is there, or is being made again.

Each connection goes the same way: connect, log in, let handlers of the connection before end, run
the ``on_connect`` hooks (they read Asterisk's state anew) while newly arriving events are held,
then hand out the held events and all that follow (:mod:`wire.ami.intake`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from wire.ami.actions import Answer, Fields, encode
from wire.ami.backoff import Backoff
from wire.ami.errors import (
    AmiActionFailed,
    AmiActionTimedOut,
    AmiConnectionLost,
    AmiError,
    AmiLoginRefused,
    AmiNotConnected,
    AmiResyncFailed,
    AmiUnreachable,
)
from wire.ami.frames import Frame
from wire.ami.intake import Intake
from wire.ami.lanes import Handler
from wire.ami.link import Connection, Link
from wire.ami.settings import AmiAccount, AmiClock, AmiLimits
from wire.ami.stats import AmiStats
from wire.ami.watchdog import watch

log = logging.getLogger(__name__)

Hook = Callable[[], Awaitable[None]]
"""Reads Asterisk's state anew after a login."""


class AmiClient:
    """A lasting link to Asterisk's Manager.

    Subscribe handlers and hooks, then enter it::

        client = AmiClient(AmiAccount("127.0.0.1", 5038, "vaxel", secret))
        client.subscribe("DialEnd", on_dial_end)
        client.on_connect(read_channels)
        async with client:
            ...

    Entering starts the link and does not wait for Asterisk (:meth:`wait_connected` does). All
    trouble with the connection is logged, shows in :attr:`last_error` and is tried again with
    exponential back-off, a refused login too: an admin may be mending the secret.

    Attributes:
        connected_since: Epoch seconds when it became connected, ``None`` while it is not.
        last_error: Why the last connection or attempt ended, ``None`` while connected.
    """

    def __init__(
        self,
        account: AmiAccount,
        *,
        limits: AmiLimits | None = None,
        clock: AmiClock | None = None,
    ) -> None:
        """Prepare the link; nothing is sent yet.

        Raises:
            AmiInjectionRefused: The user name or secret holds a line end.
        """
        encode({"Username": account.username, "Secret": account.secret})
        self.connected_since: float | None = None
        self.last_error: AmiError | None = None
        self._account = account
        self._limits = limits or AmiLimits()
        self._clock = clock or AmiClock()
        self._handlers: dict[str, tuple[Handler, ...]] = {}
        self._hooks: list[Hook] = []
        self._intake = Intake(self._handlers, self._limits, self._clock)
        self._backoff = Backoff(
            self._limits.first_wait, self._limits.longest_wait, self._clock.random
        )
        self._connected = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._seen_before = 0
        self._logins = self._refused = 0
        self._actions = self._failed = self._timeouts = 0

    @property
    def connected(self) -> bool:
        """Logged in, and the hooks have run."""
        return self._connected.is_set()

    @property
    def stats(self) -> AmiStats:
        """The counters of this moment."""
        counts, connection = self._intake.lanes.counts, self._intake.connection
        return AmiStats(
            events_seen=self._seen_before + (connection.decoder.events if connection else 0),
            events_dispatched=counts.dispatched,
            events_held=self._intake.held,
            handler_failures=counts.failures,
            logins=self._logins,
            reconnects=max(0, self._logins - 1),
            logins_refused=self._refused,
            actions=self._actions,
            actions_failed=self._failed,
            timeouts=self._timeouts,
            lag_seconds=counts.lag,
            ping_seconds=connection.ping_seconds if connection else None,
        )

    def subscribe(self, event: str, handler: Handler) -> None:
        """Call a handler with every event of exactly this name.

        The events of one call reach their handlers in order, one at a time; different calls are
        handled concurrently. A plain function is called as soon as its event has arrived and must
        not take long; a coroutine function holds up its own call only. Several handlers of one
        event run in the order of subscription.
        """
        self._handlers[event] = (*self._handlers.get(event, ()), handler)

    def on_connect(self, hook: Hook) -> None:
        """Await a hook after every login, in the order given, before any event is handled.

        A hook may send actions. One that raises, or all that together exceed ``limits.resync``,
        end the connection; the next attempt runs them again.
        """
        self._hooks.append(hook)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Begin to make the link."""
        if self._task is None:
            self._task = asyncio.create_task(self._keep_connected(), name="ami")

    async def stop(self) -> None:
        """End the link and cancel the handlers at work; no task is left when this returns."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        await self._intake.lanes.close()

    async def wait_connected(self) -> None:
        """Wait until logged in and in step with Asterisk; bound it with ``asyncio.timeout``."""
        await self._connected.wait()

    async def action(
        self, name: str, fields: Fields | None = None, *, limit: float | None = None
    ) -> Frame:
        """Ask Asterisk to do something.

        Args:
            name: Name of the action (``"Hangup"``).
            fields: Its headers.
            limit: Seconds for the answer; ``limits.action`` if not given.

        Returns:
            Asterisk's answer.

        Raises:
            AmiNotConnected: There is no connection now.
            AmiConnectionLost: It ended before the answer; the action may have been done.
            AmiActionTimedOut: No answer in time; the action may have been done.
            AmiActionFailed: Asterisk answered with an error.
            AmiInjectionRefused, AmiLineTooLong: The action cannot be written as one action.
        """
        return (await self._ask(name, fields, limit, as_list=False)).response

    async def list(
        self, name: str, fields: Fields | None = None, *, limit: float | None = None
    ) -> tuple[Frame, ...]:
        """Ask for a list (``CoreShowChannels``, ``Status``): the entries, in order.

        The time limit is for the whole list. Arguments and errors are those of :meth:`action`.
        """
        return (await self._ask(name, fields, limit, as_list=True)).events

    async def _ask(
        self, name: str, fields: Fields | None, limit: float | None, *, as_list: bool
    ) -> Answer:
        connection = self._intake.connection
        if connection is None:
            raise AmiNotConnected(
                f"The action {name} was not sent: there is no AMI connection"
                f" ({self.last_error or 'not made yet'})"
            )
        limit = self._limits.action if limit is None else limit
        future = connection.send({"Action": name, **(fields or {})}, as_list=as_list)
        self._actions += 1
        try:
            async with asyncio.timeout(limit):
                answer = await future
        except TimeoutError:
            self._timeouts += 1
            raise AmiActionTimedOut(
                f"Asterisk did not answer the action {name} within {limit:g} s."
            ) from None
        if not answer.success:
            self._failed += 1
            raise AmiActionFailed(name, answer.response.get("Message"))
        return answer

    async def _keep_connected(self) -> None:
        while True:
            try:
                await self._serve_one_connection()
            except AmiError as error:
                self._report(error)
            except Exception as error:  # a fault of ours must not end the link for good
                log.exception("the AMI link met an unexpected error")
                self.last_error = AmiConnectionLost(f"Unexpected error: {type(error).__name__}.")
            await self._clock.sleep(self._backoff.next())

    async def _serve_one_connection(self) -> None:
        """Make one connection and keep it until it ends; always ends with the reason."""
        account = self._account
        link = Link(
            account.host,
            account.port,
            account.username,
            account.secret,
            self._intake.new_connection,
        )
        watchdog: asyncio.Task[None] | None = None
        try:
            connection = await self._open(link)
            self._intake.connection = connection
            self._logins += 1
            watchdog = asyncio.create_task(
                watch(connection, self._limits, self._clock), name="ami-watchdog"
            )
            await self._resync()
            if not connection.lost.done():
                self._declare_connected(connection)
            raise await connection.lost
        finally:
            self._connected.clear()
            self.connected_since = None
            link.close()
            if watchdog is not None:
                watchdog.cancel()
                await asyncio.gather(watchdog, return_exceptions=True)
            if link.protocol is not None:
                await link.protocol.lost
                self._seen_before += link.protocol.decoder.events
            self._intake.connection = None

    async def _open(self, link: Link) -> Connection:
        account = self._account
        try:
            async with asyncio.timeout(self._limits.connect):
                return await link.open()
        except TimeoutError:
            raise AmiUnreachable(
                f"Asterisk's manager at {account.host}:{account.port} did not answer the login "
                f"within {self._limits.connect:g} s."
            ) from None
        except OSError as error:
            raise AmiUnreachable(
                f"No connection to Asterisk's manager at {account.host}:{account.port}: {error}."
            ) from error
        except AmiLoginRefused:
            self._refused += 1
            raise

    async def _resync(self) -> None:
        """Let old handlers end, then read the state anew; events are held meanwhile."""
        try:
            async with asyncio.timeout(self._limits.drain):
                await self._intake.lanes.idle()
        except TimeoutError:
            log.warning(
                "handlers of the earlier AMI connection are still at work",
                extra={"held": self._intake.lanes.held},
            )
        try:
            async with asyncio.timeout(self._limits.resync):
                for hook in self._hooks:
                    await hook()
        except TimeoutError as error:
            raise AmiResyncFailed(
                f"Asterisk's state was not read within {self._limits.resync:g} s after the login."
            ) from error
        except (AmiConnectionLost, AmiResyncFailed):
            raise
        except Exception as error:  # whatever a hook raises, the state is not known
            raise AmiResyncFailed(
                f"Asterisk's state could not be read after the login: {error}"
            ) from error

    def _declare_connected(self, connection: Connection) -> None:
        self._backoff.reset()
        self.last_error = None
        self.connected_since = self._clock.time()
        self._connected.set()
        log.info(
            "AMI connected",
            extra={"version": connection.decoder.version, "logins": self._logins},
        )
        self._intake.release()

    def _report(self, error: AmiError) -> None:
        self.last_error = error
        log.warning(
            "AMI not connected",
            extra={
                "code": error.code,
                "reason": str(error),
                "host": self._account.host,
                "port": self._account.port,
            },
        )

    def __repr__(self) -> str:
        state = "connected" if self.connected else "not connected"
        return f"<AmiClient {self._account.host}:{self._account.port}, {state}>"
