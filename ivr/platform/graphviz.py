"""Graphviz: it finds the places of boxes and lines, which we would not do as well."""

from __future__ import annotations

import subprocess

from ivr.platform.errors import LayoutFailed, ToolMissing

_PROGRAM = "dot"
_SECONDS = 60.0  # a tree of 60 nodes takes a tenth of one


def laid_out(source: str) -> str:
    """The SVG that Graphviz makes of a graph in DOT.

    Raises:
        ToolMissing: It is not installed.
        LayoutFailed: It did not finish in a minute, or not well.
    """
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments; the graph comes by standard input
            [_PROGRAM, "-Tsvg"],
            input=source.encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except FileNotFoundError:
        raise ToolMissing(
            "The program dot is not installed; run `make up`, install the package graphviz, or "
            "draw with --as mermaid, which needs no program."
        ) from None
    except subprocess.TimeoutExpired:
        raise LayoutFailed(
            f"Graphviz has not found a layout within {_SECONDS:g} s; split the tree, or draw it "
            "with --as mermaid."
        ) from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip()[-300:]
        raise LayoutFailed(
            f"Graphviz has ended with code {error.returncode} and said: {said or 'nothing'}"
        ) from error
    return done.stdout.decode()
