"""The event stream of an organisation: append to it, read on from where one was."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.typing import EncodableT, FieldT

from store.events import Event

log = logging.getLogger(__name__)

STREAM_LIMIT = 1_000_000
"""About as many events are kept: weeks of a large organisation, some 200 MB at most."""

REPLY_SECONDS = 10.0
"""A Redis that does not reply for so long counts as away."""

CONNECTIONS = 256
"""A client opens no more. Each who follows events holds one, all calls share the others."""

_CLOCKS_DIFFER_MS = 10_000
"""An entry's id is of Redis's clock, an event's time of a controller's."""

BEGINNING = "0-0"
"""The id before all events."""


class StreamUnavailable(Exception):
    """Redis is away or refuses to work. Whether an event was appended may be unknown."""

    code: ClassVar[str] = "store.stream_unavailable"

    def __init__(self, fault: str) -> None:
        super().__init__(f"Redis cannot be used ({fault}). Check that it runs: `vaxel status`.")


def stream_key(org: str) -> str:
    """Name of the stream; the braces make ``org`` the hash tag of all of its keys."""
    return f"events:{{{org}}}"


class _PatientPool(ConnectionPool):
    """Refuses no command for which no connection is free, and no call with it: it waits its turn.

    redis-py's own pool that waits takes two locks for each command, a sixth of a pairing's time.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._turns = asyncio.Semaphore(self.max_connections)

    async def get_connection(self, *_names: Any, **_options: Any) -> AbstractConnection:
        await self._turns.acquire()
        # One that cannot be connected is released. redis-py gives no types here.
        connection: AbstractConnection = await super().get_connection()  # type: ignore[no-untyped-call]
        return connection

    async def release(self, connection: AbstractConnection) -> None:
        try:
            await super().release(connection)
        finally:
            self._turns.release()


def connect(url: str) -> Redis:
    """A client as the scripts and the stream need it: text replies, whatever bytes lie there.

    It knows no time limit of its own: redis-py's, on Python 3.11, can swallow the cancellation of
    whoever waits for it. Set :data:`REPLY_SECONDS` around a command by :func:`asyncio.timeout`.
    Of more commands at once than it has connections the last wait for their turn.

    Args:
        url: ``redis://host:port/db`` or ``unix:///path/to/socket``.
    """
    pool = _PatientPool.from_url(
        url,
        max_connections=CONNECTIONS,
        decode_responses=True,
        encoding_errors="replace",
        socket_timeout=None,
        socket_connect_timeout=None,
        # A command whose reply is lost may have been done: sent again, an event would count twice.
        # A pooled connection that Redis has closed is replaced before it is used.
        retry=Retry(NoBackoff(), 0),
    )
    return Redis.from_pool(pool)


def place_of(entry_id: str) -> tuple[int, int]:
    """What an entry's id is compared by: epoch milliseconds, and its number within them."""
    milliseconds, _, number = entry_id.partition("-")
    return int(milliseconds), int(number or 0)


def id_before(at_ms: int) -> str:
    """The id behind which all entries were appended at a time, epoch milliseconds, or later."""
    return f"{at_ms - 1}-{2**64 - 1}"


@asynccontextmanager
async def replying(seconds: float = REPLY_SECONDS) -> AsyncIterator[None]:
    """Ask Redis something within the block, and wait so long at the most.

    Raises:
        StreamUnavailable: It does not reply in time, or refuses.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as fault:
        raise StreamUnavailable("no reply in time") from fault
    except RedisError as fault:
        raise StreamUnavailable(str(fault)) from fault


@dataclass(frozen=True, slots=True)
class Gap:
    """A time of which events may be gone that somebody has not taken in. Epoch milliseconds.

    Attributes:
        since_ms: When the last event was appended that they have.
        until_ms: When the first one was appended that is there.
    """

    since_ms: int
    until_ms: int


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
            StreamUnavailable: Redis cannot be used.
        """
        if event.org != self._org:
            raise ValueError(f"event of {event.org!r} in the stream of {self._org!r}")
        fields: dict[FieldT, EncodableT] = dict(event.to_wire().items())
        async with replying():
            return str(
                await self._redis.xadd(self._key, fields, maxlen=STREAM_LIMIT, approximate=True)
            )

    async def holds(self, event: Event) -> bool:
        """Whether its contact has had such an event since about that time.

        For one whose append was not confirmed: it may have been done all the same.

        Raises:
            StreamUnavailable: Redis cannot be used.
        """
        after = id_before(event.at - _CLOCKS_DIFFER_MS)
        while events := await self.read(after):
            if any((one.contact, one.type) == (event.contact, event.type) for one in events):
                return True
            after = events[-1].id
        return False

    async def read(self, after_id: str, count: int = 500, block_ms: int = 0) -> list[Event]:
        """The events after one that the caller has taken in, oldest first.

        What is no event of ours (unknown type, missing time) is logged, counted once and skipped.

        Args:
            after_id: Id of the last event taken in, or ``BEGINNING``.
            count: At most as many entries are looked at in one request.
            block_ms: How long to wait for the first one; ``0`` returns at once.

        Returns:
            Possibly none, when there is nothing new.

        Raises:
            StreamUnavailable: Redis cannot be used.
        """
        while entries := await self._entries(after_id, count, block_ms):
            if events := [event for entry in entries if (event := self._event(*entry))]:
                return events
            after_id = entries[-1][0]  # nothing but strangers: look behind them
        return []

    async def last_id(self) -> str:
        """Id of the newest entry, ``BEGINNING`` for an empty stream.

        Raises:
            StreamUnavailable: Redis cannot be used.
        """
        async with replying():
            newest: Any = await self._redis.xrevrange(self._key, count=1)
        return str(newest[0][0]) if newest else BEGINNING

    async def first_after(self, after_id: str) -> int | None:
        """When the first entry behind one was appended: how far behind a consumer is.

        Args:
            after_id: Id of the last event that the consumer has taken in.

        Returns:
            Epoch milliseconds; ``None`` when nothing is behind it.

        Raises:
            StreamUnavailable: Redis cannot be used.
        """
        async with replying():
            found: Any = await self._redis.xrange(self._key, min=f"({after_id}", count=1)
        return place_of(found[0][0])[0] if found else None

    async def gap_after(self, after_id: str) -> Gap | None:
        """What a consumer has missed that was away for longer than the stream reaches back.

        Args:
            after_id: Id of the last event that it has taken in. ``BEGINNING`` has missed nothing:
                it takes in what there is.

        Raises:
            StreamUnavailable: Redis cannot be used.
        """
        async with replying():
            oldest: Any = await self._redis.xrange(self._key, count=1)
        if not oldest or after_id == BEGINNING:
            return None
        last, first = place_of(after_id), place_of(oldest[0][0])
        return Gap(last[0], first[0]) if last < first else None

    async def _entries(
        self, after_id: str, count: int, block_ms: int
    ) -> list[tuple[str, dict[str, str]]]:
        async with replying(REPLY_SECONDS + block_ms / 1000):
            # Redis takes a block of 0 for "for ever".
            reply: Any = await self._redis.xread(
                {self._key: after_id}, count=count, block=block_ms or None
            )
        return list(reply[0][1]) if reply else []

    def _event(self, entry_id: str, wire: dict[str, str] | None) -> Event | None:
        try:
            return Event.from_wire(self._org, entry_id, wire or {})
        except (KeyError, ValueError) as fault:
            position = place_of(entry_id)
            if position > self._skipped_to:  # the same stranger is met again on the next read
                self._skipped_to = position
                self.skipped += 1
                log.warning(
                    "skipped a stream entry that is no event",
                    extra={"org": self._org, "entry": entry_id, "fault": repr(fault)},
                )
            return None
