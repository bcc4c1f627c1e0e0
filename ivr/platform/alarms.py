"""The alert rules that fire now, as Prometheus tells them."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.settings import Settings
from monitoring.errors import MonitoringError
from monitoring.prometheus import Prometheus


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alert that fires.

    Attributes:
        critical: Somebody must act at once.
        summary: What is wrong.
        action: What to do.
    """

    critical: bool
    summary: str
    action: str


async def alarms(settings: Settings) -> list[Alarm]:
    """Those that fire, the critical ones first; none while Prometheus cannot be asked."""
    prometheus = settings.prometheus
    if not prometheus.enabled:
        return []
    try:
        async with Prometheus(f"http://{prometheus.host}:{prometheus.port}") as asked:
            found = await asked.alerts()
    except MonitoringError:
        return []  # the status says of Prometheus itself that it is away
    firing = [
        Alarm(
            critical=alert["labels"].get("severity") == "critical",
            summary=alert["annotations"].get("summary", alert["labels"]["alertname"]),
            action=alert["annotations"].get("action", ""),
        )
        for alert in found
        if alert["state"] == "firing"
    ]
    return sorted(firing, key=lambda alarm: (not alarm.critical, alarm.summary))
