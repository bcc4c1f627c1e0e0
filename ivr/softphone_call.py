"""One real call into the running platform, from the terminal: `vaxel call NUMBER --sip`."""

from __future__ import annotations

import asyncio
import errno
import socket
import time
from collections.abc import Callable
from pathlib import Path

from ivr.platform.errors import PlatformError
from ivr.platform.paths import Layout
from ivr.platform.preflight import load_settings
from ivr.platform.secrets import Secrets
from ivr.settings import AsteriskSettings, Settings
from ivr.softphone import CallNotAnswered, Line, LineClosed, Softphones
from media.wav import read_wav, write_wav

ACCOUNT = "caller"
PAUSE = ","
PAUSE_SECONDS = 1.0
KEYS = frozenset("0123456789ABCDabcd*#" + PAUSE)

EXIT_ENDED = 0
EXIT_NOT_ANSWERED = 1
EXIT_CANNOT_CALL = 2


async def place(
    number: str,
    *,
    keys: str = "",
    play: Path | None = None,
    record: Path | None = None,
    seconds: float = 60,
    settings: Settings | None = None,
    tell: Callable[[str], None] = print,
) -> int:
    """Call ``number`` with the platform's caller account and tell what happens, with times.

    Args:
        number: What a person would dial.
        keys: Keys to press one second after the answer; each comma is a pause of one second.
        play: An 8 kHz mono 16-bit WAV file to play to the other side, together with the keys.
        record: Where to write what is heard, in the same form.
        seconds: When we hang up, counted from the answer.
        settings: Of the platform; by default those of this checkout and environment.
        tell: Takes each line for the terminal.

    Returns:
        The exit code: 0 the call was answered and is over, 1 it was not answered, 2 it cannot be
        placed (the platform is not running, a file or key is wrong).
    """
    settings = settings or load_settings()
    try:
        _check_keys(keys)
        speech = read_wav(play) if play else b""
        if record:
            record.parent.mkdir(parents=True, exist_ok=True)
        password = _caller_password(settings)
    except OSError as problem:
        tell(f"{problem.filename or settings.asterisk.sip_host}: {problem.strerror}.")
        return EXIT_CANNOT_CALL
    except (ValueError, PlatformError) as problem:
        tell(str(problem))
        return EXIT_CANNOT_CALL

    begun = time.monotonic()

    def at(event: str) -> None:
        tell(f"{time.monotonic() - begun:6.1f} s  {event}")

    address = settings.asterisk.sip_address
    async with Softphones(address=address) as softphones:
        server = f"{address}:{settings.asterisk.sip_port}"
        phone = await softphones.phone(ACCOUNT, password, server, register=False)
        at(f"calling {number}")
        try:
            line = await phone.call(number)
        except CallNotAnswered as refusal:
            at(str(refusal))
            return EXIT_NOT_ANSWERED
        at("answered")
        line.start_playing(speech)
        try:
            async with asyncio.timeout(seconds):
                await _press(line, keys, at)
                await line.wait_closed(seconds)
            at("the other side hung up")
        except LineClosed:
            at("the other side hung up before all keys were pressed")
        except TimeoutError:
            await line.hang_up()
            at(f"hung up after {seconds:g} s")
        if record:
            write_wav(record, bytes(line.heard))
            at(f"what was heard is in {record}")
    return EXIT_ENDED


async def _press(line: Line, keys: str, at: Callable[[str], None]) -> None:
    if keys:
        # an answer is not yet a listener: the tree's first prompt comes a moment later
        await asyncio.sleep(PAUSE_SECONDS)
    for index, burst in enumerate(keys.split(PAUSE)):
        if index:
            await asyncio.sleep(PAUSE_SECONDS)
        if burst:
            await line.press(burst)
            at(f"pressed {burst}")


def _check_keys(keys: str) -> None:
    wrong = sorted(set(keys) - KEYS)
    if wrong:
        raise ValueError(
            f"There is no key {wrong[0]!r} on a telephone; use 0-9 A-D * # and a comma to pause."
        )


def _caller_password(settings: Settings) -> str:
    """The caller account's password, if a platform runs that takes it."""
    secrets = Layout(settings.state.absolute()).secrets
    if not secrets.exists() or _is_free(settings.asterisk):
        where = f"{settings.asterisk.sip_host}:{settings.asterisk.sip_port}"
        raise ValueError(f"No platform answers at {where}; start it with: vaxel up")
    return Secrets.load_or_create(secrets, agents=()).phones[ACCOUNT]


def _is_free(asterisk: AsteriskSettings) -> bool:
    """Whether nothing listens on the SIP port; UDP itself would only fall silent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((asterisk.sip_host, asterisk.sip_port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True
