"""Alerts that fire, as Prometheus tells them, in the status."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from ivr.platform.alarms import Alarm, alarms
from ivr.platform.screen import alarm_lines
from ivr.settings import PrometheusSettings, Settings
from tests.unit.platform.test_health import server

pytestmark = pytest.mark.unit


def settings(port: int, *, enabled: bool = True) -> Settings:
    return Settings(prometheus=PrometheusSettings(port=port, enabled=enabled))


def answer(*found: dict[str, Any]) -> bytes:
    body = json.dumps({"status": "success", "data": {"alerts": found}}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


def alert(summary: str, severity: str, state: str = "firing") -> dict[str, Any]:
    return {
        "labels": {"alertname": "A", "severity": severity},
        "annotations": {"summary": summary, "action": "Do this."},
        "state": state,
    }


async def test_what_fires_is_told_the_urgent_first_and_what_only_may_fire_is_not() -> None:
    found = answer(
        alert("Calls wait.", "warning"),
        alert("Redis is away.", "critical"),
        alert("Disk.", "critical", "pending"),
    )
    async with server(found) as (port, heard):
        told = await alarms(settings(port))

    assert told == [
        Alarm(True, "Redis is away.", "Do this."),
        Alarm(False, "Calls wait.", "Do this."),
    ]
    assert heard[0].startswith(b"GET /api/v1/alerts HTTP/1.1\r\n")


async def test_without_a_prometheus_there_are_no_alarms() -> None:
    async with server(answer(alert("Calls wait.", "warning"))) as (port, heard):
        assert await alarms(settings(port, enabled=False)) == []
    assert await alarms(settings(port)) == []
    assert not heard


def test_an_alarm_is_shown_with_what_to_do() -> None:
    out = StringIO()
    Console(file=out, width=80).print(alarm_lines([Alarm(True, "Redis is away.", "See its log.")]))

    assert out.getvalue() == "Redis is away. See its log.\n"
