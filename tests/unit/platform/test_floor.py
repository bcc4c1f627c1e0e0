"""Who waits and who works, read from the controller's figures."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from ivr.platform.floor import Floor, QueueLine, floor, read_floor
from ivr.platform.screen import floor_table
from ivr.settings import HttpSettings, Settings
from tests.unit.platform.test_health import server

pytestmark = pytest.mark.unit

FIGURES = """\
# TYPE vaxel_calls_answered_total counter
vaxel_calls_answered_total{org="demo",queue="support"} 27.0
# TYPE vaxel_calls_abandoned_total counter
vaxel_calls_abandoned_total{org="demo",queue="support"} 4.0
# TYPE vaxel_callbacks_answered_total counter
vaxel_callbacks_answered_total{org="demo",queue="support"} 2.0
# TYPE vaxel_live_figures_up gauge
vaxel_live_figures_up 1.0
# TYPE vaxel_calls_waiting gauge
vaxel_calls_waiting{org="demo",queue="operator"} 0.0
vaxel_calls_waiting{org="demo",queue="support"} 3.0
# TYPE vaxel_oldest_wait_seconds gauge
vaxel_oldest_wait_seconds{org="demo",queue="operator"} 0.0
vaxel_oldest_wait_seconds{org="demo",queue="support"} 83.4
# TYPE vaxel_callbacks_open gauge
vaxel_callbacks_open{org="demo",queue="support"} 1.0
# TYPE vaxel_agents gauge
vaxel_agents{org="demo",state="logged_out"} 1.0
vaxel_agents{org="demo",state="talking"} 2.0
"""
SUPPORT = QueueLine("demo", "support", 3, 83.4, 1, 27, 4, 2)
OPERATOR = QueueLine("demo", "operator", 0, 0, 0, 0, 0, 0)


def shown(now: Floor) -> list[str]:
    out = StringIO()
    Console(file=out, width=80, highlight=False).print(floor_table(now))
    return out.getvalue().splitlines()


def test_the_figures_tell_who_waits_and_what_the_agents_do() -> None:
    now = read_floor(FIGURES)

    assert now is not None
    assert list(now.queues) == [OPERATOR, SUPPORT]
    assert now.agents == {"demo": {"logged_out": 1, "talking": 2}}


AIMS = (
    FIGURES
    + """\
# TYPE vaxel_queue_service_level_target gauge
vaxel_queue_service_level_target{org="demo",queue="support",within="30.0"} 0.8
vaxel_queue_service_level_target{org="demo",queue="operator",within="20.0"} 0.5
# TYPE vaxel_answered_wait_seconds histogram
vaxel_answered_wait_seconds_bucket{org="demo",queue="support",le="20.0"} 15.0
vaxel_answered_wait_seconds_bucket{org="demo",queue="support",le="30.0"} 20.0
vaxel_answered_wait_seconds_bucket{org="demo",queue="support",le="+Inf"} 27.0
vaxel_answered_wait_seconds_count{org="demo",queue="support"} 27.0
vaxel_answered_wait_seconds_sum{org="demo",queue="support"} 500.0
"""
)


def test_a_queue_with_a_target_tells_how_it_is_met_by_its_own_threshold() -> None:
    now = read_floor(AIMS)
    assert now is not None
    operator, support = now.queues
    assert (support.in_time, support.target) == (20 / 31, 0.8)
    assert (operator.in_time, operator.target) == (None, 0.5)
    assert "answered in time: demo/support 65% of 80%, demo/operator - of 50%" in shown(now)


def test_while_redis_is_away_nothing_is_told_rather_than_nobody_waits() -> None:
    assert read_floor("vaxel_live_figures_up 0.0\n") is None


def test_the_fullest_queue_comes_first_with_minutes_and_seconds() -> None:
    lines = shown(Floor([OPERATOR, SUPPORT], {"demo": {"logged_out": 1, "talking": 2}}))

    assert lines[1].split() == ["demo/support", "3", "1:23", "1", "27", "4", "2"]
    assert lines[2].split() == ["demo/operator", "0", "-", "0", "0", "0", "0"]
    assert lines[3] == "agents of demo: 1 logged out, 2 talking"


def test_of_very_many_queues_the_quiet_ones_are_counted() -> None:
    many = [QueueLine("city", f"q{n}", n, n, 0, 0, 0, 0) for n in range(200)]

    lines = shown(Floor(many, {}))

    assert lines[1].startswith("city/q199")
    assert lines[-1] == "and 180 queues that are quieter"


def test_a_queue_is_told_by_its_whole_name() -> None:
    name = "building-permits/permits-and-inspections"
    org, queue = name.split("/")
    assert shown(Floor([QueueLine(org, queue, 0, 0, 0, 0, 0, 0)], {}))[1].startswith(name)


def test_of_many_organisations_those_where_nobody_works_are_counted() -> None:
    home = {f"town{n}": {"logged_out": 2, "ready": 0} for n in range(4)}

    lines = shown(Floor([], home | {"demo": {"logged_out": 1, "ready": 1}}))

    assert lines[-2:] == [
        "agents of demo: 1 logged out, 1 ready",
        "agents of 4 organisations: all logged out",
    ]


async def test_a_controller_that_is_not_there_or_not_ready_tells_nothing() -> None:
    async with server(b"HTTP/1.1 503 No\r\n\r\nstill counting") as (port, _):
        settings = Settings(http=HttpSettings(port=port))
        assert await floor(settings) is None
    assert await floor(settings) is None


@pytest.mark.parametrize("page", [b"<html>It works!</html>\n", b"\xff\xfe"])
async def test_somebody_else_on_the_controllers_port_tells_nothing(page: bytes) -> None:
    async with server(b"HTTP/1.1 200 OK\r\n\r\n" + page) as (port, _):
        assert await floor(Settings(http=HttpSettings(port=port))) is None


async def test_the_floor_is_asked_over_http() -> None:
    answer = b"HTTP/1.1 200 OK\r\n\r\n" + FIGURES.encode()
    async with server(answer) as (port, heard):
        now = await floor(Settings(http=HttpSettings(port=port)))

    assert now == read_floor(FIGURES)
    assert heard[0].startswith(b"GET /metrics HTTP/1.1\r\n")
