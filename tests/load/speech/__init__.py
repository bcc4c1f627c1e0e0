"""What the speech server costs beyond Vosk itself, on the same audio."""

from tests.load.speech.side_by_side import measure

__all__ = ["measure"]
