"""The server's side of the nursery: start it, learn what it has loaded, get workers from it."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import sys
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from media.speech.errors import ServerBroken
from media.speech.nursery import REQUEST

log = logging.getLogger(__name__)

_STOP_SECONDS: Final = 3.0
_READ_BYTES: Final = 1 << 16


class Nurse:
    """Keeps one nursery.

    Args:
        folder: Where Vosk models lie.

    Attributes:
        engines: What the nursery has loaded, by language.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._left_out: set[str] = set()
        self._process: asyncio.subprocess.Process | None = None
        self._control: socket.socket | None = None
        self._lines: deque[bytes] = deque()
        self._half = b""
        self._lock = asyncio.Lock()
        self.engines: Mapping[str, str] = {}

    async def birth(self) -> tuple[socket.socket, int]:
        """A new worker's socket and process id; the nursery is started first where it does not run.

        Raises:
            ServerBroken: The nursery does not come up.
        """
        async with self._lock:
            for _ in range(2):
                if self._process is None:
                    await self._start()
                with suppress(EOFError):
                    return await self._ask()
                log.error("speech nursery died", extra={"code": await self._end()})
            raise ServerBroken("the process that makes them dies when it is asked for one.")

    async def stop(self) -> None:
        """End the nursery, after its workers."""
        async with self._lock:
            await self._end()

    async def _start(self) -> None:
        """Start the nursery; a model that it dies of is left out at the next try."""
        while True:
            await self._spawn()
            loading = ""
            try:
                while True:
                    told = json.loads(await self._line())
                    if "ready" in told:
                        self.engines = told["ready"]
                        log.info("speech models loaded", extra={"engines": self.engines})
                        return
                    if "error" in told:
                        log.error("speech model unusable", extra=_fields(told))
                    loading = told.get("loading", loading)
            except EOFError:
                code = await self._end()
            if not loading:
                raise ServerBroken(f"the process that loads the models ended with code {code}.")
            log.error("speech model ends its loader", extra={"model": loading, "code": code})
            self._left_out.add(loading)

    async def _spawn(self) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "media.speech.nursery"),
                *(str(theirs.fileno()), str(self._folder), *sorted(self._left_out)),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self._control = ours
        self._lines.clear()
        self._half = b""

    async def _ask(self) -> tuple[socket.socket, int]:
        """One worker.

        Raises:
            EOFError: The nursery is gone.
        """
        if self._control is None:
            raise EOFError
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            with theirs:
                socket.send_fds(self._control, [REQUEST], [theirs.fileno()])
            child = int(json.loads(await self._line())["born"])
        except OSError as error:
            ours.close()
            raise EOFError from error
        except BaseException:  # whatever ended us; the reason goes on
            ours.close()
            raise
        log.info("speech worker started", extra={"pid": child})
        return ours, child

    async def _line(self) -> bytes:
        """The next line of the nursery.

        Raises:
            EOFError: It is gone.
        """
        if self._control is None:
            raise EOFError
        while not self._lines:
            try:
                data = await asyncio.get_running_loop().sock_recv(self._control, _READ_BYTES)
            except ConnectionError as error:
                raise EOFError from error
            if not data:
                raise EOFError
            *lines, self._half = (self._half + data).split(b"\n")
            self._lines += lines
        return self._lines.popleft()

    async def _end(self) -> int | None:
        """Let the nursery end; its exit code."""
        process, self._process = self._process, None
        if self._control is not None:
            self._control.close()
            self._control = None
        if process is None:
            return None
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                return await process.wait()
        except TimeoutError:
            process.kill()
            return await process.wait()


def _fields(told: dict[str, Any]) -> dict[str, str]:
    return {"model": str(told["unusable"]), "error": str(told["error"])}
