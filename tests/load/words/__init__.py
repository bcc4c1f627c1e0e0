"""How well callers are understood by telephone: the whole set of audio through real calls."""

from tests.load.words.telephone import measure

__all__ = ["measure"]
