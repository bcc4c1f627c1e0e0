"""Every metric that Prometheus may be asked for, and its own tool as the judge of what asks."""

from __future__ import annotations

import subprocess
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from monitoring import metrics
from monitoring.kinds import Counter, Gauge, Histogram

METRICS = tuple(
    value
    for subject in iter_modules(metrics.__path__)
    for value in vars(import_module(f"{metrics.__name__}.{subject.name}")).values()
    if isinstance(value, Counter | Gauge | Histogram)
)
NAMES = {metric.name for metric in METRICS}


def promtool(*arguments: str | Path) -> None:
    told = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
