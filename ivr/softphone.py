"""A SIP telephone: registers, dials, answers, presses keys, plays and hears audio.

The one module that knows baresip. Its native stack exists once a process, so one
:class:`Softphones` is open at a time; it carries any number of phones and lines. All audio is
signed 16-bit little-endian mono PCM of 8 kHz.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import ClassVar
from urllib.parse import quote

from baresip import Account, Config, Runtime, UserAgent
from baresip import Call as NativeCall
from baresip.errors import (
    AudioNotActive,
    AudioRestarted,
    BaresipError,
    RegistrationError,
    StaleHandleError,
    split_status,
)
from baresip.events import Event, StackEvent

logger = logging.getLogger(__name__)

RATE_HZ = 8000
_BYTES_A_SECOND = 2 * RATE_HZ

_TICK_SECONDS = 0.02
_READ_BYTES = 3200
_SEND_AHEAD_BYTES = _BYTES_A_SECOND // 10


class SoftphoneError(Exception):
    """Base of this module's errors; the message is a sentence for a person."""

    code: ClassVar[str] = "softphone"


class NotRegistered(SoftphoneError):  # noqa: N818 - says what is so
    """The server did not take the phone's registration."""

    code = "not_registered"


class CallNotAnswered(SoftphoneError):  # noqa: N818 - says what is so
    """A call was refused, failed, or nobody answered.

    Attributes:
        status: The SIP status, ``None`` when none came.
    """

    code = "call_not_answered"

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class LineClosed(SoftphoneError):  # noqa: N818 - says what is so
    """The line is closed; nothing can be done on it any more."""

    code = "line_closed"


class Line:
    """One call of one phone, from its first ring on. Made by :class:`Phone` only.

    Attributes:
        heard: All audio that has come in, silence included, up to now.
        digits: All keys that the other side has pressed.
        headers: Those headers of an incoming call that were asked for.
        reason: Why the line closed, ``""`` before that.
    """

    def __init__(self, native: NativeCall) -> None:
        self.heard = bytearray()
        self.digits = ""
        self.headers: Mapping[str, str] = dict(native.headers)
        self.reason = ""
        self._native = native
        self._up = asyncio.Event()
        self._closed = asyncio.Event()
        self._news = asyncio.Event()
        self._to_play = bytearray()
        self._played = asyncio.Event()
        self._played.set()
        native.on(self.take_event)
        native.on_dtmf(lambda pressed: self._on_digit(pressed.digit))

    @property
    def peer(self) -> str:
        """The other side's SIP address."""
        return self._native.peer or ""

    @property
    def is_up(self) -> bool:
        """Whether both sides can talk now."""
        return self._up.is_set() and not self._closed.is_set()

    @property
    def is_closed(self) -> bool:
        """Whether the call is over."""
        return self._closed.is_set()

    async def wait_up(self, seconds: float = 15) -> None:
        """Wait until the call is answered; it is hung up when the time is over.

        Raises:
            CallNotAnswered: It was refused, or not answered in time.
        """
        try:
            async with asyncio.timeout(seconds):
                while not self._up.is_set():
                    if self._closed.is_set():
                        status, reason = split_status(self.reason.partition(",")[0])
                        said = f"{status} {reason}" if status else reason
                        raise CallNotAnswered(f"The call was not answered: {said}.", status)
                    await self.wait_news()
        except TimeoutError:
            await self.hang_up()
            raise CallNotAnswered(f"The call was not answered within {seconds:g} s.") from None

    async def wait_closed(self, seconds: float = 15) -> str:
        """Wait until the call is over.

        Returns:
            The reason that the stack gives.

        Raises:
            TimeoutError: It is still up.
        """
        async with asyncio.timeout(seconds):
            await self._closed.wait()
        return self.reason

    async def wait_news(self) -> None:
        """Wait until more audio is heard, a key is pressed, or the line is up or closed."""
        if not self._closed.is_set():
            await self._news.wait()

    async def wait_digits(self, digits: str, seconds: float = 5) -> None:
        """Wait until the other side has pressed ``digits`` and nothing else.

        Raises:
            TimeoutError: It has not.
        """
        async with asyncio.timeout(seconds):
            while self.digits != digits:
                if self._closed.is_set():
                    raise LineClosed(f"The line closed after the keys {self.digits!r}.")
                await self.wait_news()

    async def answer(self) -> None:
        """Pick up an incoming call.

        Raises:
            LineClosed: The caller is gone.
        """
        with _translated():
            await self._native.answer()
        await self.wait_up()

    async def reject(self) -> None:
        """Refuse an incoming call as busy."""
        with _translated():
            await self._native.reject()

    async def hang_up(self) -> None:
        """End the call, or give up dialling. Harmless when it is over."""
        with suppress(StaleHandleError):
            await self._native.hangup()
        await self.wait_closed()

    async def press(self, keys: str) -> None:
        """Press keys (``0-9 A-D * #``), a tenth of a second each with a short pause between.

        Raises:
            LineClosed: The call is over.
            ValueError: There is no such key.
        """
        with _translated():
            await self._native.send_dtmf(keys)

    def start_playing(self, pcm: bytes) -> None:
        """Play ``pcm`` to the other side after what is being played; returns at once."""
        if not self._closed.is_set():
            self._to_play += pcm
            self._played.clear()

    async def play(self, pcm: bytes) -> None:
        """Play ``pcm`` to the other side; returns when it has been sent or the line is closed."""
        self.start_playing(pcm)
        await self._played.wait()

    def stop_playing(self) -> None:
        """Drop what has not been sent yet."""
        self._to_play.clear()
        self._played.set()

    def take_event(self, event: StackEvent) -> None:
        """Note what the native stack tells of this call; for :class:`Phone` only."""
        match event.event:
            case Event.CALL_ESTABLISHED:
                self._up.set()
            case Event.CALL_CLOSED:
                self.reason = event.text or ""
                self._closed.set()
                self.stop_playing()
            case _:
                return
        self._tell()

    def _on_digit(self, digit: str) -> None:
        self.digits += digit
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _move_audio(self) -> None:
        """Take what has arrived and hand over what shall go out; called once a packet time."""
        try:
            self._take()
            self._give()
        except (AudioNotActive, AudioRestarted):
            return  # before the answer, after the end, or between two sets of streams

    def _take(self) -> None:
        before = len(self.heard)
        while pcm := self._native.audio.read(_READ_BYTES):
            self.heard += pcm
        if len(self.heard) > before:
            self._tell()

    def _give(self) -> None:
        if not self._to_play:
            return
        info = self._native.audio.info()
        room = _SEND_AHEAD_BYTES - info.tx_buffered
        if info.tx_ready and room > 0:
            taken = self._native.audio.write(bytes(self._to_play[:room]))
            del self._to_play[:taken]
            if not self._to_play:
                self._played.set()


class Phone:
    """One SIP account. Made by :meth:`Softphones.phone` only."""

    def __init__(self, runtime: Runtime, agent: UserAgent, server: str, lines: set[Line]) -> None:
        self._runtime = runtime
        self._agent = agent
        self._server = server
        self._lines = lines
        self._ringing: asyncio.Queue[Line] = asyncio.Queue()
        agent.on_incoming(lambda native: self._ringing.put_nowait(self._line(native)))

    async def dial(self, number: str, headers: Mapping[str, str] | None = None) -> Line:
        """Begin a call; see :meth:`Line.wait_up` for its outcome.

        Args:
            number: What a person would dial, ``*11`` and ``#`` included; blanks are ignored.
            headers: Further headers of the INVITE.

        Raises:
            CallNotAnswered: It could not even be sent.
        """
        user = _as_user("".join(number.split()))
        # A busy loop may deliver the answer before the dialling coroutine goes on, and thus before
        # the library listens for it on behalf of the call.
        early: list[StackEvent] = []
        self._runtime.subscribe(early.append)
        try:
            native = await self._agent.dial(f"sip:{user}@{self._server}", dict(headers or {}))
        except BaresipError as error:
            raise CallNotAnswered(f"The call could not be sent: {error}.") from error
        finally:
            self._runtime.unsubscribe(early.append)
        line = self._line(native)
        for event in early:
            if event.call == native.handle:
                line.take_event(event)
        return line

    async def call(self, number: str, headers: Mapping[str, str] | None = None) -> Line:
        """Dial and wait for the answer.

        Raises:
            CallNotAnswered: It was refused or not answered in time.
        """
        line = await self.dial(number, headers)
        await line.wait_up()
        return line

    async def ring(self, seconds: float = 15) -> Line:
        """The next incoming call, ringing.

        Raises:
            TimeoutError: None came.
        """
        async with asyncio.timeout(seconds):
            return await self._ringing.get()

    async def register(self) -> None:
        """Tell the server where this phone is, so that it can be called.

        Raises:
            NotRegistered: The server refused or did not answer.
        """
        try:
            await self._agent.register()
        except RegistrationError as error:
            raise NotRegistered(f"The phone is not registered: {error}.") from error

    async def unregister(self) -> None:
        """Tell the server that this phone is gone. Harmless when it never registered."""
        with suppress(RegistrationError):
            await self._agent.unregister()

    def _line(self, native: NativeCall) -> Line:
        line = Line(native)
        self._lines.add(line)
        return line


class Softphones:
    """All phones of this process. Use it as an asynchronous context manager.

    Args:
        rtp_ports: First and last local UDP port for audio.
        headers: Names of headers of incoming calls to keep in :attr:`Line.headers`.
    """

    def __init__(
        self, *, rtp_ports: tuple[int, int] = (22000, 31999), headers: tuple[str, ...] = ()
    ) -> None:
        self._config = Config(
            net_interface="127.0.0.1",
            max_concurrent_calls=None,
            expose_headers=headers,
            # on loopback nothing is reordered; a buffer would only drop what a busy machine delays
            extra_config_text=f"rtp_ports {rtp_ports[0]}-{rtp_ports[1]}\n"
            "audio_jitter_buffer_type off\n",
        )
        self._runtime = Runtime()
        self._phones: list[Phone] = []
        self._lines: set[Line] = set()
        self._audio: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Softphones:
        await self._runtime.start(self._config)
        self._audio = asyncio.create_task(self._move_audio(), name="softphone audio")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await asyncio.gather(
                *(line.hang_up() for line in self._lines if not line.is_closed),
                return_exceptions=True,
            )
            await asyncio.gather(
                *(phone.unregister() for phone in self._phones), return_exceptions=True
            )
        finally:
            if self._audio is not None:
                self._audio.cancel()
                await asyncio.gather(self._audio, return_exceptions=True)
            await self._runtime.close()

    async def phone(
        self,
        account: str,
        password: str,
        server: str,
        *,
        register: bool = True,
        number: str | bytes = "",
        name: str = "",
    ) -> Phone:
        """A phone of one account.

        Args:
            account: The account's name.
            password: Its password.
            server: ``host:port``; without the port SIP's own 5060 is meant.
            register: Whether it can be called; a phone that only dials need not.
            number: What it gives as its own number, where that is not the account's name; any
                bytes at all, since SIP escapes what it cannot carry.
            name: The display name that it gives.

        Raises:
            NotRegistered: The server refused the registration.
        """
        identity = Account(
            user=_as_user(number or account),
            domain=server,
            password=password,
            auth_user=account,
            reg_interval=600 if register else 0,
        ).aor()
        if name:
            escaped = name.replace("\\", "\\\\").replace('"', '\\"')
            identity = f'"{escaped}" {identity}'
        agent = await UserAgent.create(self._runtime, identity)
        phone = Phone(self._runtime, agent, server, self._lines)
        if register:
            await phone.register()
            self._phones.append(phone)
        return phone

    async def _move_audio(self) -> None:
        """Serve the audio of every line each packet time, by the clock and not by the last turn."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            now = loop.time()
            for line in list(self._lines):
                line._move_audio()
                if line.is_closed:
                    self._lines.discard(line)
            due = max(due + _TICK_SECONDS, now)
            await asyncio.sleep(due - now)


def _as_user(number: str | bytes) -> str:
    """``number`` as the user part of a SIP address."""
    return quote(number, safe="*+")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except BaresipError as error:
        raise LineClosed(f"The line does not take this any more: {error}.") from error
