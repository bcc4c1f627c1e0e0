"""Where an organisation's totals are saved, so that nothing is counted twice or lost.

They are a Redis hash, a field a series, beside their position. Each save writes that of them which
has changed, in one transaction: with thousands of queues all of it would hold the calls up for a
tenth of a second, every few seconds.

What lies there is always the totals at the position beside it, whoever wrote: controllers that
count one stream come to the same totals. One that is behind writes nothing. One that is ahead
writes what has changed since it was no further than that position; where it was further (Redis has
lost what it was told last), or another version's totals lie there, it writes everything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Iterator, Mapping
from typing import Protocol, cast

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import ResponseError, WatchError

from monitoring.errors import SnapshotUnusable
from monitoring.metrics.registry import COUNTERS, HISTOGRAMS
from monitoring.totals import AGENT, Labels, Tally, Totals
from store.doing import AgentState, Doing
from store.stream import place_of

SHAPE, POSITION = "shape", "position"
"""Fields beside the series, whose names are JSON."""

_COUNTED = hashlib.sha256(
    json.dumps(
        [[metric.name, *metric.labels] for metric in COUNTERS]
        + [[m.name, *m.labels, *map(str, m.bounds_seconds)] for m in HISTOGRAMS]
    ).encode()
).hexdigest()
"""What this version counts."""


class Snapshots(Protocol):
    """Where an organisation's totals are saved."""

    async def load(self) -> Mapping[str, str]:
        """What was saved, field by field; nothing before the first time.

        Raises:
            SnapshotUnusable: Another version saved it.
        """
        ...

    async def save(self, totals: Totals, since: str) -> bool:
        """Save what has changed, at once and whole.

        Args:
            totals: Them.
            since: The position that ``totals.changed`` begins behind.

        Returns:
            Whether it is done, also by somebody else; else it must be tried again.
        """
        ...

    async def forget(self) -> None:
        """Let what cannot be used be gone."""


class RedisSnapshots:
    """Snapshots in one Redis key, ``vaxel:{org}:totals``."""

    def __init__(self, redis: Redis, org: str) -> None:
        self._redis = redis
        self._key = f"vaxel:{{{org}}}:totals"

    async def load(self) -> Mapping[str, str]:
        """See :class:`Snapshots`.

        Raises:
            RedisError: Redis does not answer.
        """
        try:
            return await cast(Awaitable[dict[str, str]], self._redis.hgetall(self._key))
        except ResponseError as fault:
            if not _is_no_hash(fault):
                raise
            raise SnapshotUnusable("another version counted other things") from fault

    async def save(self, totals: Totals, since: str) -> bool:
        """See :class:`Snapshots`.

        Raises:
            RedisError: Redis does not answer.
        """
        async with self._redis.pipeline(transaction=True) as pipe:
            await pipe.watch(self._key)
            stored = await self._position(pipe)
            if stored is not None and place_of(stored) > place_of(totals.position):
                return True
            pipe.multi()  # type: ignore[no-untyped-call]  # redis-py's
            if stored is None or place_of(stored) < place_of(since):
                pipe.delete(self._key)
                pipe.hset(self._key, mapping=dict(saved(totals)))
            else:
                news, gone = changes(totals)
                pipe.hset(self._key, mapping=dict(news.items()))
                if gone:
                    pipe.hdel(self._key, *gone)
            try:
                await pipe.execute()
            except WatchError:
                return False
        return True

    async def forget(self) -> None:
        """See :class:`Snapshots`.

        Raises:
            RedisError: Redis does not answer.
        """
        await self._redis.unlink(self._key)

    async def _position(self, pipe: Pipeline) -> str | None:
        """That of what lies there; ``None`` where it is not ours."""
        try:
            shape, position = await cast(
                Awaitable[list[str | None]], pipe.hmget(self._key, [SHAPE, POSITION])
            )
        except ResponseError as fault:
            if not _is_no_hash(fault):
                raise
            return None
        return position if shape == _COUNTED else None


def saved(totals: Totals) -> Iterator[tuple[str, str]]:
    """All fields of totals; series in which nothing was counted yet have none."""
    yield SHAPE, _COUNTED
    yield POSITION, totals.position
    for name, counted in totals.counters.items():
        for labels, number in counted.items():
            if number:
                yield _field(name, labels), str(number)
    for name, tallies in totals.tallies.items():
        for labels, tally in tallies.items():
            if any(tally.counts):
                yield _field(name, labels), _of_tally(tally)
    for agent, (doing, since) in totals.agents.items():
        yield _field(AGENT, (agent,)), _of_agent(doing, since)


def changes(totals: Totals) -> tuple[dict[str, str], list[str]]:
    """The fields that have changed, and the names of those that are gone."""
    news, gone = {POSITION: totals.position}, []
    for name, labels in totals.changed:
        field = _field(name, labels)
        if name in totals.counters:
            news[field] = str(totals.counters[name][labels])
        elif name in totals.tallies:
            news[field] = _of_tally(totals.tallies[name][labels])
        elif labels[0] in totals.agents:
            news[field] = _of_agent(*totals.agents[labels[0]])
        else:
            gone.append(field)
    return news, gone


def restored(fields: Mapping[str, str]) -> Totals:
    """The totals of what was saved.

    Raises:
        SnapshotUnusable: They were saved by a version that counts other things, or are damaged.
    """
    totals = Totals()
    if not fields:
        return totals
    if fields.get(SHAPE) != _COUNTED:
        raise SnapshotUnusable("another version counted other things")
    try:
        totals.position = fields[POSITION]
        place_of(totals.position)
        for field, text in fields.items():
            if field in (SHAPE, POSITION):
                continue
            name, *labels = json.loads(field)
            if name in totals.counters:
                totals.counters[name][tuple(labels)] = int(text)
            elif name in totals.tallies:
                *counts, sum_ms = json.loads(text)
                totals.tallies[name][tuple(labels)] = Tally(tuple(map(int, counts)), int(sum_ms))
            else:
                since, state, *about = json.loads(text)
                totals.agents[labels[0]] = Doing(AgentState(state), *map(str, about)), int(since)
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise SnapshotUnusable(f"damaged: {type(error).__name__}") from error
    return totals


def _field(name: str, labels: Labels) -> str:
    return json.dumps([name, *labels], ensure_ascii=False, separators=(",", ":"))


def _of_tally(tally: Tally) -> str:
    return json.dumps([*tally.counts, tally.sum_ms], separators=(",", ":"))


def _of_agent(doing: Doing, since: int) -> str:
    about = [since, doing.state, doing.reason, doing.contact, doing.queue]
    return json.dumps(about, ensure_ascii=False, separators=(",", ":"))


def _is_no_hash(fault: ResponseError) -> bool:
    return str(fault).startswith("WRONGTYPE")
