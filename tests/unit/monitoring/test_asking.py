"""A board's questions, asked of a small server that answers as Prometheus does, and drawn."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from io import StringIO
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from rich.console import Console, RenderableType

from monitoring.dashboards.asked import FORMULA, ORG, QUEUE
from monitoring.dashboards.asking import Answer, Span, ask, values_of
from monitoring.dashboards.drawn import bars, course, figure, table
from monitoring.dashboards.model import Board, Query, Row, Step, Unit
from monitoring.dashboards.terminal import drawn, shown, sparkline
from monitoring.errors import PrometheusAway, QueryRefused, UnknownLabel
from monitoring.prometheus import Prometheus, Series

pytestmark = pytest.mark.unit

SPAN = Span(1000, 1160)
WAITING = figure("Waiting", "Now.", Unit.COUNT, 'sum(w{org=~"$org"})', (Step(5, "red"),))
LEVEL = course("Level", "Over time.", Unit.SHARE, Query("sl[$__rate_interval]", "{{queue}}"))
PAUSES = bars("Pauses", "By reason.", Unit.SECONDS, Query("p", "{{reason}}"))
QUEUES = table(
    "Queues", "All.", Unit.COUNT, Query("a", "waiting"), Query("b", "wait", Unit.SECONDS)
)
BOARD = Board(
    "b",
    "A board",
    "What it tells.",
    (ORG, QUEUE, FORMULA),
    (Row("Now", (WAITING,)), Row("More", (LEVEL, PAUSES, QUEUES))),
)


class FakePrometheus:
    """Answers what it was told to, and remembers what it was asked.

    Attributes:
        asked: Path and parameters of each question.
        found: The data by page.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self.found: dict[str, Any] = {}

    async def answer(self, request: web.Request) -> web.Response:
        page = request.path.removeprefix("/api/v1/")
        self.asked.append((page, dict(request.query)))
        if page not in self.found:
            return web.json_response({"status": "error", "error": "parse error"}, status=400)
        return web.json_response({"status": "success", "data": self.found[page]})


@pytest.fixture
async def fake() -> AsyncIterator[tuple[FakePrometheus, Prometheus]]:
    known = FakePrometheus()
    app = web.Application()
    app.router.add_get("/{page:.*}", known.answer)
    async with (
        TestServer(app) as server,
        Prometheus(f"http://{server.host}:{server.port}") as client,
    ):
        yield known, client


Both = tuple[FakePrometheus, Prometheus]


async def test_an_answer_of_now_has_its_labels_and_no_zero_by_zero(fake: Both) -> None:
    server, prometheus = fake
    server.found["query"] = {
        "resultType": "vector",
        "result": [
            {"metric": {"__name__": "w", "queue": "q"}, "value": [5.0, "3"]},
            {"metric": {"queue": "r"}, "value": [5.0, "NaN"]},
        ],
    }

    assert await prometheus.instant("w", 5) == [Series({"queue": "q"}, ((5.0, 3.0),))]
    assert server.asked == [("query", {"query": "w", "time": "5.000"})]


async def test_a_scalar_is_a_series_without_labels(fake: Both) -> None:
    server, prometheus = fake
    server.found["query"] = {"resultType": "scalar", "result": [5.0, "1"]}

    assert await prometheus.instant("1", 5) == [Series({}, ((5.0, 1.0),))]


async def test_a_question_that_is_not_understood_is_told_with_the_reason(fake: Both) -> None:
    _, prometheus = fake

    with pytest.raises(QueryRefused, match=r"'sum\('.*parse error"):
        await prometheus.instant("sum(", 5)


async def test_a_prometheus_that_is_away_is_told_with_what_to_do() -> None:
    async with Prometheus("http://127.0.0.1:1") as prometheus:
        with pytest.raises(PrometheusAway, match=r"127\.0\.0\.1:1 .*refused.*vaxel status"):
            await prometheus.instant("up", 5)


async def test_something_else_that_listens_there_is_no_prometheus() -> None:
    app = web.Application()
    app.router.add_get("/{page:.*}", _page_of_another)
    async with TestServer(app) as server, Prometheus(str(server.make_url("/"))) as prometheus:
        with pytest.raises(PrometheusAway):
            await prometheus.instant("up", 5)


async def _page_of_another(_request: web.Request) -> web.Response:
    return web.Response(text="<html>", content_type="text/html")


async def test_what_is_not_chosen_is_all_or_the_first(fake: Both) -> None:
    values = await values_of(BOARD, fake[1], {})

    assert values == {"org": ".*", "queue": ".*", "formula": "0"}


async def test_what_is_chosen_is_meant_literally(fake: Both) -> None:
    server, prometheus = fake
    server.found["label/org/values"] = ["a.b", "c"]
    server.found["label/queue/values"] = ["support"]

    values = await values_of(
        BOARD, prometheus, {"org": "a.b", "queue": "support", "formula": "F2", "window": "1h"}
    )

    assert values == {"org": r"a\.b", "queue": "support", "formula": "2"}
    assert server.asked[1][1] == {"match[]": r'vaxel_calls_waiting{org=~"a\.b"}'}


@pytest.mark.parametrize(
    ("chosen", "told"),
    [({"org": "x"}, r"Organisation: there is no 'x'.*c\."), ({"formula": "F9"}, r"'F9'.*F3, F1")],
)
async def test_a_choice_that_is_not_there_is_told_with_those_that_are(
    fake: Both, chosen: dict[str, str], told: str
) -> None:
    server, prometheus = fake
    server.found["label/org/values"] = ["c"]

    with pytest.raises(UnknownLabel, match=told):
        await values_of(BOARD, prometheus, chosen)


async def test_a_board_asks_for_now_or_for_the_course_with_its_variables_filled(
    fake: Both,
) -> None:
    server, prometheus = fake
    server.found = {
        "query": {"resultType": "vector", "result": []},
        "query_range": {"resultType": "matrix", "result": []},
    }

    answers = await ask(BOARD, prometheus, {"org": "demo"}, SPAN)

    assert [answer.panel for answer in answers] == [WAITING, LEVEL, PAUSES, QUEUES]
    assert server.asked[0] == ("query", {"query": 'sum(w{org=~"demo"})', "time": "1160.000"})
    assert server.asked[1] == (
        "query_range",
        {"query": "sl[20s]", "start": "1000.000", "end": "1160.000", "step": "5.000"},
    )
    assert len(server.asked) == 5


def text(what: RenderableType) -> str:
    out = StringIO()
    Console(file=out, width=80, highlight=False).print(what)
    return out.getvalue()


def answers(*found: tuple[Query, list[Series]]) -> list[Answer]:
    by_query = dict(found)
    return [
        Answer(panel, tuple((query, by_query.get(query, [])) for query in panel.queries))
        for panel in BOARD.panels
    ]


CHOSEN = {"org": ".*", "queue": "support", "formula": "1"}


def test_a_board_is_drawn_with_what_was_chosen_and_every_number_in_its_unit() -> None:
    level = [(1000.0 + 5 * n, 0.5 + n / 64) for n in range(33) if n not in {0, 1}]
    told = text(
        drawn(
            BOARD,
            CHOSEN,
            answers(
                (WAITING.queries[0], [Series({}, ((1160.0, 7.0),))]),
                (LEVEL.queries[0], [Series({"queue": "support"}, tuple(level))]),
                (
                    PAUSES.queries[0],
                    [
                        Series({"reason": "break"}, ((1160.0, 90.0),)),
                        Series({"reason": "meeting"}, ((1160.0, 45.0),)),
                    ],
                ),
                (QUEUES.queries[0], [Series({"queue": "q", "org": "o"}, ((1160.0, 2.0),))]),
            ),
            SPAN,
        )
    )

    assert "organisation all, queue support, service level F1 (abandons help)" in told
    rows = {line.split()[0]: line.split() for line in told.splitlines() if line.strip()}
    assert rows["Waiting"] == ["Waiting", "7"]
    assert rows["support"][1:3] == ["100.0", "%"]
    assert rows["support"][3].startswith("··")
    assert rows["support"][3].endswith("█")
    assert rows["break"] == ["break", "1", "min", "30", "s", "█" * 24]
    assert rows["meeting"] == ["meeting", "45.0", "s", "█" * 12]
    assert rows["o"] == ["o", "q", "2", "–"]


def test_a_board_without_answers_says_so_in_each_panel() -> None:
    told = text(drawn(BOARD, CHOSEN, answers(), SPAN))

    assert told.count("–") == 4


def test_a_series_that_has_ended_has_no_number_for_now() -> None:
    ended = Series({"queue": "support"}, ((1000.0, 0.5), (1005.0, 0.5)))

    (line,) = [
        line
        for line in text(
            drawn(BOARD, CHOSEN, answers((LEVEL.queries[0], [ended])), SPAN)
        ).splitlines()
        if line.split()[:1] == ["support"]
    ]

    assert line.split()[1] == "–"


@pytest.mark.parametrize(
    ("unit", "value", "told"),
    [
        (Unit.COUNT, 12.4, "12"),
        (Unit.PER_MINUTE, 3.25, "3.2/min"),
        (Unit.SECONDS, 0.0, "0.0 s"),
        (Unit.SECONDS, 0.0042, "4.2 ms"),
        (Unit.SECONDS, 59.6, "59.6 s"),
        (Unit.SECONDS, 245, "4 min 05 s"),
        (Unit.SECONDS, 7800, "2 h 10 min"),
        (Unit.SHARE, 0.8113, "81.1 %"),
        (Unit.BYTES, 85_200_000, "85.2 MB"),
        (Unit.NUMBER, 1.256, "1.26"),
        (Unit.SWITCH, 1, "yes"),
        (Unit.SWITCH, 0, "no"),
    ],
)
def test_a_number_is_told_as_a_person_reads_it(unit: Unit, value: float, told: str) -> None:
    assert shown(unit, value) == told


def test_a_sparkline_begins_at_nothing_so_that_heights_compare() -> None:
    assert sparkline([0, 7, 14]) == "▁▅█"
    assert sparkline([5, 5, None]) == "██·"
    assert sparkline([0, 0]) == "▁▁"
