"""Where Prometheus, a supervisor and a person look: ``/metrics``, ``/livez`` and ``/readyz``.

* ``/livez`` answers 200 as long as the process lives and its event loop turns; who gets no
  answer within a few seconds should restart it.
* ``/readyz`` answers 200 when every check is well, else 503; the body says for each check, in a
  sentence, how it stands.
* ``/metrics`` answers 503 until all past events are counted, and from then on always; of an
  organisation that is new to a running controller, for the moment that its own take.

Whoever makes the server may add pages of their own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from monitoring.errors import AddressInUse, NotCaughtUp
from monitoring.exposition import Exposition
from monitoring.wrong_http import WrongHttp

log = logging.getLogger(__name__)

_CHECK_SECONDS = 2.0
_SHUTDOWN_SECONDS = 2.0
_IDLE_SECONDS = 75.0
"""Longer than proxies keep a connection; aiohttp's own hour lets forgotten ones pile up."""


@dataclass(frozen=True, slots=True)
class Health:
    """How one part stands.

    Attributes:
        ok: Whether it does its work.
        sentence: For a person; with ``ok`` false, what to do.
    """

    ok: bool
    sentence: str


Check = Callable[[], Awaitable[Health]]


class HttpServer:
    """The three pages on one address, and those of others."""

    def __init__(
        self,
        exposition: Exposition,
        checks: Mapping[str, Check],
        more: Iterable[web.AbstractRouteDef] = (),
        below: Mapping[str, web.Application] | None = None,
        *,
        idle_seconds: float = _IDLE_SECONDS,
    ) -> None:
        """Make a server; :meth:`start` opens it.

        Args:
            exposition: The figures.
            checks: What readiness depends on, by name.
            more: Other pages.
            below: Whole applications, by the path that all of their pages begin with.
            idle_seconds: A connection with no request for so long, or half of one, is closed.
        """
        app = build_app(exposition, checks)
        app.add_routes(more)
        for path, other in (below or {}).items():
            app.add_subapp(path, other)
        self._runner = web.AppRunner(
            app,
            access_log=None,
            logger=WrongHttp(log),
            shutdown_timeout=_SHUTDOWN_SECONDS,
            keepalive_timeout=idle_seconds,
        )

    async def start(self, host: str, port: int) -> int:
        """Listen.

        Args:
            host: Loopback, unless something in front asks who may look.
            port: 0 takes a free one.

        Returns:
            The port.

        Raises:
            AddressInUse: Somebody listens there, or the address is not ours.
        """
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise AddressInUse(host, port, error.strerror or str(error)) from error
        return int(self._runner.addresses[0][1])

    async def close(self) -> None:
        """Stop listening: the address is free when this returns, and answers go on."""
        for site in tuple(self._runner.sites):
            await site.stop()

    async def stop(self) -> None:
        """Stop listening; answers under way are finished, connections that wait are closed."""
        await self._runner.cleanup()


def build_app(exposition: Exposition, checks: Mapping[str, Check]) -> web.Application:
    """The three pages as an application."""

    async def metrics(_request: web.Request) -> web.Response:
        try:
            text = await exposition.text()
        except NotCaughtUp as error:
            return web.Response(status=503, text=f"{error}\n")
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def livez(_request: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def readyz(_request: web.Request) -> web.Response:
        states = await asyncio.gather(*(_asked(name, check) for name, check in checks.items()))
        ready = all(state.ok for state in states)
        body = {
            "ready": ready,
            "checks": dict(zip(checks, map(asdict, states), strict=True)),
        }
        return web.json_response(body, status=200 if ready else 503)

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/livez", livez)
    app.router.add_get("/readyz", readyz)
    return app


async def _asked(name: str, check: Check) -> Health:
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            return await check()
    except TimeoutError:
        return Health(ok=False, sentence=f"No answer within {_CHECK_SECONDS:g} s.")
    except Exception:  # a broken check is a failed check; the page must still come
        log.exception("health check broke", extra={"check": name})
        return Health(ok=False, sentence="The check itself failed; the log says why.")
