"""A caller's channel without Asterisk: what ``Dial`` will say is written down beforehand."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from errno import ENOSPC
from pathlib import Path
from typing import Any, TypeVar

from recorder.sidecar import Sidecar
from wire.agi.errors import AgiHungUp
from wire.agi.parser import Environment

T = TypeVar("T")

Dial = Callable[["FakeSession"], Awaitable[str]]
"""One ring of one phone; returns ``DIALSTATUS``."""


class FakeSession:
    """Stands in for :class:`wire.agi.session.AgiSession`."""

    def __init__(
        self, *dials: Dial, environment: Environment | None = None, keys: str = ""
    ) -> None:
        self._dials = list(dials)
        self._keys = list(keys)
        self._gone = asyncio.Event()
        self.environment = environment
        self.status = ""
        self.answered_at = ""
        self.rung: list[str] = []
        self.ring_times: list[str] = []
        self.dial_options: list[str] = []
        self.played: list[str] = []
        self.executed: list[tuple[str, ...]] = []
        self.variables: dict[str, str] = {}
        self.music = asyncio.Event()

    disconnected = False

    @property
    def hung_up(self) -> bool:
        return self._gone.is_set()

    def hang_up_now(self) -> None:
        self._gone.set()

    async def unless_hung_up(self, work: asyncio.Future[T]) -> T:
        gone = asyncio.create_task(self._gone.wait())
        waits: set[asyncio.Future[Any]] = {work, gone}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
        if work.done():
            return work.result()
        raise AgiHungUp

    async def stream_file(self, name: str, *, interrupt: str = "") -> str:
        self._alive()
        self.played.append(name)
        return ""

    async def answer(self) -> None:
        self._alive()

    async def hangup(self) -> None:
        self.hang_up_now()

    async def wait_for_digit(self, _wait_s: float) -> str:
        self._alive()
        return self._keys.pop(0) if self._keys else ""

    async def record_file(self, _path: str, **_: object) -> None:
        self._alive()

    async def set_variable(self, name: str, value: str) -> None:
        self.variables[name] = value

    async def get_variable(self, name: str) -> str | None:
        return self.variables.get(name)

    def _alive(self) -> None:
        if self.hung_up:
            raise AgiHungUp

    async def music_on(self) -> None:
        self.music.set()

    async def exec(self, application: str, *arguments: str, limit_s: float | None = None) -> int:
        if application != "Dial":
            self.executed.append((application, *arguments))
            return 0
        self.rung.append(arguments[0])
        self.ring_times.append(arguments[1])
        self.dial_options.append(arguments[2])
        self.status = await self._dials.pop(0)(self)
        return 0

    async def evaluate(self, expression: str) -> str:
        known = {"DIALSTATUS": self.status, "VAXEL_ANSWERED": self.answered_at}
        known = self.variables | known
        variable = r"\$\{(?:CHANNEL\()?(\w+)\)?\}"
        return re.sub(variable, lambda name: known.get(name[1], ""), expression)


class FakeRecorder:
    """Stands in for :class:`recorder.recorder.Recorder`."""

    def __init__(self) -> None:
        self.expected: list[Sidecar] = []
        self.finished: list[str] = []
        self.dropped: list[str] = []
        self.missed: list[str] = []
        self.full = False

    async def expect(self, sidecar: Sidecar) -> Path:
        if self.full:
            raise OSError(ENOSPC, "No space left on device")
        self.expected.append(sidecar)
        return Path("/recordings") / sidecar.base

    def finish(self, base: str) -> None:
        self.finished.append(base)

    async def unrecorded(self, sidecar: Sidecar, _fault: OSError) -> None:
        self.missed.append(sidecar.base)

    async def drop(self, sidecar: Sidecar) -> None:
        self.dropped.append(sidecar.base)


class FakePrompts:
    """Stands in for :class:`media.prompts.PromptStore`: the text is the path."""

    def of(self, organisation: str) -> FakePrompts:
        return self

    async def path(self, text: str, language: str) -> str:
        return f"{language}: {text}"
