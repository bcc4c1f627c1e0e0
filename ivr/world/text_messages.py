"""Text messages to callers, by the sender that the settings choose; without one nothing is sent."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from typing import Final, Protocol

import aiohttp

from ivr.flow.world import TextMessage
from ivr.settings import SmsSettings

logger = logging.getLogger(__name__)

SECONDS: Final = 5.0
"""A caller waits no longer for it."""


class TextNotSent(Exception):
    """A sender did not take a message; the text says why, and nothing personal."""


class TextSender(Protocol):
    """Brings text messages on their way."""

    async def send(self, message: TextMessage, org: str) -> None:
        """Hand a message over.

        Args:
            message: To an E.164 number.
            org: Whose it is.

        Raises:
            TextNotSent: It was not taken.
        """


class FileSender:
    """Appends each message to a file, one JSON object a line.

    For trials, and for a program that sends what it finds there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, message: TextMessage, org: str) -> None:
        """See :class:`TextSender`."""
        line = json.dumps({"org": org, "to": message.to, "text": message.text}, ensure_ascii=False)
        try:
            await asyncio.to_thread(self._append, f"{line}\n")
        except OSError as fault:
            raise TextNotSent(fault.strerror or str(fault)) from fault

    def _append(self, line: str) -> None:
        self._path.touch(mode=0o600)  # numbers stand in it
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line)


class HttpSender:
    """Posts each message to a gateway as JSON: ``{"from": …, "to": …, "text": …}``."""

    def __init__(self, url: str, token: str, name: str) -> None:
        """Make it.

        Args:
            url: The gateway's.
            token: Sent as ``Authorization: Bearer``, ``""`` for none.
            name: Whom the message comes from, ``""`` for the organisation's id.
        """
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._name = name

    async def send(self, message: TextMessage, org: str) -> None:
        """See :class:`TextSender`."""
        told = {"from": self._name or org, "to": message.to, "text": message.text}
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as session,
                session.post(
                    self._url, json=told, headers=self._headers, allow_redirects=False
                ) as response,
            ):
                status = response.status
        except (aiohttp.ClientError, OSError, TimeoutError) as fault:
            raise TextNotSent(f"the gateway does not answer ({type(fault).__name__})") from fault
        if not 200 <= status < 300:
            raise TextNotSent(f"the gateway answers {status}")


def sender_of(settings: SmsSettings) -> TextSender | None:
    """The sender that the settings choose."""
    if settings.file is not None:
        return FileSender(settings.file)
    if settings.url:
        return HttpSender(settings.url, settings.token.get_secret_value(), settings.name)
    return None
