"""What a whole call costs: menu, queue, conversation, recording, on a platform of its own."""

from tests.load.calls.storm import measure

__all__ = ["measure"]
