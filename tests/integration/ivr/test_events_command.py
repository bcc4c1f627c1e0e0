"""``vaxel events`` on a small organisation and a real Redis."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis as BlockingRedis
from typer.testing import CliRunner

from ivr import cli
from store.contract.files import texts
from store.events import Event, EventType
from store.stream import stream_key
from tests.unit.flow.trees import write
from tests.unit.flow.worldly import WORLDLY

pytestmark = pytest.mark.integration

NUMBER = "+46701740605"
STARTED = Event(
    EventType.CONTACT_STARTED,
    at=1_795_464_430_000,
    org="town",
    contact="vaxel-1.0",
    fields={"caller": NUMBER, "dialled": "100", "tree": "main", "version": "0a1b"},
)
READY = Event(EventType.AGENT_READY, at=1_795_464_431_000, org="town", agent="4001")


@pytest.fixture
def redis(
    monkeypatch: pytest.MonkeyPatch, redis_url: str, tmp_path: Path
) -> Iterator[BlockingRedis]:
    write(tmp_path / "town", "organisation.yaml", WORLDLY)
    monkeypatch.setenv("VAXEL_SETTINGS", "/dev/null")
    monkeypatch.setenv("VAXEL_TREES", str(tmp_path))
    monkeypatch.setenv("VAXEL_REDIS_URL", redis_url)
    with BlockingRedis.from_url(redis_url, decode_responses=True) as redis:
        redis.flushdb()
        yield redis


def put(redis: BlockingRedis, event: Event, entry_id: str) -> None:
    redis.xadd(stream_key("town"), event.to_wire(), id=entry_id)  # type: ignore[arg-type]


class Following:
    """``vaxel events follow town`` in a process of its own."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-c", "from ivr.cli import main; main()"]
        self._process = subprocess.Popen(
            [*command, "events", "follow", "town", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ,
        )

    def __enter__(self) -> Following:
        return self

    def line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().rstrip("\n")

    def interrupt(self) -> tuple[str, str]:
        """Ctrl-C; what it says after all."""
        self._process.send_signal(signal.SIGINT)
        return self._process.communicate(timeout=30)

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait(10)


def test_a_person_sees_what_has_happened_and_what_happens_without_numbers(
    redis: BlockingRedis,
) -> None:
    put(redis, STARTED, "1795464430001-0")
    with Following("--from", "0-0") as following:
        first = following.line()
        assert first.split() == [
            *("2026-11-23", "21:07:10", "contact.started", "vaxel-1.0"),
            *("caller=…605", "dialled=100", "tree=main", "version=0a1b"),
        ]
        put(redis, READY, "1795464431001-0")
        assert following.line().split()[2:] == ["agent.ready", "4001"]
        assert following.interrupt() == ("", "")


def test_a_program_goes_on_where_it_was_and_is_told_what_it_has_missed(
    redis: BlockingRedis,
) -> None:
    put(redis, STARTED, "1795464430001-0")
    put(redis, READY, "1795464431001-0")
    with Following("--from", "1795464400000-0", "--json") as following:
        told = [json.loads(following.line()) for _ in range(2)]
        assert [event["id"] for event in told] == ["1795464430001-0", "1795464431001-0"]
        assert told[0]["at"] == STARTED.at
        assert "caller" not in told[0]
        rest, warning = following.interrupt()
        assert rest == ""
        assert "Events from 2026-11-23 20:06:40+00:00 to 2026-11-23 20:07:10" in warning


def test_a_time_and_a_type_choose_and_numbers_are_shown_where_that_is_asked_for(
    redis: BlockingRedis,
) -> None:
    put(redis, STARTED, "1795464430000-0")
    put(redis, READY, "1795464430000-1")
    put(redis, STARTED, "1795464431000-0")
    arguments = ("--since", "2026-11-23T21:07:10", "--type", "contact.started", "--show-numbers")
    with Following(*arguments, "--json") as following:
        told = [json.loads(following.line()) for _ in range(2)]
        assert [event["id"] for event in told] == ["1795464430000-0", "1795464431000-0"]
        assert told[0]["caller"] == NUMBER
    with Following(*arguments) as following:
        assert f"caller={NUMBER}" in following.line()


@pytest.mark.usefixtures("redis")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--from", "yesterday"], "an id is two numbers"),
        (["--from", f"{2**64}-0"], "an id is two numbers"),
        (["--from", "0-0", "--since", "2026-11-23T21:07"], "give one of the two"),
        (["--type", "call.teleported"], "call.teleported"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_a_sentence(
    arguments: list[str], told: str
) -> None:
    said = CliRunner().invoke(cli.application("events"), ["events", "follow", "town", *arguments])
    assert said.exit_code == 2
    assert told in said.output


def test_the_contract_is_written_where_one_wants_it(tmp_path: Path) -> None:
    said = CliRunner().invoke(cli.application("events"), ["events", "docs", str(tmp_path)])
    assert said.exit_code == 0, said.output
    assert {file.name for file in tmp_path.iterdir()} == set(texts())
    (tmp_path / "taken").write_text("")
    said = CliRunner().invoke(
        cli.application("events"), ["events", "docs", str(tmp_path / "taken")]
    )
    assert said.exit_code == 2
    assert "cannot be written to" in said.output
