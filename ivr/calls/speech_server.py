"""Whether anybody listens to callers' voices: the speech server, asked before each menu.

Asterisk cannot be asked: it does not tell what the server refuses, and a server that takes a
connection and then says nothing would hold the caller for ever.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, Self

from aiohttp import ClientError, ClientSession, ClientTimeout

logger = logging.getLogger(__name__)

ANSWER_S: Final = 1.0
"""So long the server may take to answer; a caller hears nothing meanwhile. Less would take speech
from all callers whenever the machine is busy for a moment."""

PAUSE_S: Final = 2.0
"""So long a server that failed is not asked again."""


class SpeechServer:
    """The speech server as the calls see it. Use it as an asynchronous context manager.

    Args:
        url: Its address, ``http://host:port``.
        clock_s: Monotonic seconds.
    """

    def __init__(self, url: str, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._clock_s = clock_s
        self._away = False
        self._ask_again_at = 0.0
        self._engines: Mapping[str, str] = {}

    async def __aenter__(self) -> Self:
        self._http = ClientSession(self._url, timeout=ClientTimeout(total=ANSWER_S))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    def known_engine(self, language: str) -> str:
        """The engine that understood the language when the server answered last, or ``""``."""
        return self._engines.get(language, "")

    async def listens(self, language: str) -> bool:
        """Whether the server lives and understands ``language`` now."""
        if self._clock_s() < self._ask_again_at:
            return False
        try:
            self._engines = dict((await self.stats())["languages"])
        except (ClientError, TimeoutError, ValueError, KeyError, TypeError) as error:
            self.failed(repr(error))
            return False
        if self._away:
            self._away = False
            logger.info("Speech is back")
        return language in self._engines

    async def stats(self) -> Mapping[str, Any]:
        """What the server tells of itself.

        Raises:
            ClientError, TimeoutError, ValueError: It does not answer, or not in JSON.
        """
        async with self._http.get("/stats") as answer:
            answer.raise_for_status()
            return dict(await answer.json())

    def failed(self, why: str) -> None:
        """Note that the server does not serve, and leave it alone for a moment."""
        self._ask_again_at = self._clock_s() + PAUSE_S
        if not self._away:
            self._away = True
            logger.warning("Speech is away; menus listen to keys alone", extra={"why": why})
