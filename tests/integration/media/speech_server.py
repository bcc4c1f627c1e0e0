"""A real speech server for a test, and a client that speaks AEAP as Asterisk does."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Self

import aiohttp
import psutil

from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.ports import free_port

FRAME_BYTES = 320
"""20 ms of 16-bit audio of 8 kHz: what Asterisk sends at once."""

READY_SECONDS = 60
ANSWER_SECONDS = 15


class SpeechServer:
    """``python -m media.speech`` as a process."""

    def __init__(self, models: Path, log: Path, *, workers: int, port: int = 0) -> None:
        self.port = port or free_port()
        self._workers = workers
        self._log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                (
                    *(sys.executable, "-m", "media.speech", "--port", str(self.port)),
                    *("--workers", str(workers), "--models", str(models)),
                ),
                stderr=output,
                start_new_session=True,
            )

    @property
    def log(self) -> list[dict[str, Any]]:
        """What it has logged."""
        lines = self._log.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    @property
    def workers(self) -> list[psutil.Process]:
        """Its worker processes."""
        (nursery,) = psutil.Process(self.process.pid).children()
        return nursery.children()

    async def page(self, path: str) -> dict[str, Any]:
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"http://127.0.0.1:{self.port}{path}") as answer,
        ):
            assert answer.status == 200
            found: dict[str, Any] = await answer.json()
            return found

    async def ready(self) -> Self:
        """Wait until its models are loaded and its workers run."""
        await eventually(self._works, seconds=READY_SECONDS)
        return self

    async def _works(self) -> bool:
        assert self.process.poll() is None, self._log.read_text(encoding="utf-8")
        with suppress(aiohttp.ClientError):
            return await self.tells(workers=self._workers)
        return False

    async def tells(self, **figures: int) -> bool:
        """Whether its figures are these."""
        return figures.items() <= (await self.page("/stats")).items()

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(10)
        finally:
            self.process.kill()


class Busy(Exception):
    """A caller would go on by key; a test on a slow machine tries again."""


class Caller:
    """One speech object of Asterisk."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self._number = 0

    async def ask(self, name: str, **fields: object) -> dict[str, Any]:
        """A request and its answer."""
        self._number += 1
        await self.socket.send_json({"request": name, "id": str(self._number), **fields})
        while True:
            answer = await self._read()
            if answer.get("response") == name:
                return answer

    async def set(self, name: str, value: str) -> dict[str, Any]:
        return await self.ask("set", params={name: value})

    async def menu(self, language: str, *phrases: str) -> Self:
        """Set everything up to listen for phrases.

        Raises:
            Busy: The server has too much to do just now.
        """
        return await self._begin(language, "phrases", "|".join(phrases))

    async def free(self, language: str, seconds: float) -> Self:
        """Set everything up to listen to whatever is said; raises as :meth:`menu`."""
        return await self._begin(language, "free_speech", str(round(seconds * 1000)))

    async def _begin(self, language: str, name: str, value: str) -> Self:
        for answer in (
            await self.ask("setup", version="0.1.0", codecs=[{"name": "slin"}]),
            await self.set("language", language),
            await self.set(name, value),
        ):
            if "busy" in answer.get("error_msg", ""):
                raise Busy
            assert "error_msg" not in answer, answer
        return self

    async def say(self, sound: bytes) -> None:
        """Send audio in frames, as fast as it goes."""
        for start in range(0, len(sound), FRAME_BYTES):
            await self.socket.send_bytes(sound[start : start + FRAME_BYTES])

    async def result(self) -> tuple[str, str]:
        """Grammar and text of the next result."""
        while True:
            message = await self._read()
            if message.get("request") == "set":
                await self.socket.send_json({"response": "set", "id": message["id"]})
                (one,) = message["params"]["results"]
                return one["grammar"], one["text"]

    async def _read(self) -> dict[str, Any]:
        async with asyncio.timeout(ANSWER_SECONDS):
            found: dict[str, Any] = await self.socket.receive_json()
            return found


@asynccontextmanager
async def caller(server: SpeechServer) -> AsyncIterator[Caller]:
    """A connection to the server, with the handshake that Asterisk makes."""
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(
            f"ws://127.0.0.1:{server.port}/aeap", protocols=("speech_to_text",)
        ) as socket,
    ):
        assert socket.protocol == "speech_to_text"
        yield Caller(socket)
