"""The event stream of an organisation: append to it, read on from where one was."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.typing import EncodableT, FieldT

from store.events import Event

log = logging.getLogger(__name__)

STREAM_LIMIT = 1_000_000
"""About as many events are kept: weeks of a large organisation, some 200 MB at most."""

LONGEST_BLOCK_MS = 5_000
_SOCKET_SECONDS = 10.0

BEGINNING = "0-0"
"""The id before all events."""


class StreamUnavailable(Exception):  # noqa: N818 - a state of the world, named as such
    """Redis did not answer, so the event may or may not have been appended."""

    code: ClassVar[str] = "store.stream_unavailable"

    def __init__(self) -> None:
        super().__init__("Redis does not answer. Check that it runs: `vaxel status`.")


def stream_key(org: str) -> str:
    """Name of the stream; the braces make ``org`` the hash tag of all of its keys."""
    return f"events:{{{org}}}"


def connect(url: str) -> Redis:
    """A client as the scripts and the stream need it: text replies, whatever bytes lie there.

    Args:
        url: ``redis://host:port/db`` or ``unix:///path/to/socket``.
    """
    return Redis.from_url(
        url,
        decode_responses=True,
        encoding_errors="replace",
        socket_timeout=_SOCKET_SECONDS,
        socket_connect_timeout=_SOCKET_SECONDS,
        # A pooled connection that Redis has closed is replaced once. A command that got no reply
        # in time is not repeated: it may have been done.
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
    )


@contextmanager
def _our_outage() -> Iterator[None]:
    try:
        yield
    except (RedisConnectionError, RedisTimeoutError) as fault:
        raise StreamUnavailable from fault


class EventStream:
    """The events of one organisation.

    Attributes:
        skipped: Entries that were no event of ours and were passed over.
    """

    def __init__(self, redis: Redis, org: str) -> None:
        """Bind to an organisation.

        Args:
            redis: A client made by :func:`connect`.
            org: The organisation's name.
        """
        self._redis = redis
        self._org = org
        self._key = stream_key(org)
        self._skipped_to = (0, 0)
        self.skipped = 0

    async def append(self, event: Event) -> str:
        """Put an event at the end.

        Returns:
            Its id in the stream.

        Raises:
            ValueError: The event is another organisation's.
            StreamUnavailable: Redis did not answer.
        """
        if event.org != self._org:
            raise ValueError(f"event of {event.org!r} in the stream of {self._org!r}")
        fields: dict[FieldT, EncodableT] = dict(event.to_wire().items())
        with _our_outage():
            return str(
                await self._redis.xadd(self._key, fields, maxlen=STREAM_LIMIT, approximate=True)
            )

    async def read(self, after_id: str, count: int = 500, block_ms: int = 0) -> list[Event]:
        """The events after one that the caller has taken in, oldest first.

        What is no event of ours (unknown type, missing time) is logged, counted once and skipped.

        Args:
            after_id: Id of the last event taken in, or ``BEGINNING``.
            count: At most as many entries are looked at in one request.
            block_ms: How long to wait for the first one, at most ``LONGEST_BLOCK_MS``; ``0``
                returns at once.

        Returns:
            Possibly none, when there is nothing new.

        Raises:
            StreamUnavailable: Redis did not answer.
        """
        block = min(block_ms, LONGEST_BLOCK_MS) if block_ms > 0 else None
        while entries := await self._entries(after_id, count, block):
            if events := [event for entry in entries if (event := self._event(*entry))]:
                return events
            after_id = entries[-1][0]  # nothing but strangers: look behind them
        return []

    async def last_id(self) -> str:
        """Id of the newest entry, ``BEGINNING`` for an empty stream.

        Raises:
            StreamUnavailable: Redis did not answer.
        """
        with _our_outage():
            newest: Any = await self._redis.xrevrange(self._key, count=1)
        return str(newest[0][0]) if newest else BEGINNING

    async def _entries(
        self, after_id: str, count: int, block: int | None
    ) -> list[tuple[str, dict[str, str]]]:
        with _our_outage():
            reply: Any = await self._redis.xread({self._key: after_id}, count=count, block=block)
        return list(reply[0][1]) if reply else []

    def _event(self, entry_id: str, wire: dict[str, str] | None) -> Event | None:
        try:
            return Event.from_wire(self._org, entry_id, wire or {})
        except (KeyError, ValueError) as fault:
            milliseconds, _, number = entry_id.partition("-")
            position = (int(milliseconds), int(number))
            if position > self._skipped_to:  # the same stranger is met again on the next read
                self._skipped_to = position
                self.skipped += 1
                log.warning(
                    "skipped a stream entry that is no event",
                    extra={"org": self._org, "entry": entry_id, "fault": repr(fault)},
                )
            return None
