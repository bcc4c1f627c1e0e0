"""Prometheus' configuration: whom it asks, how often, and by which rules it warns."""

from __future__ import annotations

import json

from ivr.platform.paths import Layout
from ivr.settings import Settings
from monitoring.alerts import RULES
from monitoring.prometheus import SCRAPE_SECONDS

JOB = "vaxel"
"""Name of the scrape job; the alert rules know it."""

_CONFIG = """\
# Written anew by each `vaxel up`.
global:
  scrape_interval: {seconds}s
  evaluation_interval: {seconds}s
rule_files: [{rules}]
scrape_configs:
  - job_name: {job}
    static_configs:
      - targets: [{controller}]
"""


def write_prometheus_config(settings: Settings, layout: Layout) -> None:
    """Write ``layout.prometheus_config`` anew; its folder must exist."""
    # a JSON string is a YAML string, whatever is in it
    text = _CONFIG.format(
        seconds=SCRAPE_SECONDS,
        rules=json.dumps(str(RULES / "*.yml")),
        job=JOB,
        controller=json.dumps(f"{settings.http.host}:{settings.http.port}"),
    )
    layout.prometheus_config.write_text(text, encoding="utf-8")
