"""How long an admin waits for the check of a big configuration."""

from tests.load.checking.thousand import measure

__all__ = ["measure"]
