"""Prometheus alert rules: what operations must act on, how urgently, and what to do.

Each rule has a ``severity`` (``critical``: somebody gets up, callers are turned away or lost;
``warning``: somebody looks within the day), a ``summary`` (what is wrong, with the figure) and an
``action`` (what to do first). ``promtool test rules`` holds each to when it fires and when not.
"""

from __future__ import annotations

from pathlib import Path

RULES = Path(__file__).parent
"""Folder of the rule files, ``*.yml``."""
