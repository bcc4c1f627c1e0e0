"""How fast contacts and agents are brought together, beside the least that a pairing must do."""

from tests.load.pairing.side_by_side import measure

__all__ = ["measure"]
