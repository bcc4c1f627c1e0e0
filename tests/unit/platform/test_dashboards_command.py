from __future__ import annotations

import pytest
from typer.testing import CliRunner

from ivr import cli
from ivr.cli.told import TOLD
from monitoring.errors import PrometheusAway, UnknownBoard

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _an_installation_that_does_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAXEL_SETTINGS", "/dev/null")
    monkeypatch.setenv("VAXEL_PROMETHEUS__PORT", "1")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], PrometheusAway),
        (["agents", "--since", "8h"], PrometheusAway),
        (["cases"], UnknownBoard),
    ],
)
def test_what_cannot_be_shown_is_one_error_with_a_sentence(
    arguments: list[str], error: type[Exception]
) -> None:
    assert isinstance(
        CliRunner().invoke(cli.application("dashboards"), ["dashboards", *arguments]).exception,
        error,
    )
    assert issubclass(error, TOLD)


@pytest.mark.parametrize("since", ["", "15", "0m", "-5m", "1w", "m", "999999h"])
def test_a_time_that_is_none_is_refused_with_examples(since: str) -> None:
    told = CliRunner().invoke(cli.application("dashboards"), ["dashboards", "--since", since])

    assert told.exit_code == 2
    assert "8h" in told.output


def test_the_demo_needs_a_platform_that_has_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("VAXEL_STATE", str(tmp_path_factory.mktemp("s") / "none"))

    told = CliRunner().invoke(cli.application("demo"), ["demo"])

    assert isinstance(told.exception, TOLD)
    assert "make up" in str(told.exception)
