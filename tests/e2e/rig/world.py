"""Numbers of the demo organisation whose trees touch the world, and a service that they ask."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


SERVICE_PORT = _free_port()

ASKS, TRANSFERS, BUSY, ANNOUNCES, RECORDS, MEETS = "221", "222", "223", "224", "225", "226"
SPEAKS = "229"
ASKS_LONG, GUARDED = "227", "228"
OUTSIDE = "+46707654321"
"""Whom the organisation transfers to."""

STATUS = "Ditt ärende är öppet sedan 4 dagar."
NO_ANSWER = "Vi når inte systemet just nu."
AFTERWARDS = "Samtalet är slut."
STORM = "Det stormar i dag."
NOTHING_NEW = "Inget nytt."
TELL = "Berätta efter tonen."
THANKS = "Tack."
CONFIRM = "Är det rätt?"
KEY, AGAIN = "Ange koden.", "En gång till."
HANGS, GIVEN_UP = "/hangs", "given up"
SECRET, DOOR = "case-system", "door"

_ORGANISATION = {
    "http_hosts": [f"127.0.0.1:{SERVICE_PORT}"],
    "transfers": [OUTSIDE],
}


def add_world(home: Path, organisation: Any) -> None:
    """Add the lists to an organisation's document, and the call trees to its folder."""

    def text(words: str) -> dict[str, str]:
        return dict.fromkeys(organisation["languages"], words)

    organisation.update(_ORGANISATION)
    organisation["announcements"] = {"storm": text(STORM)}
    goodbye = f"  end: {{hang_up: {text('Hej.')!r}}}\n"
    trees = {
        ASKS: f"""
  a:
    http: "http://127.0.0.1:{SERVICE_PORT}/cases/{{{{ caller }}}}"
    secret_headers: {{Authorization: case-system}}
    timeout: 2 s
    into: {{status: status, days: days}}
    then: told
    on_failure: away
  told: {{say: {text("Ditt ärende är {{ status }} sedan {{ days }} dagar.")!r}, then: end}}
  away: {{say: {text(NO_ANSWER)!r}, then: end}}
""",
        ASKS_LONG: f"""
  a: {{say: {text(THANKS)!r}, then: b}}
  b: {{http: "http://127.0.0.1:{SERVICE_PORT}{HANGS}", timeout: 30 s, then: end, on_failure: end}}
""",
        GUARDED: f"""
  a: {{pin: {text(KEY)!r}, of: door, attempts: 1, then: end, on_wrong: b}}
  b: {{pin: {text(AGAIN)!r}, of: door, attempts: 1, then: c, on_wrong: end}}
  c: {{say: {text(THANKS)!r}, then: end}}
""",
        TRANSFERS: f"""
  a: {{transfer: "{OUTSIDE}", ring: 10 s, then: after, on_failure: end}}
  after: {{say: {text(AFTERWARDS)!r}, then: end}}
""",
        BUSY: """
  a: {recognise: {known: turned, vip: turned}, otherwise: turned}
  turned: {hang_up: , cause: busy}
""",
        ANNOUNCES: f"""
  a: {{announcement: storm, then: b}}
  b: {{say: {text(NOTHING_NEW)!r}, then: end}}
""",
        MEETS: f"""
  a: {{conference: room, then: b, on_failure: end}}
  b: {{say: {text(THANKS)!r}, then: end}}
""",
        SPEAKS: f"""
  a:
    record_announcement: storm
    ask: {text(TELL)!r}
    confirm: {text(CONFIRM)!r}
    for: 1 h
    then: b
    on_failure: end
  b: {{say: {text(THANKS)!r}, then: end}}
""",
        RECORDS: f"""
  a: {{record: {text(TELL)!r}, into: story, queue: always, then: b}}
  b: {{say: {text(THANKS)!r}, then: end}}
""",
    }
    for number, nodes in trees.items():
        end = goodbye if ": end" in nodes else ""
        (home / f"world-{number}.yaml").write_text(
            f'numbers: ["{number}"]\nstart: a\nnodes:{nodes}{end}', encoding="utf-8"
        )


@asynccontextmanager
async def service() -> AsyncIterator[list[tuple[str, str]]]:
    """The service at work; the paths that it is asked for, and the key that it is shown."""
    asked: list[tuple[str, str]] = []

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        asked.append((request.path, request.headers.get("Authorization", "")))
        if request.path == HANGS:
            try:
                await asyncio.Event().wait()
            finally:
                asked.append((GIVEN_UP, ""))
        return web.json_response({"status": "öppet", "days": 4})

    runner = web.ServerRunner(web.Server(answer, handler_cancellation=True))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", SERVICE_PORT).start()
    try:
        yield asked
    finally:
        await runner.cleanup()
