"""What the platform counted, in the metrics' totals and in SQL, beside the ledger."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from redis.asyncio import Redis
from sqlalchemy import text

from monitoring.consumer import FiguresConsumer
from monitoring.counting import Known
from monitoring.metrics import agents
from monitoring.metrics.contacts import CONTACTS_ENDED
from monitoring.metrics.queues import CALLS_ABANDONED, CALLS_ANSWERED, CALLS_OFFERED, TALK
from monitoring.snapshots import RedisSnapshots
from store.database import Database
from store.projection import ContactProjection
from store.stream import EventStream
from tests.e2e.rig.eventually import eventually
from tests.load.soak.city import ORG, Ledger


@dataclass(slots=True)
class Counting:
    """Both consumers, which are ended and started again now and then."""

    redis: Redis
    database: Database
    queues: tuple[str, ...]
    starts: int = 0
    _figures: FiguresConsumer = field(init=False)
    _rows: ContactProjection = field(init=False)
    _running: asyncio.Future[tuple[None, None]] | None = None

    async def start_anew(self) -> None:
        """End the consumers, wherever they are, and let others go on."""
        await self.end()
        stream = EventStream(self.redis, ORG)
        known = Known(queues=self.queues, pauses=("lunch",))
        self._figures = FiguresConsumer(ORG, stream, RedisSnapshots(self.redis, ORG), known=known)
        self._rows = ContactProjection(self.database, stream, ORG)
        self._running = asyncio.gather(self._figures.run(), self._rows.run())
        self.starts += 1

    async def end(self) -> None:
        """End both."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def catch_up(self) -> None:
        """Wait until both have taken in everything."""
        last = await EventStream(self.redis, ORG).last_id()
        await eventually(
            lambda: self._figures.totals.position == self._rows.reached == last,
            seconds=120,
            why="everything is counted",
        )

    async def differences(self, ledger: Ledger) -> AsyncIterator[tuple[str, int, int, int]]:
        """Each figure: its name, what was done, what was counted, queues in which these differ."""
        totals, (visits, talked, contacts) = self._figures.totals, await self._of_rows()

        def counter(metric: str, reason: str = "") -> Counter[str]:
            series = totals.counters[metric]
            return Counter(
                {
                    labels[1]: count
                    for labels, count in series.items()
                    if not reason or labels[2] == reason
                }
            )

        talk = totals.tallies[TALK.name]
        for name, done, counted in (
            ("metrics: calls offered", ledger.joined, counter(CALLS_OFFERED.name)),
            ("metrics: answered", ledger.answered, counter(CALLS_ANSWERED.name)),
            ("metrics: abandoned", ledger.abandoned, counter(CALLS_ABANDONED.name)),
            (
                "metrics: offers refused",
                ledger.refused,
                counter(agents.AGENT_OFFERS_REFUSED.name, "no_answer"),
            ),
            (
                "metrics: conversations",
                ledger.answered,
                Counter({labels[1]: sum(tally.counts) for labels, tally in talk.items()}),
            ),
            (
                "metrics: talk, ms",
                ledger.talked_ms,
                Counter({labels[1]: tally.sum_ms for labels, tally in talk.items()}),
            ),
            ("metrics: contacts ended", ledger.ended, counter(CONTACTS_ENDED.name)),
            ("SQL: visits", ledger.joined, visits[""]),
            ("SQL: answered", ledger.answered, visits["answered"]),
            ("SQL: abandoned", ledger.abandoned, visits["abandoned"]),
            ("SQL: talk, ms", ledger.talked_ms, talked),
            ("SQL: contacts ended", ledger.ended, contacts),
        ):
            wrong = sum(done[key] != counted[key] for key in done.keys() | counted.keys())
            yield name, done.total(), counted.total(), wrong

    async def _of_rows(self) -> tuple[Mapping[str, Counter[str]], Counter[str], Counter[str]]:
        visits = {"": Counter[str](), "answered": Counter[str](), "abandoned": Counter[str]()}
        talked, contacts = Counter[str](), Counter[str]()
        async with self.database.reading() as session:
            for queue, outcome, count, talk in await session.execute(
                text(
                    "SELECT queue, outcome, count(*), sum(coalesce(talked_ms, 0)) "
                    "FROM queue_visits GROUP BY queue, outcome"
                )
            ):
                visits[""][queue] += count
                visits.setdefault(str(outcome), Counter())[queue] += count
                talked[queue] += talk
            for reason, count in await session.execute(
                text("SELECT end_reason, count(*) FROM contacts GROUP BY end_reason")
            ):
                contacts[str(reason)] += count
        return visits, talked, contacts
