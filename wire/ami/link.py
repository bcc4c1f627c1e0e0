"""One connection to Asterisk's Manager: panoramisk's ``Manager`` around a protocol of ours.

What of panoramisk 1.4 holds, and is used: the ``Manager``'s settings, its ``connect`` with a
``protocol_factory``, its login, ``send_action`` and ``close``. What does not hold, and is replaced:

- its protocol decodes each read alone (a letter across two reads is lost), lets one failing
  subscriber end the connection, keeps unanswered actions for ever and writes line ends that stand
  in a value: :class:`Connection` takes its place;
- its dispatcher tries every pattern on every event and starts a task an event:
  :class:`wire.ami.lanes.Lanes`;
- its reconnect waits a fixed time on a timer that nobody can cancel, its ping does not look for the
  answer: :class:`Link` lives for one connection, :class:`wire.ami.client.AmiClient` makes the next.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Container
from itertools import count
from typing import Any, cast

import panoramisk

from wire.ami.actions import Answer, Fields, encode
from wire.ami.errors import AmiConnectionLost, AmiError, AmiLoginRefused, AmiProtocolError
from wire.ami.frames import Frame, FrameDecoder

log = logging.getLogger(__name__)


class _Pending:
    """An action that waits for its answer, and the list entries that have come so far."""

    __slots__ = ("as_list", "entries", "future", "response")

    def __init__(self, future: asyncio.Future[Answer], *, as_list: bool) -> None:
        self.as_list = as_list
        self.entries: list[Frame] = []
        self.future = future
        self.response: Frame | None = None

    def take(self, frame: Frame) -> None:
        """Take a frame that carries the action's id; the last one resolves the future."""
        if self.future.done():
            return
        if not frame.name:
            self.response = frame
            if not self.as_list or frame.get("Response") == "Error":
                self.future.set_result(Answer(frame))
        elif frame.get("EventList") == "Complete" or frame.name.endswith("Complete"):
            self.future.set_result(Answer(self.response or frame, tuple(self.entries)))
        else:
            self.entries.append(frame)


class Connection(asyncio.Protocol):
    """The bytes of one connection: frames in, actions out, answers to whom they belong.

    Attributes:
        decoder: The framing, with its counts.
        lost: Resolves with the reason when the connection has ended.
        reading: ``False`` while we ourselves have stopped reading.
        reads: How often bytes have arrived or reading was taken up again.
        ping_seconds: Round trip of the last ping that was answered, ``None`` before the first.
    """

    def __init__(self, wanted: Container[str], on_events: Callable[[list[Frame]], None]) -> None:
        """Prepare for one connection.

        Args:
            wanted: Names of the events to pass on.
            on_events: Takes the events of each read, in order.
        """
        self.decoder = FrameDecoder(wanted)
        self.lost: asyncio.Future[AmiError] = asyncio.get_running_loop().create_future()
        self.reading = True
        self.reads = 0
        self.ping_seconds: float | None = None
        self._on_events = on_events
        self._transport: asyncio.Transport | None = None
        self._pending: dict[str, _Pending] = {}
        self._ids = count(1)
        self._unsent: list[bytes] = []
        self._fault: AmiError | None = None

    @property
    def pending(self) -> int:
        """Actions that wait for their answer."""
        return len(self._pending)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The TCP connection stands; nothing is written before the greeting."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Give answers to their actions and pass events on, in order."""
        self.reads += 1
        self.decoder.correlate = bool(self._pending)
        try:
            frames = self.decoder.feed(data)
        except AmiProtocolError as error:
            self.fail(error)
            return
        if self._unsent and self.decoder.version and self._transport is not None:
            self._transport.writelines(self._unsent)
            self._unsent.clear()
        if self._pending:
            frames = [frame for frame in frames if not self._answers(frame)]
        events = [frame for frame in frames if frame.name]  # an answer left over came too late
        if events:
            self._on_events(events)

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail every action that still waits."""
        reason = self._reason(str(exc or "closed by Asterisk"))
        for pending in self._pending.values():
            if not pending.future.done():
                pending.future.set_exception(reason)
        if not self.lost.done():
            self.lost.set_result(reason)

    def send(self, action: Fields, as_list: bool | None = None) -> asyncio.Future[Answer]:
        """Send an action; panoramisk's ``Manager`` calls this too, for its login.

        Nothing is written before the peer has greeted as Asterisk, so that no secret goes to
        anything else that happens to listen there.

        Args:
            action: Its headers; the ``ActionID`` is added.
            as_list: Wait for all entries up to the ``…Complete`` event.

        Returns:
            A future with the answer, or with the reason why the connection ended before it.
            Cancelling it forgets the action.

        Raises:
            AmiInjectionRefused: A name or value would become a line of its own.
            AmiLineTooLong: A header is longer than Asterisk reads.
        """
        action_id = f"vaxel-{next(self._ids)}"
        data = encode({**action, "ActionID": action_id})
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        if self._transport is None or self._transport.is_closing():
            future.set_exception(self._reason("already gone"))
            return future
        self._pending[action_id] = _Pending(future, as_list=bool(as_list))
        future.add_done_callback(lambda _: self._pending.pop(action_id, None))
        if self.decoder.version:
            self._transport.write(data)
        else:
            self._unsent.append(data)
        return future

    def pause(self) -> None:
        """Stop reading: Asterisk keeps what it wants to send."""
        if self.reading and self._transport is not None and not self._transport.is_closing():
            self.reading = False
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        if not self.reading and self._transport is not None and not self._transport.is_closing():
            self.reading = True
            self.reads += 1
            self._transport.resume_reading()

    def silent(self, since: int) -> bool:
        """Whether we listen and nothing has arrived since ``reads`` had this value."""
        return self.reading and self.reads == since

    def fail(self, reason: AmiError) -> None:
        """Give the connection up at once."""
        self._fault = self._fault or reason
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        """End the connection; called by panoramisk's ``Manager.close``."""
        self.fail(AmiConnectionLost("The AMI connection was closed by this side."))

    def _reason(self, how: str) -> AmiError:
        return self._fault or AmiConnectionLost(
            f"The AMI connection ended ({how}); a new one will be made."
        )

    def _answers(self, frame: Frame) -> bool:
        """Give a frame to the action that it belongs to, if there is one."""
        pending = self._pending.get(frame.get("ActionID"))
        # What an action leads to (OriginateResponse) carries its id too, and may even be faster
        # than its answer: it is an event like any other.
        if pending is None or (frame.name and not pending.as_list):
            return False
        pending.take(frame)
        return True


class Link(panoramisk.Manager):  # type: ignore[misc]  # panoramisk ships no types
    """panoramisk's ``Manager``, held to one connection, with our protocol in it."""

    def __init__(
        self, host: str, port: int, username: str, secret: str, factory: Callable[[], Connection]
    ) -> None:
        super().__init__(
            host=host,
            port=port,
            username=username,
            secret=secret,
            protocol_factory=factory,
            loop=asyncio.get_running_loop(),
            log=log,
        )

    async def open(self) -> Connection:
        """Connect and log in.

        Raises:
            OSError: No TCP connection.
            AmiLoginRefused: Asterisk does not take the user name or secret.
            AmiConnectionLost, AmiProtocolError: The connection ended before the login did.
        """
        await self.connect()
        answer: Answer = await self.authenticated_future
        if not answer.success:
            raise AmiLoginRefused(
                f"Asterisk refused the AMI login of {self.config['username']!r} "
                f"({answer.response.get('Message')}); compare its secret with manager.conf."
            )
        return cast(Connection, self.protocol)

    def connection_made(self, f: asyncio.Task[Any]) -> None:
        """A failed attempt is the business of whoever awaits it, not of a timer in here."""
        if not f.cancelled() and f.exception() is None:
            super().connection_made(f)

    def login(self, future: asyncio.Future[Answer]) -> bool:
        """An answer that never came is reported to whoever awaits it."""
        if future.cancelled() or future.exception() is not None:
            return False
        return bool(super().login(future))

    def ping(self) -> None:
        """The watchdog pings and looks for the answer; panoramisk's own timer has nothing to do."""

    def __repr__(self) -> str:
        return f"<Link to {self.config['host']}:{self.config['port']}>"
