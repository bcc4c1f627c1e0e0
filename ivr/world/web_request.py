"""Web requests of call trees: whatever a service does, it costs no more than the request's time.

The whole of a request (names looked up, connection, headers, body, redirects, new tries) is under
one time limit. Of a body no more than :data:`MOST_BYTES` is ever read, as it comes, and nothing
is unpacked: a service could answer a few bytes that swell to gigabytes. Only listed hosts are
connected to, at addresses that are public or listed (see :mod:`ivr.flow.hosts`); the address is
judged where the connection is made, so that no name can change its mind in between. Each redirect
is judged as the first address was, and none is told what the tree sends in headers, secrets among
them, unless it stays on the same host.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from ivr.flow.hosts import Host, listed, reachable, split_host
from ivr.flow.world import WebFailed, WebRequest
from ivr.world.circuit_breaker import CircuitBreaker

logger = logging.getLogger(__name__)

MOST_BYTES: Final = 256 * 1024
MOST_REDIRECTS: Final = 5

_PAUSE_S: Final = 0.2
_REDIRECTS: Final = {301, 302, 303, 307, 308}
_KEEPS_METHOD: Final = {307, 308}
_TWICE_IS_ONCE: Final = {"GET", "PUT", "DELETE"}
_EVERYWHERE: Final = {"accept", "content-type"}


class _Again(Exception):
    """It failed in a way that another try may mend.

    Attributes:
        reason: For people.
        untouched: Whether the service surely did nothing.
    """

    def __init__(self, reason: str, *, untouched: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.untouched = untouched


class WebServices:
    """The services that one organisation's trees may ask."""

    def __init__(
        self,
        hosts: Sequence[Host],
        secret: Callable[[str], str | None],
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make it; nothing is connected yet.

        Args:
            hosts: The organisation's list.
            secret: The value of a secret of the organisation by its name, ``None`` for none.
            clock_s: For the circuit breakers, monotonic seconds.
        """
        self._hosts = tuple(hosts)
        self._secret = secret
        self._clock_s = clock_s
        self._breakers: dict[str, CircuitBreaker] = {}

    async def fetch(self, request: WebRequest) -> bytes:
        """Ask a service; see :meth:`ivr.flow.world.World.fetch`.

        Raises:
            WebFailed: It came to nothing.
        """
        origin = self._permitted(request.url)
        secrets = self._revealed(request)
        breaker = self._breakers.setdefault(origin, CircuitBreaker(self._clock_s))
        if not breaker.admits():
            raise WebFailed(f"{origin} has failed too often and is left alone for a while")
        try:
            async with asyncio.timeout(request.seconds):
                answer = await self._tries(request, secrets)
        except TimeoutError:
            breaker.failed()
            raise WebFailed(f"{origin} did not answer within {request.seconds:g} s") from None
        except _Again as fault:
            breaker.failed()
            raise WebFailed(f"{origin}: {fault.reason}") from None
        except WebFailed:
            breaker.succeeded()  # it answers, though not what was wanted
            raise
        finally:
            breaker.undecided()  # the caller hung up, if nothing else was said
        breaker.succeeded()
        return answer

    async def _tries(self, request: WebRequest, secrets: Mapping[str, str]) -> bytes:
        for left in range(request.retries, -1, -1):
            try:
                return await self._follow(request, secrets)
            except _Again as fault:
                safe = fault.untouched or request.method in _TWICE_IS_ONCE
                if left == 0 or not safe:
                    raise
                await asyncio.sleep(_PAUSE_S)
        raise AssertionError  # the last try returns or raises

    async def _follow(self, request: WebRequest, secrets: Mapping[str, str]) -> bytes:
        """One try, redirects included."""
        connector = aiohttp.TCPConnector(resolver=_Resolver(self._hosts), force_close=True)
        # Made for the one request: a service's connection, cookie or state is nobody else's.
        async with aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
            trust_env=False,
        ) as session:
            method, url, body = request.method, request.url, request.body
            headers = {**request.headers, **secrets, "Accept-Encoding": "identity"}
            for _ in range(MOST_REDIRECTS + 1):
                try:
                    async with session.request(
                        method,
                        URL(url, encoded=True),
                        headers=headers,
                        data=body,
                        allow_redirects=False,
                    ) as response:
                        status, location = response.status, response.headers.get("Location", "")
                        if status not in _REDIRECTS:
                            return await _body(response, wanted=request.answer)
                except aiohttp.ClientConnectorError as fault:
                    raise _Again(_said(fault), untouched=True) from None
                except (aiohttp.ClientError, OSError) as fault:
                    raise _Again(_said(fault)) from None
                except ValueError as fault:
                    raise WebFailed(f"it cannot be asked so: {type(fault).__name__}") from None
                there = _joined(url, location)
                origin = self._permitted(there)
                if url.startswith("https:") and there.startswith("http:"):
                    raise WebFailed("it redirects to a place without encryption")
                if origin != self._permitted(url):
                    plain = request.headers.items()
                    headers = {k: v for k, v in plain if k.lower() in _EVERYWHERE}
                    headers["Accept-Encoding"] = "identity"
                if status not in _KEEPS_METHOD:
                    method, body = "GET", None
                url = there
        raise WebFailed(f"it redirects more than {MOST_REDIRECTS} times")

    def _revealed(self, request: WebRequest) -> dict[str, str]:
        """The secrets of a request by header.

        Raises:
            WebFailed: One has no value.
        """
        found = {header: self._secret(name) for header, name in request.secrets.items()}
        missing = [request.secrets[header] for header, value in found.items() if not value]
        if missing:
            raise WebFailed(f"the secret {missing[0]} has no value; see “vaxel secrets set”")
        return {header: value for header, value in found.items() if value}

    def _permitted(self, url: str) -> str:
        """Scheme, host and port of an address that may be asked.

        Raises:
            WebFailed: It may not.
        """
        try:
            parts = urlsplit(url)
            origin = split_host(parts.netloc)  # refuses user names and passwords too
        except ValueError:
            origin = None
        if origin is None:
            raise WebFailed("it is no address of a web service")
        host, port = origin
        if not listed(self._hosts, parts.scheme, host, port):
            raise WebFailed(f"the host {host} is not listed")
        if _is_address(host) and not reachable(self._hosts, host.strip("[]")):
            raise WebFailed(f"{host} is no public address")
        return f"{parts.scheme}://{parts.netloc.lower()}"


class _Resolver(AbstractResolver):
    """Looks names up, and passes over addresses that may not be connected to."""

    def __init__(self, hosts: Sequence[Host]) -> None:
        self._hosts = hosts
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        good = [one for one in found if reachable(self._hosts, one["host"])]
        if not good:
            raise OSError("it has no address that is public or listed")
        return good

    async def close(self) -> None:
        await self._resolver.close()


async def _body(response: aiohttp.ClientResponse, *, wanted: bool) -> bytes:
    """What a service answers with success.

    Raises:
        WebFailed: It answers something else, or too much.
        _Again: It fails.
    """
    if response.status >= 500:
        raise _Again(f"it answers {response.status}")
    if not 200 <= response.status < 300:
        raise WebFailed(f"it answers {response.status}")
    if not wanted:
        return b""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MOST_BYTES:
            raise WebFailed(f"its answer is longer than {MOST_BYTES // 1024} KiB")
    return bytes(body)


def _joined(url: str, location: str) -> str:
    try:
        joined = urljoin(url, location)
    except ValueError:
        joined = ""
    if not location or not joined.isascii() or not joined.isprintable():
        raise WebFailed("it redirects to nowhere")
    return joined.partition("#")[0]


def _is_address(host: str) -> bool:
    return host.startswith("[") or host.replace(".", "").isdecimal()


def _said(fault: Exception) -> str:
    """Why, without the address: what a caller keyed may stand in it."""
    inner = getattr(fault, "os_error", None) or fault
    return getattr(inner, "strerror", None) or type(inner).__name__
