"""What holds for every test."""

from __future__ import annotations

import pytest
from hypothesis import settings

# The same inputs in every run, and no verdict by the clock of a busy machine.
settings.register_profile("vaxel", deadline=None, derandomize=True)
settings.load_profile("vaxel")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests have measured and not only judged: ``record_property("measured", sentence)``."""
    told = [
        str(value)
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, value in report.user_properties
        if name == "measured"
    ]
    if told:
        terminalreporter.section("measured")
        terminalreporter.write_line("\n".join(sorted(told)))
