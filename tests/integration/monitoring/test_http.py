"""The three pages, asked as Prometheus and a supervisor ask them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web
from prometheus_client import CollectorRegistry

from monitoring.consumer import FiguresConsumer
from monitoring.errors import AddressInUse
from monitoring.exposition import Exposition
from monitoring.http import Health, HttpServer
from tests.day import ORG, DayStream
from tests.unit.monitoring.fake_live import FakeLive
from tests.unit.monitoring.test_totals import MemorySnapshots

pytestmark = pytest.mark.integration


async def another(_request: web.Request) -> web.Response:
    return web.Response(text="somebody else's page\n")


async def broken(_request: web.Request) -> web.Response:
    raise ZeroDivisionError


class Pages:
    """A server on a free port, and a client."""

    def __init__(self, session: ClientSession) -> None:
        stream = DayStream()
        self.stream = stream
        self.consumer = FiguresConsumer(ORG, stream, MemorySnapshots())
        self.redis: Health | Exception = Health(ok=True, sentence="Redis answers.")
        exposition = Exposition(CollectorRegistry(), [self.consumer], FakeLive(), version="1")
        self.server = HttpServer(
            exposition,
            {"redis": self.redis_check, "ami": self.ami_check},
            [web.get("/another", another), web.get("/broken", broken)],
        )
        self.session = session
        self.port = 0

    async def redis_check(self) -> Health:
        if isinstance(self.redis, Exception):
            raise self.redis
        return self.redis

    async def ami_check(self) -> Health:
        return Health(ok=True, sentence="Logged in to Asterisk.")

    async def get(self, page: str) -> tuple[int, str, str]:
        async with self.session.get(f"http://127.0.0.1:{self.port}{page}") as answer:
            return answer.status, answer.headers["Content-Type"], await answer.text()


@pytest.fixture
async def pages() -> AsyncIterator[Pages]:
    async with ClientSession() as session:
        pages = Pages(session)
        pages.port = await pages.server.start("127.0.0.1", 0)
        yield pages
        await pages.server.stop()


async def test_figures_are_refused_until_the_past_is_counted_and_served_then(pages: Pages) -> None:
    status, _, text = await pages.get("/metrics")
    assert status == 503
    assert "still being counted" in text
    await pages.consumer.take_in(await pages.consumer.position(), pages.stream.events)
    status, kind, text = await pages.get("/metrics")
    assert status == 200
    assert kind.startswith("text/plain; version=")
    assert 'vaxel_calls_answered_total{org="preschool",queue="fees"} 3.0' in text


async def test_whoever_makes_the_server_may_add_a_page(pages: Pages) -> None:
    assert (await pages.get("/another"))[::2] == (200, "somebody else's page\n")


async def test_a_living_process_says_so(pages: Pages) -> None:
    assert (await pages.get("/livez"))[0] == 200


async def test_a_part_that_is_not_well_makes_the_whole_not_ready_with_its_sentence(
    pages: Pages,
) -> None:
    assert (await pages.get("/readyz"))[0] == 200
    pages.redis = Health(ok=False, sentence="Redis does not answer; see `vaxel status`.")
    async with pages.session.get(f"http://127.0.0.1:{pages.port}/readyz") as answer:
        assert answer.status == 503
        assert await answer.json() == {
            "ready": False,
            "checks": {
                "redis": {"ok": False, "sentence": "Redis does not answer; see `vaxel status`."},
                "ami": {"ok": True, "sentence": "Logged in to Asterisk."},
            },
        }


async def test_a_check_that_breaks_is_not_well_and_the_page_still_comes(pages: Pages) -> None:
    pages.redis = ZeroDivisionError()
    status, _, text = await pages.get("/readyz")
    assert status == 503
    assert "log says why" in text


async def test_a_check_that_hangs_is_not_well(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitoring.http._CHECK_SECONDS", 0.0)

    async def never() -> Health:
        await asyncio.Event().wait()
        raise AssertionError

    server = HttpServer(
        Exposition(CollectorRegistry(), [], FakeLive(), version="1"), {"slow": never}
    )
    port = await server.start("127.0.0.1", 0)
    async with pages.session.get(f"http://127.0.0.1:{port}/readyz") as answer:
        assert answer.status == 503
        assert "No answer within" in await answer.text()
    await server.stop()


async def test_a_port_in_use_is_refused_with_a_sentence(pages: Pages) -> None:
    second = HttpServer(Exposition(CollectorRegistry(), [], FakeLive(), version="1"), {})
    with pytest.raises(AddressInUse, match=rf"127\.0\.0\.1:{pages.port}.*http\.port"):
        await second.start("127.0.0.1", pages.port)


async def test_another_server_has_the_address_at_once_while_answers_go_on(pages: Pages) -> None:
    may_answer, asked = asyncio.Event(), asyncio.Event()

    async def slow() -> Health:
        asked.set()
        await may_answer.wait()
        return Health(ok=True, sentence="At last.")

    exposition = Exposition(CollectorRegistry(), [], FakeLive(), version="1")
    first = HttpServer(exposition, {"slow": slow})
    port = await first.start("127.0.0.1", 0)
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(pages.session.get(f"http://127.0.0.1:{port}/readyz"))
        await asked.wait()
        await first.close()
        second = HttpServer(exposition, {})
        await second.start("127.0.0.1", port)
        may_answer.set()
    async with asking.result() as answer:
        assert "At last." in await answer.text()
    await first.stop()
    async with pages.session.get(f"http://127.0.0.1:{port}/readyz") as answer:
        assert (await answer.json())["checks"] == {}
    await second.stop()


async def test_an_unknown_page_is_no_error_of_ours(pages: Pages) -> None:
    assert (await pages.get("/favicon.ico"))[0] == web.HTTPNotFound.status_code


HIDDEN = "vaxel.wallboard.hemligt"


async def sent(port: int, what: bytes) -> bytes:
    """What comes back before the connection is closed from there."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(what)
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    return answer


async def test_what_is_no_http_is_told_once_a_minute_without_what_was_sent(
    pages: Pages, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for number in range(20):
        line = f"GET /livez HTTP/1.1\r\nAuthorization: Bearer {HIDDEN}{number}\x00\r\n\r\n"
        assert (await sent(pages.port, line.encode())).startswith(b"HTTP/1.0 400")
    (record,) = caplog.records
    assert (record.levelname, record.exc_info) == ("WARNING", None)
    assert HIDDEN not in str(record.__dict__)
    assert (await pages.get("/livez"))[0] == 200


async def test_a_slip_of_ours_is_told_with_its_trace(
    pages: Pages, caplog: pytest.LogCaptureFixture
) -> None:
    assert (await pages.get("/broken"))[0] == web.HTTPInternalServerError.status_code
    (record,) = caplog.records
    assert record.exc_info is not None


@pytest.mark.parametrize("begun", [b"", b"GET /livez HTTP/1.1\r\nHost:"])
async def test_a_connection_on_which_no_request_comes_is_closed(begun: bytes) -> None:
    exposition = Exposition(CollectorRegistry(), [], FakeLive(), version="1")
    server = HttpServer(exposition, {}, idle_seconds=0.1)
    port = await server.start("127.0.0.1", 0)
    assert await sent(port, begun) == b""
    await server.stop()
