"""One FastAGI connection: bytes on one side, one command at a time on the other.

Rules that hold here, so that nobody above needs to think of them:

- An answer belongs to the oldest command without one; AGI numbers nothing. A command that was given
  up (its task was cancelled) keeps its turn: its late answer is thrown away, and the next command
  is not sent before that.
- ``HANGUP`` is no answer. The command in hand still gets its own, and commands that Asterisk
  permits on a dead channel (``GET VARIABLE``, ``SET VARIABLE``, ``EXEC`` …) still work; others get
  511, which is :class:`~wire.agi.errors.AgiDeadChannel`.
- A command that is not answered in time ends the connection.
- An ``EXEC`` whose application returns 1 is answered twice: ``200 result=1`` and then, because the
  same number means "show usage" inside Asterisk, a 520 block. The second is thrown away.
"""

from __future__ import annotations

import asyncio
import math
from typing import Any, Final, Protocol, TypeVar, cast

from wire.agi.commands import Command
from wire.agi.errors import (
    AgiBusy,
    AgiDeadChannel,
    AgiDisconnected,
    AgiError,
    AgiHungUp,
    AgiInvalidCommand,
    AgiProtocolError,
    AgiSilentPeer,
    AgiTimedOut,
    AgiUsage,
)
from wire.agi.parser import AgiParser, Environment, Malformed, Reply

T = TypeVar("T")

NO_LIMIT: Final = math.inf
"""For a command that may take as long as a conversation (``EXEC Dial``)."""


class LinkOwner(Protocol):
    """Whoever takes connections in (the server); every method is called from the event loop."""

    def link_opened(self, link: AgiLink) -> bool:
        """A peer connected. False refuses it: the connection is closed at once."""

    def link_greeted(self, link: AgiLink) -> None:
        """The environment is complete; commands may be sent."""

    def link_broken(self, link: AgiLink, error: AgiError) -> None:
        """The peer broke the protocol or a time limit; the connection is being closed."""

    def link_lost(self, link: AgiLink) -> None:
        """The connection is closed. Called once for each link."""


class AgiLink(asyncio.Protocol):
    """The connection of one call. Made by the server; handlers see it as ``AgiSession``."""

    __slots__ = (
        "_asked",
        "_command_limit_s",
        "_deadline",
        "_environment",
        "_error",
        "_gone",
        "_greeting_limit_s",
        "_heard",
        "_loop",
        "_owner",
        "_parser",
        "_time",
        "_transport",
        "_usage_follows",
        "_waiter",
    )

    def __init__(
        self,
        owner: LinkOwner,
        loop: asyncio.AbstractEventLoop,
        *,
        greeting_limit_s: float,
        command_limit_s: float,
    ):
        self._owner = owner
        self._greeting_limit_s = greeting_limit_s
        self._command_limit_s = command_limit_s
        self._loop = loop
        self._time = loop.time
        self._deadline = math.inf  # loop time; see expire()
        self._parser = AgiParser()
        self._transport: asyncio.Transport | None = None
        self._environment: Environment | None = None
        self._error: AgiError | None = None
        self._gone: asyncio.Future[None] = loop.create_future()
        self._waiter: asyncio.Future[Reply] | None = None
        self._asked = ""
        self._usage_follows = False
        self._heard = False

    @property
    def environment(self) -> Environment:
        """Whose call this is. Known before any handler runs."""
        if self._environment is None:
            raise AgiProtocolError("The environment is not complete yet.")
        return self._environment

    @property
    def greeting_begun(self) -> bool:
        """Whether the peer has sent anything at all; a port probe has not."""
        return self._heard

    @property
    def greeted(self) -> bool:
        """Whether the environment is complete."""
        return self._environment is not None

    @property
    def hung_up(self) -> bool:
        """Whether the channel is dead or the connection closed."""
        return self._gone.done()

    @property
    def disconnected(self) -> bool:
        """Whether the connection is closed, so that not even a variable can be read."""
        return self._error is not None

    @property
    def broken_by(self) -> AgiError | None:
        """Why the connection was closed, ``None`` while it is open."""
        return self._error

    async def wait_hung_up(self) -> None:
        """Return as soon as the channel has hung up or the connection is closed."""
        await asyncio.wait({self._gone})

    async def unless_hung_up(self, work: asyncio.Future[T]) -> T:
        """The result of ``work``, unless the caller hangs up first.

        ``work`` stays its owner's: it is not cancelled, neither by a hang-up nor by a cancellation
        of this call. A result that is there wins over a hang-up at the same moment.

        Raises:
            AgiHungUp: The channel hung up (or :class:`AgiDisconnected`) before a result was there.
        """
        if not work.done():
            either: tuple[asyncio.Future[Any], ...] = (work, self._gone)
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            return work.result()
        raise self._error or AgiHungUp()

    async def send(self, command: Command, limit_s: float | None = None) -> Reply:
        """Send one command and wait for its answer.

        Args:
            command: Made by :mod:`wire.agi.commands`.
            limit_s: Seconds until the session is given up; the server's default if ``None``,
                :data:`NO_LIMIT` for as long as it takes.

        Returns:
            The answer, its code always 200. ``result`` is not judged here.

        Raises:
            AgiDeadChannel: 511, the channel has hung up and this command needs a live one.
            AgiDisconnected: The connection is or was closed.
            AgiInvalidCommand: 510.
            AgiUsage: 520.
            AgiTimedOut: No answer in time; the session is closed.
            AgiBusy: Another task's command is in hand.
            AgiProtocolError: The peer broke the protocol; the session is closed.
        """
        if self._waiter is not None:
            await self._turn(command)
        reply = await self._say(command, limit_s)
        if reply.code != 200:
            raise self._refusal(command, reply)
        return reply

    def close(self) -> None:
        """Close the connection once what was written is sent. Harmless when already closed."""
        if self._transport is not None:
            self._transport.close()

    def expire(self, now: float) -> None:
        """Break the connection if what is waited for (greeting, answer) is late.

        The owner calls this for all its links now and then: one timer for the server costs less
        than one a command, and nobody needs such a limit to the millisecond.

        Args:
            now: The loop's time.
        """
        if now >= self._deadline and self._error is None:
            late = AgiSilentPeer() if self._environment is None else AgiTimedOut(self._asked)
            self._break(late)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asyncio's word that a peer connected."""
        # A cast: uvloop's transports are of no asyncio class.
        self._transport = cast(asyncio.Transport, transport)
        if self._owner.link_opened(self):
            self._deadline = self._time() + self._greeting_limit_s
        else:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Asyncio's word that bytes came."""
        self._heard = True
        for event in self._parser.feed(data):
            if isinstance(event, Reply):
                self._answer(event)
            elif isinstance(event, Environment):
                self._environment = event
                self._deadline = math.inf
                self._owner.link_greeted(self)
            elif isinstance(event, Malformed):
                self._break(event.error)
            else:
                self._hang_up()
            if self._error is not None:
                return

    def connection_lost(self, exc: Exception | None) -> None:
        """Asyncio's word that the connection is closed, from either side."""
        self._end(self._error or AgiDisconnected())
        self._transport = None  # breaks the ring that the garbage collector would have to find
        self._owner.link_lost(self)

    def _answer(self, reply: Reply) -> None:
        if self._usage_follows:
            self._usage_follows = False
            if reply.code == 520:
                return
        waiter = self._waiter
        if waiter is None:
            self._break(AgiProtocolError("An answer came to no command."))
            return
        self._waiter = None
        self._deadline = math.inf
        self._usage_follows = reply.result == "1" and self._asked == "EXEC"
        if not waiter.done():
            waiter.set_result(reply)

    async def _turn(self, command: Command) -> None:
        """Wait until the answer of a command that was given up has come and gone."""
        while self._waiter is not None:
            if not self._waiter.cancelled():
                raise AgiBusy(command.verb)
            self._waiter = self._loop.create_future()
            await self._waiter

    def _say(self, command: Command, limit_s: float | None) -> asyncio.Future[Reply]:
        """Send a command whose turn it is; its answer is to come."""
        if self._error is not None:
            raise self._error
        assert self._transport is not None  # noqa: S101 - set before the environment can be read
        self._asked = command.verb
        self._deadline = self._time() + (self._command_limit_s if limit_s is None else limit_s)
        self._waiter = waiter = self._loop.create_future()
        self._transport.write(command.line)
        return waiter

    def _refusal(self, command: Command, reply: Reply) -> AgiError:
        """The error that an answer other than 200 stands for."""
        if reply.code == 511:
            self._hang_up()
            return AgiDeadChannel(command.verb)
        if reply.code == 510:
            return AgiInvalidCommand(command.verb)
        if reply.code == 520:
            return AgiUsage(command.verb, reply.text)
        return AgiProtocolError(f"{command.verb} was answered with the unknown code {reply.code}.")

    def _break(self, error: AgiError) -> None:
        if self._error is None:
            self._end(error)
            self._owner.link_broken(self, error)
            if self._transport is not None:
                self._transport.abort()

    def _hang_up(self) -> None:
        if not self._gone.done():
            self._gone.set_result(None)

    def _end(self, error: AgiError) -> None:
        """From here on every command raises ``error``, the one in hand included."""
        self._error = error
        self._hang_up()
        if self._waiter is not None:
            if not self._waiter.done():
                self._waiter.set_exception(error)
            self._waiter = None
