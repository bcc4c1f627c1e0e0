"""Two controllers on one Redis, scraped by a real Prometheus: nothing is counted twice.

Both tell of the same queues, agents and calls. Prometheus is given what they tell at chosen times,
so that its answers are exact: once from one controller alone, once from that and a second one,
which begins in the middle of what is shown.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from monitoring.consumer import FiguresConsumer
from monitoring.dashboards import BOARDS, board_named
from monitoring.dashboards.asking import Answer, Span, ask, values_of
from monitoring.dashboards.model import Board, Query
from monitoring.exposition import Exposition
from monitoring.prometheus import Prometheus
from monitoring.snapshots import RedisSnapshots
from store.stream import BEGINNING, EventStream
from tests.day import KNOWN, NINE, ORG, day
from tests.integration.following import caught_up
from tests.unit.monitoring.fake_live import FakeLive
from tests.unit.monitoring.prometheus import METRICS

pytestmark = pytest.mark.integration

SCRAPES = 24
EVERY = 5
BEGIN = NINE // 1000
SPAN = Span(BEGIN, BEGIN + SCRAPES * EVERY)
OURS = re.compile(r"\bvaxel_\w+?(?=(?:_bucket|_sum|_count)?\b[{)\s/])")
SHARED = {metric.name for metric in METRICS if not metric.each}


class Controller:
    """One controller's figures over its own reader of the stream."""

    def __init__(self, redis: Redis) -> None:
        self.stream = EventStream(redis, ORG)
        self.consumer = FiguresConsumer(
            ORG, self.stream, RedisSnapshots(redis, ORG), known=KNOWN, wall=lambda: NINE
        )
        self.exposition = Exposition(CollectorRegistry(), [self.consumer], FakeLive(), version="1")

    async def scraped(self) -> str:
        """What it tells once it has counted all that is there."""
        await self.consumer.take_in(await caught_up(self.stream, self.consumer), [])
        return (await self.exposition.text()).decode()


def samples(text: str, controller: str, at: int) -> Iterator[str]:
    """A scrape as lines of OpenMetrics, as Prometheus labels it."""
    whose = f'instance="{controller}",job="vaxel"'
    yield f"up{{{whose}}} 1 {at}"
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        series, _, value = line.rpartition(" ")
        name, _, labels = series.rstrip("}").partition("{")
        yield f"{name}{{{','.join(filter(None, (labels, whose)))}}} {value} {at}"


@contextmanager
def prometheus_of(folder: Path, lines: list[str]) -> Iterator[str]:
    """A Prometheus that holds these lines, ready; and its address."""
    folder.mkdir()
    (folder / "lines.om").write_text("\n".join([*lines, "# EOF", ""]), encoding="utf-8")
    (folder / "none.yml").write_text("{}\n", encoding="utf-8")
    blocks = ("promtool", "tsdb", "create-blocks-from", "openmetrics", "lines.om", "data")
    made = subprocess.run(blocks, cwd=folder, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    command = ["prometheus", "--config.file=none.yml", "--storage.tsdb.path=data"]
    command += ["--storage.tsdb.retention.time=50y", "--web.listen-address=127.0.0.1:0"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield f"http://127.0.0.1:{_port(process)}"
        finally:
            process.terminate()


def _port(process: subprocess.Popen[str]) -> str:
    """Where a Prometheus listens, once it is ready; it says the two in any order."""
    assert process.stderr is not None
    port, ready = "", False
    for line in process.stderr:
        listening = re.search(r'msg="Listening on" address=127\.0\.0\.1:(\d+)', line)
        port = listening[1] if listening else port
        ready = ready or "ready to receive" in line
        if port and ready:
            return port
    raise AssertionError("Prometheus ended before it was ready")


@asynccontextmanager
async def asked(folder: Path, lines: list[str]) -> AsyncIterator[Prometheus]:
    with prometheus_of(folder, lines) as address:
        async with Prometheus(address) as prometheus:
            yield prometheus


async def answers(board: Board, prometheus: Prometheus) -> list[Answer]:
    values = await values_of(board, prometheus, {"org": ORG})
    return await ask(board, prometheus, values, SPAN)


def numbers(answer: Answer, query: Query) -> Mapping[tuple[tuple[str, str], ...], object]:
    """A query's answer by its labels."""
    (found,) = (series for one, series in answer.found if one is query)
    return {tuple(sorted(one.labels.items())): one.points for one in found}


async def test_every_panel_shows_of_two_controllers_what_it_shows_of_one(
    redis: Redis, tmp_path: Path
) -> None:
    first, second = Controller(redis), Controller(redis)
    before = await first.scraped()
    for event in day():
        await first.stream.append(event)
    after = [await first.scraped(), await second.scraped()]
    assert second.consumer.totals.position == first.consumer.totals.position != BEGINNING
    one: list[str] = []
    two: list[str] = []
    for scrape in range(SCRAPES + 1):
        at = BEGIN + scrape * EVERY
        lines = [*samples(before if scrape < SCRAPES // 2 else after[0], "first", at)]
        one += lines
        two += lines
        if scrape >= SCRAPES // 3:
            two += samples(before if scrape < SCRAPES // 2 else after[1], "second", at)
    compared = 0
    async with asked(tmp_path / "one", one) as alone, asked(tmp_path / "two", two) as both:
        for board in BOARDS:
            pairs = zip(await answers(board, alone), await answers(board, both), strict=True)
            for answer_of_one, answer_of_two in pairs:
                panel = answer_of_one.panel
                for query in panel.queries:
                    if set(OURS.findall(query.promql)) <= SHARED:
                        expected = numbers(answer_of_one, query)
                        assert numbers(answer_of_two, query) == expected, (board.name, panel.title)
                        compared += bool(expected)
        calls = next(
            answer
            for answer in await answers(board_named("platform"), both)
            if answer.panel.title == "Calls"
        )
    assert compared > 60
    (in_hand,) = calls.found[0][1]
    assert (in_hand.points[0][1], in_hand.last) == (3, 6)  # each has three of them
