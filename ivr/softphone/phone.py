"""Accounts and the native stack that carries them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from urllib.parse import quote

from baresip import Account, Config, Runtime, UserAgent
from baresip import Call as NativeCall
from baresip.errors import (
    BaresipError,
    RegistrationError,
)
from baresip.events import StackEvent

from ivr.softphone.errors import CallNotAnswered, NotRegistered
from ivr.softphone.line import Line

_TICK_SECONDS = 0.02


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
        """The next incoming call, ringing; not one whose caller has given up meanwhile.

        Raises:
            TimeoutError: None came.
        """
        async with asyncio.timeout(seconds):
            while (line := await self._ringing.get()).is_closed:
                pass
            return line

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
        address: This machine's address that all phones use.
        rtp_ports: First and last local UDP port for audio.
        headers: Names of headers of incoming calls to keep in :attr:`Line.headers`.
    """

    def __init__(
        self,
        *,
        address: str = "127.0.0.1",
        rtp_ports: tuple[int, int] = (22000, 31999),
        headers: tuple[str, ...] = (),
    ) -> None:
        self._config = Config(
            net_interface=address,
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
                line.move_audio()
                if line.is_closed:
                    self._lines.discard(line)
            due = max(due + _TICK_SECONDS, now)
            await asyncio.sleep(due - now)


def _as_user(number: str | bytes) -> str:
    """``number`` as the user part of a SIP address."""
    return quote(number, safe="*+")
