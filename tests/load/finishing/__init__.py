"""Finishing recordings: how fast a core is, and how much memory a long call takes."""

from tests.load.finishing.conversations import measure

__all__ = ["measure"]
