"""One call on a telephone: what is heard and said, keys, the end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from baresip import Call as NativeCall
from baresip.errors import (
    AudioNotActive,
    AudioRestarted,
    BaresipError,
    StaleHandleError,
    TransferFailed,
    split_status,
)
from baresip.events import Event, StackEvent

from ivr.softphone.errors import CallNotAnswered, LineClosed, TransferRefused

RATE_HZ = 8000
_BYTES_A_SECOND = 2 * RATE_HZ

_READ_BYTES = 3200
_SEND_AHEAD_BYTES = _BYTES_A_SECOND // 10


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

    async def hold(self) -> None:
        """Have the other side wait (a re-INVITE); nothing is said or heard meanwhile.

        Raises:
            LineClosed: The call is over.
        """
        with _translated():
            await self._native.hold()

    async def resume(self) -> None:
        """Speak with the other side again.

        Raises:
            LineClosed: The call is over.
        """
        with _translated():
            await self._native.resume()

    async def transfer(self, to: str | Line) -> None:
        """Have the other side connected with somebody else instead (REFER); the line closes.

        Args:
            to: A number, or another line of this phone: whoever is there (Replaces).

        Raises:
            TransferRefused: It was not done, and the call goes on.
            LineClosed: The call is over.
        """
        try:
            if isinstance(to, Line):
                await self._native.attended_transfer(to._native)
            else:
                await self._native.transfer(to)
        except TransferFailed as error:
            raise TransferRefused(f"The call goes on: {error}.", error.status) from error
        except BaresipError as error:
            raise LineClosed(f"The line does not take this any more: {error}.") from error

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

    def move_audio(self) -> None:
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


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except BaresipError as error:
        raise LineClosed(f"The line does not take this any more: {error}.") from error
