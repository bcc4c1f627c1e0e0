"""Ask each part whether it does its work: Redis, Asterisk, the controllers, Prometheus."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from ivr.platform.paths import Layout
from ivr.platform.succession import spare_waits

PROBE_SECONDS = 3.0
"""A part that does not answer for so long is not healthy."""

_MAX_ANSWER = 1 << 20


@dataclass(frozen=True, slots=True)
class Health:
    """A part's answer.

    Attributes:
        ok: It does its work.
        text: What is wrong, one sentence; ``""`` when nothing is.
        figures: What it tells of itself, e.g. ``{"calls": "3"}``.
    """

    ok: bool
    text: str = ""
    figures: Mapping[str, str] = field(default_factory=dict)


Probe = Callable[[], Awaitable[Health]]


def redis_probe(socket: Path) -> Probe:
    """Whether the Redis on a Unix socket answers ``PING``."""

    async def ask() -> Health:
        client = Redis(unix_socket_path=str(socket), retry=Retry(NoBackoff(), 0))
        try:
            await client.ping()
        except RedisError as error:
            return Health(False, f"Redis does not answer on {socket} ({error}).")
        finally:
            await client.aclose()
        return Health(True)

    return _limited(ask, "Redis")


def asterisk_probe(host: str, port: int, secret: str) -> Probe:
    """Whether Asterisk lets the controller in over AMI and has started completely."""

    async def ask() -> Health:
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(
                f"Action: Login\r\nUsername: vaxel\r\nSecret: {secret}\r\n\r\n".encode("ascii")
            )
            async for line in reader:
                if line.startswith(b"Message: Authentication failed"):
                    return Health(False, "Asterisk refuses the controller's AMI password.")
                if line.startswith(b"Event: FullyBooted"):
                    writer.write(b"Action: Logoff\r\n\r\n")
                    await writer.drain()
                    return Health(True)
        finally:
            writer.close()
        return Health(False, "Asterisk closed the AMI connection.")

    return _limited(ask, "Asterisk")


def controller_probe(host: str, port: int) -> Probe:
    """What the controller's ``/readyz`` says."""

    async def ask() -> Health:
        ready, body = await get_page(host, port, "/readyz")
        if ready:
            return Health(True)
        reasons = _sentences(body) or ["It gives no reason; see log/controller.log."]
        return Health(False, " ".join(["The controller is not ready.", *reasons]))

    return _limited(ask, "The controller")


def spare_probe(layout: Layout) -> Probe:
    """Whether a second controller waits for the end of the one that serves."""

    async def ask() -> Health:
        if spare_waits(layout):
            return Health(True, figures={"waits": "yes"})
        return Health(
            False,
            "No controller waits to take the place of the one that serves: until one does, callers "
            "would hear music for some seconds if that one died.",
            {"waits": "no"},
        )

    return ask


def speech_probe(host: str, port: int) -> Probe:
    """What the speech server's ``/stats`` says."""

    async def ask() -> Health:
        ready, body = await get_page(host, port, "/stats")
        return Health(ready, "" if ready else "Speech is not ready yet.", _flat(body))

    return _limited(ask, "Speech recognition")


def prometheus_probe(host: str, port: int) -> Probe:
    """Whether Prometheus answers questions."""

    async def ask() -> Health:
        ready, _ = await get_page(host, port, "/-/ready")
        return Health(ready, "" if ready else "Prometheus is not ready yet.")

    return _limited(ask, "Prometheus")


async def get_page(host: str, port: int, path: str) -> tuple[bool, bytes]:
    """Whether a page of ours answers 200, and its body.

    Raises:
        OSError: Nobody listens there.
    """
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode()
        )
        answer = await reader.read(_MAX_ANSWER)
        while more := await reader.read(_MAX_ANSWER):
            answer += more
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.split(b" ")[1:2] == [b"200"], body


def _sentences(body: bytes) -> list[str]:
    """What is said of the checks that are not well, in the page that `monitoring.http` makes."""
    try:
        return [
            check["sentence"] for check in json.loads(body)["checks"].values() if not check["ok"]
        ]
    except (ValueError, TypeError, LookupError, AttributeError):
        return []


def _flat(body: bytes) -> dict[str, str]:
    """The plain values of a JSON object, inner objects as ``outer.inner``; else nothing."""
    try:
        held = json.loads(body)
    except ValueError:
        return {}
    if not isinstance(held, dict):
        return {}
    figures: dict[str, str] = {}
    for name, value in held.items():
        inner = value if isinstance(value, dict) else {"": value}
        figures |= {
            f"{name}.{key}" if key else str(name): str(what)
            for key, what in inner.items()
            if not isinstance(what, dict | list)
        }
    return figures


def _limited(ask: Probe, who: str) -> Probe:
    """``ask`` with a time limit, and with a refused connection told as ill health."""

    async def probe() -> Health:
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                return await ask()
        except TimeoutError:
            return Health(False, f"{who} did not answer within {PROBE_SECONDS:g} s.")
        except OSError as error:
            return Health(False, f"{who} does not take connections ({error.strerror}).")

    return probe
