"""What comes to the HTTP port and is no HTTP, told in the log once a minute with how often."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

AGAIN_S: Final = 60.0


class WrongHttp(logging.LoggerAdapter[logging.Logger]):
    """The log of an HTTP server: what is no HTTP is told seldom, and without what was sent.

    aiohttp writes a trace for each, with the line that it did not understand: that may hold a token
    or a number.
    """

    def __init__(self, logger: logging.Logger, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nothing wrong.

        Args:
            logger: Where to.
            clock: Seconds.
        """
        super().__init__(logger)
        self._clock = clock
        self._untold = 0
        self._told_s = float("-inf")

    def exception(self, msg: object, *args: object, **kwargs: Any) -> None:
        """See :class:`logging.Logger`; only what is no fault of ours is another thing here."""
        fault = kwargs.get("exc_info")
        if not isinstance(fault, HttpProcessingError | web.RequestPayloadError):
            super().exception(msg, *args, **kwargs)
            return
        self._untold += 1
        now = self._clock()
        if now - self._told_s >= AGAIN_S:
            extra = {"requests": self._untold, "fault": type(fault).__name__}
            self.logger.warning("what came to the HTTP port is no HTTP", extra=extra)
            self._untold, self._told_s = 0, now
