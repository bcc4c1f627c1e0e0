"""Probes against a server of a few lines that answers what it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ivr.platform import health

pytestmark = pytest.mark.unit


@asynccontextmanager
async def server(
    answer: bytes, *, then_close: bool = True
) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that reads once, answers, and closes; its port and what it read."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(65536))
        writer.write(answer)
        if not then_close:
            await reader.read()
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1], heard


REDIS_AWAY = (
    b'{"ready": false, "checks": {"redis": {"ok": false, "sentence": "Redis does not answer."},'
    b' "asterisk": {"ok": true, "sentence": "Logged in."}}}'
)


async def test_a_ready_controller_is_well() -> None:
    async with server(b'HTTP/1.1 200 OK\r\nServer: x\r\n\r\n{"ready": true}') as (port, heard):
        found = await health.controller_probe("127.0.0.1", port)()

    assert found == health.Health(True)
    assert heard[0].startswith(b"GET /readyz HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"HTTP/1.1 503 No\r\n\r\n" + REDIS_AWAY, "Redis does not answer."),
        (b"HTTP/1.1 503 No\r\n\r\n<html>", "It gives no reason; see log/controller.log."),
        (b"HTTP/1.1 500 No\r\n\r\n[200]", "It gives no reason; see log/controller.log."),
        (b"", "It gives no reason; see log/controller.log."),
    ],
)
async def test_a_controller_that_is_not_ready_says_why(answer: bytes, told: str) -> None:
    async with server(answer) as (port, _):
        found = await health.controller_probe("127.0.0.1", port)()

    assert found == health.Health(False, f"The controller is not ready. {told}")


@pytest.mark.parametrize(("status", "well"), [(b"200 OK", True), (b"503 No", False)])
async def test_prometheus_is_well_when_it_says_so(status: bytes, well: bool) -> None:
    async with server(b"HTTP/1.1 " + status + b"\r\n\r\n") as (port, heard):
        found = await health.prometheus_probe("127.0.0.1", port)()

    assert found.ok is well
    assert bool(found.text) is not well
    assert heard[0].startswith(b"GET /-/ready HTTP/1.1\r\n")


async def test_a_speech_server_is_well_and_tells_its_figures() -> None:
    body = b'{"streams": 2, "languages": {"en": "pocketsphinx"}}'
    async with server(b"HTTP/1.1 200 OK\r\n\r\n" + body) as (port, heard):
        found = await health.speech_probe("127.0.0.1", port)()

    assert found == health.Health(True, figures={"streams": "2", "languages.en": "pocketsphinx"})
    assert heard[0].startswith(b"GET /stats HTTP/1.1\r\n")


async def test_an_asterisk_that_has_started_completely_is_well() -> None:
    answer = b"Response: Success\r\n\r\nEvent: FullyBooted\r\n\r\n"
    async with server(answer) as (port, heard):
        found = await health.asterisk_probe("127.0.0.1", port, "pw")()

    assert found.ok
    assert b"Username: vaxel\r\nSecret: pw\r\n\r\n" in heard[0]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"Response: Error\r\nMessage: Authentication failed\r\n\r\n", "refuses"),
        (b"Response: Success\r\n\r\n", "closed"),
    ],
)
async def test_an_asterisk_that_lets_nobody_in_is_not(answer: bytes, told: str) -> None:
    async with server(answer) as (port, _):
        found = await health.asterisk_probe("127.0.0.1", port, "pw")()

    assert not found.ok
    assert told in found.text


async def test_one_that_never_answers_is_not_well_after_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health, "PROBE_SECONDS", 0.05)
    async with server(b"", then_close=False) as (port, _):
        found = await health.controller_probe("127.0.0.1", port)()

    assert found == health.Health(False, "The controller did not answer within 0.05 s.")


async def test_one_that_does_not_listen_is_not_well(tmp_path: Path) -> None:
    async with server(b"") as (port, _):
        pass

    assert "does not take connections" in (await health.controller_probe("127.0.0.1", port)()).text
    assert "Redis does not answer" in (await health.redis_probe(tmp_path / "no.sock")()).text
