"""Call trees in memory: what the engine costs a node, a call, a waiting caller, a test."""

from tests.load.trees.engine import measure

__all__ = ["measure"]
