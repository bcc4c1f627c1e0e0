"""How soon the next caller rings at an agent who is free again, beside Asterisk's own queue."""

from tests.load.ringing.side_by_side import measure

__all__ = ["measure"]
