"""What is written for Prometheus, judged by Prometheus's own tool."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ivr.platform.paths import Layout
from ivr.platform.scraping import write_prometheus_config
from ivr.settings import HttpSettings, Settings

pytestmark = pytest.mark.unit


def test_prometheus_takes_its_configuration_with_every_rule(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.prometheus.mkdir()

    write_prometheus_config(Settings(http=HttpSettings(port=28123)), layout)

    told = subprocess.run(
        ["promtool", "check", "config", str(layout.prometheus_config)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert "rules found" in told.stdout
    assert '"127.0.0.1:28123"' in layout.prometheus_config.read_text()
