"""What becomes of a Graphviz that is missing, slow or failing."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.platform import graphviz
from ivr.platform.errors import LayoutFailed, ToolMissing

pytestmark = pytest.mark.unit


@pytest.fixture
def dot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the only ``dot`` is that can be found; there is none yet."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path / "dot"


def _script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_a_machine_without_it_is_told_what_to_install(dot: Path) -> None:
    assert not dot.exists()
    with pytest.raises(ToolMissing, match=r"graphviz.*--as mermaid"):
        graphviz.laid_out("digraph {}")


def test_what_it_complains_of_is_told(dot: Path) -> None:
    _script(dot, "echo 'out of memory' >&2; exit 3")
    with pytest.raises(LayoutFailed, match="code 3 and said: out of memory"):
        graphviz.laid_out("digraph {}")


def test_one_that_never_ends_is_stopped(dot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphviz, "_SECONDS", 0.05)
    _script(dot, "exec /bin/sleep 60")
    with pytest.raises(LayoutFailed, match=r"within 0\.05 s"):
        graphviz.laid_out("digraph {}")


def test_the_graph_goes_in_and_the_picture_comes_out_as_utf_8(dot: Path) -> None:
    _script(dot, "exec /bin/cat")
    assert graphviz.laid_out("æøå ›") == "æøå ›"
