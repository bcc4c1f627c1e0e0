"""A log line keeps what happened and loses whom it was about."""

from __future__ import annotations

import io
import json
import logging
import sys

import pytest

from ivr.logs import configure_logs

pytestmark = pytest.mark.unit


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])  # pytest's own come back afterwards
    monkeypatch.setattr(root, "level", root.level)
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    configure_logs()
    return out


def test_personal_fields_are_named_but_not_told(lines: io.StringIO) -> None:
    logging.getLogger("room").info(
        "Contact started", extra={"contact": "vaxel-1.1", "pii": {"caller": "+46700000001"}}
    )
    line = json.loads(lines.getvalue())
    assert line["event"] == "Contact started"
    assert line["contact"] == "vaxel-1.1"
    assert line["pii"] == ["caller"]
    assert "46700000001" not in lines.getvalue()


def test_a_traceback_on_a_terminal_shows_no_variables(
    lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", lines)
    configure_logs()
    try:
        caller = "+46700000001"
        raise ValueError("no such node".removesuffix(caller))
    except ValueError:
        logging.getLogger("room").exception("Run failed")
    assert "no such node" in lines.getvalue()
    assert "46700000001" not in lines.getvalue()


def test_an_exception_is_one_line_with_its_traceback(lines: io.StringIO) -> None:
    try:
        raise ValueError("no such node")
    except ValueError:
        logging.getLogger("room").exception("Run failed")
    (line,) = lines.getvalue().splitlines()
    assert "no such node" in json.loads(line)["exception"]
